/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-enums.h"

G_DEFINE_ENUM_TYPE (ProcStdio, proc_stdio,
                    G_DEFINE_ENUM_VALUE (PROC_STDIO_CAPTURE, "capture"),
                    G_DEFINE_ENUM_VALUE (PROC_STDIO_DISCARD, "discard"),
                    G_DEFINE_ENUM_VALUE (PROC_STDIO_INHERIT, "inherit"),
                    G_DEFINE_ENUM_VALUE (PROC_STDIO_PIPE, "pipe"),
                    G_DEFINE_ENUM_VALUE (PROC_STDIO_MERGE, "merge"))

G_DEFINE_ENUM_TYPE (ProcStream, proc_stream,
                    G_DEFINE_ENUM_VALUE (PROC_STREAM_STDOUT, "stdout"),
                    G_DEFINE_ENUM_VALUE (PROC_STREAM_STDERR, "stderr"))

G_DEFINE_ENUM_TYPE (ProcJobState, proc_job_state,
                    G_DEFINE_ENUM_VALUE (PROC_JOB_STATE_QUEUED, "queued"),
                    G_DEFINE_ENUM_VALUE (PROC_JOB_STATE_RUNNING, "running"),
                    G_DEFINE_ENUM_VALUE (PROC_JOB_STATE_STOPPING, "stopping"),
                    G_DEFINE_ENUM_VALUE (PROC_JOB_STATE_FINISHED, "finished"))

G_DEFINE_ENUM_TYPE (ProcSession, proc_session,
                    G_DEFINE_ENUM_VALUE (PROC_SESSION_NEW, "new"),
                    G_DEFINE_ENUM_VALUE (PROC_SESSION_GROUP, "group"),
                    G_DEFINE_ENUM_VALUE (PROC_SESSION_SHARED, "shared"))

G_DEFINE_ENUM_TYPE (ProcOutcome, proc_outcome,
                    G_DEFINE_ENUM_VALUE (PROC_OUTCOME_EXITED, "exited"),
                    G_DEFINE_ENUM_VALUE (PROC_OUTCOME_SIGNALED, "signaled"),
                    G_DEFINE_ENUM_VALUE (PROC_OUTCOME_TIMED_OUT, "timed-out"),
                    G_DEFINE_ENUM_VALUE (PROC_OUTCOME_IDLE, "idle"),
                    G_DEFINE_ENUM_VALUE (PROC_OUTCOME_OUTPUT_LIMIT, "output-limit"),
                    G_DEFINE_ENUM_VALUE (PROC_OUTCOME_CANCELLED, "cancelled"),
                    G_DEFINE_ENUM_VALUE (PROC_OUTCOME_UNKNOWN, "unknown"))

G_DEFINE_ENUM_TYPE (ProcOverflow, proc_overflow,
                    G_DEFINE_ENUM_VALUE (PROC_OVERFLOW_FAIL, "fail"),
                    G_DEFINE_ENUM_VALUE (PROC_OVERFLOW_HEAD, "head"),
                    G_DEFINE_ENUM_VALUE (PROC_OVERFLOW_TAIL, "tail"))

G_DEFINE_FLAGS_TYPE (ProcFileFlags, proc_file_flags,
                     G_DEFINE_ENUM_VALUE (PROC_FILE_FLAGS_NONE, "none"),
                     G_DEFINE_ENUM_VALUE (PROC_FILE_FLAGS_TRUNCATE, "truncate"),
                     G_DEFINE_ENUM_VALUE (PROC_FILE_FLAGS_APPEND, "append"),
                     G_DEFINE_ENUM_VALUE (PROC_FILE_FLAGS_TEE, "tee"),
                     G_DEFINE_ENUM_VALUE (PROC_FILE_FLAGS_DIRECT, "direct"))
