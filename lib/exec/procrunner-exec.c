/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The helper that the program spawns in the place of each command, and that takes
 * the steps to become it. A large program can spawn it in no time, since the
 * helper needs nothing of the program's memory. It is small and linked statically
 * where that can be had, for the sake of its own start.
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "exec-fds.h"
#include "exec-protocol.h"
#include "exec-request.h"
#include "exec-steps.h"

extern char **environ;

static int
say_protocol (void)
{
  static const char protocol[] = EXEC_PROTOCOL "\n";

  return write (STDOUT_FILENO, protocol, sizeof protocol - 1) < 0;
}

int
main (int argc, char **argv)
{
  ExecSteps steps;

  if (argc == 2 && strcmp (argv[1], EXEC_PROTOCOL_OPTION) == 0)
    return say_protocol ();

  /* A request that makes no sense is a start that failed, and no exit status. */
  if (exec_request_parse (&steps, argc, argv, environ) < 0)
    {
      fputs ("procrunner-exec is a part of libprocrunner, and started by it alone.\n", stderr);
      steps.control_fd = STDIN_FILENO;
      errno = EINVAL;
      exec_steps_fail (&steps, EXEC_STEP_FDS);
    }

  if (exec_fds_receive (&steps) < 0)
    exec_steps_fail (&steps, EXEC_STEP_FDS);

  exec_steps_run (&steps);
}
