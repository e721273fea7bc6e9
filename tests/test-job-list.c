/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The list of a runner's jobs, as a view sees it. */

#include "config.h"

#include "test-view.h"

/* So many jobs, each with a gate of its own. */
#define N_DOORS 4

typedef struct
{
  ProcRunner *runner;
  TestFifo gates[N_DOORS];
  ProcJob *jobs[N_DOORS];
} House;

static House
house_new (void)
{
  House self = { .runner = proc_runner_new () };

  for (guint i = 0; i < N_DOORS; i++)
    self.gates[i] = test_fifo_gate ();

  return self;
}

static void
house_clear (House *self)
{
  for (guint i = 0; i < N_DOORS; i++)
    {
      test_fifo_clear (&self->gates[i]);
      g_clear_object (&self->jobs[i]);
    }

  g_clear_object (&self->runner);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (House, house_clear)

static void
house_start (House *self, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      g_autoptr(ProcCommand) command = test_child ("gate", self->gates[i].path, NULL);

      self->jobs[i] = test_job_start (self->runner, command);
    }
}

static void
house_end (House *self, guint number)
{
  test_fifo_open (&self->gates[number]);
  test_job_wait_for_outcome (self->jobs[number], PROC_OUTCOME_EXITED);
}

/* Whoever waits is in it, and leaves it at the end. */
static void
test_a_life (void)
{
  g_auto(House) house = house_new ();
  g_auto(TestView) view = { NULL };
  ProcJob **jobs = house.jobs;

  test_view_open (&view, house.runner);
  proc_runner_set_max_running (house.runner, 1);
  ASSERT_NOTHING_SHOWN (&view);
  house_start (&house, 3);
  g_assert_cmpuint (g_list_model_get_n_items (view.model), ==, 0);
  ASSERT_SHOWN (&view, jobs[0], jobs[1], jobs[2]);
  g_assert_cmpuint (view.n_signals, ==, 1);

  proc_job_stop (jobs[1]);
  test_job_wait_for_outcome (jobs[1], PROC_OUTCOME_CANCELLED);
  ASSERT_SHOWN (&view, jobs[0], jobs[2]);
  house_end (&house, 0);
  ASSERT_SHOWN (&view, jobs[2]);
  house_end (&house, 2);
  ASSERT_NOTHING_SHOWN (&view);
}

/* The list is there with all that is so, and changes from then on. */
static void
test_asked_for_late (void)
{
  g_auto(House) house = house_new ();
  g_auto(TestView) view = { NULL };
  g_autoptr(GListModel) again = NULL;
  ProcJob **jobs = house.jobs;

  proc_runner_set_keep_finished (house.runner, 1);
  house_start (&house, 3);
  house_end (&house, 1);
  test_iterate_pending ();

  test_view_open (&view, house.runner);
  ASSERT_SHOWN (&view, jobs[0], jobs[1], jobs[2]);
  g_assert_cmpuint (view.n_signals, ==, 0);
  g_object_get (house.runner, "jobs", &again, NULL);
  g_assert_true (again == view.model);
  g_assert_true (proc_runner_get_jobs (house.runner) == view.model);

  house_end (&house, 0);
  ASSERT_SHOWN (&view, jobs[0], jobs[2]);
  house_end (&house, 2);
  ASSERT_SHOWN (&view, jobs[2]);
}

static void
test_as_a_model (void)
{
  g_auto(House) house = house_new ();
  GListModel *model = proc_runner_get_jobs (house.runner);
  const guint beyond[] = { 2, 3, G_MAXINT, (guint) G_MAXINT + 1, G_MAXUINT };

  g_assert_true (g_list_model_get_item_type (model) == PROC_TYPE_JOB);
  g_assert_null (g_list_model_get_item (model, 0));
  house_start (&house, 2);
  test_iterate_pending ();
  g_assert_cmpuint (g_list_model_get_n_items (model), ==, 2);
  for (guint i = 0; i < G_N_ELEMENTS (beyond); i++)
    g_assert_null (g_list_model_get_item (model, beyond[i]));

  house_end (&house, 0);
  house_end (&house, 1);
}

/* Those that finished last, each in its place. */
static void
test_keep_finished (void)
{
  g_auto(House) house = house_new ();
  g_auto(TestView) view = { NULL };
  ProcJob **jobs = house.jobs;

  test_view_open (&view, house.runner);
  proc_runner_set_keep_finished (house.runner, 2);
  house_start (&house, 4);
  house_end (&house, 2);
  ASSERT_SHOWN (&view, jobs[0], jobs[1], jobs[2], jobs[3]);
  house_end (&house, 0);
  ASSERT_SHOWN (&view, jobs[0], jobs[1], jobs[2], jobs[3]);
  house_end (&house, 3);
  ASSERT_SHOWN (&view, jobs[0], jobs[1], jobs[3]);
  house_end (&house, 1);
  ASSERT_SHOWN (&view, jobs[1], jobs[3]);
  g_assert_cmpint (proc_job_get_state (jobs[1]), ==, PROC_JOB_STATE_FINISHED);
}

