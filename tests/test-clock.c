/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* EN4: the wall clock jumps by a day, forth and back, whenever anybody looks at it. No timeout
 * comes early or late, and no duration is negative: other tests of those are run so. */

#include "config.h"

#include "test-fixture.h"

static ProcResult *
run_with_jumps (const char *name, const char *path)
{
  g_autofree char *base = g_strdup_printf ("test-%s", name);
  g_autofree char *program = g_test_build_filename (G_TEST_BUILT, base, NULL);
  g_autofree char *shim = g_test_build_filename (G_TEST_BUILT, "shim", "libclock.so", NULL);
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = proc_command_new (TEST_ARGV (program, "--tap", "-p", path));

  proc_command_setenv (command, "LD_PRELOAD", shim);
  proc_command_unsetenv (command, "PROC_TEST_LONG");
  proc_command_set_stderr (command, PROC_STDIO_MERGE);
  return test_run (runner, command);
}

static void
assert_passes (const char *name, const char *path)
{
  g_autoptr(ProcResult) result = NULL;

  if (test_in_valgrind ())
    {
      g_test_skip ("valgrind would be what the clock jumps for");
      return;
    }

  result = run_with_jumps (name, path);
  if (!proc_result_get_successful (result))
    g_error ("%s\n%s", proc_result_get_summary (result), proc_result_get_stdout_text (result));
}

/* Also how long it took, which is at least the timeout. */
static void
test_en4_timeouts (void)
{
  assert_passes ("stop", "/stop/to1-runner");
  assert_passes ("stop", "/stop/to3-stubborn");
  assert_passes ("max-running", "/max-running/to6-timeout-counts-from-the-start");
}

static void
test_en4_idle_timeouts (void)
{
  assert_passes ("idle", "/idle");
}

static void
test_en4_graces (void)
{
  assert_passes ("drain", "/drain");
  assert_passes ("ladder", "/ladder");
}

/* Else nothing would be proved. */
static void
test_clock_jumps (void)
{
  g_autofree char *shim = g_test_build_filename (G_TEST_BUILT, "shim", "libclock.so", NULL);
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command =
    proc_command_new_shell ("for i in 1 2 3 4 5 6; do date +%s; done", NULL);
  g_autoptr(ProcResult) result = NULL;
  g_auto(GStrv) lines = NULL;
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;

  proc_command_setenv (command, "LD_PRELOAD", shim);
  result = test_check (runner, command);
  lines = g_strsplit (proc_result_get_stdout_text (result), "\n", -1);
  g_assert_cmpint (ABS (g_ascii_strtoll (lines[0], NULL, 10) - now), >, 10 * 60 * 60);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/clock/jumps", test_clock_jumps);
  TEST_ADD ("/clock/en4-timeouts", test_en4_timeouts);
  TEST_ADD ("/clock/en4-idle-timeouts", test_en4_idle_timeouts);
  TEST_ADD ("/clock/en4-graces", test_en4_graces);

  return g_test_run ();
}
