/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-file-sink-private.h"

#include "proc-buffer-private.h"
#include "proc-error-private.h"
#include "proc-file-writer-private.h"
#include "proc-thread-private.h"

/* The sink that writes to a file.
 *
 * The file is touched in a thread of this sink's own, since a disk may keep it
 * waiting. Two blocks go back and forth: one is filled by the pump while the
 * other is written; when both are full, the pump is held, and so the child.
 *
 * One request is under way at a time: open, writes, settle, in that order. While
 * busy, the writer, the request's fields and the block being written belong to
 * the thread, which may read failed too; otherwise they are the engine's. Nothing
 * is locked.
 *
 * Once a write has failed, all further output goes to the tail, in memory, so
 * that what did not reach the file is not lost.
 */
#define BLOCK_SIZE ((gsize) 256 * 1024)

typedef enum
{
  REQUEST_OPEN,
  REQUEST_WRITE,
  REQUEST_COMMIT,
  REQUEST_RECOVER
} RequestKind;

typedef struct
{
  guint8 *data;
  gsize size;
} Block;

typedef struct
{
  ProcSink parent;

  GFile *file;
  ProcFileFlags flags;
  GCancellable *stop;
  GMainContext *context;
  GThread *thread;
  GAsyncQueue *requests;

  /* the request */
  gboolean busy;
  RequestKind kind;
  ProcFileWriter *writer;
  Block block;
  gsize n_written;
  GError *failure;
  ProcBuffer recovered;

  /* the engine's side */
  Block filling;
  ProcBuffer tail;
  gboolean failed;
  gboolean settling;
  gboolean keep;
} FileSink;

static gboolean on_request_done (gpointer user_data);

static void
do_request (FileSink *self)
{
  switch (self->kind)
    {
    case REQUEST_OPEN:
      self->writer = proc_file_writer_open (self->file, self->flags, self->stop, &self->failure);
      break;

    case REQUEST_WRITE:
      proc_file_writer_write (self->writer, self->block.data, self->block.size, &self->n_written,
                              &self->failure);
      break;

    case REQUEST_COMMIT:
      if (!proc_file_writer_commit (self->writer, &self->failure))
        proc_file_writer_recover (self->writer, TRUE, &self->recovered);
      g_clear_pointer (&self->writer, proc_file_writer_free);
      break;

    case REQUEST_RECOVER:
    default:
      proc_file_writer_recover (self->writer, self->failed, &self->recovered);
      g_clear_pointer (&self->writer, proc_file_writer_free);
      break;
    }
}

/* Ends with its writer: after the last request, or when it could not be opened. */
static gpointer
thread_main (gpointer data)
{
  FileSink *self = data;
  gboolean more = TRUE;

  while (more)
    {
      g_async_queue_pop (self->requests);
      do_request (self);
      more = self->writer != NULL;
      proc_thread_post (self->context, G_PRIORITY_DEFAULT, on_request_done, self);
    }

  return NULL;
}

static void
send_request (FileSink *self, RequestKind kind)
{
  g_assert (!self->busy);

  self->busy = TRUE;
  self->kind = kind;
  g_async_queue_push (self->requests, self);
}

static void
send_block (FileSink *self)
{
  Block empty = self->block;

  empty.size = 0;
  self->block = self->filling;
  self->filling = empty;
  send_request (self, REQUEST_WRITE);
}

/* What comes next, when nothing is under way. */
static void
advance (FileSink *self)
{
  if (self->busy)
    return;

  if (!self->failed && self->filling.size > 0)
    send_block (self);
  else if (self->settling)
    send_request (self, self->keep && !self->failed ? REQUEST_COMMIT : REQUEST_RECOVER);
}

static void
note_failure (FileSink *self)
{
  self->failed = TRUE;
  if (g_cancellable_is_cancelled (self->stop))
    self->parent.cut = TRUE;

  /* A stopped run fails for that reason, not for what it led to. */
  if (self->parent.cut)
    g_clear_error (&self->failure);
  else
    proc_sink_take_error (&self->parent, g_steal_pointer (&self->failure));
}

static void
on_write_done (FileSink *self)
{
  if (self->failure == NULL)
    return;

  proc_buffer_append (&self->tail, self->block.data + self->n_written,
                      self->block.size - self->n_written);
  proc_buffer_append (&self->tail, self->filling.data, self->filling.size);
  self->filling.size = 0;
  note_failure (self);
}

static gboolean
on_request_done (gpointer user_data)
{
  FileSink *self = user_data;

  self->busy = FALSE;
  switch (self->kind)
    {
    case REQUEST_OPEN:
      self->parent.opened = self->failure == NULL;
      self->parent.settled = self->failure != NULL;
      if (self->failure != NULL)
        note_failure (self);
      break;

    case REQUEST_WRITE:
      on_write_done (self);
      advance (self);
      break;

    case REQUEST_COMMIT:
    case REQUEST_RECOVER:
    default:
      if (self->failure != NULL)
        note_failure (self);
      self->parent.settled = TRUE;
      break;
    }

  proc_sink_notify (&self->parent);
  return G_SOURCE_REMOVE;
}

static void
file_sink_open (ProcSink *sink)
{
  FileSink *self = (FileSink *) sink;

  self->context = g_main_context_ref (g_main_context_get_thread_default ());
  self->thread = proc_thread_new ("procrunner-file", thread_main, self, &self->failure);
  if (self->thread != NULL)
    {
      send_request (self, REQUEST_OPEN);
      return;
    }

  self->failed = TRUE;
  g_set_error_literal (&sink->error, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_SPAWN,
                       self->failure->message);
  g_clear_error (&self->failure);
  proc_sink_set_settled (sink);
}

static guint8 *
file_sink_reserve (ProcSink *sink, gsize *size)
{
  FileSink *self = (FileSink *) sink;

  if (self->failed)
    return proc_buffer_reserve (&self->tail, 1, size);

  if (self->filling.size == BLOCK_SIZE)
    return NULL;

  if (self->filling.data == NULL)
    self->filling.data = g_malloc (BLOCK_SIZE);

  *size = BLOCK_SIZE - self->filling.size;
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
file_sink_abort (ProcSink *sink)
{
  FileSink *self = (FileSink *) sink;

  g_cancellable_cancel (self->stop);
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

  if (self->recovered.size == 0)
    return proc_buffer_take_bytes (&self->tail);

  proc_buffer_append (&self->recovered, self->tail.data, self->tail.size);
  return proc_buffer_take_bytes (&self->recovered);
}

static void
file_sink_free (ProcSink *sink)
{
  FileSink *self = (FileSink *) sink;

  g_assert (!self->busy);

  g_clear_pointer (&self->thread, g_thread_join);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_async_queue_unref (self->requests);
  g_object_unref (self->file);
  g_object_unref (self->stop);
  g_free (self->block.data);
  g_free (self->filling.data);
  proc_buffer_clear (&self->tail);
  proc_buffer_clear (&self->recovered);
  g_free (self);
}

static const ProcSinkClass file_sink_class = {
  .open = file_sink_open,
  .reserve = file_sink_reserve,
  .commit = file_sink_commit,
  .abort = file_sink_abort,
  .settle = file_sink_settle,
  .take_bytes = file_sink_take_bytes,
  .free = file_sink_free,
};

ProcSink *
proc_file_sink_new (GFile *file, ProcFileFlags flags)
{
  FileSink *self = g_new0 (FileSink, 1);

  proc_sink_init (&self->parent, &file_sink_class);
  self->file = g_object_ref (file);
  self->flags = flags;
  self->stop = g_cancellable_new ();
  self->requests = g_async_queue_new ();
  return &self->parent;
}
