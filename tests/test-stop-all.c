/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The end of all that a runner runs, in each form: asynchronous, synchronous in the thread
 * that made the runner, and in another. */

#include "config.h"

#include <sys/resource.h>
#include <unistd.h>

#include "test-jobs.h"

#define SHORT_GRACE_MSEC 20

typedef void (*StopAll) (ProcRunner *runner);

static void
stop_async (ProcRunner *runner)
{
  g_auto(TestCall) call = TEST_CALL_INIT;
  g_autoptr(GError) error = NULL;

  proc_runner_stop_all_async (runner, NULL, test_call_done, test_call_begin (&call));
  g_assert_true (proc_runner_stop_all_finish (runner, test_call_wait (&call), &error));
  g_assert_no_error (error);
}

static void
stop_here (ProcRunner *runner)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (proc_runner_stop_all (runner, NULL, &error));
  g_assert_no_error (error);
}

static gpointer
stop_in_thread (gpointer runner)
{
  stop_here (runner);
  test_assert_no_children ();
  test_assert_no_survivors ();
  return NULL;
}

/* The callbacks come when this context is iterated again. */
static void
stop_elsewhere (ProcRunner *runner)
{
  g_autoptr(ProcRunner) other = proc_runner_new ();

  g_thread_join (g_thread_new ("stop", stop_in_thread, runner));
  test_settle_engine (other);
  test_iterate_pending ();
}

static const StopAll forms[] = { stop_async, stop_here, stop_elsewhere };

static ProcJob *
start (ProcRunner *runner, const char *first_verb, const char *second_verb)
{
  g_autoptr(ProcCommand) command = test_child (first_verb, second_verb, NULL);

  return test_job_start (runner, command);
}

/* What was told of several jobs, in order. */
static void
on_state (ProcJob *job, GParamSpec *pspec, GString *told)
{
  if (proc_job_get_state (job) == PROC_JOB_STATE_FINISHED)
    g_string_append_c (told, 'f');
}

static void
on_waited (GObject *source, GAsyncResult *async_result, gpointer told)
{
  g_autoptr(ProcResult) result = proc_job_wait_finish (PROC_JOB (source), async_result, NULL);

  g_assert_cmpint (proc_result_get_outcome (result), ==, PROC_OUTCOME_CANCELLED);
  g_string_append_c (told, 'w');
}

static void
tell (ProcJob *job, GString *told)
{
  g_signal_connect (job, "notify::state", G_CALLBACK (on_state), told);
  proc_job_wait_async (job, NULL, on_waited, told);
}

static void
test_nothing (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      g_autoptr(ProcRunner) runner = proc_runner_new ();

      forms[i] (runner);
      forms[i] (runner);
    }
}

/* Each has told its end when all is said to have ended, and is gone. */
static void
test_running_and_queued (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      g_autoptr(ProcRunner) runner = proc_runner_new ();
      g_autoptr(GString) told = g_string_new (NULL);
      g_autoptr(ProcJob) running = start (runner, "hang", NULL);
      g_autoptr(ProcJob) starting = NULL;
      g_autoptr(ProcJob) waiting = NULL;
      g_autoptr(ProcResult) result = NULL;

      proc_runner_set_max_running (runner, 2);
      test_job_iterate_until (running, PROC_JOB_STATE_RUNNING);
      starting = start (runner, "hang", NULL);
      waiting = start (runner, "hang", NULL);
      tell (running, told);
      tell (starting, told);
      tell (waiting, told);

      forms[i] (runner);
      test_assert_no_children ();
      g_assert_cmpstr (told->str, ==, "fwfwfw");
      g_assert_cmpuint (proc_runner_get_n_running (runner), ==, 0);
      g_assert_cmpuint (proc_runner_get_n_queued (runner), ==, 0);
      result = test_job_wait (waiting);
      g_assert_null (proc_result_get_start_time (result));
    }
}

/* SIGKILL comes after their grace. */
static void
test_stubborn (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      g_autoptr(ProcRunner) runner = proc_runner_new ();
      g_auto(TestFifo) ready = test_fifo_ready ();
      g_autoptr(ProcCommand) command = test_child ("ignore-term", "fork", "ready", ready.path,
                                                   NULL);
      g_autoptr(ProcJob) first = NULL;
      g_autoptr(ProcJob) second = NULL;
      g_autoptr(ProcResult) result = NULL;

      proc_runner_set_kill_grace_msec (runner, SHORT_GRACE_MSEC);
      first = test_job_start (runner, command);
      second = test_job_start (runner, command);
      test_fifo_wait_for (&ready, 2);
      forms[i] (runner);
      test_assert_no_survivors ();

      test_job_wait_for_outcome (first, PROC_OUTCOME_CANCELLED);
      result = test_job_wait (second);
      g_assert_true (proc_result_get_forced (result));
    }
}

