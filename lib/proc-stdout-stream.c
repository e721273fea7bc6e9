/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-stdout-stream-private.h"

#include "proc-engine-private.h"

#include <string.h>

/* A piped output of a job as a GInputStream: each read is a request to its reader. */
struct _ProcStdoutStream
{
  GInputStream parent_instance;

  ProcLink *link;
  ProcStream stream;
};

G_DEFINE_FINAL_TYPE (ProcStdoutStream, proc_stdout_stream, G_TYPE_INPUT_STREAM)

static ProcReader *
get_reader (GInputStream *stream)
{
  ProcStdoutStream *self = PROC_STDOUT_STREAM (stream);

  return proc_link_get_reader (self->link, self->stream);
}

static void
request (GInputStream *stream, gsize count, ProcWaiter *waiter)
{
  if (proc_engine_refuse (waiter))
    return;

  proc_link_expect_wait (PROC_STDOUT_STREAM (stream)->link);
  proc_reader_request (get_reader (stream), count, waiter);
}

/* Gives how many bytes the request was answered with; -1 without an answer. Takes
 * @answer. */
static gssize
take_answer (GBytes *answer, void *buffer)
{
  g_autoptr(GBytes) bytes = answer;
  gconstpointer data;
  gsize size;

  if (bytes == NULL)
    return -1;

  data = g_bytes_get_data (bytes, &size);
  if (size > 0)
    memcpy (buffer, data, size);
  return size;
}

static gssize
stdout_stream_read (GInputStream *stream,
                    void *buffer,
                    gsize count,
                    GCancellable *cancellable,
                    GError **error)
{
  g_autoptr(ProcWaiter) waiter = NULL;

  if (count == 0)
    return 0;

  waiter = proc_waiter_new_sync (cancellable);
  request (stream, count, waiter);
  return take_answer (proc_waiter_wait (waiter, error), buffer);
}

/* The answer has a task of its own, for the bytes are taken in the engine's thread, and
 * put into the caller's buffer in the caller's context. */
static void
on_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GTask) task = user_data;
  GError *error = NULL;
  GBytes *answer = g_task_propagate_pointer (G_TASK (result), &error);
  gssize n_read = take_answer (answer, g_task_get_task_data (task));

  if (n_read >= 0)
    g_task_return_int (task, n_read);
  else
    g_task_return_error (task, error);
}

static void
stdout_stream_read_async (GInputStream *stream,
                          void *buffer,
                          gsize count,
                          int io_priority,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_autoptr(GTask) task = g_task_new (stream, cancellable, callback, user_data);
  g_autoptr(GTask) answer = NULL;
  g_autoptr(ProcWaiter) waiter = NULL;

  g_task_set_source_tag (task, stdout_stream_read_async);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, buffer, NULL);
  if (count == 0)
    {
      g_task_return_int (task, 0);
      return;
    }

  answer = g_task_new (stream, cancellable, on_answer, g_object_ref (task));
  g_task_set_source_tag (answer, stdout_stream_read_async);
  g_task_set_priority (answer, io_priority);
  waiter = proc_waiter_new (answer);
  request (stream, count, waiter);
}

static gssize
stdout_stream_read_finish (GInputStream *stream, GAsyncResult *result, GError **error)
{
  return g_task_propagate_int (G_TASK (result), error);
}

static gboolean
stdout_stream_close (GInputStream *stream, GCancellable *cancellable, GError **error)
{
  proc_reader_stop (get_reader (stream));
  return TRUE;
}

static void
stdout_stream_close_async (GInputStream *stream,
                           int io_priority,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_autoptr(GTask) task = g_task_new (stream, cancellable, callback, user_data);

  g_task_set_source_tag (task, stdout_stream_close_async);
  g_task_return_boolean (task, stdout_stream_close (stream, NULL, NULL));
}

static gboolean
stdout_stream_close_finish (GInputStream *stream, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
proc_stdout_stream_finalize (GObject *object)
{
  ProcStdoutStream *self = PROC_STDOUT_STREAM (object);

  proc_link_let_go (self->link);

  G_OBJECT_CLASS (proc_stdout_stream_parent_class)->finalize (object);
}

static void
proc_stdout_stream_class_init (ProcStdoutStreamClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GInputStreamClass *stream_class = G_INPUT_STREAM_CLASS (klass);

  object_class->finalize = proc_stdout_stream_finalize;
  stream_class->read_fn = stdout_stream_read;
  stream_class->read_async = stdout_stream_read_async;
  stream_class->read_finish = stdout_stream_read_finish;
  stream_class->close_fn = stdout_stream_close;
  stream_class->close_async = stdout_stream_close_async;
  stream_class->close_finish = stdout_stream_close_finish;
}

static void
proc_stdout_stream_init (ProcStdoutStream *self)
{
}

GInputStream *
proc_stdout_stream_new (ProcLink *link, ProcStream stream)
{
  ProcStdoutStream *self = g_object_new (PROC_TYPE_STDOUT_STREAM, NULL);

  self->link = proc_link_hold (link);
  self->stream = stream;
  return G_INPUT_STREAM (self);
}
