/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* EN8: places where something is missing that every program has: /proc, /dev, a shell, a directory
 * for temporary files. The program runs itself once more in a sandbox. Its fixture could not look
 * at what is left behind there, so it is told by what the kernel says of its children. */

#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test-fixture.h"

#define INSIDE "PROC_TEST_INSIDE"
#define BIG 1000000

static const char *program_path;

/* Inside */

static const char *
get_child (void)
{
  return g_getenv ("PROC_TEST_CHILD");
}

static ProcResult *
check (ProcRunner *runner, ProcCommand *command)
{
  g_autoptr(GError) error = NULL;
  ProcResult *result = proc_runner_check (runner, command, NULL, &error);

  g_assert_no_error (error);
  return result;
}

/* Orphans come here, and no child lives. */
static void
assert_all_gone (void)
{
  pid_t pid;

  while ((pid = waitpid (-1, NULL, WNOHANG)) > 0)
    continue;

  g_assert_cmpint (pid, ==, -1);
  g_assert_cmpint (errno, ==, ECHILD);
}

static void
capture_and_feed (ProcRunner *runner)
{
  g_autoptr(ProcCommand) command = proc_command_new (TEST_ARGV (get_child (), "cat", "err", "oops"));
  g_autofree char *input = g_strnfill (BIG, 'i');
  g_autoptr(ProcResult) result = NULL;

  proc_command_set_stdin_text (command, input);
  result = check (runner, command);
  test_assert_text (proc_result_get_stdout (result), input);
  test_assert_text (proc_result_get_stderr (result), "oops\n");
  assert_all_gone ();
}

static void
spill (ProcRunner *runner)
{
  g_autoptr(ProcRunner) tight = proc_runner_new ();
  g_autoptr(ProcCommand) command = proc_command_new (TEST_ARGV (get_child (), "flood", "1000000",
                                                                "out"));
  g_autoptr(ProcResult) result = NULL;

  proc_runner_set_memory_limit (tight, 65536);
  result = check (tight, command);
  test_assert_pattern (proc_result_get_stdout (result), STDOUT_FILENO, BIG);
}

static void
discard (ProcRunner *runner)
{
  g_autoptr(ProcCommand) command = proc_command_new (TEST_ARGV (get_child (), "cat", "echo", "out"));
  g_autoptr(ProcResult) result = NULL;

  proc_command_set_stdout (command, PROC_STDIO_DISCARD);
  result = check (runner, command);
  test_assert_text (proc_result_get_stdout (result), "");
}

static void
replace_file (ProcRunner *runner)
{
  g_autofree char *path = g_build_filename (g_getenv (INSIDE), "file", NULL);
  g_autoptr(GFile) file = g_file_new_for_path (path);
  g_autoptr(ProcCommand) good = proc_command_new (TEST_ARGV (get_child (), "echo", "new"));
  g_autoptr(ProcCommand) bad = proc_command_new (TEST_ARGV (get_child (), "echo", "bad", "exit",
                                                            "3"));
  g_autoptr(GError) error = NULL;
  g_autoptr(ProcResult) result = NULL;

  proc_command_set_stdout_file (good, file, PROC_FILE_FLAGS_NONE);
  proc_command_set_stdout_file (bad, file, PROC_FILE_FLAGS_NONE);
  result = check (runner, good);
  g_assert_null (proc_runner_check (runner, bad, NULL, &error));
  g_assert_error (error, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_EXIT_STATUS);
  test_assert_file (file, "new\n");
  test_assert_alone (file);
}

/* The whole group, with a member that outlives its leader and heeds no SIGTERM. */
static void
stop_group (gboolean supervised)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = proc_command_new (TEST_ARGV (get_child (), "fork", "fork",
                                                                "ignore-term"));
  g_autoptr(ProcResult) result = NULL;
  g_autoptr(GError) error = NULL;

  proc_runner_set_supervise (runner, supervised);
  proc_runner_set_timeout_msec (runner, 100);
  proc_runner_set_kill_grace_msec (runner, 20);
  result = proc_runner_run (runner, command, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (proc_result_get_outcome (result), ==, PROC_OUTCOME_TIMED_OUT);
  assert_all_gone ();
}

/* The program alone, where no group is its own. */
static void
stop_shared (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = proc_command_new (TEST_ARGV (get_child (), "hang"));
  g_autoptr(ProcResult) result = NULL;
  g_autoptr(GError) error = NULL;

  proc_runner_set_supervise (runner, TRUE);
  proc_runner_set_session (runner, PROC_SESSION_SHARED);
  proc_runner_set_timeout_msec (runner, 100);
  result = proc_runner_run (runner, command, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (proc_result_get_outcome (result), ==, PROC_OUTCOME_TIMED_OUT);
  g_assert_cmpuint (proc_result_get_survivors (result), ==, 0);
  assert_all_gone ();
}

static void
fail_to_start (ProcRunner *runner)
{
  g_autoptr(ProcCommand) missing = proc_command_new (TEST_ARGV ("no-such-program"));
  g_autoptr(GError) error = NULL;

  g_assert_null (proc_runner_run (runner, missing, NULL, &error));
  g_assert_error (error, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_NOT_FOUND);
  assert_all_gone ();
}

/* Without one, that is what is said. */
static void
use_shell (ProcRunner *runner)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) output = proc_runner_check_output_shell (runner, "echo $1", TEST_ARGV ("sh"),
                                                             NULL, &error);

  if (access ("/bin/sh", X_OK) == 0)
    {
      g_assert_no_error (error);
      test_assert_text (output, "sh\n");
      return;
    }

  g_assert_error (error, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_NOT_FOUND);
  test_assert_in_error (error, "/bin/sh");
}