/* One that had ended when it was to be stopped has its own outcome. */
static void
test_ended_before (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      g_autoptr(ProcRunner) runner = proc_runner_new ();
      g_autoptr(ProcJob) job = start (runner, "exit", "3");
      g_autoptr(ProcResult) result = proc_job_wait (job, NULL, NULL);

      forms[i] (runner);
      g_assert_cmpint (proc_job_get_state (job), ==, PROC_JOB_STATE_FINISHED);
      g_assert_cmpint (proc_result_get_exit_status (result), ==, 3);
    }
}

static void
assert_cancelled (GError *error)
{
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
refuse_async (ProcRunner *runner, ProcCommand *command)
{
  g_auto(TestCall) call = TEST_CALL_INIT;
  g_autoptr(GError) error = NULL;

  proc_runner_run_async (runner, command, NULL, test_call_done, test_call_begin (&call));
  g_assert_null (proc_runner_run_finish (runner, test_call_wait (&call), &error));
  assert_cancelled (error);
}

static void
refuse_output (ProcRunner *runner, ProcCommand *command)
{
  g_auto(TestCall) call = TEST_CALL_INIT;
  g_autoptr(GError) error = NULL;

  proc_runner_check_output_text_async (runner, proc_command_get_argv (command), NULL,
                                       test_call_done, test_call_begin (&call));
  g_assert_null (proc_runner_check_output_text_finish (runner, test_call_wait (&call), &error));
  assert_cancelled (error);
}

static void
refuse_sync (ProcRunner *runner, ProcCommand *command)
{
  g_autoptr(GFile) file = test_file ("output", "old");
  g_autoptr(GError) error = NULL;
  g_autoptr(GError) file_error = NULL;

  g_assert_null (proc_runner_check (runner, command, NULL, &error));
  assert_cancelled (error);
  g_assert_null (proc_runner_check_output_to_file (runner, proc_command_get_argv (command), file,
                                                   NULL, &file_error));
  assert_cancelled (file_error);
  test_assert_file (file, "old");
}

static void
refuse_job (ProcRunner *runner, ProcCommand *command)
{
  g_autoptr(ProcJob) job = test_job_start (runner, command);
  g_autoptr(ProcResult) result = test_job_wait (job);
  g_autoptr(GError) error = NULL;

  g_assert_cmpint (proc_result_get_outcome (result), ==, PROC_OUTCOME_CANCELLED);
  g_assert_null (proc_result_get_start_time (result));
  g_assert_false (proc_result_check (result, &error));
  assert_cancelled (error);
}

/* Nothing is taken from the moment on that it is asked for. */
static void
test_later_submissions (void)
{
  g_autofree char *path = test_path ("marker");
  g_autoptr(ProcCommand) command = test_child ("touch", path, NULL);
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcJob) running = start (runner, "hang", NULL);
  g_auto(TestCall) call = TEST_CALL_INIT;

  proc_runner_stop_all_async (runner, NULL, test_call_done, test_call_begin (&call));
  for (guint i = 0; i < 2; i++)
    {
      refuse_job (runner, command);
      refuse_async (runner, command);
      refuse_output (runner, command);
      refuse_sync (runner, command);
      test_call_wait (&call);
    }

  g_assert_true (proc_runner_stop_all_finish (runner, call.result, NULL));
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

/* So many that no descriptor is left for another. */
static struct rlimit
take_descriptors (void)
{
  struct rlimit all;
  struct rlimit few;
  int next = dup (STDIN_FILENO);

  g_assert_cmpint (next, >=, 0);
  close (next);
  g_assert_no_errno (getrlimit (RLIMIT_NOFILE, &all));
  few = all;
  few.rlim_cur = next;
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &few));
  return all;
}

/* Those behind it in the engine's loop have tried to start when this is over. */
static void
wait_for_one_in_the_queue (ProcRunner *runner)
{
  g_autoptr(ProcJob) job = start (runner, "hang", NULL);

  proc_job_stop (job);
  test_job_wait_for_outcome (job, PROC_OUTCOME_CANCELLED);
}

