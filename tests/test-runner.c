/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The verbs in their three forms, and the settings of a runner. */

#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test-fixture.h"

/* run() gives a result for any end; check() only for a good one. */
static void
test_run_forms (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("echo", "out", "err", "oops", "exit", "3", NULL);
  g_autoptr(ProcResult) async = test_run (runner, command);
  g_autoptr(GError) error = NULL;
  g_autoptr(ProcResult) sync = proc_runner_run (runner, command, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpint (proc_result_get_exit_status (async), ==, 3);
  g_assert_cmpint (proc_result_get_exit_status (sync), ==, 3);
  test_assert_text (proc_result_get_stdout (async), "out\n");
  test_assert_text (proc_result_get_stdout (sync), "out\n");
  test_assert_text (proc_result_get_stderr (async), "oops\n");
  test_assert_text (proc_result_get_stderr (sync), "oops\n");
}

static void
test_check_forms (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) good = test_child ("echo", "out", NULL);
  g_autoptr(ProcCommand) bad = test_child ("exit", "3", NULL);
  g_autoptr(ProcResult) async = test_check (runner, good);
  g_autoptr(ProcResult) async_failed = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(ProcResult) sync = proc_runner_check (runner, good, NULL, &error);

  g_assert_no_error (error);
  test_assert_text (proc_result_get_stdout (async), "out\n");
  test_assert_text (proc_result_get_stdout (sync), "out\n");

  async_failed = test_fail (runner, bad, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_EXIT_STATUS);
  g_assert_cmpint (proc_result_get_exit_status (async_failed), ==, 3);

  g_assert_null (proc_runner_check (runner, bad, NULL, &error));
  g_assert_error (error, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_EXIT_STATUS);
}

static void
test_check_output_forms (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_auto(GStrv) good = test_child_argv ("echo", "out", "err", "not this", NULL);
  g_auto(GStrv) bad = test_child_argv ("echo", "out", "exit", "1", NULL);
  g_auto(TestCall) call = TEST_CALL_INIT;
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) async = NULL;
  g_autoptr(GBytes) sync = NULL;

  proc_runner_check_output_async (runner, TEST_STRV (good), NULL, test_call_done,
                                  test_call_begin (&call));
  async = proc_runner_check_output_finish (runner, test_call_wait (&call), &error);
  g_assert_no_error (error);
  g_assert_true (call.source == G_OBJECT (runner));
  test_assert_text (async, "out\n");

  sync = proc_runner_check_output (runner, TEST_STRV (good), NULL, &error);
  g_assert_no_error (error);
  test_assert_text (sync, "out\n");

  g_assert_null (proc_runner_check_output (runner, TEST_STRV (bad), NULL, &error));
  g_assert_error (error, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_EXIT_STATUS);
  test_assert_text (proc_result_get_stdout (proc_runner_error_get_result (error)), "out\n");
}

