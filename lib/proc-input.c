/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-input-private.h"

#include "proc-buffer-private.h"
#include "proc-error-private.h"
#include "proc-fd-private.h"
#include "proc-file-source-private.h"
#include "proc-source-private.h"
#include "proc-thread-private.h"

#include <glib/gi18n-lib.h>
#include <sys/stat.h>

/* A file or a stream that is to be a child's standard input.
 *
 *   open → opened → steal_fd         a native file: the child reads it by itself
 *                 → start … stop     a stream, or a file that is not native
 *        → settled                   at its end, failed, or stopped
 *
 * It is opened and read in a thread of its own, since both may wait for ever, also
 * after they were told not to. So nobody waits for the thread: what it needs is the
 * reader's, counted, and it ends by itself. Usually it does at once; for so long it is
 * waited for, so that the stream is free again when the run is done.
 *
 * Two blocks go back and forth: one is read while the other is written to the child;
 * when both are full, reading waits. A block belongs to the thread from when it is
 * requested until it is posted. The stream, too, is the thread's, which drops it
 * before its last post.
 *
 * changed () is called from the main loop, except that opening may settle at once.
 */
#define BLOCK_SIZE ((gsize) 256 * 1024)
#define N_BLOCKS 2
#define STOP_GRACE_MSEC 200

typedef struct _Reader Reader;

typedef struct
{
  Reader *reader;
  guint8 *data;
  gsize size;
} Block;

struct _Reader
{
  GFile *file;          /* or */
  GInputStream *stream; /* what is read */
  GCancellable *stop;
  gboolean has_stop_fd;
  GMainContext *context;
  GAsyncQueue *requests; /* of Block; the reader itself asks for the end */
  Block blocks[N_BLOCKS];

  ProcInput *input; /* the engine's; NULL when it is gone */

  /* the thread's until it posts */
  ProcFd fd;
  gboolean at_end;
  GError *error;
};

struct _ProcInput
{
  Reader *reader;
  ProcFeed *feed; /* not owned; NULL until started */
  GSource *grace;
  gboolean opened;
  gboolean is_fifo;
  gboolean stopped;
  gboolean settled;
  GError *error;
  ProcInputChanged changed;
  gpointer user_data;
};

static void
reader_clear (gpointer data)
{
  Reader *self = data;

  g_clear_object (&self->file);
  g_clear_object (&self->stream);
  if (self->has_stop_fd)
    g_cancellable_release_fd (self->stop);
  g_object_unref (self->stop);
  g_main_context_unref (self->context);
  g_async_queue_unref (self->requests);
  for (guint i = 0; i < N_BLOCKS; i++)
    proc_block_free (self->blocks[i].data, BLOCK_SIZE);
  proc_fd_clear (&self->fd);
  g_clear_error (&self->error);
}

static void
reader_unref (Reader *self)
{
  g_atomic_rc_box_release_full (self, reader_clear);
}

static Reader *
reader_new (GFile *file, GInputStream *stream)
{
  Reader *self = g_atomic_rc_box_new0 (Reader);

  g_set_object (&self->file, file);
  g_set_object (&self->stream, stream);
  self->stop = g_cancellable_new ();
  self->context = g_main_context_ref_thread_default ();
  self->requests = g_async_queue_new ();
  self->fd = -1;
  for (guint i = 0; i < N_BLOCKS; i++)
    self->blocks[i].reader = self;

  return self;
}

/* In the thread */

/* What is posted holds a reference. */
static void
post (Reader *self, GSourceFunc func, gpointer data)
{
  g_atomic_rc_box_acquire (self);
  proc_thread_post (self->context, G_PRIORITY_DEFAULT, func, data);
}

static gboolean on_opened (gpointer user_data);
static gboolean on_block (gpointer user_data);
static gboolean on_end (gpointer user_data);

static gboolean
open_source (Reader *self)
{
  if (self->file != NULL
      && !proc_file_source_open (self->file, self->stop, &self->fd, &self->stream, &self->error))
    return FALSE;

  post (self, on_opened, self);
  return TRUE;
}

static void
note_failure (Reader *self, const GError *cause)
{
  g_autofree char *name = self->file != NULL ? g_file_get_parse_name (self->file) : NULL;

  if (name != NULL)
    g_set_error (&self->error, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_INPUT_FILE,
                 _("Cannot read “%s”: %s"), name, cause->message);
  else
    g_set_error (&self->error, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_INPUT_FILE,
                 _("Cannot read the input stream: %s"), cause->message);
}

/* FALSE: there is no more. */
static gboolean
read_block (Reader *self, Block *block)
{
  g_autoptr(GError) cause = NULL;
  gssize n_read;

  if (block->data == NULL)
    block->data = proc_block_new (BLOCK_SIZE);

  n_read = g_input_stream_read (self->stream, block->data, BLOCK_SIZE, self->stop, &cause);
  self->at_end = n_read == 0;
  if (n_read < 0)
    note_failure (self, cause);
  if (n_read <= 0)
    return FALSE;

  block->size = n_read;
  post (self, on_block, block);
  return TRUE;
}

