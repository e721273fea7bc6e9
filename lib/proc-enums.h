/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#if !defined(PROC_INSIDE) && !defined(PROC_COMPILATION)
# error "Only <procrunner.h> can be included directly."
#endif

#include <glib-object.h>

#include "proc-version-macros.h"

G_BEGIN_DECLS

/**
 * ProcStdio:
 * @PROC_STDIO_CAPTURE: The stream is read and becomes part of the
 *   [class@Proc.Result]: the default for standard output and standard error.
 * @PROC_STDIO_DISCARD: The stream is `/dev/null`: output vanishes, and input is
 *   at its end at once. The default for standard input.
 * @PROC_STDIO_INHERIT: The child shares the stream with this program.
 * @PROC_STDIO_PIPE: The stream is read or written by this program while the command
 *   runs, through its [class@Proc.Job], and is not kept. For
 *   [method@Proc.Runner.start] only.
 * @PROC_STDIO_MERGE: Standard error goes where standard output goes, in the
 *   order in which the child wrote. For standard error only.
 *
 * What becomes of one of the child's three standard streams.
 *
 * Since: 1.0
 */
typedef enum
{
  PROC_STDIO_CAPTURE,
  PROC_STDIO_DISCARD,
  PROC_STDIO_INHERIT,
  PROC_STDIO_PIPE,
  PROC_STDIO_MERGE
} ProcStdio;

/**
 * ProcStream:
 * @PROC_STREAM_STDOUT: Standard output.
 * @PROC_STREAM_STDERR: Standard error. What is merged into standard output is part of
 *   that.
 *
 * One of the two outputs of a command.
 *
 * Since: 1.0
 */
typedef enum
{
  PROC_STREAM_STDOUT,
  PROC_STREAM_STDERR
} ProcStream;

/**
 * ProcJobState:
 * @PROC_JOB_STATE_QUEUED: The job waits to be started.
 * @PROC_JOB_STATE_RUNNING: The program runs.
 * @PROC_JOB_STATE_STOPPING: The job is being stopped, for whatever reason.
 * @PROC_JOB_STATE_FINISHED: The job is over; its result is there, if anything was
 *   started.
 *
 * How far a job has come. It only moves forward.
 *
 * Since: 1.0
 */
typedef enum
{
  PROC_JOB_STATE_QUEUED,
  PROC_JOB_STATE_RUNNING,
  PROC_JOB_STATE_STOPPING,
  PROC_JOB_STATE_FINISHED
} ProcJobState;

/**
 * ProcSession:
 * @PROC_SESSION_NEW: The child leads a session of its own (`setsid`), without a
 *   controlling terminal: the default.
 * @PROC_SESSION_GROUP: The child leads a process group of its own (`setpgid`)
 *   in this program's session.
 * @PROC_SESSION_SHARED: The child stays in this program's process group, as a
 *   program that talks to the terminal must. Stopping it then reaches the
 *   child alone, and none of its own children.
 *
 * Which session and process group the child belongs to, and so what stopping
 * it reaches.
 *
 * Since: 1.0
 */
typedef enum
{
  PROC_SESSION_NEW,
  PROC_SESSION_GROUP,
  PROC_SESSION_SHARED
} ProcSession;

/**
 * ProcOutcome:
 * @PROC_OUTCOME_EXITED: The child ended by itself, with an exit status.
 * @PROC_OUTCOME_SIGNALED: A signal ended the child, and no timeout or cancellation
 *   was behind it.
 * @PROC_OUTCOME_TIMED_OUT: The child was stopped when its time was over.
 * @PROC_OUTCOME_IDLE: The child was stopped because it had written nothing for too
 *   long.
 * @PROC_OUTCOME_OUTPUT_LIMIT: The child wrote more than it may, and was stopped if it had
 *   not ended yet.
 * @PROC_OUTCOME_CANCELLED: The child was stopped because the caller cancelled,
 *   or was never started for that reason.
 * @PROC_OUTCOME_UNKNOWN: The child ended, and somebody else in this program took
 *   its exit status.
 *
 * How a run ended.
 *
 * Since: 1.0
 */
