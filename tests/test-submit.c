/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What verbs of other languages are made of: a job without a follower, which may pass by
 * the queue. */

#include "config.h"

#include "test-fixture.h"

static ProcJob *
submit (ProcRunner *runner, ProcCommand *command, gboolean urgent)
{
  ProcJob *job = proc_runner_submit (runner, command, urgent, NULL);

  test_track (job);
  return job;
}

static ProcResult *
wait_for (ProcJob *job, GError **error)
{
  g_auto(TestCall) call = TEST_CALL_INIT;

  proc_job_wait_async (job, NULL, test_call_done, test_call_begin (&call));
  return proc_job_wait_finish (job, test_call_wait (&call), error);
}

static void
assert_outcome (ProcJob *job, ProcOutcome outcome)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(ProcResult) result = wait_for (job, &error);

  g_assert_no_error (error);
  g_assert_cmpint (proc_result_get_outcome (result), ==, outcome);
}

static void
test_end (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("echo", "out", "exit", "3", NULL);

  for (guint urgent = 0; urgent < 2; urgent++)
    {
      g_autoptr(ProcJob) job = submit (runner, command, urgent);
      g_autoptr(ProcResult) result = wait_for (job, NULL);

      g_assert_cmpint (proc_result_get_exit_status (result), ==, 3);
      test_assert_text (proc_result_get_stdout (result), "out\n");
      g_assert_true (result == proc_job_get_result (job));
    }
}

/* One that waits for a slot that is taken, and one that needs none. */
static void
test_urgent_passes_by (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) hang = test_child ("hang", NULL);
  g_autoptr(ProcCommand) command = test_child ("echo", "out", NULL);
  g_autoptr(ProcJob) first = NULL;
  g_autoptr(ProcJob) queued = NULL;
  g_autoptr(ProcJob) urgent = NULL;

  proc_runner_set_max_running (runner, 1);
  first = submit (runner, hang, FALSE);
  queued = submit (runner, command, FALSE);
  urgent = submit (runner, command, TRUE);
  assert_outcome (urgent, PROC_OUTCOME_EXITED);
  g_assert_null (proc_job_get_result (queued));
  g_assert_cmpuint (proc_runner_get_n_running (runner), ==, 1);
  g_assert_cmpuint (proc_runner_get_n_queued (runner), ==, 1);

  proc_job_stop (first);
  assert_outcome (first, PROC_OUTCOME_CANCELLED);
  assert_outcome (queued, PROC_OUTCOME_EXITED);
}

static void
iterate (void)
{
  while (g_main_context_iteration (g_main_context_get_thread_default (), FALSE))
    ;
}

/* Kept or not. */
static void
test_urgent_is_not_listed (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("hang", NULL);
  GListModel *jobs = proc_runner_get_jobs (runner);
  g_autoptr(ProcJob) listed = submit (runner, command, FALSE);
  g_autoptr(ProcJob) urgent = submit (runner, command, TRUE);
  g_autoptr(ProcJob) item = NULL;

  proc_runner_set_keep_finished (runner, 5);
  iterate ();
  g_assert_cmpuint (g_list_model_get_n_items (jobs), ==, 1);
  item = g_list_model_get_item (jobs, 0);
  g_assert_true (item == listed);

  proc_job_kill (urgent);
  proc_job_kill (listed);
  assert_outcome (urgent, PROC_OUTCOME_CANCELLED);
  assert_outcome (listed, PROC_OUTCOME_CANCELLED);
  iterate ();
  g_assert_cmpuint (g_list_model_get_n_items (jobs), ==, 1);
  proc_runner_set_keep_finished (runner, 0);
  iterate ();
}

static void
test_pipes_are_refused (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("cat", NULL);

  proc_command_set_stdout (command, PROC_STDIO_PIPE);
  for (guint urgent = 0; urgent < 2; urgent++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(ProcJob) job = submit (runner, command, urgent);

      g_assert_null (wait_for (job, &error));
      g_assert_error (error, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_INVALID_COMMAND);
    }
}

static void
test_cancellable_stops_it (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("fork", "ignore-term", NULL);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(ProcJob) job = NULL;

  proc_runner_set_kill_grace_msec (runner, 20);
  job = proc_runner_submit (runner, command, TRUE, cancellable);
  test_track (job);
  g_cancellable_cancel (cancellable);
  assert_outcome (job, PROC_OUTCOME_CANCELLED);
  test_assert_handlers_gone (cancellable);
}

static void
test_stop_all_waits_for_it (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("hang", NULL);
  g_autoptr(ProcJob) job = submit (runner, command, TRUE);
  g_autoptr(GError) error = NULL;

  proc_runner_stop_all (runner, NULL, &error);
  g_assert_no_error (error);
  test_assert_no_children ();
  g_assert_cmpint (proc_result_get_outcome (proc_job_get_result (job)), ==,
                   PROC_OUTCOME_CANCELLED);
}

static void
note_lines (ProcJob *job, ProcStream stream, char **lines, gpointer user_data)
{
  (*(guint *) user_data)++;
}

/* Nobody is to connect to it, and who does all the same is not left without an end. */
static void
test_connected (void)
{
  ProcRunner *runner = proc_runner_new ();
  ProcCommand *command = test_child ("echo", "out", NULL);
  guint n_lines = 0;

  for (guint urgent = 0; urgent < 2; urgent++)
    {
      ProcJob *job = submit (runner, command, urgent);

      g_signal_connect (job, "lines", G_CALLBACK (note_lines), &n_lines);
      if (urgent == 0)
        assert_outcome (job, PROC_OUTCOME_EXITED);
      g_object_unref (job);
    }

  g_object_unref (command);
  g_object_unref (runner);
  test_wait_for_tracked ();
}

static void
test_dropped (void)
{
  ProcRunner *runner = proc_runner_new ();
  ProcCommand *command = test_child ("echo", "out", NULL);

  for (guint urgent = 0; urgent < 2; urgent++)
    g_object_unref (submit (runner, command, urgent));
  test_track (runner);
  g_object_unref (command);
  g_object_unref (runner);
  test_wait_for_tracked ();
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/submit/end", test_end);
  TEST_ADD ("/submit/urgent-passes-by", test_urgent_passes_by);
  TEST_ADD ("/submit/urgent-is-not-listed", test_urgent_is_not_listed);
  TEST_ADD ("/submit/pipes-are-refused", test_pipes_are_refused);
  TEST_ADD ("/submit/cancellable-stops-it", test_cancellable_stops_it);
  TEST_ADD ("/submit/stop-all-waits-for-it", test_stop_all_waits_for_it);
  TEST_ADD ("/submit/connected", test_connected);
  TEST_ADD ("/submit/dropped", test_dropped);

  return g_test_run ();
}
