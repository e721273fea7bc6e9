/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Helpers that are none. Each in a process of its own, since the helper is looked for
 * once, and without the fixture's warm-up, which would find the true one. */

#include "config.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test-fixture.h"

#define LATE_MSEC 2000 /* more than the time to which a run is held that cannot be stopped */

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

static gboolean
cancel (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
  return G_SOURCE_REMOVE;
}

static gboolean
note_time (gpointer over)
{
  *(gboolean *) over = TRUE;
  return G_SOURCE_REMOVE;
}

/* A system may be so busy that a helper comes later than all that stops a run takes. Who
 * was cancelled is not told before there is nobody who could still start. */
static void
test_late (void)
{
  g_autoptr(ProcRunner) runner = NULL;
  g_autoptr(ProcCommand) command = proc_command_new (TEST_ARGV ("/bin/sleep", "1000"));
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autofree char *dir = g_dir_make_tmp ("procrunner-test-XXXXXX", NULL);
  g_autofree char *gate = g_build_filename (dir, "gate", NULL);
  g_auto(TestCall) call = TEST_CALL_INIT;
  g_autoptr(GError) error = NULL;
  const char *helper = g_getenv ("PROCRUNNER_EXEC");
  gboolean over = FALSE;
  int fd;

  g_assert_no_errno (mkfifo (gate, 0600));
  fd = open (gate, O_RDWR | O_CLOEXEC);
  g_setenv ("PROC_TEST_LATE_GATE", gate, TRUE);
  g_setenv ("PROC_TEST_LATE_HELPER", helper, TRUE);
  g_setenv ("PROCRUNNER_EXEC", test_child_path (), TRUE);

  runner = proc_runner_new ();
  proc_runner_set_kill_grace_msec (runner, 1);
  proc_runner_run_async (runner, command, cancellable, test_call_done, test_call_begin (&call));
  g_timeout_add (LATE_MSEC / 10, cancel, cancellable);
  g_timeout_add (LATE_MSEC, note_time, &over);
  while (!over)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (call.n_calls, ==, 0);

  g_assert_cmpint (write (fd, "x", 1), ==, 1);
  test_call_wait (&call);
  g_assert_null (proc_runner_run_finish (runner, call.result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  test_assert_no_children ();
  close (fd);
  g_assert_no_errno (g_unlink (gate));
  g_assert_no_errno (g_rmdir (dir));
}

int
main (int argc, char **argv)
{
  const char *helper = g_getenv ("PROCRUNNER_EXEC");

  test_init (&argc, &argv);

  TEST_ADD_APART ("/helper/missing", test_missing);
  TEST_ADD_APART ("/helper/other-protocol", test_other_protocol);
  TEST_ADD_APART ("/helper/no-program", test_no_program);
  TEST_ADD_APART ("/helper/silent", test_silent);
  if (helper != NULL && *helper != '\0')
    TEST_ADD_APART ("/helper/ca4-late", test_late);

  return g_test_run ();
}