static void
assert_text (const char *printed, const char *expected)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_auto(GStrv) argv = test_child_argv ("print", printed, NULL);
  g_auto(TestCall) call = TEST_CALL_INIT;
  g_autoptr(GError) error = NULL;
  g_autofree char *async = NULL;
  g_autofree char *sync = NULL;

  proc_runner_check_output_text_async (runner, TEST_STRV (argv), NULL, test_call_done,
                                       test_call_begin (&call));
  async = proc_runner_check_output_text_finish (runner, test_call_wait (&call), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (async, ==, expected);

  sync = proc_runner_check_output_text (runner, TEST_STRV (argv), NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (sync, ==, expected);
}

static void
test_check_output_text_trims_one_line_end (void)
{
  assert_text ("", "");
  assert_text ("text", "text");
  assert_text ("text\n", "text");
  assert_text ("text\n\n", "text\n");
  assert_text ("\n", "");
  assert_text ("a\nb\n", "a\nb");
  assert_text (" a \n", " a ");
}

static void
test_check_output_text_is_valid (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_auto(GStrv) argv = test_child_argv ("bytes", "610062ff63e282ac0a", NULL);
  g_autoptr(GError) error = NULL;
  g_autofree char *text = NULL;

  text = proc_runner_check_output_text (runner, TEST_STRV (argv), NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, "a\357\277\275b\357\277\275c€");
}

static void
test_check_output_shell_forms (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_auto(TestCall) call = TEST_CALL_INIT;
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) async = NULL;
  g_autoptr(GBytes) sync = NULL;
  g_autoptr(GBytes) pipeline = NULL;

  proc_runner_check_output_shell_async (runner, "printf '<%s>' \"$@\"",
                                        TEST_ARGV ("a b", "$HOME", "", "-n", "it's"), NULL,
                                        test_call_done, test_call_begin (&call));
  async = proc_runner_check_output_shell_finish (runner, test_call_wait (&call), &error);
  g_assert_no_error (error);
  test_assert_text (async, "<a b><$HOME><><-n><it's>");

  sync = proc_runner_check_output_shell (runner, "echo \"$1\"", TEST_ARGV ("one"), NULL, &error);
  g_assert_no_error (error);
  test_assert_text (sync, "one\n");

  pipeline = proc_runner_check_output_shell (runner, "echo b a | tr ' ' '\\n' | sort", NULL, NULL,
                                             &error);
  g_assert_no_error (error);
  test_assert_text (pipeline, "a\nb\n");
}

