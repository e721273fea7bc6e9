/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-file-sink-private.h"

#include "proc-buffer-private.h"
#include "proc-error-private.h"
#include "proc-file-worker-private.h"
#include "proc-source-private.h"

/* The sink that writes to a file or a stream.
 *
 * That is done by a worker, in a thread of this sink's own. Two blocks go back and
 * forth: one is filled by the pump while the other is written; when both are full, the
 * pump is held, and so the child. A native file's worker goes on from the pipe after a full
 * block, while the pump is held.
 *
 * Once a write has failed, further output goes to the tail, in memory, so that what did
 * not reach the file is not lost. The child is being stopped then. One that goes on
 * writing all the same has its pipe closed when the tail is full. With a tee there is no
 * tail: all that was read is known elsewhere.
 *
 * A block that is not full waits a moment for more, since each goes through the thread
 * at a cost. No longer than that, for whoever looks at the file meanwhile.
 *
 * A sink that was aborted is patient for a while with what may hang. Then it leaves the
 * worker behind, and what the worker was about to write counts as not written.
 */
#define MAX_TAIL ((gsize) 1024 * 1024)
#define PATIENCE_MSEC 1000
#define FLUSH_MSEC 10

typedef struct
{
  ProcSink parent;

  GCancellable *stop;
  ProcFileWorker *worker; /* NULL: it was left behind */
  gboolean is_tee;
  gboolean is_twin;
  gboolean may_hang;
  gboolean spools; /* what was written is in the result, unless the file gets it */
  GSource *patience;

  int pipe; /* the pump's, or -1 */
  ProcOutlet *outlet;
  gboolean pulling; /* it is the worker who reads */
  ProcFileBlock filling;
  GSource *flush; /* while a block waits for more */
  gboolean flush_due;
  ProcBuffer tail;
  GBytes *tail_bytes; /* when settling */
  GBytes *bytes;      /* what belongs into the result, once that is known */
  gboolean failed;
  gboolean aborted;
  gboolean settling;
  gboolean keep;
} FileSink;

static gboolean on_patience_over (gpointer user_data);
static gboolean on_flush_due (gpointer user_data);

static void
start_patience (FileSink *self)
{
  if (!self->aborted || !self->may_hang || self->patience != NULL
      || self->worker == NULL || !self->worker->busy)
    return;

  self->patience = proc_source_start_timer (PATIENCE_MSEC, on_patience_over,
                                            "[procrunner] patience", self);
}

static void
send_request (FileSink *self, ProcFileRequest kind)
{
  proc_file_worker_send (self->worker, kind);
  start_patience (self);
}

/* TRUE: the worker may read on from the pipe. What hangs is left behind, and must not
 * have it then. */
static gboolean
prepare_pull (FileSink *self)
{
  return self->pipe >= 0 && self->filling.size == PROC_FILE_BLOCK_SIZE && !self->may_hang
         && !self->aborted && !self->settling
         && proc_file_worker_set_pipe (self->worker, self->pipe, self->outlet);
}

static void
send_block (FileSink *self)
{
  ProcFileBlock empty = { self->worker->block.data, 0 };

  proc_source_clear (&self->flush);
  self->flush_due = FALSE;
  self->pulling = prepare_pull (self);
  g_atomic_int_set (&self->worker->pulls, self->pulling);
  self->worker->block = self->filling;
  self->filling = empty;
  send_request (self, PROC_FILE_REQUEST_WRITE);
}

static void
send_settle (FileSink *self)
{
  self->tail_bytes = proc_buffer_take_bytes (&self->tail);
  self->worker->tail = g_bytes_ref (self->tail_bytes);
  self->worker->keep = self->keep;
  self->worker->failed = self->failed;
  send_request (self, PROC_FILE_REQUEST_SETTLE);
}

static void
send_or_wait (FileSink *self)
{
  if (self->filling.size == PROC_FILE_BLOCK_SIZE || self->flush_due || self->settling)
    send_block (self);
  else if (self->flush == NULL)
    self->flush = proc_source_start_timer (FLUSH_MSEC, on_flush_due, "[procrunner] flush", self);
}

/* What comes next, when nothing is under way. */
static void
advance (FileSink *self)
{
  if (self->worker == NULL && self->settling)
    proc_sink_set_settled (&self->parent);

  if (self->worker == NULL || self->worker->busy)
    return;

  if (!self->failed && self->filling.size > 0)
    send_or_wait (self);
  else if (self->settling)
    send_settle (self);
}

