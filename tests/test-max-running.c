/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How many jobs run at once: in order, never more than may, and no slot is ever lost. */

#include "config.h"

#include "test-jobs.h"

#define STEADY_MSEC 300

/* At work until its gate opens, as its `ready` tells. */
typedef struct
{
  ProcRunner *runner;
  TestFifo ready;
  TestFifo gate;
  ProcCommand *command;
} Workshop;

static Workshop
workshop_new (guint max_running)
{
  Workshop self = { proc_runner_new (), test_fifo_ready (), test_fifo_gate (), NULL };

  proc_runner_set_max_running (self.runner, max_running);
  self.command = test_child ("ready", self.ready.path, "gate", self.gate.path, NULL);
  return self;
}

static void
workshop_clear (Workshop *self)
{
  test_fifo_clear (&self->ready);
  test_fifo_clear (&self->gate);
  g_clear_object (&self->command);
  g_clear_object (&self->runner);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Workshop, workshop_clear)

static GPtrArray *
workshop_start (Workshop *self, guint n_jobs)
{
  GPtrArray *jobs = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < n_jobs; i++)
    g_ptr_array_add (jobs, test_job_start (self->runner, self->command));

  return jobs;
}

/* When the engine has done all that it is going to do. */
static void
assert_counts (ProcRunner *runner, guint n_running, guint n_queued)
{
  test_settle_engine (runner);
  g_assert_cmpuint (proc_runner_get_n_running (runner), ==, n_running);
  g_assert_cmpuint (proc_runner_get_n_queued (runner), ==, n_queued);
}

static void
wait_for_all (GPtrArray *jobs)
{
  for (guint i = 0; i < jobs->len; i++)
    test_job_wait_for_outcome (g_ptr_array_index (jobs, i), PROC_OUTCOME_EXITED);
}

static void
assert_at_most (GObject *runner, GParamSpec *pspec, gpointer limit)
{
  g_assert_cmpuint (proc_runner_get_n_running (PROC_RUNNER (runner)), <=,
                    GPOINTER_TO_UINT (limit));
}

static void
run_with_limit (guint limit, guint n_jobs)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GPtrArray) jobs = g_ptr_array_new_with_free_func (g_object_unref);
  g_autofree char *name = g_strdup_printf ("limit-%u", limit);
  g_autofree char *path = test_path (name);

  proc_runner_set_max_running (runner, limit);
  g_signal_connect (runner, "notify::n-running", G_CALLBACK (assert_at_most),
                    GUINT_TO_POINTER (limit));
  for (guint i = 0; i < n_jobs; i++)
    {
      g_autoptr(ProcCommand) command = test_child_in_file (path, i);

      g_ptr_array_add (jobs, test_job_start (runner, command));
    }

  wait_for_all (jobs);
  test_assert_admission (path, limit, n_jobs);
  test_iterate_pending ();
}

static void
test_in_order_and_never_more (void)
{
  guint n_jobs = test_in_valgrind () ? 20 : 200;

  run_with_limit (1, n_jobs);
  run_with_limit (2, n_jobs);
  run_with_limit (8, n_jobs);
}

/* All are at work at once. */
static void
test_no_limit (void)
{
  g_auto(Workshop) shop = workshop_new (0);
  g_autoptr(GPtrArray) jobs = workshop_start (&shop, 12);

  test_fifo_wait_for (&shop.ready, 12);
  assert_counts (shop.runner, 12, 0);
  for (guint i = 0; i < 12; i++)
    test_fifo_open (&shop.gate);
  wait_for_all (jobs);
}

static void
end_one (Workshop *shop, guint n_left)
{
  test_fifo_open (&shop->gate);
  while (proc_runner_get_n_running (shop->runner) > n_left)
    test_iterate (NULL);
}

/* More are let in at once, those that run are left alone, and none is let in before there
 * are fewer than may be. */
