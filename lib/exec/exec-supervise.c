/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A supervised command: the process that was spawned stays, and its child takes the
 * steps to become the program. Plain C without GLib, as the steps are.
 *
 * The supervisor is the subreaper of all descendants: one whose parent dies becomes
 * its child, also if it left its group and session. So a signal to the program's
 * group and to all children reaches, repeated, everybody. SIGTERM is repeated only to
 * children that are new: to many a program a second one means haste.
 *
 * It ends when it has no child left, or when it is released. Its control socket is
 * the lifeline: when that closes without a release, the program that started it is
 * dead, and every descendant is killed.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "exec-supervise.h"

#include "exec-protocol.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* Between two kills, while orphans keep coming. */
#define KILL_INTERVAL_MSEC 5

/* Between two looks for orphans, after a SIGTERM: the end of a parent that was not our
 * child makes no signal. */
#define TERM_INTERVAL_MSEC 50
#define MAX_TOLD 256

enum
{
  CONTROL,
  SIGNALS,
  EXEC, /* a pipe whose other end is closed by the exec */
  N_FDS
};

typedef struct
{
  ExecSteps steps; /* with a control socket that is ours */
  pid_t program;
  int running_told;
  int program_reaped;
  int lost; /* the lifeline */

  int terminating;
  int group_told;       /* by its number: all that were in it have had their SIGTERM */
  pid_t told[MAX_TOLD]; /* and so have these children */
  int n_told;
} Supervisor;

static void
tell_exit (const Supervisor *self, int status, const struct rusage *usage)
{
  const ExecMessage message = {
    .kind = EXEC_MESSAGE_EXITED,
    .status = status,
    .cpu_usec = (usage->ru_utime.tv_sec + (int64_t) usage->ru_stime.tv_sec) * 1000000
                + usage->ru_utime.tv_usec + usage->ru_stime.tv_usec,
    .peak_rss = (int64_t) usage->ru_maxrss * 1024,
  };

  exec_steps_tell (&self->steps, &message, -1);
}

/* The program runs, or has gone without. */
static void
tell_running (Supervisor *self)
{
  const ExecMessage message = { .kind = EXEC_MESSAGE_RUNNING };

  if (!self->running_told)
    exec_steps_tell (&self->steps, &message, -1);
  self->running_told = 1;
}

/* Ends the process when there is no child left. */
static void
reap (Supervisor *self)
{
  struct signalfd_siginfo info;
  struct rusage usage;
  int status;
  pid_t pid;

  while (read (SIGNALS, &info, sizeof info) > 0)
    ;

  while ((pid = wait4 (-1, &status, WNOHANG, &usage)) > 0)
    if (pid == self->program)
      {
        self->program_reaped = 1;
        tell_running (self);
        tell_exit (self, status, &usage);
      }

  if (pid < 0 && errno == ECHILD)
    _exit (0);
}

/* TRUE for one that is new. Beyond so many, the grace has to do without. */
static int
note_told (Supervisor *self, pid_t pid)
{
  for (int i = 0; i < self->n_told; i++)
    if (self->told[i] == pid)
      return 0;

  if (self->n_told == MAX_TOLD)
    return 0;

  self->told[self->n_told++] = pid;
  return 1;
}

/* The number is the group's for as long as somebody is in it, also when the program is gone. */
static int
was_told_by_group (const Supervisor *self, pid_t pid)
{
  return self->group_told && getpgid (pid) == self->program;
}

static void
signal_child (Supervisor *self, pid_t pid, int signal_number)
{
  if (signal_number != SIGTERM)
    {
      kill (pid, signal_number);
    }
  else if (note_told (self, pid))
    {
      if (!was_told_by_group (self, pid))
        kill (pid, SIGTERM);
      kill (pid, SIGCONT); /* the group's may have come when its number was no longer ours */
    }
}

/* A child is never another process by the time of the signal: it is ours to reap. */
static void
signal_listed (Supervisor *self, const char *list, long size, int signal_number)
{
  pid_t pid = 0;

  for (long i = 0; i < size; i++)
    if (list[i] >= '0' && list[i] <= '9')
      {
        pid = pid * 10 + (list[i] - '0');
      }
    else
      {
        if (pid > 1)
          signal_child (self, pid, signal_number);
        pid = 0;
      }
}

/* The numbers in another PID namespace's are not ours. */
static int
have_proc (void)
{
  char target[32];
  ssize_t size = readlink ("/proc/self", target, sizeof target - 1);

  if (size < 0)
    return 0;

  target[size] = '\0';
  return atoi (target) == getpid ();
}

/* In one read: a list that is longer ends in the middle, and the next time goes on. 0: there
 * is no list, since there is no /proc. */
static int
signal_children (Supervisor *self, int signal_number)
{
  char list[4096];
  int fd = have_proc () ? open ("/proc/thread-self/children", O_RDONLY | O_CLOEXEC) : -1;
  long size;

  if (fd < 0)
    return 0;

  size = read (fd, list, sizeof list);
  while (size > 0 && list[size - 1] != ' ')
    size--;
  signal_listed (self, list, size, signal_number);
  close (fd);
  return 1;
}

