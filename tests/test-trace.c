/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What who looks for faults is told of runs. */

#include "config.h"

#include <stdlib.h>

#include "test-jobs.h"

static GPtrArray *messages;

static GLogWriterOutput
keep_message (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  const char *domain = "";
  const char *message = "";

  for (gsize i = 0; i < n_fields; i++)
    {
      if (g_str_equal (fields[i].key, "GLIB_DOMAIN"))
        domain = fields[i].value;
      else if (g_str_equal (fields[i].key, "MESSAGE"))
        message = fields[i].value;
    }

  if (level == G_LOG_LEVEL_DEBUG && g_str_equal (domain, "Proc"))
    g_ptr_array_add (messages, g_strdup (message));
  return G_LOG_WRITER_HANDLED;
}

static void
assert_message (const char *pattern)
{
  g_assert_cmpuint (messages->len, ==, 1);
  if (!g_pattern_match_simple (pattern, messages->pdata[0]))
    g_assert_cmpstr (messages->pdata[0], ==, pattern);
  g_ptr_array_set_size (messages, 0);
}

static void
test_each_run_is_told (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) good = proc_command_new (TEST_ARGV ("echo", "hunter2"));
  g_autoptr(ProcCommand) bad = proc_command_new (TEST_ARGV ("/no/such"));
  g_autoptr(ProcJob) job = NULL;
  g_autoptr(ProcJob) refused = NULL;
  g_autoptr(ProcResult) result = NULL;
  g_autoptr(ProcResult) none = NULL;
  g_autoptr(GError) error = NULL;
  g_auto(TestCall) call = TEST_CALL_INIT;

  proc_command_add_secret (good, "hunter2");
  result = test_check (runner, good);
  assert_message ("*echo '•••'*status 0 [pid *, from ??:??:?? for *.??? s; 8 and 0 bytes of output]");

  job = proc_runner_start (runner, good, NULL);
  g_clear_object (&result);
  result = test_job_wait (job);
  assert_message ("*echo '•••'*status 0 [pid *");

  refused = proc_runner_start (runner, bad, NULL);
  proc_job_wait_async (refused, NULL, test_call_done, test_call_begin (&call));
  none = proc_job_wait_finish (refused, test_call_wait (&call), &error);
  g_assert_error (error, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_NOT_FOUND);
  assert_message ("/no/such: not started: *");
}

static void
test_who_never_ran_is_told_without_a_time (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = proc_command_new (TEST_ARGV ("true"));
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_null (proc_runner_run (runner, command, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_message ("“true” was cancelled");
}

static void
test_messages (void)
{
  messages = g_ptr_array_new_with_free_func (g_free);
  g_log_set_writer_func (keep_message, NULL, NULL);
  g_setenv ("G_MESSAGES_DEBUG", "Proc", TRUE);
  test_each_run_is_told ();
  test_who_never_ran_is_told_without_a_time ();
  g_ptr_array_unref (messages);
}

/* The default writer would drop it, so no text is made. (GLib may look at the variable
 * once.) */
static void
test_nothing_unasked (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("echo", "a", NULL);
  g_autoptr(ProcResult) result = NULL;

  messages = g_ptr_array_new_with_free_func (g_free);
  g_log_set_writer_func (keep_message, NULL, NULL);
  g_unsetenv ("G_MESSAGES_DEBUG");
  result = test_check (runner, command);
  g_assert_cmpuint (messages->len, ==, 0);
  g_ptr_array_unref (messages);
}

static void
leave_one_running (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("echo", "over", NULL);
  g_autoptr(ProcCommand) sleeper = proc_command_new (TEST_ARGV ("/bin/sleep", "1000"));
  g_autoptr(ProcResult) result = NULL;
  ProcJob *job;

  proc_runner_set_supervise (runner, TRUE);
  result = test_check (runner, command);
  job = proc_runner_start (runner, sleeper, NULL);
  test_job_iterate_until (job, PROC_JOB_STATE_RUNNING);
  exit (EXIT_SUCCESS);
}

static void
test_jobs_at_exit (void)
{
  if (g_test_subprocess ())
    {
      g_setenv ("PROCRUNNER_DEBUG", "jobs", TRUE);
      leave_one_running ();
    }

  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("*not over at exit, submitted *.??? s before: /bin/sleep 1000*");
  g_test_trap_assert_stderr_unmatched ("*over at exit*over at exit*");
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD_APART ("/trace/messages", test_messages);
  TEST_ADD_APART ("/trace/nothing-unasked", test_nothing_unasked);
  g_test_add_func ("/trace/jobs-at-exit", test_jobs_at_exit);

  return g_test_run ();
}
