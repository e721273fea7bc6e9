/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <signal.h>
#include <string.h>

#include "test-fixture.h"

static ProcResult *
run_exit (ProcRunner *runner, int status)
{
  g_autofree char *number = g_strdup_printf ("%d", status);
  g_autoptr(ProcCommand) command = test_child ("exit", number, NULL);

  return test_run (runner, command);
}

static void
test_ex1_exit_statuses (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();

  for (int status = 0; status < 256; status += test_in_valgrind () ? 15 : 1)
    {
      g_autoptr(ProcResult) result = run_exit (runner, status);

      g_assert_cmpint (proc_result_get_outcome (result), ==, PROC_OUTCOME_EXITED);
      g_assert_cmpint (proc_result_get_exit_status (result), ==, status);
      g_assert_cmpint (proc_result_get_term_signal (result), ==, 0);
      g_assert_cmpint (proc_result_get_successful (result), ==, status == 0);
    }
}

static void
assert_signal (ProcRunner *runner, int number)
{
  g_autofree char *text = g_strdup_printf ("%d", number);
  g_autoptr(ProcCommand) command = test_child ("echo", "before", "signal", text, NULL);
  g_autoptr(ProcResult) result = test_run (runner, command);
  g_autoptr(GError) error = NULL;

  g_assert_cmpint (proc_result_get_outcome (result), ==, PROC_OUTCOME_SIGNALED);
  g_assert_cmpint (proc_result_get_term_signal (result), ==, number);
  g_assert_cmpint (proc_result_get_exit_status (result), ==, -1);
  g_assert_false (proc_result_get_successful (result));
  g_assert_false (proc_result_get_core_dumped (result));
  test_assert_text (proc_result_get_stdout (result), "before\n");
  g_assert_false (proc_result_check (result, &error));
  g_assert_error (error, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_SIGNALED);
}

static void
test_ex2_signals (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  int numbers[] = { SIGHUP, SIGINT, SIGQUIT, SIGABRT, SIGKILL, SIGSEGV, SIGPIPE, SIGALRM,
                    SIGTERM, SIGUSR1, SIGUSR2, SIGRTMIN, SIGRTMAX };

  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    assert_signal (runner, numbers[i]);
}

static void
test_ex2_not_128_plus_n (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcResult) result = run_exit (runner, 128 + SIGTERM);

  g_assert_cmpint (proc_result_get_outcome (result), ==, PROC_OUTCOME_EXITED);
  g_assert_cmpint (proc_result_get_exit_status (result), ==, 128 + SIGTERM);
}

static gboolean
is_stopped (gpointer pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/stat", GPOINTER_TO_INT (pid));
  g_autofree char *stat = NULL;

  return g_file_get_contents (path, &stat, NULL, NULL) && strstr (stat, ") T ") != NULL;
}

static void
test_ex5_stopped_is_no_end (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_auto(TestFifo) ready = test_fifo_ready ();
  g_autoptr(ProcCommand) command = test_child ("ready", ready.path, "stop", "exit", "5", NULL);
  g_auto(TestCall) call = TEST_CALL_INIT;
  g_autoptr(GError) error = NULL;
  g_autoptr(ProcResult) result = NULL;
  int pid;

  proc_runner_run_async (runner, command, NULL, test_call_done, test_call_begin (&call));
  pid = test_fifo_wait (&ready);
  g_assert_true (test_eventually (is_stopped, GINT_TO_POINTER (pid)));
  g_assert_false (g_main_context_pending (call.context));
  g_assert_no_errno (kill (pid, SIGCONT));

  result = proc_runner_run_finish (runner, test_call_wait (&call), &error);
  g_assert_no_error (error);
  g_assert_cmpint (proc_result_get_exit_status (result), ==, 5);
}

static void
test_ex6_killed_by_another (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_auto(TestFifo) ready = test_fifo_ready ();
  g_autoptr(ProcCommand) command = test_child ("ready", ready.path, "hang", NULL);
  g_auto(TestCall) call = TEST_CALL_INIT;
  g_autoptr(GError) error = NULL;
  g_autoptr(ProcResult) result = NULL;

  proc_runner_run_async (runner, command, NULL, test_call_done, test_call_begin (&call));
  g_assert_no_errno (kill (test_fifo_wait (&ready), SIGKILL));
  result = proc_runner_run_finish (runner, test_call_wait (&call), &error);
  g_assert_no_error (error);
  g_assert_cmpint (proc_result_get_outcome (result), ==, PROC_OUTCOME_SIGNALED);
  g_assert_cmpint (proc_result_get_term_signal (result), ==, SIGKILL);
}

static void
test_success_codes (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  int statuses[] = { 0, 1, 2, 255 };
  gboolean successes[] = { TRUE, TRUE, FALSE, TRUE };

  for (gsize i = 0; i < G_N_ELEMENTS (statuses); i++)
    {
      g_autofree char *number = g_strdup_printf ("%d", statuses[i]);
      g_autoptr(ProcCommand) command = test_child ("exit", number, NULL);
      g_autoptr(ProcResult) result = NULL;

      proc_command_add_success_code (command, 1);
      proc_command_add_success_code (command, 255);
      result = test_run (runner, command);
      g_assert_cmpint (proc_result_get_exit_status (result), ==, statuses[i]);
      g_assert_cmpint (proc_result_get_successful (result), ==, successes[i]);
      g_assert_cmpint (proc_result_check (result, NULL), ==, successes[i]);
    }
}