static int
be_inside (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();

  g_assert_cmpint (prctl (PR_SET_CHILD_SUBREAPER, 1), ==, 0);
  capture_and_feed (runner);
  spill (runner);
  discard (runner);
  replace_file (runner);
  stop_group (FALSE);
  stop_group (TRUE);
  stop_shared ();
  fail_to_start (runner);
  use_shell (runner);
  printf ("all is well\n");
  return 0;
}

/* Outside */

static ProcCommand *
in_sandbox (const char *const *options, const char *program)
{
  g_autoptr(ProcCommand) command = proc_command_new (
    TEST_ARGV ("bwrap", "--bind", "/", "/", "--dev", "/dev", "--die-with-parent"));

  for (; *options != NULL; options++)
    proc_command_add_arg (command, *options);
  proc_command_add_arg (command, "--bind");
  proc_command_add_arg (command, test_dir ());
  proc_command_add_arg (command, test_dir ());
  proc_command_add_arg (command, program);
  proc_command_setenv (command, INSIDE, test_dir ());
  proc_command_setenv (command, "PROC_TEST_CHILD", test_child_path ());
  proc_command_set_stderr (command, PROC_STDIO_MERGE);
  return g_steal_pointer (&command);
}

static gboolean
can_sandbox (ProcRunner *runner)
{
  g_autoptr(ProcCommand) command = in_sandbox (TEST_ARGV ("--unshare-pid"), "true");
  g_autoptr(GError) error = NULL;
  g_autoptr(ProcResult) result = proc_runner_check (runner, command, NULL, &error);
  g_autofree char *reason = NULL;

  if (result != NULL)
    return TRUE;

  reason = g_strdup_printf ("no sandbox here: %s", error->message);
  g_test_skip (reason);
  return FALSE;
}

static void
run_inside (const char *const *options)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = NULL;
  g_autoptr(ProcResult) result = NULL;

  if (test_in_valgrind () || test_in_sanitizer ())
    {
      g_test_skip ("a checker needs more than the sandbox has");
      return;
    }

  if (!can_sandbox (runner))
    return;

  command = in_sandbox (options, program_path);
  result = test_run (runner, command);
  if (!proc_result_get_successful (result))
    g_error ("%s\n%s", proc_result_get_summary (result), proc_result_get_stdout_text (result));
  test_assert_text (proc_result_get_stdout (result), "all is well\n");
}

#define WITHOUT_PROC "--tmpfs", "/proc"
#define WITHOUT_DEV "--tmpfs", "/dev"
#define WITHOUT_TMP "--ro-bind", "/tmp", "/tmp", "--ro-bind", "/var/tmp", "/var/tmp"
#define WITHOUT_SHELL "--tmpfs", "/usr/bin" /* to which /bin is a link */

static void
test_en8_only_a_sandbox (void)
{
  run_inside (TEST_ARGV ("--proc", "/proc"));
}

static void
test_en8_pid_namespace (void)
{
  run_inside (TEST_ARGV ("--unshare-pid", "--proc", "/proc"));
}

static void
test_en8_without_proc (void)
{
  run_inside (TEST_ARGV (WITHOUT_PROC));
}

/* Its numbers are those of others. */
static void
test_en8_foreign_proc (void)
{
  run_inside (TEST_ARGV ("--unshare-pid"));
}

static void
test_en8_without_dev (void)
{
  run_inside (TEST_ARGV (WITHOUT_DEV));
}

static void
test_en8_read_only_tmp (void)
{
  run_inside (TEST_ARGV (WITHOUT_TMP));
}

static void
test_en8_without_shell (void)
{
  run_inside (TEST_ARGV (WITHOUT_SHELL));
}

static void
test_en8_without_all (void)
{
  run_inside (TEST_ARGV ("--unshare-all", WITHOUT_PROC, WITHOUT_DEV, WITHOUT_TMP, WITHOUT_SHELL));
}

int
main (int argc, char **argv)
{
  if (g_getenv (INSIDE) != NULL)
    return be_inside ();

  program_path = argv[0];
  test_init (&argc, &argv);

  TEST_ADD ("/surroundings/en8-only-a-sandbox", test_en8_only_a_sandbox);
  TEST_ADD ("/surroundings/en8-pid-namespace", test_en8_pid_namespace);
  TEST_ADD ("/surroundings/en8-without-proc", test_en8_without_proc);
  TEST_ADD ("/surroundings/en8-foreign-proc", test_en8_foreign_proc);
  TEST_ADD ("/surroundings/en8-without-dev", test_en8_without_dev);
  TEST_ADD ("/surroundings/en8-read-only-tmp", test_en8_read_only_tmp);
  TEST_ADD ("/surroundings/en8-without-shell", test_en8_without_shell);
  TEST_ADD ("/surroundings/en8-without-all", test_en8_without_all);

  return g_test_run ();
}
