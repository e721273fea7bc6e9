/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Messages, and the way from an error to the result. */

#include "config.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>

#include "test-fixture.h"

/* A runner that finds a script of ours by a bare name. */
static ProcRunner *
runner_with_script (const char *name, const char *body)
{
  ProcRunner *runner = proc_runner_new ();
  g_autofree char *text = g_strconcat ("#!/bin/sh\n", body, NULL);
  g_autofree char *script = test_path (name);
  g_autofree char *path = g_strconcat (test_dir (), ":/bin:/usr/bin", NULL);

  g_assert_true (g_file_set_contents_full (script, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0755,
                                           NULL));
  proc_runner_setenv (runner, "PATH", path);

  return runner;
}

static void
assert_message (const char *const *argv, const char *body, int code, const char *expected)
{
  g_autoptr(ProcRunner) runner = runner_with_script (argv[0], body);
  g_autoptr(ProcCommand) command = proc_command_new (argv);
  g_autoptr(GError) error = test_error (runner, command, PROC_RUNNER_ERROR, code);

  g_assert_cmpstr (error->message, ==, expected);
}

static void
test_exit_status_messages (void)
{
  const int code = PROC_RUNNER_ERROR_EXIT_STATUS;

  assert_message (TEST_ARGV ("git", "push"),
                  "echo 'fatal: Could not read from remote repository.' >&2; exit 128", code,
                  "“git push” exited with status 128: "
                  "fatal: Could not read from remote repository.");
  assert_message (TEST_ARGV ("git", "push"), "echo out; echo first >&2; echo last >&2; exit 1",
                  code, "“git push” exited with status 1: last");
  assert_message (TEST_ARGV ("git", "push"), "echo first; echo last; exit 2", code,
                  "“git push” exited with status 2: last");
  assert_message (TEST_ARGV ("git", "push"), "exit 3", code, "“git push” exited with status 3");
}

static void
test_last_line_of_many_shapes (void)
{
  const char *bodies[] = {
    "printf 'no end' >&2; exit 1",
    "printf 'no end\\n\\n\\n' >&2; exit 1",
    "printf 'first\\r\\nno end\\r\\n' >&2; exit 1",
    "printf '  no end  \\n' >&2; exit 1",
    "printf 'first\\nno end\\n  \\n' >&2; exit 1",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bodies); i++)
    assert_message (TEST_ARGV ("tool"), bodies[i], PROC_RUNNER_ERROR_EXIT_STATUS,
                    "“tool” exited with status 1: no end");
}

static void
test_message_is_valid_text (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("bytes", "ff0062c30a", "exit", "1", NULL);
  g_autoptr(GError) error = NULL;

  error = test_error (runner, command, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_EXIT_STATUS);
  test_assert_in_error (error, "\357\277\275");
  test_assert_in_error (error, "b");
}

static void
test_long_commands_are_shortened (void)
{
  g_autofree char *word = g_strnfill (100000, 'w');
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("exit", "1", word, NULL);
  g_autoptr(ProcCommand) talker = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(GError) line_error = NULL;

  error = test_error (runner, command, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_EXIT_STATUS);
  g_assert_cmpuint (strlen (error->message), <, 1000);
  test_assert_in_error (error, "exited with status 1");

  talker = test_child ("flood", "100000", "err", "exit", "1", NULL);
  line_error = test_error (runner, talker, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_EXIT_STATUS);
  g_assert_cmpuint (strlen (line_error->message), <, 4000);
}

static void
test_signal_message (void)
{
  g_autoptr(ProcRunner) runner = runner_with_script ("tool", "echo oops >&2; kill -9 $$");
  g_autoptr(ProcCommand) command = proc_command_new (TEST_ARGV ("tool"));
  g_autoptr(GError) error = NULL;

  error = test_error (runner, command, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_SIGNALED);
  test_assert_in_error (error, "“tool”");
  test_assert_in_error (error, "9");
  test_assert_in_error (error, "oops");
}

static void
test_timeout_message (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = proc_command_new (TEST_ARGV ("sleep", "1000"));
  g_autoptr(GError) error = NULL;

  proc_command_set_timeout_msec (command, 20);
  error = test_error (runner, command, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_TIMED_OUT);
  test_assert_in_error (error, "“sleep 1000”");
}

/* The result, its summary and its error say the same thing. */
static void
test_result_makes_the_same_error (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("err", "why", "exit", "9", NULL);
  g_autoptr(ProcResult) result = test_run (runner, command);
  g_autoptr(GError) thrown = NULL;
  g_autoptr(GError) checked = NULL;

  thrown = test_error (runner, command, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_EXIT_STATUS);
  g_assert_false (proc_result_check (result, &checked));
  g_assert_error (checked, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_EXIT_STATUS);
  g_assert_cmpstr (checked->message, ==, thrown->message);
  g_assert_true (proc_runner_error_get_result (checked) == result);
}

