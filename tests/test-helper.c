/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Helpers that are none. Each in a process of its own, since the helper is looked for
 * once, and without the fixture's warm-up, which would find the true one. */

#include "config.h"

#include "test-fixture.h"

static ProcResult *
run_with_helper (const char *helper, GError **error)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = proc_command_new (TEST_ARGV ("/bin/sh", "-c", "exit 7"));

  g_setenv ("PROCRUNNER_EXEC", helper, TRUE);
  return proc_runner_run (runner, command, NULL, error);
}

static void
assert_runs_without (const char *helper)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(ProcResult) result = run_with_helper (helper, &error);

  g_assert_no_error (error);
  g_assert_cmpint (proc_result_get_outcome (result), ==, PROC_OUTCOME_EXITED);
  g_assert_cmpint (proc_result_get_exit_status (result), ==, 7);
}

static void
test_missing (void)
{
  assert_runs_without ("/no/such/helper");
}

/* As after the upgrade of a package under a running program. */
static void
test_other_protocol (void)
{
  assert_runs_without ("/bin/echo");
}

static void
test_no_program (void)
{
  assert_runs_without ("/etc/passwd");
}

/* It speaks the protocol, and then ends with a status of its own: which is not the
 * command's. */
static void
test_silent (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(ProcResult) result = run_with_helper (g_getenv ("PROC_TEST_CHILD"), &error);

  g_assert_error (error, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_SPAWN);
  g_assert_null (result);
  test_assert_in_error (error, "/bin/sh");
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD_APART ("/helper/missing", test_missing);
  TEST_ADD_APART ("/helper/other-protocol", test_other_protocol);
  TEST_ADD_APART ("/helper/no-program", test_no_program);
  TEST_ADD_APART ("/helper/silent", test_silent);

  return g_test_run ();
}
