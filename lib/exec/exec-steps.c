/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The steps from a forked child to its program. Plain C without GLib: only what
 * may be called between fork and exec in a program with threads.
 *
 * The order matters. The session comes first, so that a signal to the group
 * reaches the child as early as can be, and then the program is told; the working
 * directory comes before the program, since one with a slash is relative to it;
 * the signal mask comes last, so that a signal which waited meets default
 * dispositions.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "exec-steps.h"

#include "exec-protocol.h"
#include "exec-supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FIRST_FD_TO_CLOSE 3
#define MOST_FDS_TO_TRY 65536
#define EXIT_NOT_STARTED 127

#ifdef __mips__
#define KERNEL_SIGNALS 128
#else
#define KERNEL_SIGNALS 64
#endif

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif

/* Gives -1 where it could not be said, and errno tells why. */
int
exec_steps_tell (const ExecSteps *steps, const ExecMessage *message, int fd)
{
  union
  {
    struct cmsghdr header;
    char space[CMSG_SPACE (sizeof (int))];
  } control;
  struct iovec data = { (void *) message, sizeof *message };
  struct msghdr packet = { .msg_iov = &data, .msg_iovlen = 1 };

  if (fd >= 0)
    {
      memset (&control, 0, sizeof control);
      packet.msg_control = &control;
      packet.msg_controllen = sizeof control;
      control.header.cmsg_level = SOL_SOCKET;
      control.header.cmsg_type = SCM_RIGHTS;
      control.header.cmsg_len = CMSG_LEN (sizeof (int));
      memcpy (CMSG_DATA (&control.header), &fd, sizeof (int));
    }

  while (sendmsg (steps->control_fd, &packet, MSG_NOSIGNAL) < 0)
    if (errno != EINTR)
      return -1;

  return 0;
}

void
exec_steps_fail (const ExecSteps *steps, int step)
{
  const ExecMessage message = { .kind = EXEC_MESSAGE_FAILED, .step = step, .error = errno };

  exec_steps_tell (steps, &message, -1);
  _exit (EXIT_NOT_STARTED);
}

/* The child itself opens its pidfd: nobody else can be sure that the number is
 * still this child's. A program that nobody knows of could not be stopped. */
static void
tell_started (const ExecSteps *steps)
{
  const ExecMessage message = { .kind = EXEC_MESSAGE_STARTED, .pid = getpid () };
  int pidfd = steps->no_pidfd ? -1 : (int) syscall (SYS_pidfd_open, getpid (), 0);

  if (exec_steps_tell (steps, &message, pidfd) < 0
      && exec_steps_tell (steps, &message, -1) < 0)
    exec_steps_fail (steps, EXEC_STEP_FDS);
  if (pidfd >= 0)
    close (pidfd);
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
    exec_steps_fail (steps, EXEC_STEP_SESSION);
}

static void
set_limits (const ExecSteps *steps)
{
  static const struct sched_param no_priority;

  for (int i = 0; i < steps->n_limits; i++)
    {
      const ExecLimit *limit = &steps->limits[i];
      const struct rlimit values = { limit->soft, limit->hard };

      if (setrlimit (limit->resource, &values) < 0)
        exec_steps_fail (steps, EXEC_STEP_LIMIT);
    }

  /* Asked directly: a C library may have no such call. */
  if (steps->unbatch)
    syscall (SYS_sched_setscheduler, 0, SCHED_OTHER, &no_priority);

  errno = 0;
  if (steps->nice_ != 0 && nice (steps->nice_) == -1 && errno != 0)
    exec_steps_fail (steps, EXEC_STEP_NICE);

  if (steps->umask_ != EXEC_KEEP_UMASK)
    umask ((mode_t) steps->umask_);
}

/* What a program ignores, its children would ignore too. Asked directly, the kernel
 * also resets those that a C library keeps to itself, and that posix_spawn () has
 * ignored. A kernel's struct of zeros means the default, whatever its size. */
void
exec_steps_reset_signals (void)
{
  static const char all_default[64];
  sigset_t none;

  for (int number = 1; number <= KERNEL_SIGNALS; number++)
    syscall (SYS_rt_sigaction, number, all_default, NULL, KERNEL_SIGNALS / 8);

  sigemptyset (&none);
  sigprocmask (SIG_SETMASK, &none, NULL);
}

/* As getdents64 () gives it, on all machines. */
struct directory_entry
{
  uint64_t ino;
  int64_t offset;
  uint16_t length;
  uint8_t type;
  char name[];
};

_Static_assert (offsetof (struct directory_entry, name) == 19, "the kernel's layout");

typedef void (*FdFunc) (int fd);

static void
close_now (int fd)
{
  close (fd);
}

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
for_listed_fds (int first_fd, FdFunc func)
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

        if (fd >= first_fd && fd != directory)
          func (fd);
        at += entry->length;
      }

  close (directory);
  return size < 0 ? -1 : 0;
}

static void
for_all_fds (int first_fd, FdFunc func)
{
  long limit = sysconf (_SC_OPEN_MAX);

  if (for_listed_fds (first_fd, func) == 0)
    return;

  for (int fd = first_fd; fd < limit && fd < MOST_FDS_TO_TRY; fd++)
    func (fd);
}

void
exec_steps_close_from (int first_fd)
{
  if (syscall (SYS_close_range, first_fd, ~0U, 0) != 0)
    for_all_fds (first_fd, close_now);
}

/* Marks, and does not close: the control socket must live until the exec. */
static void
close_fds_on_exec (void)
{
  if (syscall (SYS_close_range, FIRST_FD_TO_CLOSE, ~0U, CLOSE_RANGE_CLOEXEC) != 0)
    for_all_fds (FIRST_FD_TO_CLOSE, close_on_exec);
}

/* Where the program runs with one of the three closed, GLib's own pipe may have
 * landed there before ours was put in its place, and had it marked. */
static void
keep_given_fds (const ExecSteps *steps)
{
  for (int fd = 0; fd < FIRST_FD_TO_CLOSE; fd++)
    if (steps->given[fd])
      fcntl (fd, F_SETFD, 0);

  for (int i = 0; i < steps->n_fds; i++)
    fcntl (steps->fds[i], F_SETFD, 0);
}

/* As execvp () does it: a candidate that cannot be reached is passed by; one that may
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
      else if (errno != ENOENT && errno != ENOTDIR && errno != ESTALE && errno != ENODEV
               && errno != ETIMEDOUT)
        return;
    }

  if (denied)
    errno = EACCES;
}

void
exec_steps_run (const ExecSteps *steps)
{
  if (steps->supervise)
    exec_supervise (steps);

  enter_session (steps);
  tell_started (steps);
  set_limits (steps);

  if (steps->cwd != NULL && chdir (steps->cwd) < 0)
    exec_steps_fail (steps, EXEC_STEP_CWD);

  close_fds_on_exec ();
  keep_given_fds (steps);
  exec_steps_reset_signals ();

  exec_candidates (steps);
  exec_steps_fail (steps, EXEC_STEP_EXEC);
}
