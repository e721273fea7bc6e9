/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How many jobs run and wait: right at each moment, and told to those who listen, and to
 * nobody else. */

#include "config.h"

#include "test-jobs.h"

/* What a listener was told. */
typedef struct
{
  GMainContext *context;
  guint n_running;
  guint n_queued;
  guint n_told;
} Told;

static void
on_counts (GObject *object, GParamSpec *pspec, gpointer user_data)
{
  ProcRunner *runner = PROC_RUNNER (object);
  Told *told = user_data;

  g_assert_true (g_main_context_is_owner (told->context));
  told->n_running = proc_runner_get_n_running (runner);
  told->n_queued = proc_runner_get_n_queued (runner);
  told->n_told++;
}

static void
listen (ProcRunner *runner, const char *signal_name, Told *told)
{
  *told = (Told) { g_main_context_get_thread_default (), 0, 0, 0 };
  g_signal_connect (runner, signal_name, G_CALLBACK (on_counts), told);
}

static void
assert_counts (ProcRunner *runner, guint n_running, guint n_queued)
{
  g_assert_cmpuint (proc_runner_get_n_running (runner), ==, n_running);
  g_assert_cmpuint (proc_runner_get_n_queued (runner), ==, n_queued);
}

/* What was told last is what is so. */
static void
assert_told (const Told *told, guint n_running, guint n_queued)
{
  g_assert_cmpuint (told->n_told, >, 0);
  g_assert_cmpuint (told->n_running, ==, n_running);
  g_assert_cmpuint (told->n_queued, ==, n_queued);
}

static gpointer
run_in_thread (gpointer data)
{
  gpointer *args = data;

  return proc_runner_run (args[0], args[1], NULL, NULL);
}

/* Synchronous calls do not count. */
static void
assert_not_counted (ProcRunner *runner)
{
  g_auto(TestFifo) ready = test_fifo_ready ();
  g_auto(TestFifo) gate = test_fifo_gate ();
  g_autoptr(ProcCommand) command = test_child ("ready", ready.path, "gate", gate.path, NULL);
  g_autoptr(ProcResult) result = NULL;
  gpointer args[] = { runner, command };
  GThread *thread = NULL;

  thread = g_thread_new ("synchronous", run_in_thread, args);
  test_fifo_wait_for (&ready, 1);
  assert_counts (runner, 1, 2);
  test_fifo_open (&gate);
  result = g_thread_join (thread);
  assert_counts (runner, 1, 2);
}

/* As soon as a job is submitted, stopped, or over. */
static void
test_right_at_each_moment (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_auto(TestFifo) gate = test_fifo_gate ();
  g_autoptr(ProcCommand) command = test_child ("gate", gate.path, NULL);
  g_autoptr(ProcJob) first = NULL;
  g_autoptr(ProcJob) second = NULL;
  g_autoptr(ProcJob) third = NULL;

  assert_counts (runner, 0, 0);
  proc_runner_set_max_running (runner, 1);
  first = test_job_start (runner, command);
  g_assert_cmpuint (proc_runner_get_n_running (runner) + proc_runner_get_n_queued (runner), ==, 1);
  test_job_iterate_until (first, PROC_JOB_STATE_RUNNING);
  second = test_job_start (runner, command);
  assert_counts (runner, 1, 1);
  third = test_job_start (runner, command);
  assert_counts (runner, 1, 2);
  assert_not_counted (runner);

  proc_job_stop (third);
  test_job_wait_for_outcome (third, PROC_OUTCOME_CANCELLED);
  assert_counts (runner, 1, 1);
  test_fifo_open (&gate);
  test_job_iterate_until (second, PROC_JOB_STATE_RUNNING);
  assert_counts (runner, 1, 0);
  test_fifo_open (&gate);
  test_job_wait_for_outcome (second, PROC_OUTCOME_EXITED);
  assert_counts (runner, 0, 0);
}

/* Those whose submission is refused never count, and those that cannot be started have
 * counted once. */
static void
test_failures (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) invalid = proc_command_new (TEST_ARGV (""));
  g_autoptr(ProcCommand) missing = proc_command_new (TEST_ARGV ("/no/such/program"));
  g_autoptr(ProcJob) refused = NULL;
  g_autoptr(ProcJob) failed = NULL;
  Told told;

  listen (runner, "notify::n-running", &told);
  refused = test_job_start (runner, invalid);
  assert_counts (runner, 0, 0);
  test_job_iterate_until (refused, PROC_JOB_STATE_FINISHED);
  g_assert_cmpuint (told.n_told, ==, 0);

  failed = test_job_start (runner, missing);
  test_job_iterate_until (failed, PROC_JOB_STATE_FINISHED);
  assert_counts (runner, 0, 0);
}

