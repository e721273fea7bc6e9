/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The standard streams of a job, while it runs. */

#include "config.h"

#include "proc-job-private.h"

#include "proc-stdin-stream-private.h"
#include "proc-stdout-stream-private.h"

#include <glib/gi18n-lib.h>

static gboolean
is_input_piped (ProcJob *self)
{
  const ProcRedirect *in = &self->command->in;

  return in->kind == PROC_STDIO_PIPE
         && in->bytes == NULL && in->file == NULL && in->stream == NULL;
}

static gboolean
is_output_piped (const ProcRedirect *out)
{
  return out->kind == PROC_STDIO_PIPE && out->file == NULL && out->output_stream == NULL;
}

/* Returns @waiter when all is written. */
static void
write_bytes (ProcJob *self, GBytes *bytes, ProcWaiter *waiter)
{
  if (proc_engine_refuse (waiter))
    return;

  proc_link_expect_wait (self->link);
  if (is_input_piped (self))
    proc_inlet_write (proc_link_get_inlet (self->link), bytes, waiter);
  else
    proc_waiter_return_error (
      proc_waiter_ref (waiter),
      g_error_new_literal (G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                           _("The command’s standard input is no pipe (PROC_STDIO_PIPE)")));
}

/**
 * proc_job_write:
 * @self: a job
 * @bytes: what to write
 * @cancellable: (nullable): ends the wait
 * @error: return location for an error
 *
 * Writes to the command's standard input, as [method@Proc.Job.write_async] does. The
 * calling thread waits; no main context is iterated.
 *
 * Returns: %TRUE if all was written, %FALSE with @error set
 *
 * Since: 1.0
 */
