/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Arguments, variables, and where the program is looked for. */

#include "config.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "test-fixture.h"

/* The strings, each with its NUL, as `args` and `env` print them. */
static void
assert_strings (ProcResult *result, const char *const *strings)
{
  g_autoptr(GByteArray) expected = g_byte_array_new ();

  for (; *strings != NULL; strings++)
    g_byte_array_append (expected, (const guint8 *) *strings, (guint) strlen (*strings) + 1);

  test_assert_bytes (proc_result_get_stdout (result), expected->data, expected->len);
}

static void
test_ae1_arguments (void)
{
  g_autofree char *large = g_strnfill (100000, 'l');
  const char *const *strings = TEST_ARGV ("a b", "'", "\"", "$HOME", "new\nline", "", "-x", "--",
                                          "*", "\\", "bad \377\376", large, "last");
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("args", NULL);
  g_autoptr(ProcResult) result = NULL;

  for (gsize i = 0; strings[i] != NULL; i++)
    proc_command_add_arg (command, strings[i]);

  result = test_check (runner, command);
  assert_strings (result, strings);
}

static void
test_ae1_variables (void)
{
  const char *const *strings = TEST_ARGV ("SPACES= a b ", "QUOTES='\"", "BAD\377NAME=\376bad",
                                          "EMPTY=", "EQUAL=a=b", "LINE=a\nb");
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("env", NULL);
  g_autoptr(ProcResult) result = NULL;

  proc_command_set_environ (command, strings);
  result = test_check (runner, command);
  assert_strings (result, strings);
}

static char *
variable_of_child (ProcResult *result, const char *name)
{
  g_autofree char *prefix = g_strconcat (name, "=", NULL);
  gsize size = 0;
  const char *data = g_bytes_get_data (proc_result_get_stdout (result), &size);

  for (const char *at = data; at < data + size; at += strlen (at) + 1)
    if (g_str_has_prefix (at, prefix))
      return g_strdup (at + strlen (prefix));

  return NULL;
}

static void
assert_variable (ProcRunner *runner, ProcCommand *command, const char *name, const char *expected)
{
  g_autoptr(ProcResult) result = test_check (runner, command);
  g_autofree char *found = variable_of_child (result, name);

  g_assert_cmpstr (found, ==, expected);
}

static void
test_ae3_inherited_at_submission (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("env", NULL);
  g_auto(TestCall) call = TEST_CALL_INIT;
  g_autoptr(ProcResult) result = NULL;
  g_autofree char *found = NULL;

  g_setenv ("PROC_TEST_VALUE", "then", TRUE);
  proc_runner_run_async (runner, command, NULL, test_call_done, test_call_begin (&call));
  g_setenv ("PROC_TEST_VALUE", "later", TRUE);
  result = proc_runner_run_finish (runner, test_call_wait (&call), NULL);
  found = variable_of_child (result, "PROC_TEST_VALUE");
  g_assert_cmpstr (found, ==, "then");
  assert_variable (runner, command, "PROC_TEST_VALUE", "later");
  g_unsetenv ("PROC_TEST_VALUE");
}

static void
test_ae3_runner_at_submission (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("env", NULL);
  g_auto(TestCall) call = TEST_CALL_INIT;
  g_autoptr(ProcResult) result = NULL;
  g_autofree char *found = NULL;

  proc_runner_setenv (runner, "NAME", "then");
  proc_runner_run_async (runner, command, NULL, test_call_done, test_call_begin (&call));
  proc_runner_setenv (runner, "NAME", "later");
  proc_command_setenv (command, "NAME", "much later");
  result = proc_runner_run_finish (runner, test_call_wait (&call), NULL);
  found = variable_of_child (result, "NAME");
  g_assert_cmpstr (found, ==, "then");
}

static void
test_ae3_empty (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("env", NULL);
  g_autoptr(ProcCommand) own = test_child ("env", NULL);
  g_autoptr(ProcResult) result = NULL;
  g_autoptr(ProcResult) own_result = NULL;

  proc_command_set_environ (own, (const char *const[]){ NULL });
  own_result = test_check (runner, own);
  test_assert_text (proc_result_get_stdout (own_result), "");

  proc_runner_set_environ (runner, (const char *const[]){ NULL });
  result = test_check (runner, command);
  test_assert_text (proc_result_get_stdout (result), "");
}