typedef enum
{
  PROC_OUTCOME_EXITED,
  PROC_OUTCOME_SIGNALED,
  PROC_OUTCOME_TIMED_OUT,
  PROC_OUTCOME_IDLE,
  PROC_OUTCOME_OUTPUT_LIMIT,
  PROC_OUTCOME_CANCELLED,
  PROC_OUTCOME_UNKNOWN
} ProcOutcome;

/**
 * ProcOverflow:
 * @PROC_OVERFLOW_FAIL: The command is stopped and has failed; the first bytes are kept.
 * @PROC_OVERFLOW_HEAD: The command goes on, and the first bytes are kept.
 * @PROC_OVERFLOW_TAIL: The command goes on, and the last bytes are kept. For captured
 *   output only: not for a file.
 *
 * What happens when an output is longer than its limit.
 *
 * Since: 1.0
 */
typedef enum
{
  PROC_OVERFLOW_FAIL,
  PROC_OVERFLOW_HEAD,
  PROC_OVERFLOW_TAIL
} ProcOverflow;

/**
 * ProcFileFlags:
 * @PROC_FILE_FLAGS_NONE: Replace the file: its new content appears at once, and only
 *   if the command succeeded.
 * @PROC_FILE_FLAGS_TRUNCATE: Empty the file and write to it in place, as `>` does in
 *   a shell.
 * @PROC_FILE_FLAGS_APPEND: Write behind what the file holds, as `>>` does in a shell.
 * @PROC_FILE_FLAGS_TEE: Write the file and capture the output too, whatever the
 *   command's end.
 * @PROC_FILE_FLAGS_DIRECT: Let the command write the file by itself, without a copy
 *   through this program: see [method@Proc.Command.set_stdout_file] for what that
 *   costs. Local files only, and not together with `PROC_FILE_FLAGS_TEE`.
 *
 * How the output of a command is written to a file.
 *
 * Since: 1.0
 */
typedef enum
{
  PROC_FILE_FLAGS_NONE = 0,
  PROC_FILE_FLAGS_TRUNCATE = 1 << 0,
  PROC_FILE_FLAGS_APPEND = 1 << 1,
  PROC_FILE_FLAGS_TEE = 1 << 2,
  PROC_FILE_FLAGS_DIRECT = 1 << 3
} ProcFileFlags;

#define PROC_TYPE_STDIO (proc_stdio_get_type ())
#define PROC_TYPE_STREAM (proc_stream_get_type ())
#define PROC_TYPE_JOB_STATE (proc_job_state_get_type ())
#define PROC_TYPE_SESSION (proc_session_get_type ())
#define PROC_TYPE_OUTCOME (proc_outcome_get_type ())
#define PROC_TYPE_OVERFLOW (proc_overflow_get_type ())
#define PROC_TYPE_FILE_FLAGS (proc_file_flags_get_type ())

PROC_AVAILABLE_IN_1_0
GType proc_stdio_get_type (void) G_GNUC_CONST;
PROC_AVAILABLE_IN_1_0
GType proc_stream_get_type (void) G_GNUC_CONST;
PROC_AVAILABLE_IN_1_0
GType proc_job_state_get_type (void) G_GNUC_CONST;
PROC_AVAILABLE_IN_1_0
GType proc_session_get_type (void) G_GNUC_CONST;
PROC_AVAILABLE_IN_1_0
GType proc_outcome_get_type (void) G_GNUC_CONST;
PROC_AVAILABLE_IN_1_0
GType proc_overflow_get_type (void) G_GNUC_CONST;
PROC_AVAILABLE_IN_1_0
GType proc_file_flags_get_type (void) G_GNUC_CONST;

G_END_DECLS