gboolean
proc_job_write (ProcJob *self, GBytes *bytes, GCancellable *cancellable, GError **error)
{
  g_autoptr(ProcWaiter) waiter = NULL;

  g_return_val_if_fail (PROC_IS_JOB (self), FALSE);
  g_return_val_if_fail (bytes != NULL, FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  waiter = proc_waiter_new_sync (cancellable);
  write_bytes (self, bytes, waiter);
  return proc_waiter_wait (waiter, error) != NULL;
}

/**
 * proc_job_write_async:
 * @self: a job
 * @bytes: what to write
 * @cancellable: (nullable): ends the wait
 * @callback: (scope async) (nullable): called when all is written
 * @user_data: data for @callback
 *
 * Writes to the command's standard input, which must be `PROC_STDIO_PIPE`.
 *
 * @callback is called in the main context that is the caller's thread-default one now,
 * when the last byte is in the pipe: whoever waits for that before the next call writes no
 * faster than the command reads. Several calls are written in the order in which they
 * were made. Before the start they wait for it.
 *
 * When @cancellable is triggered, nothing is written of what had not been begun; what had
 * may be written in part, or whole.
 *
 * Since: 1.0
 */
void
proc_job_write_async (ProcJob *self,
                      GBytes *bytes,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  g_autoptr(GTask) task = NULL;
  g_autoptr(ProcWaiter) waiter = NULL;

  g_return_if_fail (PROC_IS_JOB (self));
  g_return_if_fail (bytes != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, proc_job_write_async);
  waiter = proc_waiter_new (task);
  write_bytes (self, bytes, waiter);
}

/**
 * proc_job_write_finish:
 * @self: the job
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Gets the outcome of [method@Proc.Job.write_async].
 *
 * The error is `G_IO_ERROR_BROKEN_PIPE` if the command does not read any more, or was
 * never started; `G_IO_ERROR_CLOSED` after [method@Proc.Job.close_stdin];
 * `G_IO_ERROR_NOT_SUPPORTED` if standard input is no pipe; or `G_IO_ERROR_CANCELLED`.
 *
 * Returns: %TRUE if all was written, %FALSE with @error set
 *
 * Since: 1.0
 */
gboolean
proc_job_write_finish (ProcJob *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (PROC_IS_JOB (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, proc_job_write_async), FALSE);

  return g_task_propagate_pointer (G_TASK (result), error) != NULL;
}

/**
 * proc_job_close_stdin:
 * @self: a job
 *
 * Lets the command's standard input end, behind all that was written so far. Without
 * effect if it is no pipe. May be called from any thread.
 *
 * Since: 1.0
 */
void
proc_job_close_stdin (ProcJob *self)
{
  g_return_if_fail (PROC_IS_JOB (self));

  proc_inlet_close (proc_link_get_inlet (self->link));
}

static gboolean
is_stream (ProcStream stream)
{
  return stream == PROC_STREAM_STDOUT || stream == PROC_STREAM_STDERR;
}

/* Lines are asked for by a count of 0. */
static void
request_lines (ProcJob *self, ProcStream stream, ProcWaiter *waiter)
{
  if (proc_engine_refuse (waiter))
    return;

  proc_link_expect_wait (self->link);
  proc_reader_request (proc_link_get_reader (self->link, stream), 0, waiter);
}

/**
 * proc_job_read_lines:
 * @self: a job
 * @stream: which output
 * @cancellable: (nullable): ends the wait, and takes nothing
 * @error: return location for an error
 *
 * Reads the next lines of an output, as [method@Proc.Job.read_lines_async] does. The
 * calling thread waits; no main context is iterated.
 *
 * Returns: (transfer full) (nullable) (array zero-terminated=1): the lines, at least one;
 *   %NULL at the end of the output, or with @error set
 *
 * Since: 1.0
 */
char **
proc_job_read_lines (ProcJob *self,
                     ProcStream stream,
                     GCancellable *cancellable,
                     GError **error)
{
  g_autoptr(ProcWaiter) waiter = NULL;

  g_return_val_if_fail (PROC_IS_JOB (self), NULL);
  g_return_val_if_fail (is_stream (stream), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  waiter = proc_waiter_new_sync (cancellable);
  request_lines (self, stream, waiter);
  return proc_waiter_wait (waiter, error);
}

/**
 * proc_job_read_lines_async:
 * @self: a job
 * @stream: which output
 * @cancellable: (nullable): ends the wait, and takes nothing
 * @callback: (scope async) (nullable): called when lines have come
 * @user_data: data for @callback
 *
 * Reads the next lines of an output: those that are there, at most about 64 KiB, or when
 * none is, the first that come. They are the lines of [signal@Proc.Job::lines], which is
 * not made of this output any more from now on.
 *
 * Any output that passes through this program can be read. With `PROC_STDIO_PIPE`
 * nothing of it is read before the first call, so nothing is missed; what is also
 * captured, or goes to a file, is seen from the first call on: for all of it, make that
 * call for each output before the main context is iterated. Who has begun to read goes on,
 * or calls [method@Proc.Job.stop_reading]: the command waits for a reader who is 8 MiB
 * behind. What is left can be read when the job is over.
 *
 * @callback is called in the main context that is the caller's thread-default one now, at
 * a priority below GTK's redraws: who reads on and on does not keep a window from drawing.
 *
 * Since: 1.0
 */
void
proc_job_read_lines_async (ProcJob *self,
                           ProcStream stream,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_autoptr(GTask) task = NULL;
  g_autoptr(ProcWaiter) waiter = NULL;

  g_return_if_fail (PROC_IS_JOB (self));
  g_return_if_fail (is_stream (stream));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, proc_job_read_lines_async);
  g_task_set_priority (task, PROC_DELIVERY_PRIORITY);
  waiter = proc_waiter_new (task);
  request_lines (self, stream, waiter);
}

/**
 * proc_job_read_lines_finish:
 * @self: the job
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Gets the outcome of [method@Proc.Job.read_lines_async]. The error is
 * `G_IO_ERROR_CANCELLED`: how the command ended is no error here. In Python the end of the
 * output is an empty list.
 *
 * Returns: (transfer full) (nullable) (array zero-terminated=1): the lines, at least one;
 *   %NULL at the end of the output, or with @error set
 *
 * Since: 1.0
 */
char **
proc_job_read_lines_finish (ProcJob *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (PROC_IS_JOB (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, proc_job_read_lines_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * proc_job_stop_reading:
 * @self: a job
 * @stream: which output
 *
 * Says that nobody reads an output any more. What waits for lines of it is at the end.
 *
 * An output that is captured or goes to a file still does. A piped one is closed: the
 * command that writes to it gets SIGPIPE, as one whose pipeline has ended. May be called
 * from any thread.
 *
 * Since: 1.0
 */
void
proc_job_stop_reading (ProcJob *self, ProcStream stream)
{
  g_autoptr(ProcJob) kept G_GNUC_UNUSED = NULL;

  g_return_if_fail (PROC_IS_JOB (self));
  g_return_if_fail (is_stream (stream));

  /* A callback that is answered here may drop the last reference. */
  kept = g_object_ref (self);
  proc_reader_stop (proc_link_get_reader (self->link, stream));
}

/**
 * proc_job_get_stdin:
 * @self: a job
 *
 * Gets the command's standard input as a stream, if it is `PROC_STDIO_PIPE`.
 *
 * A write to it is complete when all of it is in the pipe. Writing to a command that
 * does not read any more is `G_IO_ERROR_BROKEN_PIPE`, and no SIGPIPE, in any thread.
 * Closing it is [method@Proc.Job.close_stdin].
 *
 * Returns: (transfer none) (nullable): the stream, which belongs to the job, or %NULL if
 *   standard input is no pipe
 *
 * Since: 1.0
 */
GOutputStream *
proc_job_get_stdin (ProcJob *self)
{
  g_autoptr(GMutexLocker) locker = NULL;

  g_return_val_if_fail (PROC_IS_JOB (self), NULL);

  if (!is_input_piped (self))
    return NULL;

  locker = g_mutex_locker_new (&self->lock);
  if (self->stdin_stream == NULL)
    self->stdin_stream = proc_stdin_stream_new (self->link);

  return self->stdin_stream;
}

static GInputStream *
get_stream (ProcJob *self, ProcStream stream, const ProcRedirect *redirect)
{
  g_autoptr(GMutexLocker) locker = NULL;

  if (!is_output_piped (redirect))
    return NULL;

  locker = g_mutex_locker_new (&self->lock);
  if (self->streams[stream] == NULL)
    self->streams[stream] = proc_stdout_stream_new (self->link, stream);

  return self->streams[stream];
}

/**
 * proc_job_get_stdout:
 * @self: a job
 *
 * Gets the command's standard output as a stream, if it is `PROC_STDIO_PIPE`. Reading
 * from it is like [method@Proc.Job.read_lines_async], byte for byte; closing it is
 * [method@Proc.Job.stop_reading].
 *
 * Returns: (transfer none) (nullable): the stream, which belongs to the job, or %NULL if
 *   standard output is no pipe
 *
 * Since: 1.0
 */
GInputStream *
proc_job_get_stdout (ProcJob *self)
{
  g_return_val_if_fail (PROC_IS_JOB (self), NULL);

  return get_stream (self, PROC_STREAM_STDOUT, &self->command->out);
}

/**
 * proc_job_get_stderr:
 * @self: a job
 *
 * Gets the command's standard error as a stream, if it is `PROC_STDIO_PIPE`: see
 * [method@Proc.Job.get_stdout].
 *
 * Returns: (transfer none) (nullable): the stream, which belongs to the job, or %NULL if
 *   standard error is no pipe
 *
 * Since: 1.0
 */
GInputStream *
proc_job_get_stderr (ProcJob *self)
{
  g_return_val_if_fail (PROC_IS_JOB (self), NULL);

  return get_stream (self, PROC_STREAM_STDERR, &self->command->err);
}