static void
test_ae3_back_to_inherited (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("env", NULL);
  const char *path = g_getenv ("PATH");

  proc_runner_set_environ (runner, TEST_ARGV ("A=1"));
  assert_variable (runner, command, "PATH", NULL);
  assert_variable (runner, command, "A", "1");
  proc_runner_set_environ (runner, NULL);
  assert_variable (runner, command, "PATH", path);
  assert_variable (runner, command, "A", NULL);
}

/* The command's word counts over the runner's, and the runner's over the program's. */
static void
test_layers (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("env", NULL);

  g_setenv ("PROC_TEST_VALUE", "program", TRUE);
  assert_variable (runner, command, "PROC_TEST_VALUE", "program");
  proc_runner_setenv (runner, "PROC_TEST_VALUE", "runner");
  assert_variable (runner, command, "PROC_TEST_VALUE", "runner");
  proc_command_setenv (command, "PROC_TEST_VALUE", "command");
  assert_variable (runner, command, "PROC_TEST_VALUE", "command");
  proc_command_unsetenv (command, "PROC_TEST_VALUE");
  assert_variable (runner, command, "PROC_TEST_VALUE", NULL);
  proc_command_setenv (command, "PROC_TEST_VALUE", "again");
  assert_variable (runner, command, "PROC_TEST_VALUE", "again");
  proc_command_set_environ (command, TEST_ARGV ("OTHER=1"));
  assert_variable (runner, command, "PROC_TEST_VALUE", NULL);
  assert_variable (runner, command, "OTHER", "1");
  g_unsetenv ("PROC_TEST_VALUE");
}

static void
test_runner_unsetenv (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("env", NULL);

  g_setenv ("PROC_TEST_VALUE", "program", TRUE);
  proc_runner_unsetenv (runner, "PROC_TEST_VALUE");
  assert_variable (runner, command, "PROC_TEST_VALUE", NULL);
  g_assert_cmpstr (g_getenv ("PROC_TEST_VALUE"), ==, "program");
  g_unsetenv ("PROC_TEST_VALUE");
}

static void
test_runner_get_environ (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_auto(GStrv) set = NULL;
  g_auto(GStrv) more = NULL;

  proc_runner_set_environ (runner, TEST_ARGV ("A=1", "B=2"));
  set = proc_runner_get_environ (runner);
  g_assert_cmpstr (g_environ_getenv (set, "A"), ==, "1");
  g_assert_cmpstr (g_environ_getenv (set, "B"), ==, "2");

  proc_runner_setenv (runner, "C", "3");
  proc_runner_unsetenv (runner, "A");
  more = proc_runner_get_environ (runner);
  g_assert_null (g_environ_getenv (more, "A"));
  g_assert_cmpstr (g_environ_getenv (more, "B"), ==, "2");
  g_assert_cmpstr (g_environ_getenv (more, "C"), ==, "3");
}

static void
assert_bad_environ (const char *entry)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("exit", "0", NULL);
  g_autoptr(ProcCommand) plain = test_child ("exit", "0", NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(GError) runner_error = NULL;

  proc_command_set_environ (command, TEST_ARGV ("GOOD=1", entry));
  error = test_error (runner, command, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_INVALID_COMMAND);
  proc_runner_set_environ (runner, TEST_ARGV ("GOOD=1", entry));
  runner_error = test_error (runner, plain, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_INVALID_COMMAND);
}

static void
test_ae4_bad_names (void)
{
  const char *names[] = { "A=B", "=", "" };

  assert_bad_environ ("=value");
  assert_bad_environ ("no sign");
  assert_bad_environ ("");

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr(ProcRunner) runner = proc_runner_new ();
      g_autoptr(ProcCommand) command = test_child ("exit", "0", NULL);
      g_autoptr(GError) error = NULL;

      proc_runner_setenv (runner, names[i], "value");
      error = test_error (runner, command, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_INVALID_COMMAND);
    }
}

