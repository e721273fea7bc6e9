/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "test-fixture.h"

static void
assert_argv (ProcCommand *command, const char *const *expected)
{
  g_assert_cmpstrv ((char **) proc_command_get_argv (command), (char **) expected);
}

static void
assert_string (const char *const *argv, const char *expected)
{
  g_autoptr(ProcCommand) command = proc_command_new (argv);
  g_autofree char *string = proc_command_to_string (command);

  g_assert_cmpstr (string, ==, expected);
}

static void
test_argv (void)
{
  g_autoptr(ProcCommand) command = proc_command_new (TEST_ARGV ("git", "log"));

  assert_argv (command, TEST_ARGV ("git", "log"));
  proc_command_add_arg (command, "-1");
  assert_argv (command, TEST_ARGV ("git", "log", "-1"));
}

static void
test_argv_from_nothing (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = proc_command_new (NULL);
  g_autoptr(ProcResult) result = NULL;

  proc_command_add_arg (command, test_child_path ());
  proc_command_add_arg (command, "echo");
  proc_command_add_arg (command, "built");
  result = test_check (runner, command);
  test_assert_text (proc_result_get_stdout (result), "built\n");
}

static void
test_shell (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = proc_command_new_shell ("echo \"$1+$2\"; exit 4",
                                                           TEST_ARGV ("a  b", "*"));
  g_autoptr(ProcCommand) bare = proc_command_new_shell ("echo $#", NULL);
  g_autoptr(ProcResult) result = test_run (runner, command);
  g_autoptr(ProcResult) bare_result = test_run (runner, bare);

  g_assert_cmpstr (proc_command_get_argv (command)[0], ==, "/bin/sh");
  g_assert_cmpstr (proc_command_get_argv (command)[1], ==, "-c");
  g_assert_cmpint (proc_result_get_exit_status (result), ==, 4);
  test_assert_text (proc_result_get_stdout (result), "a  b+*\n");
  test_assert_text (proc_result_get_stdout (bare_result), "0\n");
}

static void
test_parse (void)
{
  g_autoptr(ProcCommand) command = NULL;

  command = proc_command_new_parse ("git commit -m 'two words' \"a'b\" c\\ d");
  assert_argv (command, TEST_ARGV ("git", "commit", "-m", "two words", "a'b", "c d"));
}

static void
assert_invalid (ProcCommand *command)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GError) async_error = NULL;
  g_autoptr(GError) sync_error = NULL;

  async_error = test_error (runner, command, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_INVALID_COMMAND);
  g_assert_null (proc_runner_error_get_result (async_error));
  g_assert_null (proc_runner_run (runner, command, NULL, &sync_error));
  g_assert_error (sync_error, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_INVALID_COMMAND);
}

static void
test_parse_fails_at_submission (void)
{
  const char *lines[] = { "echo 'unclosed", "echo \"unclosed", "", "   ", "# comment" };

  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autoptr(ProcCommand) command = proc_command_new_parse (lines[i]);

      assert_invalid (command);
    }
}

static void
test_invalid_streams (void)
{
  g_autoptr(ProcCommand) stdin_capture = test_child ("exit", "0", NULL);
  g_autoptr(ProcCommand) stdin_merge = test_child ("exit", "0", NULL);
  g_autoptr(ProcCommand) stdout_merge = test_child ("exit", "0", NULL);
  g_autoptr(ProcCommand) both_flags = test_child ("exit", "0", NULL);
  g_autoptr(GFile) file = test_file ("file", "old");

  proc_command_set_stdin (stdin_capture, PROC_STDIO_CAPTURE);
  assert_invalid (stdin_capture);
  proc_command_set_stdin (stdin_merge, PROC_STDIO_MERGE);
  assert_invalid (stdin_merge);
  proc_command_set_stdout (stdout_merge, PROC_STDIO_MERGE);
  assert_invalid (stdout_merge);
  proc_command_set_stdout_file (both_flags, file,
                                PROC_FILE_FLAGS_TRUNCATE | PROC_FILE_FLAGS_APPEND);
  assert_invalid (both_flags);
  test_assert_file (file, "old");
}

static void
test_invalid_variables (void)
{
  const char *names[] = { "A=B", "=", "" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr(ProcCommand) set = test_child ("exit", "0", NULL);
      g_autoptr(ProcCommand) unset = test_child ("exit", "0", NULL);

      proc_command_setenv (set, names[i], "value");
      assert_invalid (set);
      proc_command_unsetenv (unset, names[i]);
      assert_invalid (unset);
    }
}

