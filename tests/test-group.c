/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A group, its leader's life and death, and who is reached: with a pidfd and without one. */

#include "config.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proc-group-private.h"
#include "proc-pidfd-private.h"
#include "test-fixture.h"

typedef struct
{
  TestFifo ready;
  pid_t leader;
  pid_t member; /* its child */
  ProcGroup *group;
} Family;

static pid_t
spawn (char **argv, gboolean shared)
{
  posix_spawnattr_t attributes;
  pid_t pid;

  g_assert_cmpint (posix_spawnattr_init (&attributes), ==, 0);
  if (!shared)
    g_assert_cmpint (posix_spawnattr_setflags (&attributes, POSIX_SPAWN_SETSID), ==, 0);
  g_assert_cmpint (posix_spawn (&pid, argv[0], NULL, &attributes, argv, environ), ==, 0);
  posix_spawnattr_destroy (&attributes);
  return pid;
}

static Family
family_new (gboolean with_pidfd, gboolean shared)
{
  Family self = { test_fifo_ready (), 0, 0, NULL };
  g_auto(GStrv) argv = test_child_argv ("fork", "ready", self.ready.path, "hang", NULL);

  self.leader = spawn (argv, shared);
  self.member = test_fifo_wait (&self.ready);
  self.group = proc_group_new (self.leader, with_pidfd ? proc_pidfd_open (self.leader) : -1,
                               shared);
  return self;
}

static void
family_clear (Family *self)
{
  g_clear_pointer (&self->group, proc_group_free);
  test_fifo_clear (&self->ready);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Family, family_clear)

/* In the order in which a program learns of it. */
static void
note_leaders_end (Family *self)
{
  siginfo_t info;

  g_assert_no_errno (waitid (P_PID, self->leader, &info, WEXITED | WNOWAIT));
  proc_group_leader_exited (self->group);
  g_assert_cmpint (waitpid (self->leader, NULL, 0), ==, self->leader);
  proc_group_leader_reaped (self->group);
}

static gboolean
is_empty (gpointer group)
{
  return proc_group_count_members (group) == 0;
}

static void
assert_reaches_all (gboolean with_pidfd)
{
  g_auto(Family) family = family_new (with_pidfd, FALSE);

  g_assert_cmpuint (proc_group_count_members (family.group), >=, 1);
  proc_group_signal (family.group, SIGTERM);
  note_leaders_end (&family);
  g_assert_true (test_eventually (is_empty, family.group));

  /* There is nobody left to be reached, and nobody else is. */
  proc_group_signal (family.group, SIGTERM);
}

static void
test_reaches_all (void)
{
  assert_reaches_all (TRUE);
  assert_reaches_all (FALSE);
}

/* The member becomes a zombie that nobody reaps: gone all the same. */
static void
assert_member_outlives_leader (gboolean with_pidfd)
{
  g_auto(Family) family = family_new (with_pidfd, FALSE);

  g_assert_no_errno (kill (family.leader, SIGKILL));
  note_leaders_end (&family);
  g_assert_cmpuint (proc_group_count_members (family.group), ==, 1);
  g_assert_cmpuint (proc_group_count_members (family.group), ==, 1);

  proc_group_signal (family.group, 0);
  g_assert_cmpuint (proc_group_count_members (family.group), ==, 1);
  proc_group_signal (family.group, SIGKILL);
  g_assert_true (test_eventually (is_empty, family.group));
  g_assert_no_errno (kill (family.member, 0));
}

static void
test_member_outlives_leader (void)
{
  assert_member_outlives_leader (TRUE);
  assert_member_outlives_leader (FALSE);
}

/* It is told of the reaping alone, a moment after it. */
static void
test_reaped_at_once (void)
{
  g_auto(Family) family = family_new (TRUE, FALSE);

  g_assert_no_errno (kill (family.leader, SIGKILL));
  g_assert_cmpint (waitpid (family.leader, NULL, 0), ==, family.leader);
  proc_group_leader_reaped (family.group);
  g_assert_cmpuint (proc_group_count_members (family.group), ==, 1);
  proc_group_signal (family.group, SIGKILL);
  g_assert_true (test_eventually (is_empty, family.group));
}

static void
assert_shared_reaches_one (gboolean with_pidfd)
{
  g_auto(Family) family = family_new (with_pidfd, TRUE);

  g_assert_cmpuint (proc_group_count_members (family.group), ==, 1);
  proc_group_signal (family.group, SIGTERM);
  note_leaders_end (&family);
  g_assert_cmpuint (proc_group_count_members (family.group), ==, 0);
  proc_group_signal (family.group, SIGTERM);

  g_assert_no_errno (kill (family.member, SIGKILL));
  g_assert_cmpint (waitpid (family.member, NULL, 0), ==, family.member);
}

static void
test_shared_reaches_one (void)
{
  assert_shared_reaches_one (TRUE);
  assert_shared_reaches_one (FALSE);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/group/reaches-all", test_reaches_all);
  TEST_ADD ("/group/member-outlives-leader", test_member_outlives_leader);
  TEST_ADD ("/group/reaped-at-once", test_reaped_at_once);
  TEST_ADD ("/group/shared-reaches-one", test_shared_reaches_one);

  return g_test_run ();
}