/* Without a list, and beside the group of a program that is not reaped. The program's number may
 * be anybody's when it is, but not while a child of ours is in its group. */
static void
signal_known (const Supervisor *self, int signal_number)
{
  siginfo_t info;

  if (self->steps.session == EXEC_SESSION_SHARED)
    {
      if (!self->program_reaped)
        kill (self->program, signal_number);
    }
  else if (self->program_reaped
           && waitid (P_PGID, (id_t) self->program, &info, WEXITED | WNOHANG | WNOWAIT) == 0)
    {
      kill (-self->program, signal_number);
    }
}

/* The number of the group is the program's, and so is taken while that is not
 * reaped. Who is reached by the group is not told once more. */
static void
signal_all (Supervisor *self, int signal_number)
{
  int has_group = !self->program_reaped && self->steps.session != EXEC_SESSION_SHARED;

  if (signal_number == SIGTERM)
    {
      self->terminating = 1;
      self->group_told = has_group;
      self->n_told = 0;
    }

  if (has_group)
    kill (-self->program, signal_number);

  if (!signal_children (self, signal_number))
    signal_known (self, signal_number);
}

static int
get_interval (const Supervisor *self)
{
  if (self->lost)
    return KILL_INTERVAL_MSEC;

  return self->terminating ? TERM_INTERVAL_MSEC : -1;
}

static void
take_order (Supervisor *self)
{
  ExecOrder order;
  long size = recv (CONTROL, &order, sizeof order, MSG_DONTWAIT);

  if (size < 0 && (errno == EAGAIN || errno == EINTR))
    return;

  if (size != sizeof order)
    self->lost = 1;
  else if (order.kind == EXEC_ORDER_RELEASE)
    _exit (0);
  else
    signal_all (self, order.signal_number);
}

__attribute__ ((noreturn)) static void
watch (Supervisor *self)
{
  struct pollfd fds[N_FDS] = {
    [CONTROL] = { .fd = CONTROL, .events = POLLIN },
    [SIGNALS] = { .fd = SIGNALS, .events = POLLIN },
    [EXEC] = { .fd = EXEC, .events = POLLIN },
  };

  for (;;)
    {
      reap (self);
      if (self->lost)
        {
          fds[CONTROL].fd = -1;
          signal_all (self, SIGKILL);
        }
      else if (self->terminating)
        {
          signal_children (self, SIGTERM);
        }

      poll (fds, N_FDS, get_interval (self));
      if (fds[EXEC].fd >= 0 && fds[EXEC].revents != 0)
        {
          fds[EXEC].fd = -1;
          tell_running (self);
        }
      if (!self->lost && fds[CONTROL].revents != 0)
        take_order (self);
    }
}

/* What the supervisor needs, above the numbers that it will have. */
typedef struct
{
  int fds[N_FDS];
  int program_end; /* of the pipe */
} Kept;

static int
lift (int fd)
{
  return fd >= 0 ? fcntl (fd, F_DUPFD_CLOEXEC, N_FDS) : -1;
}

static int
open_signals (void)
{
  sigset_t all;
  sigset_t child;

  sigfillset (&all);
  sigprocmask (SIG_SETMASK, &all, NULL);
  sigemptyset (&child);
  sigaddset (&child, SIGCHLD);
  return signalfd (-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* What may be wanting is made before there is a program. -1: something is. */
static int
make_kept (Kept *kept, int control)
{
  int ends[2];

  kept->fds[CONTROL] = lift (control);
  kept->fds[SIGNALS] = lift (open_signals ());
  if (pipe2 (ends, O_CLOEXEC) < 0)
    return -1;

  kept->fds[EXEC] = lift (ends[0]);
  kept->program_end = lift (ends[1]);
  return kept->fds[CONTROL] >= 0 && kept->fds[SIGNALS] >= 0
         && kept->fds[EXEC] >= 0 && kept->program_end >= 0 ? 0 : -1;
}

/* Holds none of the program's streams, or their ends would never be seen. */
static void
keep_only (const Kept *kept)
{
  for (int i = 0; i < N_FDS; i++)
    while (dup3 (kept->fds[i], i, O_CLOEXEC) < 0 && (errno == EINTR || errno == EBUSY))
      ;

  exec_steps_close_from (N_FDS);
}

/* Comes back in the child only. Its descriptors are close-on-exec, and those of the
 * program are put into their places later. */
void
exec_supervise (const ExecSteps *steps)
{
  Supervisor self = { .steps = *steps };
  Kept kept;

  prctl (PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  exec_steps_reset_signals ();
  self.program = make_kept (&kept, steps->control_fd) == 0 ? fork () : -1;
  if (self.program < 0)
    exec_steps_fail (steps, EXEC_STEP_SUPERVISE);

  if (self.program == 0)
    return;

  /* Out of the reach of what a terminal sends to the program's group. */
  setsid ();
  keep_only (&kept);
  self.steps.control_fd = CONTROL;
  watch (&self);
}
