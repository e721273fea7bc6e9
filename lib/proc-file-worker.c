/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-file-worker-private.h"

#include "proc-buffer-private.h"
#include "proc-file-target-private.h"
#include "proc-plan-private.h"
#include "proc-thread-private.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

/* A thread with a writer, since a disk may keep it waiting.
 *
 * One request is under way at a time: open, writes, settle, in that order. While busy,
 * the request and its answer belong to the thread, otherwise to the engine. Nothing is
 * locked. done () is called in the engine's main loop.
 *
 * When much comes in, a write goes on by itself: it pulls from the pipe what is in there
 * and writes it. So a block stays with one processor, which has it at hand, and no other
 * thread is woken for it. That is over when nothing came for a moment, somebody follows, the
 * pipe is taken back, or the run is being stopped.
 *
 * A file that is not native may hang for ever, whatever we do to it. So the worker is
 * counted, and owns all that its thread touches: it can be left behind. When the call
 * that hangs comes back after all, the writer is dropped, and the thread ends.
 */

#define PULL_WAIT_MSEC 10

/* While the caller still holds its objects: their last reference, which may end in code
 * of the caller's, is to be dropped in its own thread. */
static void
let_go (ProcFileWorker *self)
{
  proc_redirect_clear (&self->redirect);
  proc_redirect_clear (&self->twin);
}

static void
worker_clear (gpointer data)
{
  ProcFileWorker *self = data;

  g_assert (self->writer == NULL);

  let_go (self);
  if (self->has_stop_fd)
    g_cancellable_release_fd (self->stop);
  g_object_unref (self->stop);
  proc_block_free (self->block.data, PROC_FILE_BLOCK_SIZE);
  proc_file_worker_close_pipe (self);
  g_clear_pointer (&self->tail, g_bytes_unref);
  g_clear_error (&self->error);
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_clear_pointer (&self->spooled, g_bytes_unref);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_async_queue_unref (self->requests);
}

static void
worker_unref (ProcFileWorker *self)
{
  g_atomic_rc_box_release_full (self, worker_clear);
}

/* Two names of one file are found out before either is opened, which may empty it. */
static gboolean
look_for_twin (ProcFileWorker *self)
{
  GFile *file = self->redirect.file;
  GFile *twin = self->twin.file;

  if (twin == NULL
      || !proc_file_target_is_same (g_file_peek_path (file), g_file_peek_path (twin)))
    return TRUE;

  self->is_twin = TRUE;
  return self->redirect.file_flags == self->twin.file_flags
         || proc_plan_refuse_ways (twin, &self->error);
}

static gboolean
may_pull (ProcFileWorker *self)
{
  return g_atomic_int_get (&self->pulls) && !g_cancellable_is_cancelled (self->stop)
         && (self->outlet == NULL || proc_outlet_is_passed_by (self->outlet));
}

/* Waits a moment for more. */
static gssize
read_pipe (ProcFileWorker *self)
{
  struct pollfd item = { .fd = self->pipe, .events = POLLIN };
  gssize n_read = read (self->pipe, self->block.data, PROC_FILE_BLOCK_SIZE);

  if (n_read < 0 && errno == EAGAIN && poll (&item, 1, PULL_WAIT_MSEC) > 0)
    n_read = read (self->pipe, self->block.data, PROC_FILE_BLOCK_SIZE);

  return n_read;
}

/* The next block. FALSE: what comes next is the engine's. */
static gboolean
pull (ProcFileWorker *self)
{
  gssize n_read = may_pull (self) ? read_pipe (self) : 0;

  if (n_read <= 0)
    return FALSE;

  self->block.size = n_read;
  self->n_pulled += n_read;
  if (self->outlet != NULL)
    proc_outlet_put (self->outlet, self->block.data, n_read);
  return TRUE;
}

static void
write_and_pull (ProcFileWorker *self)
{
  do
    proc_file_writer_write (self->writer, self->block.data, self->block.size, &self->n_written,
                            &self->error);
  while (self->error == NULL && pull (self));
}

static void
settle (ProcFileWorker *self)
{
  if (!self->failed)
    g_atomic_pointer_set (&self->spooled, proc_file_writer_map_spool (self->writer));

  self->bytes = proc_file_writer_settle (self->writer, self->keep, self->failed, self->tail,
                                         &self->error);
  self->whole = proc_file_writer_is_whole (self->writer);
  self->size = proc_file_writer_get_written (self->writer);
  g_clear_pointer (&self->writer, proc_file_writer_free);
}