static void
test_check_output_to_file_forms (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_auto(GStrv) argv = test_child_argv ("echo", "out", NULL);
  g_autoptr(GFile) async_file = test_file ("async", NULL);
  g_autoptr(GFile) sync_file = test_file ("sync", NULL);
  g_auto(TestCall) call = TEST_CALL_INIT;
  g_autoptr(GError) error = NULL;
  g_autoptr(ProcResult) async = NULL;
  g_autoptr(ProcResult) sync = NULL;

  proc_runner_check_output_to_file_async (runner, TEST_STRV (argv), async_file, NULL,
                                          test_call_done, test_call_begin (&call));
  async = proc_runner_check_output_to_file_finish (runner, test_call_wait (&call), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (proc_result_get_stdout_size (async), ==, 4);
  test_assert_file (async_file, "out\n");

  sync = proc_runner_check_output_to_file (runner, TEST_STRV (argv), sync_file, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (proc_result_get_stdout_size (sync), ==, 4);
  test_assert_file (sync_file, "out\n");
}

/* Nobody waits, so each child says itself that it was there. */
static void
test_lc10_null_callbacks (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_auto(TestFifo) ready = test_fifo_ready ();
  g_auto(GStrv) argv = test_child_argv ("ready", ready.path, NULL);
  g_autoptr(ProcCommand) command = test_child ("ready", ready.path, NULL);
  g_autoptr(GFile) file = test_file ("file", NULL);

  proc_runner_run_async (runner, command, NULL, NULL, NULL);
  test_fifo_wait (&ready);
  proc_runner_check_async (runner, command, NULL, NULL, NULL);
  test_fifo_wait (&ready);
  proc_runner_check_output_async (runner, TEST_STRV (argv), NULL, NULL, NULL);
  test_fifo_wait (&ready);
  proc_runner_check_output_text_async (runner, TEST_STRV (argv), NULL, NULL, NULL);
  test_fifo_wait (&ready);
  proc_runner_check_output_shell_async (runner, "exec \"$@\"", TEST_STRV (argv), NULL, NULL, NULL);
  test_fifo_wait (&ready);
  proc_runner_check_output_to_file_async (runner, TEST_STRV (argv), file, NULL, NULL, NULL);
  test_fifo_wait (&ready);

  test_track (runner);
  g_clear_object (&runner);
  g_clear_object (&command);
  test_wait_for_tracked ();
}

static void
test_lc10_never_finished (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) good = test_child ("echo", "out", NULL);
  g_autoptr(ProcCommand) bad = test_child ("exit", "1", NULL);
  g_auto(TestCall) first = TEST_CALL_INIT;
  g_auto(TestCall) second = TEST_CALL_INIT;

  proc_runner_check_async (runner, good, NULL, test_call_done, test_call_begin (&first));
  proc_runner_check_async (runner, bad, NULL, test_call_done, test_call_begin (&second));
  test_call_wait (&first);
  test_call_wait (&second);
  g_assert_nonnull (proc_runner_get_task_result (runner, second.result));
  g_assert_true (proc_runner_get_task_result (runner, second.result)
                 == proc_runner_get_task_result (runner, second.result));
}

static void
test_properties (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autofree char *no_cwd = proc_runner_dup_cwd (runner);
  g_autofree char *cwd = NULL;
  g_autofree char *read_cwd = NULL;
  ProcSession session = PROC_SESSION_NEW;
  guint timeout_msec = 0;

  g_assert_null (no_cwd);
  g_assert_cmpuint (proc_runner_get_timeout_msec (runner), ==, 0);
  g_assert_cmpint (proc_runner_get_session (runner), ==, PROC_SESSION_NEW);

  g_object_set (runner, "cwd", "/tmp", "timeout-msec", 90000u, "session", PROC_SESSION_GROUP, NULL);
  g_object_get (runner, "cwd", &read_cwd, "timeout-msec", &timeout_msec, "session", &session, NULL);
  cwd = proc_runner_dup_cwd (runner);
  g_assert_cmpstr (cwd, ==, "/tmp");
  g_assert_cmpstr (read_cwd, ==, "/tmp");
  g_assert_cmpuint (timeout_msec, ==, 90000);
  g_assert_cmpuint (proc_runner_get_timeout_msec (runner), ==, 90000);
  g_assert_cmpint (session, ==, PROC_SESSION_GROUP);
  g_assert_cmpint (proc_runner_get_session (runner), ==, PROC_SESSION_GROUP);
}

static void
count_notify (GObject *object, GParamSpec *pspec, gpointer n)
{
  ++*(guint *) n;
}

static void
test_notify_only_changes (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  guint n = 0;

  g_signal_connect (runner, "notify", G_CALLBACK (count_notify), &n);
  proc_runner_set_cwd (runner, "/tmp");
  proc_runner_set_cwd (runner, "/tmp");
  proc_runner_set_timeout_msec (runner, 1000);
  proc_runner_set_timeout_msec (runner, 1000);
  proc_runner_set_session (runner, PROC_SESSION_SHARED);
  proc_runner_set_session (runner, PROC_SESSION_SHARED);
  g_assert_cmpuint (n, ==, 3);
}

/* What changes after the call is for later calls. */
static void
test_settings_read_at_submission (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("cwd", NULL);
  g_autoptr(ProcResult) later = NULL;
  g_autoptr(ProcResult) result = NULL;
  g_auto(TestCall) call = TEST_CALL_INIT;
  g_autoptr(GError) error = NULL;

  proc_runner_set_cwd (runner, "/proc");
  proc_runner_run_async (runner, command, NULL, test_call_done, test_call_begin (&call));
  proc_runner_set_cwd (runner, "/");
  proc_runner_set_timeout_msec (runner, 1);
  proc_runner_set_timeout_msec (runner, 0);
  proc_command_add_arg (command, "echo");
  proc_command_add_arg (command, "later");
  result = proc_runner_run_finish (runner, test_call_wait (&call), &error);
  g_assert_no_error (error);
  test_assert_text (proc_result_get_stdout (result), "/proc\n");
  g_assert_cmpuint (
    g_strv_length ((GStrv) proc_command_get_argv (proc_result_get_command (result))), ==, 2);

  later = test_run (runner, command);
  test_assert_text (proc_result_get_stdout (later), "/\nlater\n");
}

static void
assert_session (ProcSession session)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("ids", NULL);
  g_autoptr(ProcResult) result = NULL;
  int pid = 0, pgid = 0, sid = 0;

  proc_runner_set_session (runner, session);
  result = test_check (runner, command);
  g_assert_cmpint (
    sscanf (proc_result_get_stdout_text (result), "%d %d %d", &pid, &pgid, &sid), ==, 3);

  g_assert_cmpint (pgid, ==, session == PROC_SESSION_SHARED ? getpgrp () : pid);
  g_assert_cmpint (sid, ==, session == PROC_SESSION_NEW ? pid : getsid (0));
}

