/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-group-private.h"

#include "proc-fd-private.h"
#include "proc-pidfd-private.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The processes that a signal to a child reaches: the group that it leads or, in
 * a shared group, the child alone.
 *
 * A number may be signalled while it is sure to be this group's. There are three
 * ways to be sure, the best first:
 *
 *   - the kernel signals the group that a pidfd's process leads or led
 *   - the leader has not been reaped: its number is taken
 *   - a member that we hold lives, and is still in it: so the group does
 *
 * The last is for old kernels. Members are looked for when the leader exits, and
 * again whenever they are counted, since they may have forked: who is found then is
 * a member if one that we held before has lived all the while, else perhaps a stranger
 * to whom the number has passed. One is held by a pidfd of its own; where there is
 * none at all, by the time when it was started, which another process of that number
 * will hardly share.
 *
 * A zombie is gone: it runs no code and holds no descriptor. Its parent may never
 * reap it (in a container that may be a process 1 that does not), so the kernel's
 * answer that a group exists is no proof of a living member.
 */
struct _ProcGroup
{
  pid_t leader;
  ProcFd pidfd; /* -1 if the system refuses one */
  gboolean shared;
  gboolean reaped;
  gboolean looked; /* for members, when the leader had exited */
  GArray *held;    /* of Member, since then */
};

typedef struct
{
  pid_t pid;
  guint64 start_time; /* in ticks, since the system's start */
  ProcFd pidfd;       /* -1 if the system refuses one */
} Member;

static void
member_clear (gpointer data)
{
  Member *member = data;

  proc_fd_clear (&member->pidfd);
}

static GArray *
new_held (void)
{
  GArray *held = g_array_new (FALSE, FALSE, sizeof (Member));

  g_array_set_clear_func (held, member_clear);
  return held;
}

/* Takes @pidfd, which may be -1. */
ProcGroup *
proc_group_new (pid_t leader, int pidfd, gboolean shared)
{
  ProcGroup *self = g_new0 (ProcGroup, 1);

  g_assert (leader > 1);

  self->leader = leader;
  self->pidfd = pidfd;
  self->shared = shared;
  self->held = new_held ();
  return self;
}

void
proc_group_free (ProcGroup *self)
{
  g_array_unref (self->held);
  proc_fd_clear (&self->pidfd);
  g_free (self);
}

pid_t
proc_group_get_leader (const ProcGroup *self)
{
  return self->leader;
}

int
proc_group_get_pidfd (const ProcGroup *self)
{
  return self->pidfd;
}

/* What keeps us from reading, and says nothing of the process. */
static gboolean
is_our_trouble (int error_number)
{
  switch (error_number)
    {
    case EAGAIN:
    case EINTR:
    case EIO:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
      return TRUE;
    default:
      return FALSE;
    }
}

/* Sets errno. Not by GLib, which until 2.76 opens files so that another thread's fork
 * hands them on. */
