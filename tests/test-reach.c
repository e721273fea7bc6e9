/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Who a stopped run does not reach: those that are not its own, and those of another user. */

#include "config.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test-jobs.h"
#include "test-stopping.h"

#define NOBODY 65534

/* The group is the program's own: who else is in it is none of our business. */
static void
test_shared (void)
{
  g_auto(TestStop) stop = test_stop_init ();
  g_autoptr(ProcCommand) command = test_child ("fork", "ready", stop.ready.path, "hang", NULL);
  ProcResult *result;
  pid_t member;

  proc_runner_set_session (stop.runner, PROC_SESSION_SHARED);
  member = test_stop_start (&stop, command);
  g_cancellable_cancel (stop.cancellable);
  result = test_stop_finish_with_orphans (&stop);
  test_assert_ended (result, SIGTERM, FALSE);
  g_assert_false (proc_result_get_complete (result));

  g_assert_no_errno (kill (member, SIGKILL));
  g_assert_cmpint (waitpid (member, NULL, 0), ==, member);
}

static void
test_shared_ignoring (void)
{
  g_auto(TestStop) stop = test_stop_init ();
  g_autoptr(ProcCommand) command = test_child ("ignore-term", "ready", stop.ready.path, NULL);

  proc_runner_set_session (stop.runner, PROC_SESSION_SHARED);
  proc_runner_set_kill_grace_msec (stop.runner, TEST_SHORT_GRACE_MSEC);
  test_assert_ended (test_stop_run (&stop, command), SIGKILL, TRUE);
}

/* The last of them ignores SIGTERM. */
static void
test_pg3_three_levels (void)
{
  g_auto(TestStop) stop = test_stop_init ();
  g_autoptr(ProcCommand) command = test_child ("fork", "fork", "ignore-term", "ready",
                                               stop.ready.path, NULL);
  ProcResult *result;

  proc_runner_set_kill_grace_msec (stop.runner, TEST_SHORT_GRACE_MSEC);
  result = test_stop_run (&stop, command);
  test_assert_ended (result, SIGTERM, TRUE);
}

/* The child is dead and reaped, and nobody has been told: what happened is what is said. */
static void
test_pg10_signals_to_the_dead (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_auto(TestFifo) ready = test_fifo_ready ();
  g_autoptr(ProcCommand) command = test_child ("ready", ready.path, "exit", "3", NULL);
  g_autoptr(ProcJob) job = proc_runner_start (runner, command, NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(ProcResult) result = NULL;

  test_track (job);
  test_wait_until_gone (test_fifo_wait (&ready));
  for (guint i = 0; i < 2; i++)
    {
      proc_job_send_signal (job, SIGTERM);
      proc_job_stop (job);
      proc_job_kill (job);
      g_clear_object (&result);
      result = proc_job_wait (job, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpint (proc_result_get_outcome (result), ==, PROC_OUTCOME_EXITED);
      g_assert_cmpint (proc_result_get_exit_status (result), ==, 3);
    }

  test_job_iterate_until (job, PROC_JOB_STATE_FINISHED);
}

/* Out of reach */

static gboolean
can_become_root (void)
{
  struct statvfs fs;

  return geteuid () == 0 && prctl (PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 0
         && statvfs (test_dir (), &fs) == 0 && (fs.f_flag & ST_NOSUID) == 0;
}

/* `child`, and root's whoever starts it. */
static char *
make_root_child (void)
{
  char *path = test_path ("root-child");
  g_autoptr(GFile) from = g_file_new_for_path (test_child_path ());
  g_autoptr(GFile) to = g_file_new_for_path (path);

  g_assert_true (g_file_copy (from, to, G_FILE_COPY_NONE, NULL, NULL, NULL, NULL));
  g_assert_no_errno (g_chmod (path, 04755));
  return path;
}

static void
become_nobody (void)
{
  g_assert_no_errno (setresuid (NOBODY, NOBODY, 0));
}

static void
become_root (void)
{
  g_assert_no_errno (setresuid (0, 0, 0));
  prctl (PR_SET_DUMPABLE, 1);
}

/* Gives the one who was out of reach, and still is there. */
static pid_t
run_out_of_reach (TestStop *stop, ProcCommand *command, int term_signal)
{
  ProcResult *result;
  pid_t pid;

  proc_runner_set_kill_grace_msec (stop->runner, TEST_SHORT_GRACE_MSEC);
  become_nobody ();
  pid = test_stop_start (stop, command);
  g_cancellable_cancel (stop->cancellable);
  result = test_stop_finish_with_orphans (stop);
  become_root ();

  g_assert_cmpuint (proc_result_get_survivors (result), ==, 1);
  g_assert_cmpint (proc_result_get_term_signal (result), ==, term_signal);
  g_assert_cmpint (proc_result_get_exit_status (result), ==, -1);
  g_assert_false (proc_result_get_complete (result));
  g_assert_no_errno (kill (pid, SIGKILL));
  return pid;
}

static void
test_member_out_of_reach (void)
{
  g_auto(TestStop) stop = test_stop_init ();
  g_autofree char *program = NULL;
  g_autoptr(ProcCommand) command = NULL;

  if (!can_become_root ())
    {
      g_test_skip ("needs root, and a directory where the set-user-ID bit counts");
      return;
    }

  program = make_root_child ();
  command = proc_command_new (
    TEST_ARGV (program, "fork", "become-root", "ready", stop.ready.path, "hang"));
  waitpid (run_out_of_reach (&stop, command, SIGTERM), NULL, 0);
}

/* It is reaped all the same when it ends at last. */
static void
test_child_out_of_reach (void)
{
  g_auto(TestStop) stop = test_stop_init ();
  g_autofree char *program = NULL;
  g_autoptr(ProcCommand) command = NULL;
  pid_t pid;

  if (!can_become_root ())
    {
      g_test_skip ("needs root, and a directory where the set-user-ID bit counts");
      return;
    }

  program = make_root_child ();
  command = proc_command_new (
    TEST_ARGV (program, "become-root", "ready", stop.ready.path, "hang"));
  pid = run_out_of_reach (&stop, command, 0);
  test_wait_until_gone (pid);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/reach/shared", test_shared);
  TEST_ADD ("/reach/shared-ignoring", test_shared_ignoring);
  TEST_ADD ("/reach/pg3-three-levels", test_pg3_three_levels);
  TEST_ADD ("/reach/pg10-signals-to-the-dead", test_pg10_signals_to_the_dead);
  TEST_ADD ("/reach/member-out-of-reach", test_member_out_of_reach);
  TEST_ADD ("/reach/child-out-of-reach", test_child_out_of_reach);

  return g_test_run ();
}
