/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Cancelling and timeouts. That the whole group is gone when the call comes back is asserted
 * right there, and not only after the test. */

#include "config.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "test-fixture.h"

static ProcResult *
finish_cancelled (ProcRunner *runner, TestCall *call)
{
  g_autoptr(GError) error = NULL;

  test_call_wait (call);
  test_assert_no_children ();
  g_assert_null (proc_runner_run_finish (runner, call->result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  return proc_runner_get_task_result (runner, call->result);
}

static void
test_ca1_before_start (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autofree char *mark = test_path ("mark");
  g_autoptr(ProcCommand) command = test_child ("touch", mark, NULL);
  g_autoptr(GFile) file = test_file ("file", "old");
  g_auto(TestCall) call = TEST_CALL_INIT;
  g_autoptr(GError) error = NULL;

  proc_command_set_stdout_file (command, file, PROC_FILE_FLAGS_TRUNCATE);
  g_cancellable_cancel (cancellable);
  proc_runner_run_async (runner, command, cancellable, test_call_done, test_call_begin (&call));
  finish_cancelled (runner, &call);

  g_assert_null (proc_runner_run (runner, command, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_false (g_file_test (mark, G_FILE_TEST_EXISTS));
  test_assert_file (file, "old");
  test_assert_handlers_gone (cancellable);
}

static void
test_ca4_pg3_whole_group (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_auto(TestFifo) ready = test_fifo_ready ();
  g_autoptr(ProcCommand) command = NULL;
  g_auto(TestCall) call = TEST_CALL_INIT;
  ProcResult *result;

  command = test_child ("echo", "before", "fork", "fork", "fork", "ready", ready.path, "hang",
                        NULL);
  proc_runner_run_async (runner, command, cancellable, test_call_done, test_call_begin (&call));
  test_fifo_wait (&ready);
  g_cancellable_cancel (cancellable);
  result = finish_cancelled (runner, &call);
  g_assert_cmpint (proc_result_get_outcome (result), ==, PROC_OUTCOME_CANCELLED);
  g_assert_false (proc_result_get_successful (result));
  test_assert_text (proc_result_get_stdout (result), "before\n");
  test_assert_no_survivors ();
  test_assert_handlers_gone (cancellable);
}

static void
test_ca4_ignoring_term (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_auto(TestFifo) ready = test_fifo_ready ();
  g_autoptr(ProcCommand) command = NULL;
  g_auto(TestCall) call = TEST_CALL_INIT;

  proc_runner_set_kill_grace_msec (runner, 20);
  command = test_child ("ignore-term", "fork", "ready", ready.path, NULL);
  proc_runner_run_async (runner, command, cancellable, test_call_done, test_call_begin (&call));
  test_fifo_wait (&ready);
  g_cancellable_cancel (cancellable);
  finish_cancelled (runner, &call);
  test_assert_no_survivors ();
}

/* Input half fed, output half read. */
static void
test_ca4_streams_in_flight (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_auto(TestFifo) ready = test_fifo_ready ();
  g_autoptr(ProcCommand) command = NULL;
  g_autoptr(GBytes) input = g_bytes_new_take (g_malloc0 (20000000), 20000000);
  g_auto(TestCall) call = TEST_CALL_INIT;
  ProcResult *result;

  command = test_child ("read", "300000", "flood", "3000000", "out", "ready", ready.path, "hang",
                        NULL);
  proc_command_set_stdin_bytes (command, input);
  proc_runner_run_async (runner, command, cancellable, test_call_done, test_call_begin (&call));
  test_fifo_wait (&ready);
  g_cancellable_cancel (cancellable);
  result = finish_cancelled (runner, &call);
  test_assert_pattern (proc_result_get_stdout (result), STDOUT_FILENO, 3000000);
  g_assert_false (proc_result_get_stdin_complete (result));
}

static void
test_ca4_stopped_child (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_auto(TestFifo) ready = test_fifo_ready ();
  g_autoptr(ProcCommand) command = test_child ("ready", ready.path, "stop", "hang", NULL);
  g_auto(TestCall) call = TEST_CALL_INIT;

  proc_runner_run_async (runner, command, cancellable, test_call_done, test_call_begin (&call));
  test_fifo_wait (&ready);
  g_cancellable_cancel (cancellable);
  finish_cancelled (runner, &call);
}

static gboolean
is_pending (gpointer context)
{
  return g_main_context_pending (context);
}

/* What happened is what is said. */
static void
test_ca5_after_exit (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(ProcCommand) command = test_child ("echo", "out", "exit", "3", NULL);
  g_auto(TestCall) call = TEST_CALL_INIT;
  g_autoptr(GError) error = NULL;
  g_autoptr(ProcResult) result = NULL;

  proc_runner_run_async (runner, command, cancellable, test_call_done, test_call_begin (&call));
  g_assert_true (test_eventually (is_pending, call.context));
  g_cancellable_cancel (cancellable);
  result = proc_runner_run_finish (runner, test_call_wait (&call), &error);
  g_assert_no_error (error);
  g_assert_cmpint (proc_result_get_outcome (result), ==, PROC_OUTCOME_EXITED);
  g_assert_cmpint (proc_result_get_exit_status (result), ==, 3);
  test_assert_text (proc_result_get_stdout (result), "out\n");
  test_assert_handlers_gone (cancellable);
}

typedef struct
{
  GCancellable *cancellable;
  guint n_done;
} Cancelling;

static void
cancel_in_callback (GObject *source, GAsyncResult *result, gpointer data)
{
  Cancelling *self = data;
  g_autoptr(ProcResult) ended = NULL;
  g_autoptr(GError) error = NULL;

  g_cancellable_cancel (self->cancellable);
  ended = proc_runner_run_finish (PROC_RUNNER (source), result, &error);
  g_assert_no_error (error);
  g_assert_true (proc_result_get_successful (ended));
  self->n_done++;
}

static void
test_ca6_in_callback (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(ProcCommand) command = test_child ("exit", "0", NULL);
  Cancelling cancelling = { cancellable, 0 };

  proc_runner_run_async (runner, command, cancellable, cancel_in_callback, &cancelling);
  while (cancelling.n_done == 0)
    test_iterate (NULL);

  while (g_main_context_iteration (g_main_context_get_thread_default (), FALSE))
    continue;

  g_assert_cmpuint (cancelling.n_done, ==, 1);
}

static gpointer
cancel_often (gpointer cancellable)
{
  for (int i = 0; i < 100; i++)
    g_cancellable_cancel (cancellable);

  return NULL;
}

/* One cancellable for many, from another thread, more than once. */
static void
test_ca7_one_for_many (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_auto(TestFifo) ready = test_fifo_ready ();
  g_autoptr(ProcCommand) command = test_child ("ready", ready.path, "hang", NULL);
  TestCall calls[100] = { TEST_CALL_INIT };
  GThread *thread;

  for (gsize i = 0; i < G_N_ELEMENTS (calls); i++)
    proc_runner_run_async (runner, command, cancellable, test_call_done,
                           test_call_begin (&calls[i]));

  test_fifo_wait (&ready);
  thread = g_thread_new ("cancel", cancel_often, cancellable);
  cancel_often (cancellable);
  g_thread_join (thread);

  for (gsize i = 0; i < G_N_ELEMENTS (calls); i++)
    {
      g_autoptr(GError) error = NULL;

      test_call_wait (&calls[i]);
      g_assert_null (proc_runner_run_finish (runner, calls[i].result, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      test_call_clear (&calls[i]);
    }

  test_assert_no_children ();
  test_assert_handlers_gone (cancellable);
}

/* The group is there before there is a program that could leave it unreached. */
static void
test_pg6_at_once (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("fork", "fork", "hang", NULL);
  const guint n_runs = test_count (20, 200, 10000);

  for (guint i = 0; i < n_runs; i++)
    {
      g_autoptr(GCancellable) cancellable = g_cancellable_new ();
      g_auto(TestCall) call = TEST_CALL_INIT;

      proc_runner_run_async (runner, command, cancellable, test_call_done, test_call_begin (&call));
      for (guint spin = 0; spin < i % 200 * 10; spin++)
        g_thread_yield ();

      g_cancellable_cancel (cancellable);
      finish_cancelled (runner, &call);
    }

  test_assert_no_survivors ();
}

static gpointer
cancel_when_ready (gpointer data)
{
  gpointer *pair = data;

  test_fifo_wait (pair[0]);
  g_cancellable_cancel (pair[1]);
  return NULL;
}

static void
test_cancel_synchronous (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_auto(TestFifo) ready = test_fifo_ready ();
  g_autoptr(ProcCommand) command = test_child ("fork", "ready", ready.path, "hang", NULL);
  gpointer pair[] = { &ready, cancellable };
  GThread *thread = g_thread_new ("cancel", cancel_when_ready, pair);
  g_autoptr(GError) error = NULL;

  g_assert_null (proc_runner_run (runner, command, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  test_assert_no_children ();
  test_assert_handlers_gone (cancellable);
  g_thread_join (thread);
}

static void
test_ex4_trapped_term (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_auto(TestFifo) ready = test_fifo_ready ();
  g_autoptr(ProcCommand) command = test_child ("trap-term", "0", "ready", ready.path, NULL);
  g_auto(TestCall) call = TEST_CALL_INIT;
  ProcResult *result;

  proc_runner_run_async (runner, command, cancellable, test_call_done, test_call_begin (&call));
  test_fifo_wait (&ready);
  g_cancellable_cancel (cancellable);
  result = finish_cancelled (runner, &call);
  g_assert_cmpint (proc_result_get_outcome (result), ==, PROC_OUTCOME_CANCELLED);
  g_assert_false (proc_result_get_successful (result));
}

static void
test_check_of_cancelled (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_auto(TestFifo) ready = test_fifo_ready ();
  g_autoptr(ProcCommand) command = test_child ("ready", ready.path, "hang", NULL);
  g_auto(TestCall) call = TEST_CALL_INIT;
  g_autoptr(GError) error = NULL;
  ProcResult *result;

  proc_runner_run_async (runner, command, cancellable, test_call_done, test_call_begin (&call));
  test_fifo_wait (&ready);
  g_cancellable_cancel (cancellable);
  result = finish_cancelled (runner, &call);
  g_assert_false (proc_result_check (result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpstr (proc_result_get_summary (result), !=, "");
}

/* Timeouts */

static void
assert_times_out (ProcRunner *runner, ProcCommand *command, guint timeout_msec)
{
  g_autoptr(ProcResult) result = test_run (runner, command);
  g_autoptr(GError) error = NULL;

  test_assert_no_children ();
  g_assert_cmpint (proc_result_get_outcome (result), ==, PROC_OUTCOME_TIMED_OUT);
  g_assert_false (proc_result_get_successful (result));
  g_assert_cmpint (proc_result_get_elapsed_usec (result), >=,
                   timeout_msec * G_TIME_SPAN_MILLISECOND);
  g_assert_false (proc_result_check (result, &error));
  g_assert_error (error, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_TIMED_OUT);
}

static void
test_to1_runner (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("fork", "hang", NULL);
  g_autoptr(GError) error = NULL;

  proc_runner_set_timeout_msec (runner, 50);
  assert_times_out (runner, command, 50);
  g_assert_null (proc_runner_check (runner, command, NULL, &error));
  g_assert_error (error, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_TIMED_OUT);
  g_assert_cmpint (proc_result_get_outcome (proc_runner_error_get_result (error)), ==,
                   PROC_OUTCOME_TIMED_OUT);
}

static void
test_to1_command (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("hang", NULL);

  proc_runner_set_timeout_msec (runner, 600000);
  proc_command_set_timeout_msec (command, 50);
  assert_times_out (runner, command, 50);

  proc_runner_set_timeout_msec (runner, 50);
  proc_command_set_timeout_msec (command, -1);
  assert_times_out (runner, command, 50);
}

/* A run that began later with the runner's timeout has had its own, so this one would have too. */
static void
test_to1_command_without (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_auto(TestFifo) gate = test_fifo_gate ();
  g_autoptr(ProcCommand) patient = test_child ("gate", gate.path, "exit", "4", NULL);
  g_autoptr(ProcCommand) hurried = test_child ("hang", NULL);
  g_auto(TestCall) call = TEST_CALL_INIT;
  g_autoptr(ProcResult) result = NULL;
  g_autoptr(ProcResult) hurried_result = NULL;

  proc_runner_set_timeout_msec (runner, 50);
  proc_command_set_timeout_msec (patient, 0);
  proc_runner_run_async (runner, patient, NULL, test_call_done, test_call_begin (&call));
  hurried_result = test_run (runner, hurried);
  g_assert_cmpint (proc_result_get_outcome (hurried_result), ==, PROC_OUTCOME_TIMED_OUT);
  test_fifo_open (&gate);
  result = proc_runner_run_finish (runner, test_call_wait (&call), NULL);
  g_assert_cmpint (proc_result_get_exit_status (result), ==, 4);
}

/* The first timeout that is long enough for the child to say something. */
static void
test_to2_partial_output (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("echo", "partial", "err", "oops", "hang", NULL);

  for (int timeout_msec = 50; timeout_msec < 10000; timeout_msec *= 2)
    {
      g_autoptr(ProcResult) result = NULL;

      proc_command_set_timeout_msec (command, timeout_msec);
      result = test_run (runner, command);
      g_assert_cmpint (proc_result_get_outcome (result), ==, PROC_OUTCOME_TIMED_OUT);
      if (proc_result_get_stderr_size (result) == 0)
        continue;

      test_assert_text (proc_result_get_stdout (result), "partial\n");
      test_assert_text (proc_result_get_stderr (result), "oops\n");
      return;
    }

  g_assert_not_reached ();
}

static void
test_to2_prefix_of_a_flood (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("flood", "10000000", "out", "hang", NULL);
  g_autoptr(ProcResult) result = NULL;

  proc_command_set_timeout_msec (command, 20);
  result = test_run (runner, command);
  g_assert_cmpint (proc_result_get_outcome (result), ==, PROC_OUTCOME_TIMED_OUT);
  test_assert_pattern (proc_result_get_stdout (result), STDOUT_FILENO,
                       proc_result_get_stdout_size (result));
}

static void
test_to3_stubborn (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) ignoring = test_child ("ignore-term", "fork", "fork", NULL);
  g_autoptr(ProcCommand) spinning = test_child ("spin", NULL);

  proc_runner_set_timeout_msec (runner, 50);
  proc_runner_set_kill_grace_msec (runner, 20);
  assert_times_out (runner, ignoring, 50);
  assert_times_out (runner, spinning, 50);
  test_assert_no_survivors ();
}

static void
test_cancel_beats_timeout (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_auto(TestFifo) ready = test_fifo_ready ();
  g_autoptr(ProcCommand) command = test_child ("ready", ready.path, "hang", NULL);
  g_auto(TestCall) call = TEST_CALL_INIT;

  proc_runner_set_timeout_msec (runner, 600000);
  proc_runner_run_async (runner, command, cancellable, test_call_done, test_call_begin (&call));
  test_fifo_wait (&ready);
  g_cancellable_cancel (cancellable);
  g_assert_cmpint (proc_result_get_outcome (finish_cancelled (runner, &call)), ==,
                   PROC_OUTCOME_CANCELLED);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/stop/ca1-before-start", test_ca1_before_start);
  TEST_ADD ("/stop/ca4-pg3-whole-group", test_ca4_pg3_whole_group);
  TEST_ADD ("/stop/ca4-ignoring-term", test_ca4_ignoring_term);
  TEST_ADD ("/stop/ca4-streams-in-flight", test_ca4_streams_in_flight);
  TEST_ADD ("/stop/en1-stopped-child", test_ca4_stopped_child);
  TEST_ADD ("/stop/ca5-after-exit", test_ca5_after_exit);
  TEST_ADD ("/stop/ca6-in-callback", test_ca6_in_callback);
  TEST_ADD ("/stop/ca7-one-for-many", test_ca7_one_for_many);
  TEST_ADD ("/stop/pg6-at-once", test_pg6_at_once);
  TEST_ADD ("/stop/synchronous", test_cancel_synchronous);
  TEST_ADD ("/stop/ex4-trapped-term", test_ex4_trapped_term);
  TEST_ADD ("/stop/check-of-cancelled", test_check_of_cancelled);
  TEST_ADD ("/stop/to1-runner", test_to1_runner);
  TEST_ADD ("/stop/to1-command", test_to1_command);
  TEST_ADD ("/stop/to1-command-without", test_to1_command_without);
  TEST_ADD ("/stop/to2-partial-output", test_to2_partial_output);
  TEST_ADD ("/stop/to2-prefix-of-a-flood", test_to2_prefix_of_a_flood);
  TEST_ADD ("/stop/to3-stubborn", test_to3_stubborn);
  TEST_ADD ("/stop/cancel-beats-timeout", test_cancel_beats_timeout);

  return g_test_run ();
}
