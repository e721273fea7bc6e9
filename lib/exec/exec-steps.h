/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "exec-protocol.h"

#define EXEC_MAX_LIMITS 16
#define EXEC_MAX_FDS 64
#define EXEC_KEEP_UMASK -1

typedef enum
{
  EXEC_SESSION_NEW,
  EXEC_SESSION_GROUP,
  EXEC_SESSION_SHARED
} ExecSession;

typedef struct
{
  int resource;
  unsigned long long soft;
  unsigned long long hard;
} ExecLimit;

/* All of it is made before the fork. */
typedef struct
{
  ExecSession session;
  int supervise;   /* stay, and look after all descendants */
  int no_pidfd;    /* behave as if the kernel had none */
  int unbatch;     /* the one who starts it became SCHED_BATCH, and the program is not to be */
  int given[3];    /* the standard streams that are not inherited */
  int umask_;      /* or EXEC_KEEP_UMASK */
  int nice_;       /* added to what is inherited */
  int n_limits;
  ExecLimit limits[EXEC_MAX_LIMITS];
  int n_fds;       /* further descriptors that the program gets */
  int fds[EXEC_MAX_FDS];
  int control_fd;  /* not in a request: the helper has its own */

  const char *cwd; /* NULL: stay */
  char *const *candidates;
  char *const *argv;
  char *const *envp;
} ExecSteps;

int exec_steps_tell (const ExecSteps *steps, const ExecMessage *message, int fd);
void exec_steps_reset_signals (void);
void exec_steps_close_from (int first_fd);
__attribute__ ((noreturn)) void exec_steps_run (const ExecSteps *steps);
__attribute__ ((noreturn)) void exec_steps_fail (const ExecSteps *steps, int step);
