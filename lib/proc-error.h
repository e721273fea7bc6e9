/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#if !defined(PROC_INSIDE) && !defined(PROC_COMPILATION)
# error "Only <procrunner.h> can be included directly."
#endif

#include "proc-result.h"

G_BEGIN_DECLS

/**
 * PROC_RUNNER_ERROR:
 *
 * The domain of the errors in [error@Proc.RunnerError].
 *
 * Since: 1.0
 */
#define PROC_RUNNER_ERROR (proc_runner_error_quark ())
#define PROC_TYPE_RUNNER_ERROR (proc_runner_error_get_type ())

/**
 * ProcRunnerError:
 * @PROC_RUNNER_ERROR_EXIT_STATUS: The command ended with an exit status that is
 *   no success.
 * @PROC_RUNNER_ERROR_SIGNALED: A signal ended the command, and no timeout or
 *   cancellation was behind it.
 * @PROC_RUNNER_ERROR_TIMED_OUT: The command was stopped when its time was over, or
 *   when it had written nothing for too long.
 * @PROC_RUNNER_ERROR_OUTPUT_LIMIT: The command wrote more than it may.
 * @PROC_RUNNER_ERROR_UNKNOWN_STATUS: The command ended, and somebody else in this
 *   program took its exit status.
 * @PROC_RUNNER_ERROR_NOT_FOUND: The program, or the interpreter that its first
 *   line names, does not exist.
 * @PROC_RUNNER_ERROR_NOT_EXECUTABLE: The program exists and cannot be executed.
 * @PROC_RUNNER_ERROR_BAD_CWD: The working directory cannot be entered.
 * @PROC_RUNNER_ERROR_SPAWN: The system could not start another process.
 * @PROC_RUNNER_ERROR_INVALID_COMMAND: The command makes no sense, and nothing
 *   was started.
 * @PROC_RUNNER_ERROR_OUTPUT_FILE: A file for the command's output could not be
 *   opened or written. This may be the temporary one for captured output beyond
 *   [property@Proc.Runner:memory-limit].
 * @PROC_RUNNER_ERROR_INPUT_FILE: A file or a stream for the command's input could not
 *   be opened or read, or bytes for it, of a mapped file that became shorter, say.
 *
 * What can go wrong when a command is run.
 *
 * A cancelled run fails with `G_IO_ERROR_CANCELLED`. Unless the command could not be
 * started, [func@Proc.RunnerError.get_result] and
 * [method@Proc.Runner.get_task_result] give what is known of its end, output
 * included.
 *
 * Since: 1.0
 */
typedef enum
{
  PROC_RUNNER_ERROR_EXIT_STATUS,
  PROC_RUNNER_ERROR_SIGNALED,
  PROC_RUNNER_ERROR_TIMED_OUT,
  PROC_RUNNER_ERROR_OUTPUT_LIMIT,
  PROC_RUNNER_ERROR_UNKNOWN_STATUS,
  PROC_RUNNER_ERROR_NOT_FOUND,
  PROC_RUNNER_ERROR_NOT_EXECUTABLE,
  PROC_RUNNER_ERROR_BAD_CWD,
  PROC_RUNNER_ERROR_SPAWN,
  PROC_RUNNER_ERROR_INVALID_COMMAND,
  PROC_RUNNER_ERROR_OUTPUT_FILE,
  PROC_RUNNER_ERROR_INPUT_FILE
} ProcRunnerError;

PROC_AVAILABLE_IN_1_0
GType proc_runner_error_get_type (void) G_GNUC_CONST;
PROC_AVAILABLE_IN_1_0
GQuark proc_runner_error_quark (void);
PROC_AVAILABLE_IN_1_0
ProcResult *proc_runner_error_get_result (const GError *error);

G_END_DECLS
