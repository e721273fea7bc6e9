/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The verbs of ProcRunner that give the result. */

#include "config.h"

#include "proc-runner.h"

#include "proc-call-private.h"

/**
 * proc_runner_run:
 * @self: a runner
 * @command: what to run
 * @cancellable: (nullable): stops the command and its process group
 * @error: return location for an error
 *
 * Runs a command to its end, whatever that is.
 *
 * It fails only for what could not be done: the command makes no sense or could
 * not be started, its output file could not be written, or the caller cancelled.
 *
 * The calling thread waits; no main context is iterated. The error is
 * any of [error@Proc.RunnerError] but `EXIT_STATUS`, `SIGNALED`, `TIMED_OUT`,
 * `OUTPUT_LIMIT` and `UNKNOWN_STATUS`, or `G_IO_ERROR_CANCELLED`.
 *
 * Returns: (transfer full): how the command ended, or %NULL with @error set
 *
 * Since: 1.0
 */
ProcResult *
proc_runner_run (ProcRunner *self, ProcCommand *command, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (PROC_IS_RUNNER (self), NULL);
  g_return_val_if_fail (PROC_IS_COMMAND (command), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return proc_call_sync (self, command, PROC_DEMAND_RUN, cancellable, error);
}

/**
 * proc_runner_run_async:
 * @self: a runner
 * @command: what to run
 * @cancellable: (nullable): stops the command and its process group
 * @callback: (scope async) (nullable): called when it is over
 * @user_data: data for @callback
 *
 * Runs a command to its end, whatever that is.
 *
 * It fails only for what could not be done: the command makes no sense or could
 * not be started, its output file could not be written, or the caller cancelled.
 *
 * @callback is called once, in the main context that is the caller's
 * thread-default one now, and gets the outcome from
 * [method@Proc.Runner.run_finish]. When @cancellable is triggered, that is
 * after the child is gone.
 *
 * Since: 1.0
 */
void
proc_runner_run_async (ProcRunner *self,
                       ProcCommand *command,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  g_return_if_fail (PROC_IS_RUNNER (self));
  g_return_if_fail (PROC_IS_COMMAND (command));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  proc_call_async (self, command, PROC_DEMAND_RUN, proc_runner_run_async, cancellable, callback,
                   user_data);
}

/**
 * proc_runner_run_finish:
 * @self: the runner
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Gets the outcome of [method@Proc.Runner.run_async]. The error is
 * any of [error@Proc.RunnerError] but `EXIT_STATUS`, `SIGNALED`, `TIMED_OUT`,
 * `OUTPUT_LIMIT` and `UNKNOWN_STATUS`, or `G_IO_ERROR_CANCELLED`.
 *
 * Returns: (transfer full): how the command ended, or %NULL with @error set
 *
 * Since: 1.0
 */
ProcResult *
proc_runner_run_finish (ProcRunner *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (PROC_IS_RUNNER (self), NULL);

  return proc_call_finish (self, result, proc_runner_run_async, error);
}

/**
 * proc_runner_check:
 * @self: a runner
 * @command: what to run
 * @cancellable: (nullable): stops the command and its process group
 * @error: return location for an error
 *
 * Runs a command, and fails unless it succeeds.
 *
 * The calling thread waits; no main context is iterated. The error is
 * any of [error@Proc.RunnerError], or `G_IO_ERROR_CANCELLED`.
 *
 * Returns: (transfer full): how the command ended, or %NULL with @error set
 *
 * Since: 1.0
 */
ProcResult *
proc_runner_check (ProcRunner *self,
                   ProcCommand *command,
                   GCancellable *cancellable,
                   GError **error)
{
  g_return_val_if_fail (PROC_IS_RUNNER (self), NULL);
  g_return_val_if_fail (PROC_IS_COMMAND (command), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return proc_call_sync (self, command, PROC_DEMAND_CHECK, cancellable, error);
}

/**
 * proc_runner_check_async:
 * @self: a runner
 * @command: what to run
 * @cancellable: (nullable): stops the command and its process group
 * @callback: (scope async) (nullable): called when it is over
 * @user_data: data for @callback
 *
 * Runs a command, and fails unless it succeeds.
 *
 * @callback is called once, in the main context that is the caller's
 * thread-default one now, and gets the outcome from
 * [method@Proc.Runner.check_finish]. When @cancellable is triggered, that is
 * after the child is gone.
 *
 * Since: 1.0
 */
void
proc_runner_check_async (ProcRunner *self,
                         ProcCommand *command,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  g_return_if_fail (PROC_IS_RUNNER (self));
  g_return_if_fail (PROC_IS_COMMAND (command));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  proc_call_async (self, command, PROC_DEMAND_CHECK, proc_runner_check_async, cancellable,
                   callback, user_data);
}

/**
 * proc_runner_check_finish:
 * @self: the runner
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Gets the outcome of [method@Proc.Runner.check_async]. The error is
 * any of [error@Proc.RunnerError], or `G_IO_ERROR_CANCELLED`.
 *
 * Returns: (transfer full): how the command ended, or %NULL with @error set
 *
 * Since: 1.0
 */
ProcResult *
proc_runner_check_finish (ProcRunner *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (PROC_IS_RUNNER (self), NULL);

  return proc_call_finish (self, result, proc_runner_check_async, error);
}

/**
 * proc_runner_get_task_result:
 * @self: the runner
 * @async_result: what the callback was given
 *
 * Gets the result behind a call of this runner, also of one that failed.
 *
 * It is for languages whose errors cannot carry it, and for `G_IO_ERROR_CANCELLED`,
 * which carries nothing. It may be called before and after the call's finish
 * function, in the thread of the callback.
 *
 * Returns: (transfer none) (nullable): the result, which belongs to
 *   @async_result, or %NULL if the command could not be started
 *
 * Since: 1.0
 */
ProcResult *
proc_runner_get_task_result (ProcRunner *self, GAsyncResult *async_result)
{
  g_return_val_if_fail (PROC_IS_RUNNER (self), NULL);
  g_return_val_if_fail (g_task_is_valid (async_result, self), NULL);

  return proc_call_get_result (G_TASK (async_result));
}
