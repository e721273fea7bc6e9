/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The verbs of ProcRunner that give the output. */

#include "config.h"

#include "proc-runner.h"

#include "proc-call-private.h"
#include "proc-result-private.h"
#include "proc-text-private.h"

/* Takes @result, which may be NULL. */
static GBytes *
to_bytes (ProcResult *result)
{
  g_autoptr(ProcResult) owned = result;

  return owned != NULL ? g_bytes_ref (proc_result_get_stdout (owned)) : NULL;
}

/* Takes @result, which may be NULL. */
static char *
to_text (ProcResult *result)
{
  g_autoptr(ProcResult) owned = result;

  return owned != NULL ? proc_text_chomp (proc_result_decode_stdout (owned))
                       : NULL;
}

static ProcCommand *
command_to_file (const char *const *argv, GFile *file)
{
  ProcCommand *command = proc_command_new (argv);

  proc_command_set_stdout_file (command, file, PROC_FILE_FLAGS_NONE);
  return command;
}

/**
 * proc_runner_check_output:
 * @self: a runner
 * @argv: (array zero-terminated=1) (element-type filename): the program and its
 *   arguments
 * @cancellable: (nullable): stops the command and its process group
 * @error: return location for an error
 *
 * Runs a command, and gives its standard output if it succeeds.
 *
 * No shell is involved, and standard input is at its end at once.
 *
 * The calling thread waits; no main context is iterated. The error is
 * any of [error@Proc.RunnerError], or `G_IO_ERROR_CANCELLED`.
 *
 * Returns: (transfer full): the output to the byte, with a NUL behind it that
 *   does not count, or %NULL with @error set
 *
 * Since: 1.0
 */