static gboolean
read_stat (pid_t pid, char *stat, gsize size)
{
  char path[32];
  ProcFd fd;
  ssize_t n;
  int saved_errno;

  g_snprintf (path, sizeof path, "/proc/%d/stat", (int) pid);
  fd = open (path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return FALSE;

  n = read (fd, stat, size - 1);
  saved_errno = errno;
  stat[MAX (n, 0)] = '\0';
  proc_fd_clear (&fd);
  errno = saved_errno;
  return n >= 0;
}

/* "pid (name) state ppid pgrp …", where the name may hold anything; the start time
 * is the 22nd. FALSE: it does not live; or with @unknown, which may be NULL, nobody can
 * say. */
static gboolean
read_process (pid_t pid, pid_t *group, guint64 *start_time, gboolean *unknown)
{
  char stat[1024];
  unsigned long long start;
  const char *rest;
  char state;

  if (!read_stat (pid, stat, sizeof stat))
    {
      if (unknown != NULL)
        *unknown |= is_our_trouble (errno);
      return FALSE;
    }

  rest = strrchr (stat, ')');
  if (rest == NULL
      || sscanf (rest + 1,
                 " %c %*d %d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
                 &state, group, &start) != 3)
    return FALSE;

  *start_time = start;
  return state != 'Z' && state != 'X';
}

static gboolean
is_living_member (pid_t pid, pid_t group, guint64 *start_time, gboolean *unknown)
{
  pid_t member_of;

  return read_process (pid, &member_of, start_time, unknown) && member_of == group;
}

/* The one who has the number was looked at: it is ours if ours lives after that. */
static gboolean
is_in_group (const Member *member, pid_t group)
{
  gboolean unknown = FALSE;
  guint64 start_time;

  if (!is_living_member (member->pid, group, &start_time, &unknown))
    return unknown && member->pidfd >= 0 && !proc_pidfd_has_exited (member->pidfd);

  return member->pidfd >= 0 ? !proc_pidfd_has_exited (member->pidfd)
                            : start_time == member->start_time;
}

/* The number may have passed to another process before it was opened. */
static void
hold (GArray *held, pid_t pid, pid_t group, gboolean *unknown)
{
  Member member = { .pid = pid, .pidfd = proc_pidfd_open (pid) };

  if (is_living_member (pid, group, &member.start_time, unknown))
    g_array_append_val (held, member);
  else
    member_clear (&member);
}

/* FALSE: there is none in this sandbox, or it is another PID namespace's. */
static gboolean
have_proc (void)
{
  char target[32];
  ssize_t size = readlink ("/proc/self", target, sizeof target - 1);

  if (size < 0)
    return FALSE;

  target[size] = '\0';
  return strtol (target, NULL, 10) == getpid ();
}

/* Counts the living members, and takes hold of them in @held, which may be NULL. -1
 * without a /proc, and where not all could be looked at. */
static int
scan (ProcGroup *self, GArray *held)
{
  g_autoptr(GDir) processes = g_dir_open ("/proc", 0, NULL);
  const char *name;
  guint64 start_time;
  gboolean unknown = FALSE;
  int n_members = 0;

  if (processes == NULL || !have_proc ())
    return -1;

  while ((name = g_dir_read_name (processes)) != NULL)
    {
      pid_t pid = (pid_t) g_ascii_strtoll (name, NULL, 10);

      if (pid > 0 && is_living_member (pid, self->leader, &start_time, &unknown))
        {
          n_members++;
          if (held != NULL)
            hold (held, pid, self->leader, &unknown);
        }
    }

  return unknown ? -1 : n_members;
}

/* Lets go of those held before. */
static void
take_held (ProcGroup *self, GArray *held)
{
  g_array_unref (self->held);
  self->held = held;
}

static gboolean
is_held_alive (ProcGroup *self)
{
  for (guint i = 0; i < self->held->len; i++)
    if (is_in_group (&g_array_index (self->held, Member, i), self->leader))
      return TRUE;

  return FALSE;
}

/* The kernel gives no process the number of a group that has a member. */
static gboolean
number_is_anothers (ProcGroup *self)
{
  return self->reaped && (kill (self->leader, 0) == 0 || errno == EPERM);
}

static gboolean
number_is_ours (ProcGroup *self)
{
  return !self->reaped || (!number_is_anothers (self) && is_held_alive (self));
}

/* The leader is a zombie, or was reaped this instant. Who is no member then will not
 * be one. */
void
proc_group_leader_exited (ProcGroup *self)
{
  g_autoptr(GArray) held = NULL;

  if (self->shared || self->looked || proc_pidfd_signal_group (self->pidfd, 0)
      || errno == ESRCH)
    return;

  held = new_held ();
  if (kill (-self->leader, 0) == 0 || errno == EPERM)
    self->looked = scan (self, held) >= 0;
  else
    self->looked = TRUE;
  take_held (self, g_steal_pointer (&held));
}

void
proc_group_leader_reaped (ProcGroup *self)
{
  proc_group_leader_exited (self);
  self->reaped = TRUE;
}

void
proc_group_signal_leader (ProcGroup *self, int signal_number)
{
  if (!proc_pidfd_signal (self->pidfd, signal_number) && errno != ESRCH && !self->reaped)
    kill (self->leader, signal_number);
}

void
proc_group_signal (ProcGroup *self, int signal_number)
{
  if (self->shared)
    {
      proc_group_signal_leader (self, signal_number);
      return;
    }

  if (proc_pidfd_signal_group (self->pidfd, signal_number) || errno == ESRCH)
    return;

  if (number_is_ours (self))
    kill (-self->leader, signal_number);
}

/* Of one whose parent is not us, and is gone: the number alone tells nothing. */
void
proc_group_signal_orphaned (ProcGroup *self, int signal_number)
{
  if (self->shared || !proc_pidfd_signal_group (self->pidfd, signal_number))
    proc_pidfd_signal (self->pidfd, signal_number);
}

guint
proc_group_count_orphaned (ProcGroup *self)
{
  gboolean lives = self->pidfd >= 0 && !proc_pidfd_has_exited (self->pidfd);
  int n_members;

  if (lives || self->shared)
    return lives ? 1 : 0;
  if (!proc_pidfd_signal_group (self->pidfd, 0) && errno == ESRCH)
    return 0;

  n_members = scan (self, NULL);
  return n_members >= 0 ? n_members : 1;
}

/* Gives how many live, as far as can be known; the leader counts until it is
 * reaped. Where the kernel cannot tell, all processes are looked at: to count a
 * stranger of that number would only cost time, and to hold it would cost its life. */
guint
proc_group_count_members (ProcGroup *self)
{
  g_autoptr(GArray) held = NULL;
  int n_members;

  if (self->shared || !self->reaped)
    return self->reaped ? 0 : 1;

  if (!proc_pidfd_signal_group (self->pidfd, 0) && errno == ESRCH)
    return 0;

  if (number_is_anothers (self))
    return 0;

  if (self->held->len > 0)
    held = new_held ();
  n_members = scan (self, held);
  if (n_members >= 0 && held != NULL && number_is_ours (self))
    take_held (self, g_steal_pointer (&held));
  return n_members >= 0 ? n_members : 1;
}