static void
test_raised_and_lowered (void)
{
  g_auto(Workshop) shop = workshop_new (1);
  g_autoptr(GPtrArray) jobs = workshop_start (&shop, 6);

  test_fifo_wait_for (&shop.ready, 1);
  assert_counts (shop.runner, 1, 5);
  proc_runner_set_max_running (shop.runner, 3);
  test_fifo_wait_for (&shop.ready, 2);
  assert_counts (shop.runner, 3, 3);

  proc_runner_set_max_running (shop.runner, 1);
  assert_counts (shop.runner, 3, 3);
  end_one (&shop, 2);
  assert_counts (shop.runner, 2, 3);
  end_one (&shop, 1);
  assert_counts (shop.runner, 1, 3);

  test_fifo_open (&shop.gate);
  test_fifo_wait_for (&shop.ready, 1);
  assert_counts (shop.runner, 1, 2);
  proc_runner_set_max_running (shop.runner, 0);
  test_fifo_wait_for (&shop.ready, 2);
  assert_counts (shop.runner, 3, 0);
  for (guint i = 0; i < 3; i++)
    test_fifo_open (&shop.gate);
  wait_for_all (jobs);
}

typedef enum
{
  BY_STOP,
  BY_KILL,
  BY_CANCELLABLE,
  BEFORE_THE_START,
  N_WAYS
} Way;

static ProcJob *
start_and_cancel (ProcRunner *runner, ProcCommand *command, Way way)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(ProcJob) job = NULL;

  if (way == BEFORE_THE_START)
    g_cancellable_cancel (cancellable);
  job = proc_runner_start (runner, command, cancellable);
  test_track (job);

  if (way == BY_STOP)
    proc_job_stop (job);
  else if (way == BY_KILL)
    proc_job_kill (job);
  else
    g_cancellable_cancel (cancellable);
  return g_steal_pointer (&job);
}