/* One runs and one waits; both end. */
static void
live (const char *signal_name, Told *told)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_auto(TestFifo) gate = test_fifo_gate ();
  g_autoptr(ProcCommand) command = test_child ("gate", gate.path, NULL);
  g_autoptr(ProcJob) first = NULL;
  g_autoptr(ProcJob) second = NULL;

  proc_runner_set_max_running (runner, 1);
  listen (runner, signal_name, told);
  first = test_job_start (runner, command);
  second = test_job_start (runner, command);
  while (told->n_running != 1 || told->n_queued != 1)
    test_iterate (told->context);

  test_fifo_open (&gate);
  test_fifo_open (&gate);
  test_job_wait_for_outcome (first, PROC_OUTCOME_EXITED);
  test_job_wait_for_outcome (second, PROC_OUTCOME_EXITED);
  test_iterate_pending ();
}

static void
test_told_of_those_that_run (void)
{
  Told told;

  live ("notify::n-running", &told);
  assert_told (&told, 0, 0);
}

static void
test_told_of_those_that_wait (void)
{
  Told told;

  live ("notify::n-queued", &told);
  g_assert_cmpuint (told.n_queued, ==, 0);
}

static void
test_told_of_everything (void)
{
  Told told;

  live ("notify", &told);
  assert_told (&told, 0, 0);
}

static void
count_call (GObject *object, GParamSpec *pspec, gpointer n_calls)
{
  (*(guint *) n_calls)++;
}

/* Each is told of alone: what has not changed is not told. */
static void
test_told_of_changes_only (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_auto(TestFifo) gate = test_fifo_gate ();
  g_autoptr(ProcCommand) command = test_child ("gate", gate.path, NULL);
  g_autoptr(ProcJob) first = NULL;
  g_autoptr(ProcJob) second = NULL;
  guint n_running = 0;
  guint n_queued = 0;

  proc_runner_set_max_running (runner, 1);
  g_signal_connect (runner, "notify::n-running", G_CALLBACK (count_call), &n_running);
  g_signal_connect (runner, "notify::n-queued", G_CALLBACK (count_call), &n_queued);
  first = test_job_start (runner, command);
  test_job_iterate_until (first, PROC_JOB_STATE_RUNNING);
  test_iterate_pending ();

  n_running = n_queued = 0;
  second = test_job_start (runner, command);
  test_iterate_pending ();
  g_assert_cmpuint (n_running, ==, 0);
  g_assert_cmpuint (n_queued, ==, 1);

  proc_job_stop (second);
  test_job_wait_for_outcome (second, PROC_OUTCOME_CANCELLED);
  test_iterate_pending ();
  g_assert_cmpuint (n_running, ==, 0);
  g_assert_cmpuint (n_queued, ==, 2);

  test_fifo_open (&gate);
  test_job_wait_for_outcome (first, PROC_OUTCOME_EXITED);
  test_iterate_pending ();
  g_assert_cmpuint (n_running, ==, 1);
  g_assert_cmpuint (n_queued, ==, 2);
}

/* Two that run, of which one has ended when somebody begins to listen, who has read
 * nothing before. With the list, whose changes come the same way, and without. */
static void
listen_late (gboolean with_list)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_auto(TestFifo) gate = test_fifo_gate ();
  g_autoptr(ProcCommand) long_command = test_child ("gate", gate.path, NULL);
  g_autoptr(ProcCommand) short_command = test_child ("exit", "0", NULL);
  g_autoptr(ProcJob) long_job = NULL;
  g_autoptr(ProcJob) short_job = NULL;
  Told told;

  if (with_list)
    g_assert_nonnull (proc_runner_get_jobs (runner));
  long_job = test_job_start (runner, long_command);
  short_job = test_job_start (runner, short_command);
  test_job_iterate_until (long_job, PROC_JOB_STATE_RUNNING);
  test_job_wait_for_outcome (short_job, PROC_OUTCOME_EXITED);
  test_iterate_pending ();

  listen (runner, "notify::n-running", &told);
  test_iterate_pending ();
  g_assert_cmpuint (told.n_told, ==, 0);
  test_fifo_open (&gate);
  test_job_wait_for_outcome (long_job, PROC_OUTCOME_EXITED);
  test_iterate_pending ();
  assert_told (&told, 0, 0);
}

static void
test_connected_late (void)
{
  listen_late (FALSE);
}

static void
test_connected_late_with_the_list (void)
{
  listen_late (TRUE);
}