static void
test_ae4_last_duplicate_wins (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("env", NULL);
  g_autoptr(ProcResult) result = NULL;

  proc_command_set_environ (command, TEST_ARGV ("A=1", "B=2", "A=3"));
  assert_variable (runner, command, "A", "3");
  result = test_check (runner, command);
  g_assert_cmpuint (proc_result_get_stdout_size (result), ==, sizeof "A=3" + sizeof "B=2");
}

/* A directory with a program in it that says a word. */
static char *
make_tool (const char *dir, const char *word, int mode)
{
  g_autofree char *path = test_path (dir);
  g_autofree char *tool = g_build_filename (path, "tool", NULL);
  g_autofree char *script = g_strdup_printf ("#!/bin/sh\necho %s\n", word);

  g_assert_no_errno (g_mkdir_with_parents (path, 0755));
  g_assert_true (g_file_set_contents (tool, script, -1, NULL));
  g_assert_no_errno (g_chmod (tool, mode));

  return g_steal_pointer (&path);
}

static void
assert_found (const char *program, const char *path, const char *cwd, const char *word)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = proc_command_new (TEST_ARGV (program));
  g_autofree char *line = g_strconcat (word, "\n", NULL);
  g_autoptr(ProcResult) result = NULL;

  proc_command_set_cwd (command, cwd);
  if (path != NULL)
    proc_command_setenv (command, "PATH", path);
  else
    proc_command_unsetenv (command, "PATH");

  result = test_check (runner, command);
  test_assert_text (proc_result_get_stdout (result), line);
}

static void
assert_not_found (const char *program, const char *path, const char *cwd, int code)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = proc_command_new (TEST_ARGV (program));
  g_autoptr(GError) error = NULL;

  proc_command_set_cwd (command, cwd);
  proc_command_setenv (command, "PATH", path);
  error = test_error (runner, command, PROC_RUNNER_ERROR, code);
  test_assert_in_error (error, program);
}

static void
test_ae5_path (void)
{
  g_autofree char *one = make_tool ("one", "one", 0755);
  g_autofree char *two = make_tool ("two", "two", 0755);
  g_autofree char *both = g_strconcat (one, ":", two, NULL);
  g_autofree char *reversed = g_strconcat (two, ":", one, NULL);
  g_autofree char *holes = g_strconcat ("/no/such:", two, "/tool:", two, NULL);

  assert_found ("tool", both, NULL, "one");
  assert_found ("tool", reversed, NULL, "two");
  assert_found ("tool", holes, NULL, "two");
  assert_not_found ("tool", "/no/such", NULL, PROC_RUNNER_ERROR_NOT_FOUND);
}

/* The program's PATH has no say. */
static void
test_ae5_path_of_the_child (void)
{
  g_autofree char *one = make_tool ("one", "one", 0755);
  g_autofree char *saved = g_strdup (g_getenv ("PATH"));
  g_autofree char *longer = g_strconcat (one, ":", saved, NULL);

  g_setenv ("PATH", longer, TRUE);
  assert_not_found ("tool", "/bin:/usr/bin", NULL, PROC_RUNNER_ERROR_NOT_FOUND);
  g_setenv ("PATH", saved, TRUE);
}

static void
test_ae5_not_executable_before_executable (void)
{
  g_autofree char *plain = make_tool ("plain", "plain", 0644);
  g_autofree char *good = make_tool ("good", "good", 0755);
  g_autofree char *both = g_strconcat (plain, ":", good, NULL);

  assert_found ("tool", both, NULL, "good");
  assert_not_found ("tool", plain, NULL, PROC_RUNNER_ERROR_NOT_EXECUTABLE);
}

static void
test_ae5_current_directory (void)
{
  g_autofree char *here = make_tool ("here", "here", 0755);

  assert_not_found ("tool", "/bin:/usr/bin", here, PROC_RUNNER_ERROR_NOT_FOUND);
  assert_found ("tool", "/no/such::/bin", here, "here");
  assert_found ("tool", ":/bin", here, "here");
  assert_found ("tool", "/bin:", here, "here");
  assert_found ("tool", ".:/bin", here, "here");
}

static void
test_ae5_slash (void)
{
  g_autofree char *here = make_tool ("here", "here", 0755);
  g_autofree char *below = make_tool ("here/below", "below", 0755);

  assert_found ("./tool", "/bin", here, "here");
  assert_found ("below/tool", "/bin", here, "below");
  assert_found ("../tool", "/bin", below, "here");
  assert_not_found ("below/tool", here, "/", PROC_RUNNER_ERROR_NOT_FOUND);
}

