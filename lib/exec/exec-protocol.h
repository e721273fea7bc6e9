/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <stdint.h>

/* What the child tells over its control socket, between the fork and the exec.
 * The socket is close-on-exec: its end of file without a message means that the
 * program runs. A message means that it does not, and why.
 */
typedef enum
{
  EXEC_STEP_SESSION,
  EXEC_STEP_CWD,
  EXEC_STEP_EXEC
} ExecStep;

typedef struct
{
  int32_t step;
  int32_t error; /* an errno */
} ExecFailure;