static void
test_plain_properties (void)
{
  g_autoptr(ProcCommand) command = NULL;
  g_autoptr(GFile) file = test_file ("file", NULL);

  command = g_object_new (PROC_TYPE_COMMAND,
                          "argv", TEST_ARGV ("one", "two words"),
                          "cwd", "/tmp",
                          "timeout-msec", 250,
                          "stdin", PROC_STDIO_INHERIT,
                          "stdout", PROC_STDIO_DISCARD,
                          "stderr", PROC_STDIO_MERGE,
                          "stdout-file", file,
                          "stdout-file-flags", PROC_FILE_FLAGS_APPEND,
                          NULL);

  assert_argv (command, TEST_ARGV ("one", "two words"));
  g_assert_cmpstr (proc_command_get_cwd (command), ==, "/tmp");
  g_assert_cmpint (proc_command_get_timeout_msec (command), ==, 250);
  g_assert_cmpint (proc_command_get_stdin (command), ==, PROC_STDIO_INHERIT);
  g_assert_cmpint (proc_command_get_stderr (command), ==, PROC_STDIO_MERGE);
  g_assert_true (g_file_equal (proc_command_get_stdout_file (command), file));
  g_assert_cmpint (proc_command_get_stdout_file_flags (command), ==, PROC_FILE_FLAGS_APPEND);
}

static void
test_defaults (void)
{
  g_autoptr(ProcCommand) command = proc_command_new (TEST_ARGV ("true"));

  g_assert_null (proc_command_get_cwd (command));
  g_assert_cmpint (proc_command_get_timeout_msec (command), ==, -1);
  g_assert_cmpint (proc_command_get_stdin (command), ==, PROC_STDIO_DISCARD);
  g_assert_cmpint (proc_command_get_stdout (command), ==, PROC_STDIO_CAPTURE);
  g_assert_cmpint (proc_command_get_stderr (command), ==, PROC_STDIO_CAPTURE);
  g_assert_null (proc_command_get_stdin_bytes (command));
  g_assert_null (proc_command_get_stdout_file (command));
}

static void
test_running_properties (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GBytes) bytes = g_bytes_new_static ("in\0put", 6);
  g_autoptr(ProcCommand) cat = NULL;
  g_autoptr(ProcCommand) text = NULL;
  g_autoptr(ProcCommand) shell = NULL;
  g_autoptr(ProcCommand) line = NULL;
  g_autoptr(ProcResult) cat_result = NULL;
  g_autoptr(ProcResult) text_result = NULL;
  g_autoptr(ProcResult) shell_result = NULL;
  g_autoptr(ProcResult) line_result = NULL;

  cat = g_object_new (PROC_TYPE_COMMAND, "argv", TEST_ARGV ("cat"), "stdin-bytes", bytes, NULL);
  g_assert_true (g_bytes_equal (proc_command_get_stdin_bytes (cat), bytes));
  cat_result = test_check (runner, cat);
  test_assert_bytes (proc_result_get_stdout (cat_result), "in\0put", 6);

  text = g_object_new (PROC_TYPE_COMMAND, "argv", TEST_ARGV ("cat"), "stdin-text", "text", NULL);
  text_result = test_check (runner, text);
  test_assert_text (proc_result_get_stdout (text_result), "text");

  shell = g_object_new (PROC_TYPE_COMMAND, "script", "echo \"$1\"; exit 1",
                        "script-args", TEST_ARGV ("a b"), "success-code", 1, NULL);
  shell_result = test_check (runner, shell);
  test_assert_text (proc_result_get_stdout (shell_result), "a b\n");

  line = g_object_new (PROC_TYPE_COMMAND, "line", "/usr/bin/env", "environ", TEST_ARGV ("ONE=1"),
                       NULL);
  line_result = test_check (runner, line);
  test_assert_text (proc_result_get_stdout (line_result), "ONE=1\n");
}

