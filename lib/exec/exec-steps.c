/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The steps from a forked child to its program. Plain C without GLib: only what
 * may be called between fork and exec in a program with threads.
 *
 * The order matters. The session comes first, so that a signal to the group
 * reaches the child as early as can be; the signal mask comes last, so that a
 * signal which waited meets default dispositions; the working directory before
 * the program, since a program with a slash is relative to it.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "exec-steps.h"

#include "exec-protocol.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FIRST_FD_TO_CLOSE 3
#define EXIT_NOT_STARTED 127

#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif

__attribute__ ((noreturn)) static void
fail (const ExecSteps *steps, ExecStep step)
{
  const ExecFailure failure = { .step = step, .error = errno };

  while (send (steps->control_fd, &failure, sizeof failure, MSG_NOSIGNAL) < 0 && errno == EINTR)
    ;

  _exit (EXIT_NOT_STARTED);
}

static void
enter_session (const ExecSteps *steps)
{
  int result = 0;

  if (steps->session == EXEC_SESSION_NEW)
    result = setsid ();
  else if (steps->session == EXEC_SESSION_GROUP)
    result = setpgid (0, 0);

  if (result < 0)
    fail (steps, EXEC_STEP_SESSION);
}

/* What a program ignores, its children would ignore too. */
static void
reset_signals (void)
{
  struct sigaction action = { .sa_handler = SIG_DFL };
  sigset_t none;

  for (int number = 1; number < NSIG; number++)
    sigaction (number, &action, NULL);

  sigemptyset (&none);
  sigprocmask (SIG_SETMASK, &none, NULL);
}

struct directory_entry
{
  unsigned long ino;
  long offset;
  unsigned short length;
  unsigned char type;
  char name[];
};

static void
close_on_exec (int fd)
{
  int flags = fcntl (fd, F_GETFD);

  if (flags >= 0)
    fcntl (fd, F_SETFD, flags | FD_CLOEXEC);
}

static int
parse_fd (const char *name)
{
  int fd = 0;

  for (; *name != '\0'; name++)
    {
      if (*name < '0' || *name > '9')
        return -1;
      fd = fd * 10 + (*name - '0');
    }

  return fd;
}

/* opendir () may allocate, which is not allowed here. */
static int
close_listed_fds (void)
{
  char buffer[4096] __attribute__ ((aligned (8)));
  int directory = open ("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  long size;

  if (directory < 0)
    return -1;

  while ((size = syscall (SYS_getdents64, directory, buffer, sizeof buffer)) > 0)
    for (long at = 0; at < size;)
      {
        const struct directory_entry *entry = (const void *) (buffer + at);
        int fd = parse_fd (entry->name);

        if (fd >= FIRST_FD_TO_CLOSE)
          close_on_exec (fd);
        at += entry->length;
      }

  close (directory);
  return size < 0 ? -1 : 0;
}

static void
close_numbered_fds (void)
{
  long limit = sysconf (_SC_OPEN_MAX);

  for (int fd = FIRST_FD_TO_CLOSE; fd < limit; fd++)
    close_on_exec (fd);
}

/* Marks, and does not close: the control socket must live until the exec. */
static void
close_fds (void)
{
#ifdef SYS_close_range
  if (syscall (SYS_close_range, FIRST_FD_TO_CLOSE, ~0U, CLOSE_RANGE_CLOEXEC) == 0)
    return;
#endif

  if (close_listed_fds () < 0)
    close_numbered_fds ();
}

/* Where the program runs with one of the three closed, GLib's own pipe may have
 * landed there before ours was put in its place, and had it marked. */
static void
keep_given_streams (const ExecSteps *steps)
{
  for (int fd = 0; fd < FIRST_FD_TO_CLOSE; fd++)
    if (steps->given[fd])
      fcntl (fd, F_SETFD, 0);
}

/* As execvp () does it: a candidate that is not there is passed by; one that may
 * not be executed is remembered, in case that no better one follows. A file that
 * is no program ends the search: it is never handed to a shell. */
static void
exec_candidates (const ExecSteps *steps)
{
  int denied = 0;

  for (char *const *path = steps->candidates; *path != NULL; path++)
    {
      execve (*path, steps->argv, steps->envp);

      if (errno == EACCES)
        denied = 1;
      else if (errno != ENOENT && errno != ENOTDIR)
        return;
    }

  if (denied)
    errno = EACCES;
}

void
exec_steps_run (const ExecSteps *steps)
{
  enter_session (steps);

  if (steps->cwd != NULL && chdir (steps->cwd) < 0)
    fail (steps, EXEC_STEP_CWD);

  close_fds ();
  keep_given_streams (steps);
  reset_signals ();

  exec_candidates (steps);
  fail (steps, EXEC_STEP_EXEC);
}
