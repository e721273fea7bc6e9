/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* TERM, a grace, KILL: what each does to children that are glad of it and to those that are not. */

#include "config.h"

#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "test-stopping.h"

static gboolean
has_state (pid_t pid, char state)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/stat", (int) pid);
  g_autofree char *stat = NULL;
  const char *found;

  if (!g_file_get_contents (path, &stat, NULL, NULL))
    return FALSE;

  found = strstr (stat, ") ");
  return found != NULL && found[2] == state;
}

static gboolean
is_stopped (gpointer pid)
{
  return has_state (GPOINTER_TO_INT (pid), 'T');
}

static void
test_ca9_cleans_up (void)
{
  g_auto(TestStop) stop = test_stop_init ();
  g_autoptr(ProcCommand) command = NULL;
  ProcResult *result;

  command = proc_command_new_shell ("sleep 100 & trap 'echo bye; exit 7' TERM; echo hi;"
                                    " echo > \"$1\"; wait",
                                    TEST_ARGV (stop.ready.path));
  result = test_stop_run (&stop, command);
  test_assert_ended (result, 0, FALSE);
  g_assert_cmpint (proc_result_get_exit_status (result), ==, 7);
  test_assert_text (proc_result_get_stdout (result), "hi\nbye\n");
  g_assert_true (proc_result_get_complete (result));
}

static void
test_term_is_enough (void)
{
  g_auto(TestStop) stop = test_stop_init ();
  g_autoptr(ProcCommand) command = test_child ("fork", "ready", stop.ready.path, "hang", NULL);

  test_assert_ended (test_stop_run (&stop, command), SIGTERM, FALSE);
}

static void
test_term_ignored (void)
{
  g_auto(TestStop) stop = test_stop_init ();
  g_autoptr(ProcCommand) command = test_child ("ignore-term", "fork", "ready", stop.ready.path,
                                               NULL);
  ProcResult *result;

  proc_runner_set_kill_grace_msec (stop.runner, TEST_SHORT_GRACE_MSEC);
  result = test_stop_run (&stop, command);
  test_assert_ended (result, SIGKILL, TRUE);
  g_assert_cmpint (proc_result_get_elapsed_usec (result), >=,
                   TEST_SHORT_GRACE_MSEC * G_TIME_SPAN_MILLISECOND);
}

static void
test_no_grace (void)
{
  g_auto(TestStop) stop = test_stop_init ();
  g_autoptr(ProcCommand) command = test_child ("trap-term", "7", "ready", stop.ready.path, NULL);
  ProcResult *result;

  proc_runner_set_kill_grace_msec (stop.runner, 0);
  result = test_stop_run (&stop, command);
  test_assert_ended (result, SIGKILL, TRUE);
  test_assert_text (proc_result_get_stdout (result), "");
}

/* TERM alone does nothing to a stopped child. */
static void
test_en1_stopped (void)
{
  g_auto(TestStop) stop = test_stop_init ();
  g_autoptr(ProcCommand) command = test_child ("ready", stop.ready.path, "stop", "hang", NULL);
  pid_t pid = test_stop_start (&stop, command);

  g_assert_true (test_eventually (is_stopped, GINT_TO_POINTER (pid)));
  g_cancellable_cancel (stop.cancellable);
  test_assert_ended (test_stop_finish (&stop), SIGTERM, FALSE);
}

static void
test_en1_stopped_and_ignoring (void)
{
  g_auto(TestStop) stop = test_stop_init ();
  g_autoptr(ProcCommand) command = test_child ("ignore-term", "ready", stop.ready.path, "stop",
                                               NULL);
  pid_t pid;

  proc_runner_set_kill_grace_msec (stop.runner, TEST_SHORT_GRACE_MSEC);
  pid = test_stop_start (&stop, command);
  g_assert_true (test_eventually (is_stopped, GINT_TO_POINTER (pid)));
  g_cancellable_cancel (stop.cancellable);
  test_assert_ended (test_stop_finish (&stop), SIGKILL, TRUE);
}

/* The leader goes at once, and takes the group's number with it as far as waitpid () knows. */
static void
test_member_outlives_leader (void)
{
  g_auto(TestStop) stop = test_stop_init ();
  g_autoptr(ProcCommand) command = test_child ("fork", "ignore-term", "fork", "ready",
                                               stop.ready.path, NULL);

  proc_runner_set_kill_grace_msec (stop.runner, TEST_SHORT_GRACE_MSEC);
  test_assert_ended (test_stop_run (&stop, command), SIGTERM, TRUE);
}

/* The leader had gone before, and been reaped: its end is the truth, and the rest is stopped. */
static void
test_leader_was_gone (void)
{
  g_auto(TestStop) stop = test_stop_init ();
  g_autoptr(ProcCommand) command = test_child ("leave", "ignore-term", "ready", stop.ready.path,
                                               NULL);
  g_autoptr(ProcResult) result = NULL;
  pid_t member;

  proc_runner_set_kill_grace_msec (stop.runner, TEST_SHORT_GRACE_MSEC);
  proc_runner_set_drain_grace_msec (stop.runner, 600000);
  member = test_stop_start (&stop, command);
  test_wait_until_gone (getpgid (member));
  g_cancellable_cancel (stop.cancellable);

  result = proc_runner_run_finish (stop.runner, test_call_wait (&stop.call), NULL);
  test_assert_no_children ();
  g_assert_nonnull (result);
  g_assert_true (proc_result_get_successful (result));
  g_assert_true (proc_result_get_complete (result));
  test_assert_ended (result, 0, TRUE);
}

