/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-pidfd-private.h"

#include "proc-fd-private.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* The calls around pidfds, each of which may be missing: from an old kernel, or
 * where a sandbox refuses them. Who calls has another way.
 *
 * PROCRUNNER_TEST_REFUSE, for tests: "pidfd" refuses all of them, "group" only the
 * signals to a group.
 */
#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

#define SIGNAL_PROCESS_GROUP (1U << 2)

typedef enum
{
  REFUSE_ALL = 1 << 0,
  REFUSE_GROUP = 1 << 1
} Refusal;

static Refusal
read_refusal (void)
{
  const char *what = secure_getenv ("PROCRUNNER_TEST_REFUSE");
  Refusal refusal = 0;

  if (what != NULL && strstr (what, "pidfd") != NULL)
    refusal |= REFUSE_ALL;
  if (what != NULL && strstr (what, "group") != NULL)
    refusal |= REFUSE_GROUP;

  return refusal;
}

/* Read once: the engine reads no environment that the program may be changing. */
static gboolean
is_refused (Refusal refusal)
{
  static gsize known;

  if (g_once_init_enter (&known))
    g_once_init_leave (&known, 1 + (gsize) read_refusal ());

  if (G_LIKELY (((known - 1) & refusal) == 0))
    return FALSE;

  errno = ENOSYS;
  return TRUE;
}

gboolean
proc_pidfd_is_refused (void)
{
  return is_refused (REFUSE_ALL);
}

/* Close-on-exec, as the kernel makes it. -1 if it cannot be had. */
int
proc_pidfd_open (pid_t pid)
{
  if (is_refused (REFUSE_ALL))
    return -1;

  return proc_fd_lift ((int) syscall (SYS_pidfd_open, pid, 0));
}

gboolean
proc_pidfd_signal (int pidfd, int signal_number)
{
  return !is_refused (REFUSE_ALL)
         && syscall (SYS_pidfd_send_signal, pidfd, signal_number, NULL, 0) == 0;
}

/* The group that the process leads, or led: it may have been reaped. EINVAL where
 * the kernel does not know groups. */
gboolean
proc_pidfd_signal_group (int pidfd, int signal_number)
{
  return !is_refused (REFUSE_ALL | REFUSE_GROUP)
         && syscall (SYS_pidfd_send_signal, pidfd, signal_number, NULL, SIGNAL_PROCESS_GROUP) == 0;
}

/* From Linux 6.15 on, a pidfd keeps the status of a process that was reaped, by
 * whomever. */
typedef struct
{
  guint64 mask;
  guint64 cgroup;
  guint32 ids[11];
  gint32 exit_code;
} PidfdInfo;

#define PIDFD_INFO_EXIT (1U << 3)
#define PIDFD_GET_INFO _IOWR (0xFF, 11, PidfdInfo)

G_STATIC_ASSERT (sizeof (PidfdInfo) == 64);

gboolean
proc_pidfd_get_status (int pidfd, int *wait_status)
{
  PidfdInfo info = { .mask = PIDFD_INFO_EXIT };

  if (is_refused (REFUSE_ALL) || ioctl (pidfd, PIDFD_GET_INFO, &info) < 0
      || (info.mask & PIDFD_INFO_EXIT) == 0)
    return FALSE;

  *wait_status = info.exit_code;
  return TRUE;
}

/* A zombie has exited. */
gboolean
proc_pidfd_has_exited (int pidfd)
{
  struct pollfd poll_fd = { .fd = pidfd, .events = POLLIN };

  return poll (&poll_fd, 1, 0) > 0;
}

/* The same without a pidfd. Of one that was reaped the number may be another child's by now:
 * then that is what is told of. */
gboolean
proc_pidfd_has_left (pid_t pid)
{
  siginfo_t info = { 0 };

  return waitid (P_PID, (id_t) pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0 || info.si_pid != 0;
}

/* FALSE if it lives, was reaped, or is no child of this program. Where there are pidfds,
 * and to wait for them is refused, the number has to do. */
static gboolean
look (int pidfd, pid_t pid, int options, siginfo_t *info)
{
  options |= WEXITED | WNOHANG;
  if (waitid (P_PIDFD, pidfd, info, options) == 0)
    return info->si_pid != 0;

  return errno != ECHILD && waitid (P_PID, (id_t) pid, info, options) == 0 && info->si_pid != 0;
}

/* Leaves the zombie where it is. */
gboolean
proc_pidfd_peek (int pidfd, pid_t pid, siginfo_t *info)
{
  return look (pidfd, pid, WNOWAIT, info);
}

void
proc_pidfd_reap (int pidfd, pid_t pid)
{
  siginfo_t info = { 0 };

  if (pidfd >= 0)
    look (pidfd, pid, 0, &info);
}
