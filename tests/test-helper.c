/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Helpers that are none. Each in a process of its own, since the helper is looked for
 * once, and without the fixture's warm-up, which would find the true one. */

#include "config.h"

#include <signal.h>

#include "test-stopping.h"

#define LONG_GRACE_MSEC 600000

/* The one that is used by itself: that of the build tree, or the installed one. */
static const char *
true_helper (void)
{
  const char *helper = g_getenv ("PROCRUNNER_EXEC");

  return helper != NULL ? helper : HELPER_PATH;
}

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

/* A helper that comes when the gate opens. */
static ProcCommand *
late_command (TestStop *stop, const TestFifo *gate)
{
  const char *helper = true_helper ();

  g_setenv ("PROC_TEST_LATE_READY", stop->ready.path, TRUE);
  g_setenv ("PROC_TEST_LATE_GATE", gate->path, TRUE);
  g_setenv ("PROC_TEST_LATE_HELPER", helper, TRUE);
  g_setenv ("PROCRUNNER_EXEC", test_child_path (), TRUE);
  return proc_command_new (TEST_ARGV ("/bin/sleep", "1000"));
}

/* A busy system may start it after it was cancelled; then its grace begins. */
static void
test_late (void)
{
  g_auto(TestStop) stop = test_stop_init ();
  g_auto(TestFifo) gate = test_fifo_gate ();
  g_autoptr(ProcCommand) command = late_command (&stop, &gate);

  proc_runner_set_kill_grace_msec (stop.runner, LONG_GRACE_MSEC);
  test_stop_start (&stop, command);
  g_cancellable_cancel (stop.cancellable);
  test_fifo_open (&gate);
  test_assert_ended (test_stop_finish (&stop), SIGTERM, FALSE);
}

/* The gate stays closed. Who was cancelled is not told before there is nobody who could
 * still start. */
static void
test_never (void)
{
  g_auto(TestStop) stop = test_stop_init ();
  g_auto(TestFifo) gate = test_fifo_gate ();
  g_autoptr(ProcCommand) command = late_command (&stop, &gate);
  pid_t helper;

  proc_runner_set_kill_grace_msec (stop.runner, 1);
  helper = test_stop_start (&stop, command);
  g_cancellable_cancel (stop.cancellable);
  test_assert_ended (test_stop_finish (&stop), SIGKILL, TRUE);
  test_wait_until_gone (helper);
}

/* As a helper on a disk that went away, for as long as can be seen from here. */
static void
test_never_and_stopped (void)
{
  g_auto(TestStop) stop = test_stop_init ();
  g_auto(TestFifo) gate = test_fifo_gate ();
  g_autoptr(ProcCommand) command = late_command (&stop, &gate);

  proc_runner_set_kill_grace_msec (stop.runner, 0);
  g_assert_no_errno (kill (test_stop_start (&stop, command), SIGSTOP));
  g_cancellable_cancel (stop.cancellable);
  test_assert_ended (test_stop_finish (&stop), SIGKILL, TRUE);
}

int
main (int argc, char **argv)
{
  const char *helper = true_helper ();

  test_init (&argc, &argv);

  TEST_ADD_APART ("/helper/missing", test_missing);
  TEST_ADD_APART ("/helper/other-protocol", test_other_protocol);
  TEST_ADD_APART ("/helper/no-program", test_no_program);
  TEST_ADD_APART ("/helper/silent", test_silent);
  if (*helper != '\0')
    {
      TEST_ADD_APART ("/helper/ca4-late", test_late);
      TEST_ADD_APART ("/helper/ca4-never", test_never);
      TEST_ADD_APART ("/helper/ca4-never-and-stopped", test_never_and_stopped);
    }

  return g_test_run ();
}
