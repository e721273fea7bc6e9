/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-stdin-stream-private.h"

#include "proc-engine-private.h"

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

/* Gives how many bytes are written when @waiter is returned. */
static gsize
write_some (GOutputStream *stream, const void *buffer, gsize count, ProcWaiter *waiter)
{
  ProcStdinStream *self = PROC_STDIN_STREAM (stream);
  gsize size = MIN (count, MOST_AT_ONCE);
  g_autoptr(GBytes) bytes = g_bytes_new (buffer, size);

  if (proc_engine_refuse (waiter))
    return size;

  proc_link_expect_wait (self->link);
  proc_inlet_write (proc_link_get_inlet (self->link), bytes, waiter);
  return size;
}

static gssize
stdin_stream_write (GOutputStream *stream,
                    const void *buffer,
                    gsize count,
                    GCancellable *cancellable,
                    GError **error)
{
  g_autoptr(ProcWaiter) waiter = proc_waiter_new_sync (cancellable);
  gsize size = write_some (stream, buffer, count, waiter);

  return proc_waiter_wait (waiter, error) != NULL ? (gssize) size : -1;
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
  g_autoptr(ProcWaiter) waiter = NULL;

  g_task_set_source_tag (task, stdin_stream_write_async);
  g_task_set_priority (task, io_priority);
  g_task_set_task_data (task, GSIZE_TO_POINTER (MIN (count, MOST_AT_ONCE)), NULL);
  waiter = proc_waiter_new (task);
  write_some (stream, buffer, count, waiter);
}

static gssize
stdin_stream_write_finish (GOutputStream *stream, GAsyncResult *result, GError **error)
{
  GTask *task = G_TASK (result);

  return g_task_propagate_pointer (task, error) != NULL
           ? (gssize) GPOINTER_TO_SIZE (g_task_get_task_data (task)) : -1;
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