static void
test_to_string_quotes_what_needs_it (void)
{
  assert_string (TEST_ARGV ("git", "log", "-1"), "git log -1");
  assert_string (TEST_ARGV ("echo", "a b"), "echo 'a b'");
  assert_string (TEST_ARGV ("a=b", "c=d"), "'a=b' c=d");
  assert_string (TEST_ARGV ("ls", "/usr/share/a_b-c.d", "k=v:w,x@y%z+1"),
                 "ls /usr/share/a_b-c.d k=v:w,x@y%z+1");
}

/* Safe to paste: what the shell reads is what was said. */
static void
test_to_string_can_be_pasted (void)
{
  const char *words[] = {
    "", "-", "it's", "$HOME", "`id`", "a\"b", "*", "~", "#x", "a\nb", "a;b", "!", "\\", "é €", "a=b",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    {
      g_autoptr(ProcCommand) command = proc_command_new (TEST_ARGV ("printf", "%s", words[i]));
      g_autofree char *string = proc_command_to_string (command);
      g_autoptr(ProcRunner) runner = proc_runner_new ();
      g_autoptr(GError) error = NULL;
      g_autoptr(GBytes) output = NULL;

      output = proc_runner_check_output_shell (runner, string, NULL, NULL, &error);
      g_assert_no_error (error);
      test_assert_text (output, words[i]);
    }
}

static void
test_to_string_is_valid (void)
{
  g_autoptr(ProcCommand) command = proc_command_new (TEST_ARGV ("echo", "a\377b", "\303"));
  g_autoptr(ProcCommand) nothing = proc_command_new (NULL);
  g_autofree char *string = proc_command_to_string (command);
  g_autofree char *nothing_string = proc_command_to_string (nothing);

  g_assert_true (g_utf8_validate (string, -1, NULL));
  g_assert_nonnull (nothing_string);
}

static void
assert_hidden (const char *argument, const char *secret)
{
  g_autoptr(ProcCommand) command = proc_command_new (TEST_ARGV ("curl", "-u", argument));
  g_autofree char *string = NULL;

  proc_command_add_secret (command, "unused");
  proc_command_add_secret (command, secret);
  string = proc_command_to_string (command);
  g_assert_nonnull (strstr (string, "•••"));
  g_assert_null (strstr (string, secret));
  g_assert_null (strstr (string, "hush"));
  g_assert_true (g_utf8_validate (string, -1, NULL));
}

static void
test_to_string_hides_secrets (void)
{
  g_autoptr(ProcCommand) empty = proc_command_new (TEST_ARGV ("echo", "a"));
  g_autofree char *string = NULL;

  assert_hidden ("me:hush", "hush");
  assert_hidden ("hush", "hush");
  assert_hidden ("hushhush", "hush");
  assert_hidden ("a hush'hush b", "hush'hush");
  assert_hidden ("x\377hush\377y", "hush\377y");

  proc_command_add_secret (empty, "");
  string = proc_command_to_string (empty);
  g_assert_cmpstr (string, ==, "echo a");
}

/* An argument vector beside a script would become its arguments. */
static void
test_script_comes_first (void)
{
  g_autoptr(ProcCommand) script = g_object_new (PROC_TYPE_COMMAND, "argv", TEST_ARGV ("rm", "-r"),
                                                "script", "echo", "line", "false", NULL);
  g_autoptr(ProcCommand) line = g_object_new (PROC_TYPE_COMMAND, "argv", TEST_ARGV ("rm", "-r"),
                                              "line", "echo 'a b'", NULL);
  g_autofree char *shown_script = proc_command_to_string (script);
  g_autofree char *shown_line = proc_command_to_string (line);

  g_assert_cmpstr (shown_script, ==, "/bin/sh -c echo sh");
  g_assert_cmpstr (shown_line, ==, "echo 'a b'");
}

/* Where the end of a long line begins, one may have been cut. */
static void
test_part_of_a_secret_is_one (void)
{
  const char *const secret = "hunter2 is my secret";
  g_autoptr(ProcRunner) runner = proc_runner_new ();

  for (guint n = 4096 - 24; n < 4096 + 4; n++)
    {
      g_autofree char *filler = g_strnfill (n, 'y');
      g_autofree char *line = g_strconcat ("xxxxxxxxxxxxxxxx", secret, filler, NULL);
      g_autoptr(ProcCommand) command = test_child ("err", line, "exit", "1", NULL);
      g_autoptr(ProcResult) result = NULL;

      proc_command_add_secret (command, secret);
      result = test_run (runner, command);
      g_assert_nonnull (strstr (proc_result_get_summary (result), "yyy"));
      for (guint i = 0; i < strlen (secret) - 3; i++)
        g_assert_null (strstr (proc_result_get_summary (result), secret + i));
    }
}

static void
test_secrets_in_a_parsed_line (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = proc_command_new_parse ("false 'it'\\''s-me'");
  g_autoptr(ProcResult) result = NULL;

  proc_command_add_secret (command, "it's-me");
  result = test_run (runner, command);
  g_assert_null (strstr (proc_result_get_summary (result), "s-me"));
}

static void
test_secrets_do_not_reach_messages (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("err", "no entry with hush here", "exit", "1", NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(ProcResult) result = NULL;

  proc_command_add_secret (command, "hush");
  error = test_error (runner, command, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_EXIT_STATUS);
  g_assert_null (strstr (error->message, "hush"));
  test_assert_in_error (error, "•••");

  result = test_run (runner, command);
  g_assert_null (strstr (proc_result_get_summary (result), "hush"));
  test_assert_text (proc_result_get_stderr (result), "no entry with hush here\n");
}

/* A file takes the place of a stream's setting, and the other way round; the last word counts. */
static void
test_stdin_last_word (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = proc_command_new (TEST_ARGV ("cat"));
  g_autoptr(ProcResult) text_result = NULL;
  g_autoptr(ProcResult) empty_result = NULL;

  proc_command_set_stdin (command, PROC_STDIO_DISCARD);
  proc_command_set_stdin_text (command, "text");
  text_result = test_check (runner, command);
  test_assert_text (proc_result_get_stdout (text_result), "text");

  proc_command_set_stdin (command, PROC_STDIO_DISCARD);
  empty_result = test_check (runner, command);
  test_assert_text (proc_result_get_stdout (empty_result), "");
}

/* A setting of each kind goes along, and neither changes the other. */
static void
test_copy (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = proc_command_new_shell ("echo \"$1$VARIABLE\"; cat; exit 3",
                                                           TEST_ARGV ("one"));
  g_autoptr(ProcCommand) copy = NULL;
  g_autoptr(ProcResult) result = NULL;
  g_autoptr(ProcResult) copy_result = NULL;

  proc_command_setenv (command, "VARIABLE", " two");
  proc_command_set_stdin_text (command, "text");
  proc_command_add_success_code (command, 3);
  copy = proc_command_copy (command);
  proc_command_setenv (copy, "VARIABLE", " three");
  proc_command_set_stdin_text (copy, "other");

  result = test_check (runner, command);
  copy_result = test_check (runner, copy);
  test_assert_text (proc_result_get_stdout (result), "one two\ntext");
  test_assert_text (proc_result_get_stdout (copy_result), "one three\nother");
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/command/argv", test_argv);
  TEST_ADD ("/command/argv-from-nothing", test_argv_from_nothing);
  TEST_ADD ("/command/shell", test_shell);
  TEST_ADD ("/command/parse", test_parse);
  TEST_ADD ("/command/parse-fails-at-submission", test_parse_fails_at_submission);
  TEST_ADD ("/command/invalid-streams", test_invalid_streams);
  TEST_ADD ("/command/ae4-invalid-variables", test_invalid_variables);
  TEST_ADD ("/command/properties", test_plain_properties);
  TEST_ADD ("/command/defaults", test_defaults);
  TEST_ADD ("/command/properties-run", test_running_properties);
  TEST_ADD ("/command/to-string/quotes-what-needs-it", test_to_string_quotes_what_needs_it);
  TEST_ADD ("/command/to-string/can-be-pasted", test_to_string_can_be_pasted);
  TEST_ADD ("/command/to-string/is-valid", test_to_string_is_valid);
  TEST_ADD ("/command/to-string/hides-secrets", test_to_string_hides_secrets);
  TEST_ADD ("/command/script-comes-first", test_script_comes_first);
  TEST_ADD ("/command/part-of-a-secret-is-one", test_part_of_a_secret_is_one);
  TEST_ADD ("/command/secrets-in-a-parsed-line", test_secrets_in_a_parsed_line);
  TEST_ADD ("/command/secrets-do-not-reach-messages", test_secrets_do_not_reach_messages);
  TEST_ADD ("/command/stdin-last-word", test_stdin_last_word);
  TEST_ADD ("/command/copy", test_copy);

  return g_test_run ();
}
