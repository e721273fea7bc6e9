/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "bench-child.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

static void
add_stream (posix_spawn_file_actions_t *actions, int fd, int target)
{
  if (fd >= 0)
    posix_spawn_file_actions_adddup2 (actions, fd, target);
  else
    posix_spawn_file_actions_addopen (actions, target, "/dev/null", O_RDWR, 0);
}

pid_t
bench_child_spawn (const char *const *argv, int in, int out, int err)
{
  posix_spawn_file_actions_t actions;
  pid_t pid;
  int failure;

  posix_spawn_file_actions_init (&actions);
  add_stream (&actions, in, STDIN_FILENO);
  add_stream (&actions, out, STDOUT_FILENO);
  add_stream (&actions, err, STDERR_FILENO);
  failure = posix_spawnp (&pid, argv[0], &actions, NULL, (char *const *) argv, environ);
  posix_spawn_file_actions_destroy (&actions);
  g_assert_cmpint (failure, ==, 0);
  return pid;
}

/* Until it has ended, and with success. */
void
bench_child_wait (pid_t pid)
{
  int status;

  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_cmpint (status, ==, 0);
}