static void
test_ae5_no_path (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = proc_command_new (TEST_ARGV ("true"));
  g_autoptr(ProcResult) result = NULL;

  proc_command_unsetenv (command, "PATH");
  result = test_check (runner, command);
  g_assert_true (proc_result_get_successful (result));
}

static void
test_cwd_layers (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("cwd", NULL);
  g_autoptr(ProcResult) programs = test_check (runner, command);
  g_autoptr(ProcResult) runners = NULL;
  g_autoptr(ProcResult) own = NULL;
  g_autofree char *cwd = g_get_current_dir ();
  g_autofree char *line = g_strconcat (cwd, "\n", NULL);

  test_assert_text (proc_result_get_stdout (programs), line);
  proc_runner_set_cwd (runner, "/proc");
  runners = test_check (runner, command);
  test_assert_text (proc_result_get_stdout (runners), "/proc\n");
  proc_command_set_cwd (command, "/");
  own = test_check (runner, command);
  test_assert_text (proc_result_get_stdout (own), "/\n");
}

static guint
count_entries (char *const *entries, const char *prefix)
{
  guint n = 0;

  for (; *entries != NULL; entries++)
    n += g_str_has_prefix (*entries, prefix);

  return n;
}

/* A shell takes the last of two. */
static void
test_inherited_twice (void)
{
  char *twice[] = { (char *) "A=1", (char *) "PATH=/usr/bin:/bin", (char *) "A=2", NULL };
  char **own = environ;
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_auto(GStrv) entries = NULL;

  proc_runner_setenv (runner, "A", "old");
  proc_runner_setenv (runner, "A", "new");
  environ = twice;
  entries = proc_runner_get_environ (runner);
  environ = own;
  g_assert_cmpuint (count_entries (entries, "A="), ==, 1);
  g_assert_true (g_strv_contains (TEST_STRV (entries), "A=new"));
}

static void
test_no_environment (void)
{
  char **own = environ;
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("env", NULL);
  g_auto(GStrv) entries = NULL;

  environ = NULL;
  entries = proc_runner_get_environ (runner);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr(ProcResult) result = test_check (runner, command);

      g_assert_cmpuint (g_bytes_get_size (proc_result_get_stdout (result)), ==, 0);
    }

  environ = own;
  g_assert_nonnull (entries);
  g_assert_null (entries[0]);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/environ/ae1-arguments", test_ae1_arguments);
  TEST_ADD ("/environ/ae1-variables", test_ae1_variables);
  TEST_ADD ("/environ/ae3-inherited-at-submission", test_ae3_inherited_at_submission);
  TEST_ADD ("/environ/ae3-runner-at-submission", test_ae3_runner_at_submission);
  TEST_ADD ("/environ/ae3-empty", test_ae3_empty);
  TEST_ADD ("/environ/ae3-back-to-inherited", test_ae3_back_to_inherited);
  TEST_ADD ("/environ/layers", test_layers);
  TEST_ADD ("/environ/runner-unsetenv", test_runner_unsetenv);
  TEST_ADD ("/environ/runner-get-environ", test_runner_get_environ);
  TEST_ADD ("/environ/ae4-bad-names", test_ae4_bad_names);
  TEST_ADD ("/environ/ae4-last-duplicate-wins", test_ae4_last_duplicate_wins);
  TEST_ADD ("/environ/ae5-path", test_ae5_path);
  TEST_ADD ("/environ/ae5-path-of-the-child", test_ae5_path_of_the_child);
  TEST_ADD ("/environ/ae5-not-executable-before-executable",
            test_ae5_not_executable_before_executable);
  TEST_ADD ("/environ/ae5-current-directory", test_ae5_current_directory);
  TEST_ADD ("/environ/ae5-slash", test_ae5_slash);
  TEST_ADD ("/environ/ae5-no-path", test_ae5_no_path);
  TEST_ADD ("/environ/cwd-layers", test_cwd_layers);
  TEST_ADD ("/environ/inherited-twice", test_inherited_twice);
  TEST_ADD ("/environ/none", test_no_environment);

  return g_test_run ();
}
