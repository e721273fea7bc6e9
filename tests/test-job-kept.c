/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the list of jobs keeps, how it lets go, and what it does when a handler has a loop of
 * its own. */

#include "config.h"

#include "test-view.h"

static ProcJob *
start_short (ProcRunner *runner)
{
  g_autoptr(ProcCommand) command = test_child ("exit", "0", NULL);

  return test_job_start (runner, command);
}

/* Nobody but the list has it. */
static void
run_and_leave (ProcRunner *runner)
{
  g_autoptr(ProcJob) job = start_short (runner);

  test_job_wait_for_outcome (job, PROC_OUTCOME_EXITED);
}

static void
on_gone (gpointer thread, GObject *where)
{
  g_assert_null (*(GThread **) thread);
  *(GThread **) thread = g_thread_self ();
}

static GThread **
watch (gpointer object)
{
  GThread **thread = g_new0 (GThread *, 1);

  g_object_weak_ref (object, on_gone, thread);
  return thread;
}

/* Those that are kept go when fewer are. */
static void
test_let_go_by_the_number (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcJob) job = start_short (runner);
  g_autofree GThread **gone = watch (job);

  proc_runner_set_keep_finished (runner, 1);
  test_job_wait_for_outcome (job, PROC_OUTCOME_EXITED);
  g_clear_object (&job);
  test_iterate_pending ();
  g_assert_null (*gone);

  run_and_leave (runner);
  g_assert_true (*gone == g_thread_self ());
}

/* A view has it until it has been told. */
static void
test_let_go_when_told (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_auto(TestView) view = { NULL };
  g_autoptr(ProcJob) job = NULL;
  g_autofree GThread **gone = NULL;

  test_view_open (&view, runner);
  proc_runner_set_keep_finished (runner, 1);
  job = start_short (runner);
  gone = watch (job);
  test_job_wait_for_outcome (job, PROC_OUTCOME_EXITED);
  ASSERT_SHOWN (&view, job);
  g_clear_object (&job);

  proc_runner_set_keep_finished (runner, 0);
  g_assert_null (*gone);
  ASSERT_NOTHING_SHOWN (&view);
  g_assert_true (*gone == g_thread_self ());
}

/* With the runner, if nobody has the list; also where the engine has still to look at the
 * runner's queue. Never in the engine's thread. */
static void
test_let_go_with_the_runner (void)
{
  for (guint i = 0; i < 50; i++)
    {
      ProcRunner *runner = proc_runner_new ();
      g_autoptr(ProcJob) job = NULL;
      g_autofree GThread **job_gone = NULL;
      g_autofree GThread **list_gone = NULL;

      proc_runner_set_keep_finished (runner, 3);
      list_gone = watch (proc_runner_get_jobs (runner));
      job = start_short (runner);
      job_gone = watch (job);
      test_job_wait_for_outcome (job, PROC_OUTCOME_EXITED);
      test_iterate_pending ();
      g_clear_object (&job);
      g_assert_null (*job_gone);

      if (i % 2 == 0)
        proc_runner_set_max_running (runner, 5);
      g_object_unref (runner);
      test_iterate_pending ();
      g_assert_true (*list_gone == g_thread_self ());
      g_assert_true (*job_gone == g_thread_self ());
    }
}

/* In the callback of the last job, when the engine may not be done with the queue. */
static void
drop_runner (GObject *source, GAsyncResult *result, gpointer user_data)
{
  ProcRunner **runner = user_data;

  g_clear_object (runner);
}

static void
test_let_go_in_a_callback (void)
{
  for (guint i = 0; i < (test_in_valgrind () ? 20 : 300); i++)
    {
      ProcRunner *runner = proc_runner_new ();
      g_autofree GThread **list_gone = watch (proc_runner_get_jobs (runner));
      g_autoptr(ProcJob) job = start_short (runner);
      g_autofree GThread **job_gone = watch (job);

      proc_runner_set_keep_finished (runner, 1);
      proc_job_wait_async (job, NULL, drop_runner, &runner);
      g_clear_object (&job);
      while (*list_gone == NULL)
        test_iterate (NULL);

      g_assert_true (*list_gone == g_thread_self ());
      g_assert_true (*job_gone == g_thread_self ());
    }
}

/* What it waits for happens, and is shown when the handler has returned. */
typedef struct
{
  ProcJob *job;
  guint n_loops;
} Loop;

static void
run_a_loop (GListModel *model, guint position, guint removed, guint added, gpointer user_data)
{
  Loop *loop = user_data;
  guint n_items = g_list_model_get_n_items (model);

  if (loop->job == NULL || loop->n_loops++ > 0)
    return;

  test_job_iterate_until (loop->job, PROC_JOB_STATE_FINISHED);
  test_iterate_pending ();
  g_assert_cmpuint (g_list_model_get_n_items (model), ==, n_items);
}