/* One who has listened, and left meanwhile. */
static void
test_connected_again (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_auto(TestFifo) gate = test_fifo_gate ();
  g_autoptr(ProcCommand) command = test_child ("gate", gate.path, NULL);
  g_autoptr(ProcJob) first = NULL;
  g_autoptr(ProcJob) second = NULL;
  Told told;

  listen (runner, "notify::n-running", &told);
  first = test_job_start (runner, command);
  test_job_iterate_until (first, PROC_JOB_STATE_RUNNING);
  test_iterate_pending ();
  assert_told (&told, 1, 0);
  g_signal_handlers_disconnect_by_data (runner, &told);

  second = test_job_start (runner, command);
  test_job_iterate_until (second, PROC_JOB_STATE_RUNNING);
  g_assert_cmpuint (told.n_running, ==, 1);
  listen (runner, "notify::n-running", &told);
  test_fifo_open (&gate);
  while (proc_runner_get_n_running (runner) == 2)
    test_settle_engine (runner);
  test_iterate_pending ();
  assert_told (&told, 1, 0);

  test_fifo_open (&gate);
  test_job_wait_for_outcome (first, PROC_OUTCOME_EXITED);
  test_job_wait_for_outcome (second, PROC_OUTCOME_EXITED);
  test_iterate_pending ();
  assert_told (&told, 0, 0);
}

static gpointer
run_jobs (gpointer data)
{
  g_autoptr(GMainContext) context = g_main_context_new ();
  ProcRunner *runner = data;
  guint n_jobs = test_in_valgrind () ? 3 : 30;

  g_main_context_push_thread_default (context);
  for (guint i = 0; i < n_jobs; i++)
    {
      g_autoptr(ProcCommand) command = test_child ("exit", "0", NULL);
      g_autoptr(ProcJob) job = test_job_start (runner, command);

      test_job_wait_for_outcome (job, PROC_OUTCOME_EXITED);
    }
  g_main_context_pop_thread_default (context);
  return NULL;
}

/* The runner's context is not even woken. */
static void
test_nobody_listens (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  GThread *thread = g_thread_new ("jobs", run_jobs, runner);

  g_thread_join (thread);
  test_settle_engine (runner);
  g_assert_false (g_main_context_pending (g_main_context_get_thread_default ()));
}

/* What happens elsewhere is told here, and in the end what is so. */
static void
test_jobs_of_other_threads (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  GThread *threads[4];
  Told told;

  proc_runner_set_max_running (runner, 2);
  listen (runner, "notify::n-running", &told);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("jobs", run_jobs, runner);

  while (told.n_running == 0)
    test_iterate (told.context);
  g_assert_cmpuint (told.n_running, <=, 2);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);

  test_settle_engine (runner);
  test_iterate_pending ();
  assert_told (&told, 0, 0);
}

/* It is not told once more in dispose, or afterwards. */
static void
test_runner_dropped (void)
{
  ProcRunner *runner = proc_runner_new ();
  g_auto(TestFifo) gate = test_fifo_gate ();
  g_autoptr(ProcCommand) command = test_child ("gate", gate.path, NULL);
  g_autoptr(ProcJob) job = NULL;
  Told told;

  test_track (runner);
  listen (runner, "notify::n-running", &told);
  job = test_job_start (runner, command);
  test_job_iterate_until (job, PROC_JOB_STATE_RUNNING);
  test_iterate_pending ();
  assert_told (&told, 1, 0);

  told.n_told = 0;
  g_object_unref (runner);
  test_fifo_open (&gate);
  test_job_wait_for_outcome (job, PROC_OUTCOME_EXITED);
  test_iterate_pending ();
  g_assert_cmpuint (told.n_told, ==, 0);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/job-counts/right-at-each-moment", test_right_at_each_moment);
  TEST_ADD ("/job-counts/failures", test_failures);
  TEST_ADD ("/job-counts/told-of-those-that-run", test_told_of_those_that_run);
  TEST_ADD ("/job-counts/told-of-those-that-wait", test_told_of_those_that_wait);
  TEST_ADD ("/job-counts/told-of-everything", test_told_of_everything);
  TEST_ADD ("/job-counts/told-of-changes-only", test_told_of_changes_only);
  TEST_ADD ("/job-counts/connected-late", test_connected_late);
  TEST_ADD ("/job-counts/connected-late-with-the-list", test_connected_late_with_the_list);
  TEST_ADD ("/job-counts/connected-again", test_connected_again);
  TEST_ADD ("/job-counts/nobody-listens", test_nobody_listens);
  TEST_ADD ("/job-counts/jobs-of-other-threads", test_jobs_of_other_threads);
  TEST_ADD ("/job-counts/runner-dropped", test_runner_dropped);

  return g_test_run ();
}