static void
test_sessions (void)
{
  assert_session (PROC_SESSION_NEW);
  assert_session (PROC_SESSION_GROUP);
  assert_session (PROC_SESSION_SHARED);
}

/* The forked child has no engine thread: calls fail there, at once. */
static void
test_fork_without_exec (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("exit", "0", NULL);
  g_autoptr(ProcCommand) hanging = test_child ("hang", NULL);
  g_autoptr(ProcJob) job = proc_runner_start (runner, hanging, NULL);
  int status = 0;
  pid_t pid;

  while (proc_job_get_state (job) != PROC_JOB_STATE_RUNNING)
    g_main_context_iteration (g_main_context_get_thread_default (), TRUE);

  pid = fork ();
  g_assert_cmpint (pid, >=, 0);
  if (pid == 0)
    {
      g_autoptr(GError) sync_error = NULL;
      g_autoptr(GError) async_error = NULL;
      g_autoptr(GError) wait_error = NULL;
      g_autoptr(GError) stop_error = NULL;
      g_auto(TestCall) call = TEST_CALL_INIT;
      gboolean failed;

      alarm (20);
      proc_runner_run (runner, command, NULL, &sync_error);
      proc_runner_run_async (runner, command, NULL, test_call_done, test_call_begin (&call));
      proc_runner_run_finish (runner, test_call_wait (&call), &async_error);
      proc_job_wait (job, NULL, &wait_error);
      g_clear_error (&wait_error);
      g_strfreev (proc_job_read_lines (job, PROC_STREAM_STDOUT, NULL, &wait_error));
      proc_runner_stop_all (runner, NULL, &stop_error);
      failed = g_error_matches (sync_error, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_SPAWN)
               && g_error_matches (async_error, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_SPAWN)
               && g_error_matches (wait_error, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_SPAWN)
               && g_error_matches (stop_error, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_SPAWN);

      /* A checker of memory would have much to say about a plain _exit () here. */
      execl (test_child_path (), "child", "exit", failed ? "0" : "1", NULL);
      _exit (2);
    }

  g_assert_cmpint (TEMP_FAILURE_RETRY (waitpid (pid, &status, 0)), ==, pid);
  g_assert_cmpint (status, ==, 0);
  g_assert_true (proc_runner_stop_all (runner, NULL, NULL));
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/runner/run", test_run_forms);
  TEST_ADD ("/runner/check", test_check_forms);
  TEST_ADD ("/runner/check-output", test_check_output_forms);
  TEST_ADD ("/runner/check-output-text/trims-one-line-end",
            test_check_output_text_trims_one_line_end);
  TEST_ADD ("/runner/check-output-text/is-valid", test_check_output_text_is_valid);
  TEST_ADD ("/runner/check-output-shell", test_check_output_shell_forms);
  TEST_ADD ("/runner/check-output-to-file", test_check_output_to_file_forms);
  TEST_ADD ("/runner/lc10-null-callbacks", test_lc10_null_callbacks);
  TEST_ADD ("/runner/lc10-never-finished", test_lc10_never_finished);
  TEST_ADD ("/runner/properties", test_properties);
  TEST_ADD ("/runner/notify-only-changes", test_notify_only_changes);
  TEST_ADD ("/runner/settings-read-at-submission", test_settings_read_at_submission);
  TEST_ADD ("/runner/sessions", test_sessions);
  TEST_ADD ("/runner/fork-without-exec", test_fork_without_exec);

  return g_test_run ();
}