static gpointer
thread_main (gpointer data)
{
  Reader *self = data;
  gboolean more = open_source (self) && self->stream != NULL;

  while (more)
    {
      gpointer request = g_async_queue_pop (self->requests);

      more = request != self && read_block (self, request);
    }

  g_clear_object (&self->stream);
  g_clear_object (&self->file);
  post (self, on_end, self);
  reader_unref (self);
  return NULL;
}

/* In the engine */

static void
settle (ProcInput *self)
{
  proc_source_clear (&self->grace);
  self->settled = TRUE;
  self->changed (self->user_data);
}

static gboolean
is_fifo (int fd)
{
  struct stat status;

  return fd >= 0 && fstat (fd, &status) == 0 && S_ISFIFO (status.st_mode);
}

static gboolean
on_opened (gpointer user_data)
{
  Reader *reader = user_data;
  ProcInput *self = reader->input;

  if (self != NULL)
    {
      self->opened = TRUE;
      self->is_fifo = is_fifo (reader->fd);
      self->changed (self->user_data);
    }

  reader_unref (reader);
  return G_SOURCE_REMOVE;
}

static void
on_accepted (gboolean written, gpointer user_data)
{
  Block *block = user_data;

  if (written)
    g_async_queue_push (block->reader->requests, block);
}

static gboolean
on_block (gpointer user_data)
{
  Block *block = user_data;
  Reader *reader = block->reader;
  ProcInput *self = reader->input;

  if (self != NULL)
    {
      g_autoptr(GBytes) bytes = g_bytes_new_static (block->data, block->size);

      proc_feed_write (self->feed, bytes, on_accepted, block);
    }

  reader_unref (reader);
  return G_SOURCE_REMOVE;
}

/* The thread has let go of everything. An error is none if it was told to stop. */
static gboolean
on_end (gpointer user_data)
{
  Reader *reader = user_data;
  ProcInput *self = reader->input;

  if (self != NULL)
    {
      if (reader->at_end)
        proc_feed_close (self->feed);
      if (!self->stopped)
        self->error = g_steal_pointer (&reader->error);
      settle (self);
    }

  reader_unref (reader);
  return G_SOURCE_REMOVE;
}

/* The thread has its time; later it may end as it likes. */
static gboolean
on_grace_over (gpointer user_data)
{
  settle (user_data);
  return G_SOURCE_REMOVE;
}

/* Of @file and @stream one is given. */
ProcInput *
proc_input_new (GFile *file,
                GInputStream *stream,
                ProcInputChanged changed,
                gpointer user_data)
{
  ProcInput *self = g_new0 (ProcInput, 1);

  self->reader = reader_new (file, stream);
  self->reader->input = self;
  self->changed = changed;
  self->user_data = user_data;
  return self;
}

/* The feed that it was started with must be gone before. */
void
proc_input_free (ProcInput *self)
{
  proc_source_clear (&self->grace);
  g_clear_error (&self->error);
  self->reader->input = NULL;
  reader_unref (self->reader);
  g_free (self);
}

static gboolean
start_thread (Reader *self, GError **error)
{
  gboolean may_wait = self->file == NULL || !g_file_is_native (self->file);
  g_autoptr(GThread) thread = NULL;

  self->has_stop_fd = may_wait && proc_fd_reserve (self->stop, error);
  if (may_wait && !self->has_stop_fd)
    return FALSE;

  thread = proc_thread_new ("procrunner-in", thread_main, g_atomic_rc_box_acquire (self), error);
  if (thread == NULL)
    reader_unref (self);
  return thread != NULL;
}

void
proc_input_open (ProcInput *self)
{
  if (!start_thread (self->reader, &self->error))
    settle (self);
}

gboolean
proc_input_is_opened (const ProcInput *self)
{
  return self->opened;
}

/* TRUE: what its writer has written is not there when it is opened once more. */
gboolean
proc_input_is_fifo (const ProcInput *self)
{
  return self->is_fifo;
}

const GError *
proc_input_get_error (const ProcInput *self)
{
  return self->error;
}

/* Gives the child's end, when it is opened; -1 if it is to be started with a feed. */
int
proc_input_steal_fd (ProcInput *self)
{
  g_assert (self->opened);

  return proc_fd_steal (&self->reader->fd);
}

/* Reads on, into @feed, until the end or a stop. */
void
proc_input_start (ProcInput *self, ProcFeed *feed)
{
  self->feed = feed;
  for (guint i = 0; i < N_BLOCKS; i++)
    g_async_queue_push (self->reader->requests, &self->reader->blocks[i]);
}

/* Nobody needs it any more. */
void
proc_input_stop (ProcInput *self)
{
  if (self->stopped || self->settled)
    return;

  self->stopped = TRUE;
  self->grace = proc_source_start_timer (STOP_GRACE_MSEC, on_grace_over,
                                         "[procrunner] input", self);

  g_async_queue_push_front (self->reader->requests, self->reader);
  g_cancellable_cancel (self->reader->stop);
}

gboolean
proc_input_is_settled (const ProcInput *self)
{
  return self->settled;
}