static void
do_request (ProcFileWorker *self)
{
  switch (self->kind)
    {
    case PROC_FILE_REQUEST_OPEN:
      if (look_for_twin (self))
        self->writer = proc_file_writer_open (&self->redirect, self->stop, &self->error);
      break;

    case PROC_FILE_REQUEST_WRITE:
      write_and_pull (self);
      break;

    case PROC_FILE_REQUEST_SETTLE:
      settle (self);
      break;

    case PROC_FILE_REQUEST_DROP:
    default:
      g_clear_pointer (&self->writer, proc_file_writer_free);
      break;
    }
}

static gboolean
on_request_done (gpointer user_data)
{
  ProcFileWorker *self = user_data;

  self->busy = FALSE;
  if (self->done != NULL)
    self->done (self->user_data);
  else if (self->writer != NULL)
    proc_file_worker_send (self, PROC_FILE_REQUEST_DROP);

  worker_unref (self);
  return G_SOURCE_REMOVE;
}

/* Ends with its writer: after the last request, or when it could not be opened. */
static gpointer
thread_main (gpointer data)
{
  ProcFileWorker *self = data;
  gboolean more = TRUE;

  while (more)
    {
      g_async_queue_pop (self->requests);
      do_request (self);
      more = self->writer != NULL;
      if (!more)
        let_go (self);
      proc_thread_post (self->context, G_PRIORITY_DEFAULT, on_request_done,
                        g_atomic_rc_box_acquire (self));
    }

  worker_unref (self);
  return NULL;
}

ProcFileWorker *
proc_file_worker_new (const ProcRedirect *redirect)
{
  ProcFileWorker *self = g_atomic_rc_box_new0 (ProcFileWorker);

  proc_redirect_copy (redirect, &self->redirect);
  self->stop = g_cancellable_new ();
  self->whole = TRUE;
  self->requests = g_async_queue_new ();
  self->pipe = -1;
  return self;
}

/* The engine's side, while it is idle. FALSE: there is no descriptor left for that, and
 * nothing will be pulled. */
gboolean
proc_file_worker_set_pipe (ProcFileWorker *self, int fd, ProcOutlet *outlet)
{
  if (self->pipe >= 0)
    return TRUE;

  self->pipe = proc_fd_dup (fd, NULL);
  if (self->pipe >= 0 && outlet != NULL)
    self->outlet = proc_outlet_ref (outlet);
  return self->pipe >= 0;
}

void
proc_file_worker_close_pipe (ProcFileWorker *self)
{
  proc_fd_clear (&self->pipe);
  g_clear_pointer (&self->outlet, proc_outlet_unref);
}

gboolean
proc_file_worker_start (ProcFileWorker *self,
                        ProcFileWorkerDone done,
                        gpointer user_data,
                        GError **error)
{
  gboolean may_wait = self->redirect.file == NULL || !g_file_is_native (self->redirect.file);

  self->context = g_main_context_ref_thread_default ();
  self->done = done;
  self->user_data = user_data;
  self->has_stop_fd = may_wait && proc_fd_reserve (self->stop, error);
  if (may_wait && !self->has_stop_fd)
    return FALSE;

  self->thread = proc_thread_new ("procrunner-file", thread_main, g_atomic_rc_box_acquire (self),
                                  error);
  if (self->thread != NULL)
    return TRUE;

  worker_unref (self);
  return FALSE;
}

void
proc_file_worker_send (ProcFileWorker *self, ProcFileRequest kind)
{
  g_assert (!self->busy);

  self->busy = TRUE;
  self->kind = kind;
  g_async_queue_push (self->requests, self);
}

/* The engine's side is over; done () is not called any more. A busy thread goes on alone.
 * Gives what had been spooled for a file that now hangs, or NULL. */
GBytes *
proc_file_worker_leave (ProcFileWorker *self)
{
  GBytes *spooled = g_atomic_pointer_get (&self->spooled);

  if (spooled != NULL)
    g_bytes_ref (spooled);

  self->done = NULL;
  if (self->thread != NULL && self->busy)
    g_thread_unref (self->thread);
  else if (self->thread != NULL)
    g_thread_join (self->thread);

  worker_unref (self);
  return spooled;
}