/* They have their turn, and cannot be started while another runs. */
static void
test_starving (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      g_autofree char *path = test_path ("marker");
      g_autoptr(ProcCommand) touch = test_child ("touch", path, NULL);
      g_autoptr(ProcRunner) runner = proc_runner_new ();
      g_autoptr(ProcJob) running = start (runner, "hang", NULL);
      g_autoptr(ProcJob) first = NULL;
      g_autoptr(ProcJob) second = NULL;
      struct rlimit all;

      proc_runner_set_max_running (runner, 3);
      test_job_iterate_until (running, PROC_JOB_STATE_RUNNING);
      all = take_descriptors ();
      first = test_job_start (runner, touch);
      second = test_job_start (runner, touch);
      wait_for_one_in_the_queue (runner);
      g_assert_cmpuint (proc_runner_get_n_running (runner), ==, 1);
      g_assert_cmpuint (proc_runner_get_n_queued (runner), ==, 2);
      g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &all));

      forms[i] (runner);
      test_job_wait_for_outcome (running, PROC_OUTCOME_CANCELLED);
      test_job_wait_for_outcome (first, PROC_OUTCOME_CANCELLED);
      test_job_wait_for_outcome (second, PROC_OUTCOME_CANCELLED);
      g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
    }
}

typedef struct
{
  ProcRunner *runner;
  ProcCommand *command;
} Call;

static gpointer
run_synchronously (gpointer data)
{
  Call *call = data;
  GError *error = NULL;

  g_assert_null (proc_runner_run (call->runner, call->command, NULL, &error));
  return error;
}

/* Others wait for their calls in threads of their own. */
static void
test_synchronous_calls (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      g_autoptr(ProcRunner) runner = proc_runner_new ();
      g_auto(TestFifo) ready = test_fifo_ready ();
      g_autoptr(ProcCommand) command = test_child ("ready", ready.path, "hang", NULL);
      Call call = { runner, command };
      GThread *threads[4];

      for (guint j = 0; j < G_N_ELEMENTS (threads); j++)
        threads[j] = g_thread_new ("call", run_synchronously, &call);
      test_fifo_wait_for (&ready, G_N_ELEMENTS (threads));
      forms[i] (runner);
      test_assert_no_children ();
      for (guint j = 0; j < G_N_ELEMENTS (threads); j++)
        {
          g_autoptr(GError) error = g_thread_join (threads[j]);

          assert_cancelled (error);
        }
    }
}

/* Many at once, of each form, for the same end. */
static void
test_several_at_once (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcJob) job = start (runner, "hang", NULL);
  TestCall calls[3] = { TEST_CALL_INIT, TEST_CALL_INIT, TEST_CALL_INIT };
  GThread *threads[3];

  test_job_iterate_until (job, PROC_JOB_STATE_RUNNING);
  for (guint i = 0; i < 3; i++)
    {
      proc_runner_stop_all_async (runner, NULL, test_call_done, test_call_begin (&calls[i]));
      threads[i] = g_thread_new ("stop", stop_in_thread, runner);
    }

  stop_here (runner);
  for (guint i = 0; i < 3; i++)
    {
      g_assert_true (proc_runner_stop_all_finish (runner, test_call_wait (&calls[i]), NULL));
      test_call_clear (&calls[i]);
      g_thread_join (threads[i]);
    }
}

/* In the order in which they were asked for. */
static void
on_stopped (GObject *source, GAsyncResult *result, gpointer told)
{
  g_assert_true (proc_runner_stop_all_finish (PROC_RUNNER (source), result, NULL));
  g_string_append_c (told, 's');
}

static void
test_callbacks_come_first (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GString) told = g_string_new (NULL);

  for (guint i = 0; i < 10; i++)
    {
      g_autoptr(ProcJob) job = start (runner, "hang", NULL);

      tell (job, told);
    }
  proc_runner_stop_all_async (runner, NULL, on_stopped, told);
  proc_runner_stop_all_async (runner, NULL, on_stopped, told);
  while (told->len < 22)
    test_iterate (NULL);

  g_assert_cmpstr (told->str, ==, "fwfwfwfwfwfwfwfwfwfwss");
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/stop-all/nothing", test_nothing);
  TEST_ADD ("/stop-all/running-and-queued", test_running_and_queued);
  TEST_ADD ("/stop-all/stubborn", test_stubborn);
  TEST_ADD ("/stop-all/ended-before", test_ended_before);
  TEST_ADD ("/stop-all/later-submissions", test_later_submissions);
  TEST_ADD ("/stop-all/starving", test_starving);
  TEST_ADD ("/stop-all/synchronous-calls", test_synchronous_calls);
  TEST_ADD ("/stop-all/several-at-once", test_several_at_once);
  TEST_ADD ("/stop-all/callbacks-come-first", test_callbacks_come_first);

  return g_test_run ();
}