static void
test_fork_storm (void)
{
  g_auto(TestStop) stop = test_stop_init ();
  g_autoptr(ProcCommand) command = test_child ("ignore-term", "ready", stop.ready.path, "relay",
                                               "8", NULL);

  proc_runner_set_kill_grace_msec (stop.runner, TEST_SHORT_GRACE_MSEC);
  test_assert_ended (test_stop_run (&stop, command), SIGKILL, TRUE);
}

/* The relay goes on for a while without its first, to which no orphan can come any more. */
static void
test_fork_storm_without_leader (void)
{
  g_auto(TestStop) stop = test_stop_init ();
  g_autoptr(ProcCommand) command = test_child ("fork", "ignore-term", "ready", stop.ready.path,
                                               "relay", "8", NULL);

  proc_runner_set_kill_grace_msec (stop.runner, TEST_SHORT_GRACE_MSEC);
  test_assert_ended (test_stop_run (&stop, command), SIGTERM, TRUE);
}

static void
test_to4_grandchild_holds_pipe (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = proc_command_new_shell ("sleep 100 & wait", NULL);
  g_autoptr(ProcResult) result = NULL;

  proc_runner_set_timeout_msec (runner, 50);
  result = test_run (runner, command);
  test_assert_no_children ();
  g_assert_cmpint (proc_result_get_outcome (result), ==, PROC_OUTCOME_TIMED_OUT);
  g_assert_true (proc_result_get_complete (result));
}

/* Writes a byte to `ready` at first, and another at SIGTERM. */
static ProcCommand *
telling_of_term (TestStop *stop)
{
  return proc_command_new_shell ("sleep 100 & trap 'echo > \"$1\"' TERM; echo > \"$1\";"
                                 " wait; sleep 100",
                                 TEST_ARGV (stop->ready.path));
}

static void
test_second_cancel (void)
{
  g_auto(TestStop) stop = test_stop_init ();
  g_autoptr(ProcCommand) command = telling_of_term (&stop);

  proc_runner_set_kill_grace_msec (stop.runner, 200);
  test_stop_start (&stop, command);
  g_cancellable_cancel (stop.cancellable);
  test_fifo_wait (&stop.ready);
  g_cancellable_cancel (stop.cancellable);
  test_assert_ended (test_stop_finish (&stop), SIGKILL, TRUE);
}

typedef struct
{
  TestStop *stop;
  gboolean told;
} Telling;

static gboolean
has_told_or_ended (gpointer data)
{
  Telling *telling = data;
  int n_told = 0;

  g_main_context_iteration (telling->stop->call.context, FALSE);
  g_assert_no_errno (ioctl (telling->stop->ready.fd, FIONREAD, &n_told));
  telling->told = n_told == 2;
  return telling->told || telling->stop->call.n_calls > 0;
}

/* The time was over, the ladder under way, and then it is cancelled. FALSE: the time was too short
 * for the child to say anything. */
static gboolean
cancel_after_timeout (guint timeout_msec)
{
  g_auto(TestStop) stop = test_stop_init ();
  g_autoptr(ProcCommand) command = telling_of_term (&stop);
  Telling telling = { &stop, FALSE };

  proc_runner_set_timeout_msec (stop.runner, timeout_msec);
  proc_runner_set_kill_grace_msec (stop.runner, 200);
  proc_runner_run_async (stop.runner, command, stop.cancellable, test_call_done,
                         test_call_begin (&stop.call));
  g_assert_true (test_eventually (has_told_or_ended, &telling));
  if (!telling.told)
    return FALSE;

  g_cancellable_cancel (stop.cancellable);
  test_assert_ended (test_stop_finish (&stop), SIGKILL, TRUE);
  return TRUE;
}

static void
test_cancel_beats_timeout (void)
{
  guint timeout_msec = 100;

  while (!cancel_after_timeout (timeout_msec))
    timeout_msec *= 2;
}

static void
test_group (void)
{
  g_auto(TestStop) stop = test_stop_init ();
  g_autoptr(ProcCommand) command = test_child ("fork", "ignore-term", "ready", stop.ready.path,
                                               NULL);

  proc_runner_set_session (stop.runner, PROC_SESSION_GROUP);
  proc_runner_set_kill_grace_msec (stop.runner, TEST_SHORT_GRACE_MSEC);
  test_assert_ended (test_stop_run (&stop, command), SIGTERM, TRUE);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/ladder/ca9-cleans-up", test_ca9_cleans_up);
  TEST_ADD ("/ladder/term-is-enough", test_term_is_enough);
  TEST_ADD ("/ladder/to3-term-ignored", test_term_ignored);
  TEST_ADD ("/ladder/no-grace", test_no_grace);
  TEST_ADD ("/ladder/en1-stopped", test_en1_stopped);
  TEST_ADD ("/ladder/en1-stopped-and-ignoring", test_en1_stopped_and_ignoring);
  TEST_ADD ("/ladder/member-outlives-leader", test_member_outlives_leader);
  TEST_ADD ("/ladder/leader-was-gone", test_leader_was_gone);
  TEST_ADD ("/ladder/fork-storm", test_fork_storm);
  TEST_ADD ("/ladder/fork-storm-without-leader", test_fork_storm_without_leader);
  TEST_ADD ("/ladder/to4-grandchild-holds-pipe", test_to4_grandchild_holds_pipe);
  TEST_ADD ("/ladder/ca7-second-cancel", test_second_cancel);
  TEST_ADD ("/ladder/cancel-beats-timeout", test_cancel_beats_timeout);
  TEST_ADD ("/ladder/group", test_group);

  return g_test_run ();
}
