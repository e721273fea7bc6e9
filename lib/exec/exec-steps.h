/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

typedef enum
{
  EXEC_SESSION_NEW,
  EXEC_SESSION_GROUP,
  EXEC_SESSION_SHARED
} ExecSession;

/* All of it is made before the fork. */
typedef struct
{
  ExecSession session;
  const char *cwd; /* NULL: stay */
  char *const *candidates;
  char *const *argv;
  char *const *envp;
  int control_fd;
  int given[3]; /* the standard streams that are not inherited */
} ExecSteps;

__attribute__ ((noreturn)) void exec_steps_run (const ExecSteps *steps);