static void
test_texts (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("bytes", "610062ff0a", "err", "plain", NULL);
  g_autoptr(ProcResult) result = test_run (runner, command);

  test_assert_bytes (proc_result_get_stdout (result), "a\0b\377\n", 5);
  g_assert_cmpstr (proc_result_get_stdout_text (result), ==, "a\357\277\275b\357\277\275\n");
  g_assert_cmpstr (proc_result_get_stderr_text (result), ==, "plain\n");
  g_assert_true (proc_result_get_stdout_text (result) == proc_result_get_stdout_text (result));
  g_assert_cmpuint (proc_result_get_stdout_size (result), ==, 5);
  g_assert_cmpuint (proc_result_get_stderr_size (result), ==, 6);
}

static void
test_times (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("exit", "0", NULL);
  g_autoptr(GDateTime) before = g_date_time_new_now_utc ();
  gint64 began = g_get_monotonic_time ();
  g_autoptr(ProcResult) result = test_run (runner, command);
  gint64 took = g_get_monotonic_time () - began;
  g_autoptr(GDateTime) after = g_date_time_new_now_utc ();

  g_assert_cmpint (proc_result_get_elapsed_usec (result), >=, 0);
  g_assert_cmpint (proc_result_get_elapsed_usec (result), <=, took);
  g_assert_nonnull (proc_result_get_start_time (result));
  g_assert_cmpint (g_date_time_compare (before, proc_result_get_start_time (result)), <=, 0);
  g_assert_cmpint (g_date_time_compare (proc_result_get_start_time (result), after), <=, 0);
}

static void
test_facts_of_a_plain_run (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("echo", "x", NULL);
  g_autoptr(ProcResult) result = test_run (runner, command);
  g_autoptr(GError) error = NULL;

  g_assert_true (proc_result_get_complete (result));
  g_assert_true (proc_result_get_stdin_complete (result));
  g_assert_true (proc_result_check (result, &error));
  g_assert_no_error (error);
  g_assert_cmpstrv ((char **) proc_command_get_argv (proc_result_get_command (result)),
                    (char **) proc_command_get_argv (command));
  g_assert_cmpstr (proc_result_get_summary (result), !=, "");
  g_assert_true (g_utf8_validate (proc_result_get_summary (result), -1, NULL));
}

/* Every fact can also be bound or inspected as a property. */
static void
test_properties (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("echo", "x", "exit", "6", NULL);
  g_autoptr(ProcResult) result = test_run (runner, command);
  g_autofree GParamSpec **specs = NULL;
  guint n_specs = 0;

  specs = g_object_class_list_properties (G_OBJECT_GET_CLASS (result), &n_specs);
  for (guint i = 0; i < n_specs; i++)
    {
      g_auto(GValue) value = G_VALUE_INIT;

      g_assert_true (specs[i]->flags & G_PARAM_READABLE);
      g_assert_true ((specs[i]->flags & G_PARAM_CONSTRUCT_ONLY)
                     || !(specs[i]->flags & G_PARAM_WRITABLE));
      g_object_get_property (G_OBJECT (result), specs[i]->name, &value);
      if (g_str_equal (specs[i]->name, "exit-status"))
        g_assert_cmpint (g_value_get_int (&value), ==, 6);
    }
}

/* The result outlives the runner, and may be read in any thread. */
static gpointer
read_result (gpointer data)
{
  g_autoptr(ProcResult) result = data;

  g_assert_cmpstr (proc_result_get_stdout_text (result), ==, "x\n");
  test_assert_text (proc_result_get_stdout (result), "x\n");
  g_assert_true (g_utf8_validate (proc_result_get_summary (result), -1, NULL));

  return NULL;
}

static void
test_read_in_threads (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("echo", "x", NULL);
  g_autoptr(ProcResult) result = test_run (runner, command);
  GThread *threads[8];

  g_clear_object (&runner);
  g_clear_object (&command);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("reader", read_result, g_object_ref (result));

  g_clear_object (&result);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

/* By a binding, say. */
static void
test_made_without_a_run (void)
{
  g_autoptr(ProcResult) result = g_object_new (PROC_TYPE_RESULT, NULL);
  g_autoptr(GError) error = NULL;

  g_assert_false (proc_result_get_successful (result));
  g_assert_cmpstr (proc_result_get_summary (result), ==, "");
  g_assert_cmpstr (proc_result_get_stdout_text (result), ==, "");
  g_assert_cmpuint (g_bytes_get_size (proc_result_get_stderr (result)), ==, 0);
  g_assert_nonnull (proc_result_get_command (result));
  g_assert_null (proc_result_get_start_time (result));
  g_assert_false (proc_result_check (result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/result/ex1-exit-statuses", test_ex1_exit_statuses);
  TEST_ADD ("/result/ex2-signals", test_ex2_signals);
  TEST_ADD ("/result/ex2-not-128-plus-n", test_ex2_not_128_plus_n);
  TEST_ADD ("/result/ex5-stopped-is-no-end", test_ex5_stopped_is_no_end);
  TEST_ADD ("/result/ex6-killed-by-another", test_ex6_killed_by_another);
  TEST_ADD ("/result/success-codes", test_success_codes);
  TEST_ADD ("/result/texts", test_texts);
  TEST_ADD ("/result/times", test_times);
  TEST_ADD ("/result/facts-of-a-plain-run", test_facts_of_a_plain_run);
  TEST_ADD ("/result/properties", test_properties);
  TEST_ADD ("/result/lc8-read-in-threads", test_read_in_threads);
  TEST_ADD ("/result/made-without-a-run", test_made_without_a_run);

  return g_test_run ();
}
