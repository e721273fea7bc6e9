/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-helper-private.h"

#include "exec/exec-protocol.h"
#include "proc-fd-private.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Finds procrunner-exec, once. It is opened when the engine is made, by a caller,
 * who may read the environment: the engine must not, as the program may be changing
 * it. It is asked which protocol it speaks by the engine, which may wait; and from
 * then on it is executed by the descriptor that was asked: when a newer package
 * replaces it under a running program, the program goes on with the one it knows. A
 * helper that is missing or speaks another protocol is none.
 *
 * PROCRUNNER_EXEC names another one, for a build that is not installed; empty, it
 * says that there is none.
 */
static ProcFd helper_fd = -1;

void
proc_helper_open (void)
{
  const char *path = secure_getenv ("PROCRUNNER_EXEC");

  if (path == NULL)
    path = HELPER_PATH;

  proc_fd_clear (&helper_fd);
  helper_fd = proc_fd_lift (open (path, O_PATH | O_CLOEXEC));
}

/* What it says is all that counts, not its exit status: that may be taken by
 * somebody else who waits for children. */
static gssize
ask (const char *helper, char *answer, gsize size)
{
  char *argv[] = { (char *) helper, (char *) EXEC_PROTOCOL_OPTION, NULL };
  char *no_environ[] = { NULL };
  posix_spawn_file_actions_t actions;
  g_auto(ProcFd) reader = -1;
  g_auto(ProcFd) writer = -1;
  int fds[2];
  pid_t pid;
  gssize n_read;
  int failure;

  if (!proc_fd_pipe (fds, NULL))
    return -1;
  reader = fds[0];
  writer = fds[1];

  posix_spawn_file_actions_init (&actions);
  posix_spawn_file_actions_adddup2 (&actions, writer, STDOUT_FILENO);
  failure = posix_spawn (&pid, helper, &actions, NULL, argv, no_environ);
  posix_spawn_file_actions_destroy (&actions);
  proc_fd_clear (&writer);
  if (failure != 0)
    return -1;

  do
    n_read = read (reader, answer, size);
  while (n_read < 0 && errno == EINTR);
  while (waitpid (pid, NULL, 0) < 0 && errno == EINTR)
    ;

  return n_read;
}

static gboolean
speaks_our_protocol (const char *helper)
{
  static const char expected[] = EXEC_PROTOCOL "\n";
  char answer[sizeof expected];

  return ask (helper, answer, sizeof answer) == sizeof expected - 1
         && memcmp (answer, expected, sizeof expected - 1) == 0;
}

/* Gives a path to execute it by, or NULL if there is none. */
const char *
proc_helper_get_path (void)
{
  static gboolean looked_for;
  static char *path;

  if (looked_for)
    return path;

  looked_for = TRUE;
  if (helper_fd < 0)
    return NULL;

  path = g_strdup_printf ("/proc/self/fd/%d", helper_fd);
  if (!speaks_our_protocol (path))
    {
      g_clear_pointer (&path, g_free);
      proc_fd_clear (&helper_fd);
    }

  return path;
}