/* More are kept from now on, and fewer at once: the oldest go. */
static void
test_keep_changed (void)
{
  g_auto(House) house = house_new ();
  g_auto(TestView) view = { NULL };
  ProcJob **jobs = house.jobs;

  test_view_open (&view, house.runner);
  house_start (&house, 4);
  house_end (&house, 3);
  ASSERT_SHOWN (&view, jobs[0], jobs[1], jobs[2]);
  proc_runner_set_keep_finished (house.runner, 10);
  house_end (&house, 2);
  house_end (&house, 1);
  house_end (&house, 0);
  ASSERT_SHOWN (&view, jobs[0], jobs[1], jobs[2]);

  proc_runner_set_keep_finished (house.runner, 2);
  ASSERT_SHOWN (&view, jobs[0], jobs[1]);
  proc_runner_set_keep_finished (house.runner, 1);
  ASSERT_SHOWN (&view, jobs[0]);
  proc_runner_set_keep_finished (house.runner, 10);
  ASSERT_SHOWN (&view, jobs[0]);
  proc_runner_set_keep_finished (house.runner, 0);
  ASSERT_NOTHING_SHOWN (&view);
}

/* Also those whose submission was refused, and those that could not be started. */
static void
test_failures (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) invalid = proc_command_new (TEST_ARGV (""));
  g_autoptr(ProcCommand) missing = proc_command_new (TEST_ARGV ("/no/such/program"));
  g_auto(TestView) view = { NULL };
  g_autoptr(ProcJob) refused = NULL;
  g_autoptr(ProcJob) failed = NULL;

  test_view_open (&view, runner);
  proc_runner_set_keep_finished (runner, 1);
  refused = test_job_start (runner, invalid);
  test_job_iterate_until (refused, PROC_JOB_STATE_FINISHED);
  ASSERT_SHOWN (&view, refused);
  failed = test_job_start (runner, missing);
  test_job_iterate_until (failed, PROC_JOB_STATE_FINISHED);
  ASSERT_SHOWN (&view, failed);
}

static const char *
get_verb (TestView *view, guint position)
{
  return proc_command_get_argv (proc_job_get_command (g_ptr_array_index (view->jobs, position)))[1];
}

/* Calls of the verbs have jobs, but for the synchronous ones. */
static void
test_verbs (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("echo", "run", NULL);
  g_auto(GStrv) argv = test_child_argv ("print", "output", NULL);
  g_auto(TestCall) run = TEST_CALL_INIT;
  g_auto(TestCall) output = TEST_CALL_INIT;
  g_auto(TestView) view = { NULL };
  g_autoptr(ProcResult) result = NULL;
  g_autoptr(GBytes) bytes = NULL;

  test_view_open (&view, runner);
  test_settle_engine (runner);
  test_iterate_pending ();
  g_assert_cmpuint (view.n_signals, ==, 0);

  proc_runner_set_keep_finished (runner, 2);
  proc_runner_run_async (runner, command, NULL, test_call_done, test_call_begin (&run));
  proc_runner_check_output_async (runner, TEST_STRV (argv), NULL, test_call_done,
                                  test_call_begin (&output));
  result = proc_runner_run_finish (runner, test_call_wait (&run), NULL);
  bytes = proc_runner_check_output_finish (runner, test_call_wait (&output), NULL);
  test_iterate_pending ();

  g_assert_cmpuint (view.jobs->len, ==, 2);
  g_assert_cmpstr (get_verb (&view, 0), ==, "echo");
  g_assert_cmpstr (get_verb (&view, 1), ==, "print");
  g_assert_true (proc_job_get_result (g_ptr_array_index (view.jobs, 0)) == result);
}

typedef struct
{
  ProcRunner *runner;
  guint n_jobs;
} Others;

static gpointer
run_elsewhere (gpointer data)
{
  g_autoptr(GMainContext) context = g_main_context_new ();
  Others *others = data;

  g_main_context_push_thread_default (context);
  for (guint i = 0; i < others->n_jobs; i++)
    {
      g_autofree char *number = g_strdup_printf ("%u", i);
      g_autoptr(ProcCommand) command = test_child ("echo", number, NULL);
      g_autoptr(ProcJob) job = test_job_start (others->runner, command);

      test_job_wait_for_outcome (job, PROC_OUTCOME_EXITED);
    }
  test_iterate_pending ();
  g_main_context_pop_thread_default (context);
  return NULL;
}