/* The one before it never ends by itself, so this ends only if that is not waited for. */
static void
test_cancelled_in_the_queue (void)
{
  g_auto(Workshop) shop = workshop_new (1);
  g_autoptr(GPtrArray) jobs = workshop_start (&shop, 2);
  g_autofree char *path = test_path ("marker");
  g_autoptr(ProcCommand) touch = test_child ("touch", path, NULL);

  test_fifo_wait_for (&shop.ready, 1);
  for (Way way = BY_STOP; way < N_WAYS; way++)
    {
      g_autoptr(ProcJob) job = start_and_cancel (shop.runner, touch, way);
      g_autoptr(ProcResult) result = test_job_wait (job);

      g_assert_cmpint (proc_result_get_outcome (result), ==, PROC_OUTCOME_CANCELLED);
      g_assert_null (proc_result_get_start_time (result));
      g_assert_cmpint (proc_job_get_pid (job), ==, 0);
      assert_counts (shop.runner, 1, 1);
    }

  test_fifo_open (&shop.gate);
  test_fifo_wait_for (&shop.ready, 1);
  test_fifo_open (&shop.gate);
  wait_for_all (jobs);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

/* Were its time to run while it waits, it would be over with the start. */
static void
test_timeout_counts_from_the_start (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("hang", NULL);
  g_autoptr(ProcJob) first = NULL;
  g_autoptr(ProcJob) second = NULL;
  g_autoptr(ProcResult) result = NULL;

  proc_runner_set_max_running (runner, 1);
  proc_runner_set_timeout_msec (runner, STEADY_MSEC);
  first = test_job_start (runner, command);
  second = test_job_start (runner, command);
  result = test_job_wait (second);

  g_assert_cmpint (proc_job_get_state (first), ==, PROC_JOB_STATE_FINISHED);
  g_assert_cmpint (proc_result_get_outcome (result), ==, PROC_OUTCOME_TIMED_OUT);
  g_assert_cmpint (proc_result_get_elapsed_usec (result), >=, STEADY_MSEC * 1000);
}

static gpointer
run_synchronously (gpointer data)
{
  Workshop *shop = data;

  for (guint i = 0; i < 5; i++)
    test_settle_engine (shop->runner);

  return proc_runner_run (shop->runner, shop->command, NULL, NULL);
}

/* Whoever waits in a thread waits for no slot, and takes none. */
static void
test_synchronous_passes_by (void)
{
  g_auto(Workshop) shop = workshop_new (1);
  g_autoptr(GPtrArray) jobs = workshop_start (&shop, 2);
  GThread *threads[4];

  test_fifo_wait_for (&shop.ready, 1);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("synchronous", run_synchronously, &shop);
  test_fifo_wait_for (&shop.ready, G_N_ELEMENTS (threads));

  assert_counts (shop.runner, 1, 1);
  for (guint i = 0; i < G_N_ELEMENTS (threads) + 2; i++)
    test_fifo_open (&shop.gate);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    {
      g_autoptr(ProcResult) result = g_thread_join (threads[i]);

      g_assert_true (proc_result_get_successful (result));
    }
  wait_for_all (jobs);
}

/* The only slot is free before the callback runs: what is submitted there comes to its end
 * there. */
static void
on_over (GObject *source, GAsyncResult *result, gpointer user_data)
{
  ProcRunner *runner = PROC_RUNNER (source);
  g_autoptr(ProcResult) ended = proc_runner_run_finish (runner, result, NULL);
  g_autoptr(ProcCommand) command = test_child ("exit", "7", NULL);
  g_autoptr(ProcResult) next = NULL;
  ProcResult **inner = user_data;

  g_assert_cmpuint (proc_runner_get_n_running (runner), ==, 0);
  next = test_run (runner, command);
  *inner = g_steal_pointer (&next);
}

static void
test_slot_is_free_in_the_callback (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("exit", "0", NULL);
  g_autoptr(ProcResult) inner = NULL;

  proc_runner_set_max_running (runner, 1);
  proc_runner_run_async (runner, command, NULL, on_over, &inner);
  while (inner == NULL)
    test_iterate (NULL);

  g_assert_cmpint (proc_result_get_exit_status (inner), ==, 7);
}

typedef struct
{
  ProcCommand *command;
  guint n_left;
} Chain;

static void
go_on (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Chain *chain = user_data;
  ProcRunner *runner = PROC_RUNNER (source);
  g_autoptr(GError) error = NULL;
  g_autoptr(ProcResult) ended = proc_runner_check_finish (runner, result, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (proc_runner_get_n_running (runner) + proc_runner_get_n_queued (runner), ==, 0);
  if (--chain->n_left > 0)
    proc_runner_check_async (runner, chain->command, NULL, go_on, chain);
}

static void
run_chain (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("exit", "0", NULL);
  Chain chain = { command, test_count (100, 1000, 100000) };

  proc_runner_set_max_running (runner, 1);
  proc_runner_check_async (runner, command, NULL, go_on, &chain);
  while (chain.n_left > 0)
    test_iterate (NULL);
}

static void
test_chain_in_a_small_stack (void)
{
  test_run_in_small_stack (run_chain);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/max-running/qu1-in-order-and-never-more", test_in_order_and_never_more);
  TEST_ADD ("/max-running/no-limit", test_no_limit);
  TEST_ADD ("/max-running/raised-and-lowered", test_raised_and_lowered);
  TEST_ADD ("/max-running/ca2-cancelled-in-the-queue", test_cancelled_in_the_queue);
  TEST_ADD ("/max-running/to6-timeout-counts-from-the-start", test_timeout_counts_from_the_start);
  TEST_ADD ("/max-running/synchronous-passes-by", test_synchronous_passes_by);
  TEST_ADD ("/max-running/slot-is-free-in-the-callback", test_slot_is_free_in_the_callback);
  TEST_ADD ("/max-running/lc3-chain-in-a-small-stack", test_chain_in_a_small_stack);

  return g_test_run ();
}
