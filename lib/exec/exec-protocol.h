/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <stdint.h>

/* What the program and the helper must agree on. The helper says which protocol
 * it speaks when it is asked; one that speaks another counts as no helper.
 */
#define EXEC_PROTOCOL "2"
#define EXEC_PROTOCOL_OPTION "--protocol"

/* The helper's standard input is its control socket. There it finds one message of
 * one byte, with the descriptors of the command: its standard streams, as far as
 * they are not inherited, and then the further ones. So nothing has to be passed
 * by a number that may be taken.
 */

/* What the child tells over its control socket, between the fork and the exec.
 * STARTED comes once the child is in its session and group, with its pidfd where
 * there is one; signals reach it from then on. After that, the end of file means
 * that the program runs: the socket is close-on-exec. FAILED means that it never
 * will, and why; it may come without a STARTED before.
 *
 * Supervised, the socket stays open with the supervisor, which tells RUNNING when the
 * program runs, or will not, for what FAILED said before; EXITED when it has; and closes
 * the socket when no descendant is left.
 */
typedef enum
{
  EXEC_MESSAGE_STARTED,
  EXEC_MESSAGE_FAILED,
  EXEC_MESSAGE_RUNNING,
  EXEC_MESSAGE_EXITED
} ExecMessageKind;

typedef enum
{
  EXEC_STEP_FDS,
  EXEC_STEP_SUPERVISE,
  EXEC_STEP_SESSION,
  EXEC_STEP_LIMIT,
  EXEC_STEP_NICE,
  EXEC_STEP_CWD,
  EXEC_STEP_EXEC
} ExecStep;

typedef struct
{
  int32_t kind;
  int32_t pid;      /* STARTED */
  int32_t step;     /* FAILED: in which step, */
  int32_t error;    /* with which errno */
  int32_t status;   /* EXITED: as waitpid () gives it */
  int32_t padding;
  int64_t cpu_usec; /* EXITED: of the program and of those it waited for */
  int64_t peak_rss; /* EXITED: bytes, of the largest of them */
} ExecMessage;

/* What a supervisor is told. The end of file without a RELEASE means that the one
 * who told it is dead: then all descendants die, too.
 */
typedef enum
{
  EXEC_ORDER_SIGNAL,
  EXEC_ORDER_RELEASE
} ExecOrderKind;

typedef struct
{
  int32_t kind;
  int32_t signal_number; /* SIGNAL: to all descendants */
} ExecOrder;