static void
test_get_result (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("echo", "out", "err", "oops", "exit", "7", NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(GError) copy = NULL;
  g_autoptr(GError) other = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "Other");
  ProcResult *result;

  error = test_error (runner, command, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_EXIT_STATUS);
  copy = g_error_copy (error);
  g_clear_error (&error);

  result = proc_runner_error_get_result (copy);
  g_assert_true (PROC_IS_RESULT (result));
  g_assert_cmpint (proc_result_get_exit_status (result), ==, 7);
  test_assert_text (proc_result_get_stdout (result), "out\n");
  test_assert_text (proc_result_get_stderr (result), "oops\n");
  g_assert_null (proc_runner_error_get_result (other));
}

/* OUT10, through each verb: the result is behind the failed call. */
static void
test_out10_task_result (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_auto(GStrv) argv = test_child_argv ("echo", "o", "err", "e", "exit", "3", NULL);
  g_auto(TestCall) bytes = TEST_CALL_INIT;
  g_auto(TestCall) text = TEST_CALL_INIT;
  g_auto(TestCall) shell = TEST_CALL_INIT;
  TestCall *calls[] = { &bytes, &text, &shell };

  proc_runner_check_output_async (runner, TEST_STRV (argv), NULL, test_call_done,
                                  test_call_begin (&bytes));
  proc_runner_check_output_text_async (runner, TEST_STRV (argv), NULL, test_call_done,
                                       test_call_begin (&text));
  proc_runner_check_output_shell_async (runner, "exec \"$@\"", TEST_STRV (argv), NULL,
                                        test_call_done, test_call_begin (&shell));

  for (gsize i = 0; i < G_N_ELEMENTS (calls); i++)
    {
      ProcResult *result = proc_runner_get_task_result (runner, test_call_wait (calls[i]));

      g_assert_cmpint (proc_result_get_exit_status (result), ==, 3);
      test_assert_text (proc_result_get_stdout (result), "o\n");
      test_assert_text (proc_result_get_stderr (result), "e\n");
    }

  g_assert_null (proc_runner_check_output_finish (runner, bytes.result, NULL));
  g_assert_null (proc_runner_check_output_text_finish (runner, text.result, NULL));
  g_assert_null (proc_runner_check_output_shell_finish (runner, shell.result, NULL));
  g_assert_nonnull (proc_runner_get_task_result (runner, bytes.result));
}

static void
test_task_result_after_success (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_auto(GStrv) argv = test_child_argv ("echo", "o", NULL);
  g_auto(TestCall) call = TEST_CALL_INIT;
  g_autoptr(GBytes) bytes = NULL;
  ProcResult *result;

  proc_runner_check_output_async (runner, TEST_STRV (argv), NULL, test_call_done,
                                  test_call_begin (&call));
  bytes = proc_runner_check_output_finish (runner, test_call_wait (&call), NULL);
  test_assert_text (bytes, "o\n");
  result = proc_runner_get_task_result (runner, call.result);
  g_assert_true (PROC_IS_RESULT (result));
  g_assert_true (proc_result_get_successful (result));
}

static void
test_no_result_without_a_child (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = proc_command_new (TEST_ARGV ("/no/such"));
  g_autoptr(ProcResult) result = NULL;
  g_autoptr(GError) error = NULL;

  result = test_fail (runner, command, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_NOT_FOUND);
  g_assert_null (result);
  error = test_error (runner, command, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_NOT_FOUND);
  g_assert_null (proc_runner_error_get_result (error));
}

static void
test_domain (void)
{
  g_autoptr(GEnumClass) klass = g_type_class_ref (PROC_TYPE_RUNNER_ERROR);

  g_assert_cmpstr (g_quark_to_string (PROC_RUNNER_ERROR), ==, "ProcRunnerError");
  g_assert_cmpuint (klass->n_values, ==, PROC_RUNNER_ERROR_INPUT_FILE + 1);
  g_assert_cmpstr (g_type_name (PROC_TYPE_RUNNER_ERROR), ==, "ProcRunnerError");
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/error/exit-status-messages", test_exit_status_messages);
  TEST_ADD ("/error/last-line-of-many-shapes", test_last_line_of_many_shapes);
  TEST_ADD ("/error/message-is-valid-text", test_message_is_valid_text);
  TEST_ADD ("/error/long-commands-are-shortened", test_long_commands_are_shortened);
  TEST_ADD ("/error/signal-message", test_signal_message);
  TEST_ADD ("/error/timeout-message", test_timeout_message);
  TEST_ADD ("/error/result-makes-the-same-error", test_result_makes_the_same_error);
  TEST_ADD ("/error/get-result", test_get_result);
  TEST_ADD ("/error/out10-task-result", test_out10_task_result);
  TEST_ADD ("/error/task-result-after-success", test_task_result_after_success);
  TEST_ADD ("/error/no-result-without-a-child", test_no_result_without_a_child);
  TEST_ADD ("/error/domain", test_domain);

  return g_test_run ();
}