static gboolean
on_flush_due (gpointer user_data)
{
  FileSink *self = user_data;

  proc_source_clear (&self->flush);
  self->flush_due = TRUE;
  advance (self);
  return G_SOURCE_REMOVE;
}

/* Takes @error. A stopped run fails for that reason, not for what it led to. */
static void
note_failure (FileSink *self, GError *error)
{
  self->failed = TRUE;
  if (self->aborted)
    self->parent.cut = TRUE;

  if (self->parent.cut)
    g_error_free (error);
  else
    proc_sink_take_error (&self->parent, error);
}

/* What did not reach the file, from the @n_written th byte of the block on. */
static void
keep_blocks (FileSink *self, gsize n_written)
{
  const ProcFileBlock *block = &self->worker->block;

  if (!self->is_tee)
    {
      proc_buffer_append (&self->tail, block->data + n_written, block->size - n_written);
      proc_buffer_append (&self->tail, self->filling.data, self->filling.size);
    }

  self->filling.size = 0;
}

static void
on_opened (FileSink *self, GError *error)
{
  self->is_twin = self->worker->is_twin;
  self->parent.opened = error == NULL;
  self->parent.settled = error != NULL;
  if (error != NULL)
    note_failure (self, error);
}

static void
on_written (FileSink *self, GError *error)
{
  self->parent.size += self->worker->n_pulled;
  self->worker->n_pulled = 0;
  self->pulling = FALSE;
  if (self->pipe < 0 || error != NULL)
    proc_file_worker_close_pipe (self->worker);

  if (error != NULL)
    {
      keep_blocks (self, self->worker->n_written);
      note_failure (self, error);
    }

  advance (self);
}

static void
on_settled (FileSink *self, GError *error)
{
  self->bytes = g_steal_pointer (&self->worker->bytes);
  self->parent.lost = !self->worker->whole;
  self->parent.size = MAX (self->parent.size, self->worker->size);
  self->parent.settled = TRUE;
  if (error != NULL)
    note_failure (self, error);
}

static void
on_worker_done (gpointer user_data)
{
  FileSink *self = user_data;
  GError *error = g_steal_pointer (&self->worker->error);

  proc_source_clear (&self->patience);
  switch (self->worker->kind)
    {
    case PROC_FILE_REQUEST_OPEN:
      on_opened (self, error);
      break;

    case PROC_FILE_REQUEST_WRITE:
      on_written (self, error);
      break;

    case PROC_FILE_REQUEST_SETTLE:
    case PROC_FILE_REQUEST_DROP:
    default:
      on_settled (self, error);
      break;
    }

  proc_sink_notify (&self->parent);
}

static gboolean
on_patience_over (gpointer user_data)
{
  FileSink *self = user_data;
  gboolean settling = self->worker->kind == PROC_FILE_REQUEST_SETTLE;

  if (self->worker->kind == PROC_FILE_REQUEST_WRITE)
    keep_blocks (self, 0);

  proc_source_clear (&self->patience);
  self->bytes = proc_file_worker_leave (g_steal_pointer (&self->worker));
  self->failed = TRUE;
  self->parent.cut = TRUE;
  self->parent.lost = self->spools && self->bytes == NULL && self->parent.size > 0;
  self->parent.settled = settling || self->settling || !self->parent.opened;
  proc_sink_notify (&self->parent);
  return G_SOURCE_REMOVE;
}

static void
file_sink_open (ProcSink *sink)
{
  FileSink *self = (FileSink *) sink;

  if (proc_file_worker_start (self->worker, on_worker_done, self, &sink->error))
    {
      send_request (self, PROC_FILE_REQUEST_OPEN);
      return;
    }

  self->failed = TRUE;
  proc_sink_set_settled (sink);
}

static int
file_sink_get_child_fd (ProcSink *sink)
{
  FileSink *self = (FileSink *) sink;

  return proc_file_writer_get_child_fd (self->worker->writer);
}

static guint8 *
reserve_tail (FileSink *self, gsize *size)
{
  guint8 *data;

  if (self->tail.size >= MAX_TAIL)
    return NULL;

  data = proc_buffer_reserve (&self->tail, 1, size);
  *size = MIN (*size, MAX_TAIL - self->tail.size);
  return data;
}

