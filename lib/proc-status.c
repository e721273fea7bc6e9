/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-status-private.h"

#include "proc-pidfd-private.h"

#include <signal.h>
#include <sys/wait.h>

/* How a child ended, from whoever knows it: the zombie, the kernel, or GSubprocess. The
 * first that is true stays; what may be no child's is never taken for one's.
 */

static int
compose (const siginfo_t *info)
{
  switch (info->si_code)
    {
    case CLD_EXITED:
      return W_EXITCODE (info->si_status, 0);
    case CLD_DUMPED:
      return W_EXITCODE (0, info->si_status) | WCOREFLAG;
    case CLD_KILLED:
    default:
      return W_EXITCODE (0, info->si_status);
    }
}

void
proc_status_set (ProcStatus *self, int wait_status)
{
  if (self->known)
    return;

  self->known = TRUE;
  self->wait_status = wait_status;
}

/* Leaves the zombie to GSubprocess. If that has reaped it already, or somebody else has,
 * a newer kernel still knows. */
void
proc_status_read (ProcStatus *self, int pidfd, pid_t pid)
{
  siginfo_t info = { 0 };
  int wait_status;

  if (proc_pidfd_peek (pidfd, pid, &info))
    proc_status_set (self, compose (&info));
  else if (proc_pidfd_get_status (pidfd, &wait_status))
    proc_status_set (self, wait_status);
}

/* TRUE: the program ignores SIGCHLD, and the kernel keeps no zombies. */
gboolean
proc_status_is_kept_for_nobody (void)
{
  struct sigaction action;

  return sigaction (SIGCHLD, NULL, &action) == 0
         && (action.sa_handler == SIG_IGN || (action.sa_flags & SA_NOCLDWAIT) != 0);
}

/* What GSubprocess has from a zombie is true. If it found none, it says -1, or in older
 * releases 0: which cannot be believed where the kernel keeps no zombies. */
void
proc_status_take_reaped (ProcStatus *self, int wait_status)
{
  if (wait_status != -1 && !proc_status_is_kept_for_nobody ())
    proc_status_set (self, wait_status);
}
