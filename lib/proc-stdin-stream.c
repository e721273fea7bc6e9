/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-stdin-stream-private.h"

/* A job's standard input as a GOutputStream. Each write is one of the inlet's; the
 * engine makes the system calls, so a broken pipe is an error and no signal.
 *
 * What is written is copied, since the inlet keeps it until it is in the pipe; so not
 * more than a part of a large write is taken at once.
 */
#define MOST_AT_ONCE ((gsize) 256 * 1024)

struct _ProcStdinStream
{
  GOutputStream parent_instance;

  ProcLink *link;
};

G_DEFINE_FINAL_TYPE (ProcStdinStream, proc_stdin_stream, G_TYPE_OUTPUT_STREAM)

/* Gives how many bytes it writes when it is done. */
static ProcWaiter *
write_some (ProcStdinStream *self, const void *buffer, gsize count, GTask *task, gsize *size)
{
  g_autoptr(GBytes) bytes = NULL;

  *size = MIN (count, MOST_AT_ONCE);
  bytes = g_bytes_new (buffer, *size);
  return proc_inlet_write (proc_link_get_inlet (self->link), bytes, task);
}

static gssize
stdin_stream_write (GOutputStream *stream,
                    const void *buffer,
                    gsize count,
                    GCancellable *cancellable,
                    GError **error)
{
  g_autoptr(GTask) task = g_task_new (stream, cancellable, NULL, NULL);
  g_autoptr(ProcWaiter) waiter = NULL;
  gsize size;

  g_task_set_source_tag (task, stdin_stream_write);
  waiter = write_some (PROC_STDIN_STREAM (stream), buffer, count, task, &size);
  if (waiter != NULL)
    proc_waiter_wait (waiter);

  return g_task_propagate_boolean (task, error) ? (gssize) size : -1;
}

static void
stdin_stream_write_async (GOutputStream *stream,
                          const void *buffer,
                          gsize count,
                          int io_priority,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_autoptr(GTask) task = g_task_new (stream, cancellable, callback, user_data);
  g_autoptr(ProcWaiter) waiter G_GNUC_UNUSED = NULL;
  gsize size;

  g_task_set_source_tag (task, stdin_stream_write_async);
  g_task_set_priority (task, io_priority);
  waiter = write_some (PROC_STDIN_STREAM (stream), buffer, count, task, &size);
}

static gssize
stdin_stream_write_finish (GOutputStream *stream, GAsyncResult *result, GError **error)
{
  GTask *task = G_TASK (result);

  return g_task_propagate_boolean (task, error)
           ? (gssize) g_bytes_get_size (g_task_get_task_data (task)) : -1;
}

static gboolean
stdin_stream_close (GOutputStream *stream, GCancellable *cancellable, GError **error)
{
  ProcStdinStream *self = PROC_STDIN_STREAM (stream);

  proc_inlet_close (proc_link_get_inlet (self->link));
  return TRUE;
}

static void
stdin_stream_close_async (GOutputStream *stream,
                          int io_priority,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_autoptr(GTask) task = g_task_new (stream, cancellable, callback, user_data);

  g_task_set_source_tag (task, stdin_stream_close_async);
  g_task_return_boolean (task, stdin_stream_close (stream, NULL, NULL));
}

static gboolean
stdin_stream_close_finish (GOutputStream *stream, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
proc_stdin_stream_finalize (GObject *object)
{
  ProcStdinStream *self = PROC_STDIN_STREAM (object);

  proc_link_let_go (self->link);

  G_OBJECT_CLASS (proc_stdin_stream_parent_class)->finalize (object);
}

static void
proc_stdin_stream_class_init (ProcStdinStreamClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GOutputStreamClass *stream_class = G_OUTPUT_STREAM_CLASS (klass);

  object_class->finalize = proc_stdin_stream_finalize;
  stream_class->write_fn = stdin_stream_write;
  stream_class->write_async = stdin_stream_write_async;
  stream_class->write_finish = stdin_stream_write_finish;
  stream_class->close_fn = stdin_stream_close;
  stream_class->close_async = stdin_stream_close_async;
  stream_class->close_finish = stdin_stream_close_finish;
}

static void
proc_stdin_stream_init (ProcStdinStream *self)
{
}

GOutputStream *
proc_stdin_stream_new (ProcLink *link)
{
  ProcStdinStream *self = g_object_new (PROC_TYPE_STDIN_STREAM, NULL);

  self->link = proc_link_hold (link);
  return G_OUTPUT_STREAM (self);
}
