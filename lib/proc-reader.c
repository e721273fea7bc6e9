/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-reader-private.h"

#include "proc-lines-private.h"
#include "proc-waiters-private.h"

/* Takes an output from its outlet, in the program: as lines and as bytes, for whoever
 * asks, in the order in which they ask; or as batches, for signals. Any thread.
 *
 * serve () gives what is there to those who wait, and is called when something has come,
 * in the engine's thread too. A request that has been served is returned without the
 * lock.
 *
 * There is one splitter, so a line that was begun for one is ended for the next, and
 * what was given as bytes is in no line.
 */
#define BLOCK_SIZE ((gsize) 64 * 1024)

struct _ProcReader
{
  ProcOutlet *outlet;
  GMutex lock;
  ProcWaiters requests; /* whose data is a size: how many bytes; 0: lines */
  char *charset;
  ProcLines *splitter;  /* NULL: no line was asked for */
  gboolean at_end;      /* of the last line, too */
  gboolean stopped;
};

ProcReader *
proc_reader_new (ProcOutlet *outlet)
{
  ProcReader *self = g_new0 (ProcReader, 1);

  self->outlet = proc_outlet_ref (outlet);
  g_mutex_init (&self->lock);
  proc_waiters_init (&self->requests, &self->lock);
  return self;
}

void
proc_reader_free (ProcReader *self)
{
  proc_waiters_clear (&self->requests);
  g_clear_pointer (&self->splitter, proc_lines_free);
  proc_outlet_unref (self->outlet);
  g_free (self->charset);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* Before anything is read. */
void
proc_reader_set_charset (ProcReader *self, const char *charset)
{
  self->charset = g_strdup (charset);
}

static ProcLines *
get_splitter (ProcReader *self)
{
  if (self->splitter == NULL)
    self->splitter = proc_lines_new (self->charset);

  return self->splitter;
}

/* Takes @lines. */
static char **
end_strv (GPtrArray *lines)
{
  g_ptr_array_add (lines, NULL);
  return (char **) g_ptr_array_free (lines, FALSE);
}

/* Appends the lines of the next block. FALSE: none is there. */
static gboolean
split_next (ProcReader *self, GPtrArray *lines)
{
  gboolean ended;
  g_autoptr(GBytes) block = proc_outlet_take (self->outlet, BLOCK_SIZE, &ended);

  if (block != NULL)
    {
      proc_lines_feed (get_splitter (self), g_bytes_get_data (block, NULL),
                       g_bytes_get_size (block), lines);
      return TRUE;
    }

  if (ended && !self->at_end)
    {
      proc_lines_finish (get_splitter (self), lines);
      self->at_end = TRUE;
    }

  return FALSE;
}

/* What a request gets. */
typedef struct
{
  ProcWaiter *waiter;
  gpointer answer;
  GDestroyNotify free_answer;
} Answer;

/* FALSE: not yet. The end of the lines is NULL. */
static gboolean
answer_lines (ProcReader *self, Answer *answer)
{
  g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);

  while (lines->len == 0 && !self->stopped && split_next (self, lines))
    ;
  if (lines->len == 0 && !self->at_end && !self->stopped)
    return FALSE;

  answer->free_answer = (GDestroyNotify) g_strfreev;
  if (lines->len > 0)
    answer->answer = end_strv (g_steal_pointer (&lines));
  return TRUE;
}

/* The end of the bytes is no byte. */
static gboolean
answer_bytes (ProcReader *self, gsize count, Answer *answer)
{
  gboolean ended;
  GBytes *block = self->stopped ? NULL : proc_outlet_take (self->outlet, count, &ended);

  if (block == NULL && !self->stopped && !ended)
    return FALSE;

  answer->answer = block != NULL ? block : g_bytes_new (NULL, 0);
  answer->free_answer = (GDestroyNotify) g_bytes_unref;
  return TRUE;
}

static gboolean
answer_next (ProcReader *self, Answer *answer)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  ProcWaiter *waiter = proc_waiters_peek (&self->requests);
  gsize count;

  if (waiter == NULL)
    return FALSE;

  count = GPOINTER_TO_SIZE (proc_waiter_get_data (waiter));
  if (!(count == 0 ? answer_lines (self, answer) : answer_bytes (self, count, answer)))
    return FALSE;

  answer->waiter = proc_waiters_pop (&self->requests);
  return TRUE;
}

/* Something has come, or the end. */
void
proc_reader_serve (ProcReader *self)
{
  Answer answer = { NULL };

  while (answer_next (self, &answer))
    {
      proc_waiter_return (answer.waiter, answer.answer, answer.free_answer);
      answer = (Answer) { NULL };
    }
}

/* Asks for up to @count bytes, or with 0 for lines. Whose @waiter is keeps @self. */
void
proc_reader_request (ProcReader *self, gsize count, ProcWaiter *waiter)
{
  if (!proc_reader_is_stopped (self))
    proc_outlet_set_use (self->outlet, PROC_OUTLET_READ);

  proc_waiter_set_data (waiter, GSIZE_TO_POINTER (count), NULL);
  proc_waiters_add (&self->requests, waiter);
  proc_reader_serve (self);
}

gboolean
proc_reader_is_stopped (ProcReader *self)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->stopped;
}

/* Nobody reads any more: who waits is at the end. */
void
proc_reader_stop (ProcReader *self)
{
  g_mutex_lock (&self->lock);
  self->stopped = TRUE;
  g_mutex_unlock (&self->lock);

  proc_outlet_abandon (self->outlet);
  proc_reader_serve (self);
}

/* Gives the next block, and with @split the lines that end in it. FALSE: nothing is
 * there. */
gboolean
proc_reader_take_batch (ProcReader *self, gboolean split, ProcBatch *batch)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  gboolean ended;

  batch->bytes = proc_outlet_take (self->outlet, BLOCK_SIZE, &ended);
  if (batch->bytes != NULL && split)
    {
      proc_lines_feed (get_splitter (self), g_bytes_get_data (batch->bytes, NULL),
                       g_bytes_get_size (batch->bytes), lines);
    }
  else if (ended && !self->at_end)
    {
      proc_lines_finish (get_splitter (self), lines);
      self->at_end = TRUE;
    }

  if (split && lines->len > 0)
    batch->lines = end_strv (g_steal_pointer (&lines));
  return batch->bytes != NULL || batch->lines != NULL;
}

void
proc_batch_clear (ProcBatch *batch)
{
  g_clear_pointer (&batch->bytes, g_bytes_unref);
  g_clear_pointer (&batch->lines, g_strfreev);
}