/* Nobody looked meanwhile. */
static void
test_come_and_gone (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  Others others = { runner, 5 };
  g_auto(TestView) view = { NULL };

  test_view_open (&view, runner);
  g_thread_join (g_thread_new ("others", run_elsewhere, &others));
  ASSERT_NOTHING_SHOWN (&view);
  g_assert_cmpuint (view.n_signals, ==, 0);

  proc_runner_set_keep_finished (runner, 1);
  g_thread_join (g_thread_new ("others", run_elsewhere, &others));
  test_iterate_pending ();
  g_assert_cmpuint (view.n_signals, ==, 1);
  g_assert_cmpuint (view.jobs->len, ==, 1);
  g_assert_cmpstr (get_verb (&view, 0), ==, "echo");
}

/* They are shown here, whatever the context that they belong to. */
static void
test_jobs_of_other_threads (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  Others others = { runner, test_in_valgrind () ? 5 : 50 };
  g_auto(TestView) view = { NULL };
  GThread *threads[4];

  test_view_open (&view, runner);
  proc_runner_set_keep_finished (runner, 10);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("others", run_elsewhere, &others);
  while (view.jobs->len < 10)
    test_iterate (view.context);

  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  test_iterate_pending ();
  g_assert_cmpuint (view.jobs->len, ==, 10);
}

/* The list lives as long as anybody holds it, and goes on. */
static void
test_runner_dropped (void)
{
  g_auto(House) house = house_new ();
  g_auto(TestView) view = { NULL };
  ProcJob **jobs = house.jobs;

  test_view_open (&view, house.runner);
  proc_runner_set_keep_finished (house.runner, 1);
  house_start (&house, 3);
  test_track (house.runner);
  g_clear_object (&house.runner);

  ASSERT_SHOWN (&view, jobs[0], jobs[1], jobs[2]);
  house_end (&house, 1);
  ASSERT_SHOWN (&view, jobs[0], jobs[1], jobs[2]);
  house_end (&house, 0);
  ASSERT_SHOWN (&view, jobs[0], jobs[2]);
  house_end (&house, 2);
  ASSERT_SHOWN (&view, jobs[2]);
}

/* First the list, then the runner, while jobs run: they go on. */
static void
test_list_dropped (void)
{
  g_auto(House) house = house_new ();
  TestView view = { NULL };

  test_view_open (&view, house.runner);
  house_start (&house, 2);
  test_iterate_pending ();
  test_track (view.model);
  test_track (house.runner);
  test_view_clear (&view);
  g_clear_object (&house.runner);

  house_end (&house, 0);
  house_end (&house, 1);
}

static gboolean
is_running (gpointer job)
{
  test_iterate_pending ();
  return proc_job_get_state (job) == PROC_JOB_STATE_RUNNING;
}

/* A verb's job is told of nothing until somebody can look at it. */
static void
test_verb_that_says_nothing (void)
{
  g_auto(TestFifo) ready = test_fifo_ready ();
  g_auto(TestFifo) gate = test_fifo_gate ();
  g_auto(TestView) view = { NULL };
  g_auto(TestCall) call = TEST_CALL_INIT;
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("ready", ready.path, "gate", gate.path, NULL);
  g_autoptr(ProcResult) result = NULL;
  g_autoptr(ProcJob) job = NULL;

  proc_runner_run_async (runner, command, NULL, test_call_done, test_call_begin (&call));
  g_assert_cmpint (test_fifo_wait (&ready), >, 0);
  test_view_open (&view, runner);
  job = g_list_model_get_item (view.model, 0);
  g_assert_true (test_eventually (is_running, job));
  g_assert_cmpint (proc_job_get_pid (job), >, 0);

  test_fifo_open (&gate);
  result = proc_runner_run_finish (runner, test_call_wait (&call), NULL);
  g_assert_true (proc_result_get_successful (result));
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/job-list/a-life", test_a_life);
  TEST_ADD ("/job-list/asked-for-late", test_asked_for_late);
  TEST_ADD ("/job-list/as-a-model", test_as_a_model);
  TEST_ADD ("/job-list/keep-finished", test_keep_finished);
  TEST_ADD ("/job-list/keep-changed", test_keep_changed);
  TEST_ADD ("/job-list/failures", test_failures);
  TEST_ADD ("/job-list/verbs", test_verbs);
  TEST_ADD ("/job-list/verb-that-says-nothing", test_verb_that_says_nothing);
  TEST_ADD ("/job-list/come-and-gone", test_come_and_gone);
  TEST_ADD ("/job-list/jobs-of-other-threads", test_jobs_of_other_threads);
  TEST_ADD ("/job-list/runner-dropped", test_runner_dropped);
  TEST_ADD ("/job-list/list-dropped", test_list_dropped);

  return g_test_run ();
}