/* One leaves the list, and one comes: the handler of the first waits for the end of the
 * second, which is not shown yet. The view's handler comes after this one. */
static void
test_loop_in_a_handler (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_auto(TestView) view = { NULL };
  Loop loop = { NULL, 0 };

  g_signal_connect (proc_runner_get_jobs (runner), "items-changed", G_CALLBACK (run_a_loop),
                    &loop);
  test_view_open (&view, runner);
  proc_runner_set_keep_finished (runner, 1);
  run_and_leave (runner);
  test_iterate_pending ();
  g_assert_cmpuint (view.jobs->len, ==, 1);

  proc_runner_set_keep_finished (runner, 0);
  loop.job = start_short (runner);
  test_job_iterate_until (loop.job, PROC_JOB_STATE_FINISHED);
  ASSERT_NOTHING_SHOWN (&view);
  g_assert_cmpuint (loop.n_loops, ==, 3);
  g_signal_handlers_disconnect_by_data (view.model, &loop);
  g_object_unref (loop.job);
}

/* The handler stops the one that came, and submits the next. */
typedef struct
{
  ProcRunner *runner;
  guint n_left;
} Relay;

static void
stop_and_submit (GListModel *model, guint position, guint removed, guint added, gpointer user_data)
{
  Relay *relay = user_data;
  g_autoptr(ProcJob) job = added > 0 ? g_list_model_get_item (model, position) : NULL;
  g_autoptr(ProcJob) next = NULL;

  if (job == NULL)
    return;

  proc_job_stop (job);
  if (relay->n_left-- > 1)
    next = start_short (relay->runner);
}

static void
test_submit_in_a_handler (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_auto(TestView) view = { NULL };
  Relay relay = { runner, 10 };
  g_autoptr(ProcJob) job = NULL;

  test_view_open (&view, runner);
  g_signal_connect (view.model, "items-changed", G_CALLBACK (stop_and_submit), &relay);
  job = start_short (runner);
  while (relay.n_left > 0 || view.jobs->len > 0)
    test_iterate (view.context);

  g_assert_cmpuint (view.n_signals, ==, 20);
  g_signal_handlers_disconnect_by_data (view.model, &relay);
}

static void
assert_ordered (GListModel *model, guint position, guint removed, guint added, gpointer user_data)
{
  const guint n_kept_and_alive = GPOINTER_TO_UINT (user_data);
  guint last = 0;

  g_assert_cmpuint (g_list_model_get_n_items (model), <=, n_kept_and_alive);
  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr(ProcJob) job = g_list_model_get_item (model, i);
      guint number = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (job), "number"));

      g_assert_cmpuint (number, >, last);
      last = number;
    }
}

static void
on_over (GObject *source, GAsyncResult *result, gpointer n_over)
{
  (*(guint *) n_over)++;
}

/* Always in the order of their submission, with those that are kept among them. */
static void
test_many_come_and_go (void)
{
  const guint n_jobs = test_in_valgrind () ? 50 : 1000;
  const guint n_alive = 20;
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_auto(TestView) view = { NULL };
  guint n_over = 0;

  test_view_open (&view, runner);
  proc_runner_set_max_running (runner, 4);
  proc_runner_set_keep_finished (runner, 10);
  g_signal_connect (view.model, "items-changed", G_CALLBACK (assert_ordered),
                    GUINT_TO_POINTER (n_alive + 10 + n_alive));
  for (guint i = 0; i < n_jobs; i++)
    {
      g_autoptr(ProcJob) job = start_short (runner);

      g_object_set_data (G_OBJECT (job), "number", GUINT_TO_POINTER (i + 1));
      proc_job_wait_async (job, NULL, on_over, &n_over);
      if (g_test_rand_int_range (0, 4) == 0)
        proc_job_stop (job);
      while (i + 1 - n_over >= n_alive)
        test_iterate (view.context);
    }

  while (n_over < n_jobs)
    test_iterate (view.context);
  test_iterate_pending ();
  g_assert_cmpuint (view.jobs->len, ==, 10);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/job-kept/let-go-by-the-number", test_let_go_by_the_number);
  TEST_ADD ("/job-kept/let-go-when-told", test_let_go_when_told);
  TEST_ADD ("/job-kept/let-go-with-the-runner", test_let_go_with_the_runner);
  TEST_ADD ("/job-kept/let-go-in-a-callback", test_let_go_in_a_callback);
  TEST_ADD ("/job-kept/loop-in-a-handler", test_loop_in_a_handler);
  TEST_ADD ("/job-kept/submit-in-a-handler", test_submit_in_a_handler);
  TEST_ADD ("/job-kept/many-come-and-go", test_many_come_and_go);

  return g_test_run ();
}
