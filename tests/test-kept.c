/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Jobs that the runner keeps when they have finished. */

#include "config.h"

#include "test-fixture.h"

static ProcRunner *
keeping_runner (void)
{
  ProcRunner *runner = proc_runner_new ();

  proc_runner_set_keep_finished (runner, 10);
  test_track (runner);
  test_track (proc_runner_get_jobs (runner));
  return runner;
}

static void
finish (ProcRunner *runner, ProcCommand *command)
{
  g_autoptr(ProcJob) job = proc_runner_start (runner, command, NULL);

  test_track (job);
  while (proc_job_get_state (job) < PROC_JOB_STATE_FINISHED)
    test_iterate (NULL);
}

/* They go with the runner: a job must not hold, by way of what it was submitted to, the list
 * that holds it. */
static void
test_dropped_with_the_runner (void)
{
  ProcRunner *runner = keeping_runner ();
  g_autoptr(ProcCommand) command = test_child ("echo", "out", NULL);
  g_autoptr(ProcCommand) missing = proc_command_new (TEST_ARGV ("/no/such/program"));

  finish (runner, command);
  finish (runner, missing);
  g_assert_cmpuint (g_list_model_get_n_items (proc_runner_get_jobs (runner)), ==, 2);
  g_clear_object (&command);
  g_object_unref (runner);
  test_wait_for_tracked ();
}

static void
test_dropped_after_stop_all (void)
{
  ProcRunner *runner = keeping_runner ();
  ProcCommand *command = test_child ("hang", NULL);
  ProcJob *job = proc_runner_start (runner, command, NULL);

  test_track (job);
  g_object_unref (job);
  g_object_unref (command);
  g_assert_true (proc_runner_stop_all (runner, NULL, NULL));
  g_object_unref (runner);
  test_wait_for_tracked ();
}

static void
assert_in_thread (gpointer thread)
{
  g_assert_true (g_thread_self () == thread);
}

/* What a user has put to a job is let go in the user's thread, though the engine may be the last
 * that knew of the runner. */
static void
test_dropped_in_their_thread (void)
{
  g_autoptr(ProcCommand) command = test_child ("exit", "0", NULL);

  for (guint i = 0; i < (test_in_valgrind () ? 30 : 300); i++)
    {
      ProcRunner *runner = keeping_runner ();
      ProcJob *job = proc_runner_start (runner, command, NULL);

      g_object_set_data_full (G_OBJECT (job), "thread", g_thread_self (), assert_in_thread);
      test_track (job);
      while (proc_job_get_state (job) < PROC_JOB_STATE_FINISHED)
        test_iterate (NULL);
      g_object_unref (job);
      g_object_unref (runner);
    }

  g_clear_object (&command);
  test_wait_for_tracked ();
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/kept/dropped-with-the-runner", test_dropped_with_the_runner);
  TEST_ADD ("/kept/dropped-after-stop-all", test_dropped_after_stop_all);
  TEST_ADD ("/kept/dropped-in-their-thread", test_dropped_in_their_thread);

  return g_test_run ();
}