static guint8 *
file_sink_reserve (ProcSink *sink, gsize *size)
{
  FileSink *self = (FileSink *) sink;

  if (self->failed)
    return reserve_tail (self, size);

  if (self->filling.size == PROC_FILE_BLOCK_SIZE || self->pulling)
    return NULL;

  if (self->filling.data == NULL)
    self->filling.data = proc_block_new (PROC_FILE_BLOCK_SIZE);

  *size = PROC_FILE_BLOCK_SIZE - self->filling.size;
  return self->filling.data + self->filling.size;
}

static void
file_sink_commit (ProcSink *sink, gsize size)
{
  FileSink *self = (FileSink *) sink;

  if (self->failed)
    {
      proc_buffer_commit (&self->tail, size);
      return;
    }

  self->filling.size += size;
  advance (self);
}

static void
file_sink_lend (ProcSink *sink, int fd, ProcOutlet *outlet)
{
  FileSink *self = (FileSink *) sink;

  self->pipe = fd;
  self->outlet = outlet;
  if (fd >= 0 || self->worker == NULL)
    return;

  g_atomic_int_set (&self->worker->pulls, FALSE);
  if (!self->worker->busy)
    proc_file_worker_close_pipe (self->worker);
}

static gboolean
file_sink_is_closed (ProcSink *sink)
{
  FileSink *self = (FileSink *) sink;

  return self->failed;
}

static void
file_sink_abort (ProcSink *sink)
{
  FileSink *self = (FileSink *) sink;

  self->aborted = TRUE;
  g_cancellable_cancel (self->stop);
  start_patience (self);
}

static void
file_sink_settle (ProcSink *sink, gboolean keep)
{
  FileSink *self = (FileSink *) sink;

  self->settling = TRUE;
  self->keep = keep;
  advance (self);
}

static GBytes *
file_sink_take_bytes (ProcSink *sink)
{
  FileSink *self = (FileSink *) sink;

  if (self->bytes != NULL)
    return g_steal_pointer (&self->bytes);
  if (self->tail_bytes != NULL)
    return g_steal_pointer (&self->tail_bytes);

  return proc_buffer_take_bytes (&self->tail);
}

static void
file_sink_free (ProcSink *sink)
{
  FileSink *self = (FileSink *) sink;
  g_autoptr(GBytes) spooled G_GNUC_UNUSED = NULL;

  g_assert (self->worker == NULL || !self->worker->busy);

  proc_source_clear (&self->patience);
  proc_source_clear (&self->flush);
  if (self->worker != NULL)
    spooled = proc_file_worker_leave (self->worker);
  g_object_unref (self->stop);
  proc_block_free (self->filling.data, PROC_FILE_BLOCK_SIZE);
  proc_buffer_clear (&self->tail);
  g_clear_pointer (&self->tail_bytes, g_bytes_unref);
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_free (self);
}

static const ProcSinkClass file_sink_class = {
  .open = file_sink_open,
  .get_child_fd = file_sink_get_child_fd,
  .reserve = file_sink_reserve,
  .commit = file_sink_commit,
  .lend = file_sink_lend,
  .is_closed = file_sink_is_closed,
  .abort = file_sink_abort,
  .settle = file_sink_settle,
  .take_bytes = file_sink_take_bytes,
  .free = file_sink_free,
};

ProcSink *
proc_file_sink_new (const ProcRedirect *redirect)
{
  FileSink *self = g_new0 (FileSink, 1);

  proc_sink_init (&self->parent, &file_sink_class);
  self->pipe = -1;
  self->worker = proc_file_worker_new (redirect);
  self->stop = g_object_ref (self->worker->stop);
  self->may_hang = redirect->file == NULL || !g_file_is_native (redirect->file);
  self->is_tee = redirect->file != NULL
                 && (redirect->file_flags & PROC_FILE_FLAGS_TEE) != 0;
  self->spools = redirect->file != NULL && redirect->file_flags == PROC_FILE_FLAGS_NONE;
  return &self->parent;
}

/* Both must be native files. If they turn out to be the same, @sink's is opened all the
 * same, unless that is an error: then they were to be written in different ways. */
void
proc_file_sink_set_twin (ProcSink *sink, const ProcRedirect *twin)
{
  FileSink *self = (FileSink *) sink;

  g_assert (!sink->opened && !self->worker->busy);

  proc_redirect_copy (twin, &self->worker->twin);
}

gboolean
proc_file_sink_is_twin (const ProcSink *sink)
{
  return ((const FileSink *) sink)->is_twin;
}