GBytes *
proc_runner_check_output (ProcRunner *self,
                          const char *const *argv,
                          GCancellable *cancellable,
                          GError **error)
{
  g_autoptr(ProcCommand) command = NULL;

  g_return_val_if_fail (PROC_IS_RUNNER (self), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  command = proc_command_new (argv);
  return to_bytes (proc_call_sync (self, command, PROC_DEMAND_CHECK, cancellable, error));
}

/**
 * proc_runner_check_output_async:
 * @self: a runner
 * @argv: (array zero-terminated=1) (element-type filename): the program and its
 *   arguments
 * @cancellable: (nullable): stops the command and its process group
 * @callback: (scope async) (nullable): called when it is over
 * @user_data: data for @callback
 *
 * Runs a command, and gives its standard output if it succeeds.
 *
 * No shell is involved, and standard input is at its end at once.
 *
 * @callback is called once, in the main context that is the caller's
 * thread-default one now, and gets the outcome from
 * [method@Proc.Runner.check_output_finish]. When @cancellable is triggered, that is
 * after the child is gone.
 *
 * Since: 1.0
 */
void
proc_runner_check_output_async (ProcRunner *self,
                                const char *const *argv,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  g_autoptr(ProcCommand) command = NULL;

  g_return_if_fail (PROC_IS_RUNNER (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  command = proc_command_new (argv);
  proc_call_async (self, command, PROC_DEMAND_CHECK, proc_runner_check_output_async, cancellable,
                   callback, user_data);
}

/**
 * proc_runner_check_output_finish:
 * @self: the runner
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Gets the outcome of [method@Proc.Runner.check_output_async]. The error is
 * any of [error@Proc.RunnerError], or `G_IO_ERROR_CANCELLED`.
 *
 * Returns: (transfer full): the output to the byte, with a NUL behind it that
 *   does not count, or %NULL with @error set
 *
 * Since: 1.0
 */
GBytes *
proc_runner_check_output_finish (ProcRunner *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (PROC_IS_RUNNER (self), NULL);

  return to_bytes (proc_call_finish (self, result, proc_runner_check_output_async, error));
}

/**
 * proc_runner_check_output_text:
 * @self: a runner
 * @argv: (array zero-terminated=1) (element-type filename): the program and its
 *   arguments
 * @cancellable: (nullable): stops the command and its process group
 * @error: return location for an error
 *
 * Runs a command, and gives its standard output as text if it succeeds.
 *
 * The text is valid UTF-8, with U+FFFD for each byte that is none and for each
 * NUL, and without one final line end, as `$(…)` in a shell gives it.
 *
 * The calling thread waits; no main context is iterated. The error is
 * any of [error@Proc.RunnerError], or `G_IO_ERROR_CANCELLED`.
 *
 * Returns: (transfer full): the text, or %NULL with @error set
 *
 * Since: 1.0
 */
char *
proc_runner_check_output_text (ProcRunner *self,
                               const char *const *argv,
                               GCancellable *cancellable,
                               GError **error)
{
  g_autoptr(ProcCommand) command = NULL;

  g_return_val_if_fail (PROC_IS_RUNNER (self), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  command = proc_command_new (argv);
  return to_text (proc_call_sync (self, command, PROC_DEMAND_CHECK, cancellable, error));
}

/**
 * proc_runner_check_output_text_async:
 * @self: a runner
 * @argv: (array zero-terminated=1) (element-type filename): the program and its
 *   arguments
 * @cancellable: (nullable): stops the command and its process group
 * @callback: (scope async) (nullable): called when it is over
 * @user_data: data for @callback
 *
 * Runs a command, and gives its standard output as text if it succeeds.
 *
 * The text is valid UTF-8, with U+FFFD for each byte that is none and for each
 * NUL, and without one final line end, as `$(…)` in a shell gives it.
 *
 * @callback is called once, in the main context that is the caller's
 * thread-default one now, and gets the outcome from
 * [method@Proc.Runner.check_output_text_finish]. When @cancellable is triggered, that is
 * after the child is gone.
 *
 * Since: 1.0
 */
void
proc_runner_check_output_text_async (ProcRunner *self,
                                     const char *const *argv,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data)
{
  g_autoptr(ProcCommand) command = NULL;

  g_return_if_fail (PROC_IS_RUNNER (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  command = proc_command_new (argv);
  proc_call_async (self, command, PROC_DEMAND_CHECK, proc_runner_check_output_text_async,
                   cancellable, callback, user_data);
}

/**
 * proc_runner_check_output_text_finish:
 * @self: the runner
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Gets the outcome of [method@Proc.Runner.check_output_text_async]. The error is
 * any of [error@Proc.RunnerError], or `G_IO_ERROR_CANCELLED`.
 *
 * Returns: (transfer full): the text, or %NULL with @error set
 *
 * Since: 1.0
 */
char *
proc_runner_check_output_text_finish (ProcRunner *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (PROC_IS_RUNNER (self), NULL);

  return to_text (proc_call_finish (self, result, proc_runner_check_output_text_async, error));
}

/**
 * proc_runner_check_output_shell:
 * @self: a runner
 * @script: (type filename): a script for `/bin/sh -c`
 * @args: (array zero-terminated=1) (element-type filename) (nullable): what the
 *   script finds as `$1`, `$2` and so on
 * @cancellable: (nullable): stops the command and its process group
 * @error: return location for an error
 *
 * Runs a shell script, and gives its standard output if it succeeds.
 *
 * Values belong into @args: there they need no quoting. The exit status is that
 * of the script, and so of the last command of a pipeline.
 *
 * The calling thread waits; no main context is iterated. The error is
 * any of [error@Proc.RunnerError], or `G_IO_ERROR_CANCELLED`.
 *
 * Returns: (transfer full): the output to the byte, with a NUL behind it that
 *   does not count, or %NULL with @error set
 *
 * Since: 1.0
 */
GBytes *
proc_runner_check_output_shell (ProcRunner *self,
                                const char *script,
                                const char *const *args,
                                GCancellable *cancellable,
                                GError **error)
{
  g_autoptr(ProcCommand) command = NULL;

  g_return_val_if_fail (PROC_IS_RUNNER (self), NULL);
  g_return_val_if_fail (script != NULL, NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  command = proc_command_new_shell (script, args);
  return to_bytes (proc_call_sync (self, command, PROC_DEMAND_CHECK, cancellable, error));
}

/**
 * proc_runner_check_output_shell_async:
 * @self: a runner
 * @script: (type filename): a script for `/bin/sh -c`
 * @args: (array zero-terminated=1) (element-type filename) (nullable): what the
 *   script finds as `$1`, `$2` and so on
 * @cancellable: (nullable): stops the command and its process group
 * @callback: (scope async) (nullable): called when it is over
 * @user_data: data for @callback
 *
 * Runs a shell script, and gives its standard output if it succeeds.
 *
 * Values belong into @args: there they need no quoting. The exit status is that
 * of the script, and so of the last command of a pipeline.
 *
 * @callback is called once, in the main context that is the caller's
 * thread-default one now, and gets the outcome from
 * [method@Proc.Runner.check_output_shell_finish]. When @cancellable is triggered, that is
 * after the child is gone.
 *
 * Since: 1.0
 */
void
proc_runner_check_output_shell_async (ProcRunner *self,
                                      const char *script,
                                      const char *const *args,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data)
{
  g_autoptr(ProcCommand) command = NULL;

  g_return_if_fail (PROC_IS_RUNNER (self));
  g_return_if_fail (script != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  command = proc_command_new_shell (script, args);
  proc_call_async (self, command, PROC_DEMAND_CHECK, proc_runner_check_output_shell_async,
                   cancellable, callback, user_data);
}

/**
 * proc_runner_check_output_shell_finish:
 * @self: the runner
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Gets the outcome of [method@Proc.Runner.check_output_shell_async]. The error is
 * any of [error@Proc.RunnerError], or `G_IO_ERROR_CANCELLED`.
 *
 * Returns: (transfer full): the output to the byte, with a NUL behind it that
 *   does not count, or %NULL with @error set
 *
 * Since: 1.0
 */
GBytes *
proc_runner_check_output_shell_finish (ProcRunner *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (PROC_IS_RUNNER (self), NULL);

  return to_bytes (proc_call_finish (self, result, proc_runner_check_output_shell_async, error));
}

/**
 * proc_runner_check_output_to_file:
 * @self: a runner
 * @argv: (array zero-terminated=1) (element-type filename): the program and its
 *   arguments
 * @file: the file that gets the output
 * @cancellable: (nullable): stops the command and its process group
 * @error: return location for an error
 *
 * Runs a command, and replaces a file with its standard output if it succeeds.
 *
 * Nothing of a failed command reaches the file: it stays as it was, and what the
 * command had written is in the result behind the error. See
 * [method@Proc.Command.set_stdout_file] for what is promised.
 *
 * The calling thread waits; no main context is iterated. The error is
 * any of [error@Proc.RunnerError], or `G_IO_ERROR_CANCELLED`.
 *
 * Returns: (transfer full): how the command ended, or %NULL with @error set
 *
 * Since: 1.0
 */
ProcResult *
proc_runner_check_output_to_file (ProcRunner *self,
                                  const char *const *argv,
                                  GFile *file,
                                  GCancellable *cancellable,
                                  GError **error)
{
  g_autoptr(ProcCommand) command = NULL;

  g_return_val_if_fail (PROC_IS_RUNNER (self), NULL);
  g_return_val_if_fail (G_IS_FILE (file), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  command = command_to_file (argv, file);
  return proc_call_sync (self, command, PROC_DEMAND_CHECK, cancellable, error);
}

/**
 * proc_runner_check_output_to_file_async:
 * @self: a runner
 * @argv: (array zero-terminated=1) (element-type filename): the program and its
 *   arguments
 * @file: the file that gets the output
 * @cancellable: (nullable): stops the command and its process group
 * @callback: (scope async) (nullable): called when it is over
 * @user_data: data for @callback
 *
 * Runs a command, and replaces a file with its standard output if it succeeds.
 *
 * Nothing of a failed command reaches the file: it stays as it was, and what the
 * command had written is in the result behind the error. See
 * [method@Proc.Command.set_stdout_file] for what is promised.
 *
 * @callback is called once, in the main context that is the caller's
 * thread-default one now, and gets the outcome from
 * [method@Proc.Runner.check_output_to_file_finish]. When @cancellable is triggered, that is
 * after the child is gone.
 *
 * Since: 1.0
 */
void
proc_runner_check_output_to_file_async (ProcRunner *self,
                                        const char *const *argv,
                                        GFile *file,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data)
{
  g_autoptr(ProcCommand) command = NULL;

  g_return_if_fail (PROC_IS_RUNNER (self));
  g_return_if_fail (G_IS_FILE (file));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  command = command_to_file (argv, file);
  proc_call_async (self, command, PROC_DEMAND_CHECK, proc_runner_check_output_to_file_async,
                   cancellable, callback, user_data);
}

/**
 * proc_runner_check_output_to_file_finish:
 * @self: the runner
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Gets the outcome of [method@Proc.Runner.check_output_to_file_async]. The error is
 * any of [error@Proc.RunnerError], or `G_IO_ERROR_CANCELLED`.
 *
 * Returns: (transfer full): how the command ended, or %NULL with @error set
 *
 * Since: 1.0
 */
ProcResult *
proc_runner_check_output_to_file_finish (ProcRunner *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (PROC_IS_RUNNER (self), NULL);

  return proc_call_finish (self, result, proc_runner_check_output_to_file_async, error);
}
