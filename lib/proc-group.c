/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-group-private.h"

#include "proc-fd-private.h"
#include "proc-pidfd-private.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

/* The processes that a signal to a child reaches: the group that it leads or, in
 * a shared group, the child alone.
 *
 * A number may be signalled while it is sure to be this group's. There are three
 * ways to be sure, the best first:
 *
 *   - the kernel signals the group that a pidfd's process leads or led
 *   - the leader has not been reaped: its number is taken
 *   - a member that we hold lives: so the group does
 *
 * The last is for old kernels. Members are looked for when the leader exits, and
 * again whenever they are counted, since they may have forked. One is held by a
 * pidfd of its own; where there is none at all, by the time when it was started,
 * which another process of that number will hardly share.
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
  GArray *held; /* of Member, once the leader has exited */
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
is_our_trouble (const GError *error)
{
  return g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_MFILE)
         || g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NFILE)
         || g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOMEM)
         || g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_IO)
         || g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_INTR)
         || g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_AGAIN);
}

/* "pid (name) state ppid pgrp …", where the name may hold anything; the start time
 * is the 22nd. FALSE: it does not live; or with @unknown, which may be NULL, nobody can
 * say. */
static gboolean
read_process (pid_t pid, pid_t *group, guint64 *start_time, gboolean *unknown)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/stat", (int) pid);
  g_autofree char *stat = NULL;
  g_autoptr(GError) error = NULL;
  unsigned long long start;
  const char *rest;
  char state;

  if (!g_file_get_contents (path, &stat, NULL, &error))
    {
      if (unknown != NULL)
        *unknown |= is_our_trouble (error);
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

static gboolean
is_alive (const Member *member)
{
  guint64 start_time;
  pid_t group;

  if (member->pidfd >= 0)
    return !proc_pidfd_has_exited (member->pidfd);

  return read_process (member->pid, &group, &start_time, NULL) && start_time == member->start_time;
}

/* The number may have passed to another process before it was opened. */
static void
hold (GArray *held, pid_t pid, pid_t group)
{
  Member member = { .pid = pid, .pidfd = proc_pidfd_open (pid) };

  if (is_living_member (pid, group, &member.start_time, NULL))
    g_array_append_val (held, member);
  else
    member_clear (&member);
}

/* Counts the living members, and with @holding takes hold of them; those held
 * before are let go after that. -1 without a /proc, and where not all could be looked
 * at. */
static int
scan (ProcGroup *self, gboolean holding)
{
  g_autoptr(GDir) processes = g_dir_open ("/proc", 0, NULL);
  g_autoptr(GArray) held = new_held ();
  const char *name;
  guint64 start_time;
  gboolean unknown = FALSE;
  int n_members = 0;

  if (processes == NULL)
    return -1;

  while ((name = g_dir_read_name (processes)) != NULL)
    {
      pid_t pid = (pid_t) g_ascii_strtoll (name, NULL, 10);

      if (pid > 0 && is_living_member (pid, self->leader, &start_time, &unknown))
        {
          n_members++;
          if (holding)
            hold (held, pid, self->leader);
        }
    }

  if (holding)
    {
      g_array_unref (self->held);
      self->held = g_steal_pointer (&held);
    }

  return unknown ? -1 : n_members;
}

static gboolean
is_held_alive (ProcGroup *self)
{
  for (guint i = 0; i < self->held->len; i++)
    if (is_alive (&g_array_index (self->held, Member, i)))
      return TRUE;

  return FALSE;
}

static gboolean
number_is_ours (ProcGroup *self)
{
  return !self->reaped || is_held_alive (self);
}

/* The leader is a zombie, or was reaped this instant. */
void
proc_group_leader_exited (ProcGroup *self)
{
  if (self->shared || self->held->len > 0 || proc_pidfd_signal_group (self->pidfd, 0)
      || errno == ESRCH)
    return;

  if (kill (-self->leader, 0) == 0 || errno == EPERM)
    scan (self, TRUE);
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

/* Gives how many live, as far as can be known; the leader counts until it is
 * reaped. Where the kernel cannot tell, all processes are looked at: to count a
 * stranger of that number would only cost time. */
guint
proc_group_count_members (ProcGroup *self)
{
  int n_members;

  if (self->shared || !self->reaped)
    return self->reaped ? 0 : 1;

  if (!proc_pidfd_signal_group (self->pidfd, 0) && errno == ESRCH)
    return 0;

  n_members = scan (self, self->held->len > 0);
  return n_members >= 0 ? n_members : 1;
}
