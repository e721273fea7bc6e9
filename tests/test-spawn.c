/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Starts that fail, and what a child is started with: descriptors and signals. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "test-fixture.h"

#define NOBODY 65534

static void
assert_fails (const char *const *argv, int code, const char *name, const char *reason)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = proc_command_new (argv);
  g_autoptr(GError) async_error = test_error (runner, command, PROC_RUNNER_ERROR, code);
  g_autoptr(GError) sync_error = NULL;

  /* SP2: there is no child, and no zombie, by the time that the error is told. */
  test_assert_no_children ();
  test_assert_in_error (async_error, name);
  test_assert_in_error (async_error, reason);
  g_assert_null (proc_runner_error_get_result (async_error));

  g_assert_null (proc_runner_check_output (runner, argv, NULL, &sync_error));
  g_assert_error (sync_error, PROC_RUNNER_ERROR, code);
  g_assert_cmpstr (sync_error->message, ==, async_error->message);
}

static char *
make_file (const char *name, const char *contents, int mode)
{
  char *path = test_path (name);

  g_assert_true (g_file_set_contents (path, contents, -1, NULL));
  g_assert_no_errno (g_chmod (path, mode));
  return path;
}

static void
test_sp1_sp2_missing_program (void)
{
  const int code = PROC_RUNNER_ERROR_NOT_FOUND;

  assert_fails (TEST_ARGV ("/no/such"), code, "/no/such", g_strerror (ENOENT));
  assert_fails (TEST_ARGV ("no-such-program", "arg"), code, "no-such-program", g_strerror (ENOENT));
  assert_fails (TEST_ARGV ("./no-such-program"), code, "./no-such-program", g_strerror (ENOENT));
}

static void
test_sp3_1024_failures (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = proc_command_new (TEST_ARGV ("/no/such"));
  struct rlimit limit, low;

  g_assert_no_errno (getrlimit (RLIMIT_NOFILE, &limit));
  low = limit;
  low.rlim_cur = 256;
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &low));

  proc_command_set_stdin_text (command, "input");
  for (int i = 0; i < (test_in_valgrind () ? 64 : 1024); i++)
    {
      g_autoptr(GError) error = NULL;

      g_assert_null (proc_runner_run (runner, command, NULL, &error));
      g_assert_error (error, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_NOT_FOUND);
    }

  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &limit));
}

static void
test_sp5_not_executable (void)
{
  const int code = PROC_RUNNER_ERROR_NOT_EXECUTABLE;
  g_autofree char *plain = make_file ("plain", "#!/bin/sh\n", 0644);
  g_autofree char *text = make_file ("text", "no program at all\n", 0755);
  g_autofree char *empty = make_file ("empty", "", 0755);
  g_autofree char *loop = test_path ("loop");
  g_autofree char *word = g_strnfill (300, 'w');
  g_autofree char *long_name = test_path (word);

  g_assert_no_errno (symlink ("loop", loop));
  assert_fails (TEST_ARGV (plain), code, plain, g_strerror (EACCES));
  assert_fails (TEST_ARGV (test_dir ()), code, test_dir (), g_strerror (EACCES));
  assert_fails (TEST_ARGV (text), code, text, g_strerror (ENOEXEC));
  assert_fails (TEST_ARGV (empty), code, empty, g_strerror (ENOEXEC));
  assert_fails (TEST_ARGV (loop), code, loop, g_strerror (ELOOP));
  assert_fails (TEST_ARGV (long_name), code, "www", g_strerror (ENAMETOOLONG));
}

static void
test_sp5_not_found (void)
{
  const int code = PROC_RUNNER_ERROR_NOT_FOUND;
  g_autofree char *plain = make_file ("plain", "", 0755);
  g_autofree char *below = g_build_filename (plain, "program", NULL);
  g_autofree char *dangling = test_path ("dangling");
  g_autofree char *script = make_file ("script", "#!/no/such/interpreter\n", 0755);

  g_assert_no_errno (symlink ("nowhere", dangling));
  assert_fails (TEST_ARGV (below), code, below, g_strerror (ENOTDIR));
  assert_fails (TEST_ARGV (dangling), code, dangling, g_strerror (ENOENT));
  if (!test_in_valgrind ())
    assert_fails (TEST_ARGV (script), code, "/no/such/interpreter", g_strerror (ENOENT));
}

static void
assert_bad_cwd (const char *cwd, const char *reason)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) good = proc_command_new (TEST_ARGV ("true"));
  g_autoptr(ProcCommand) missing = proc_command_new (TEST_ARGV ("/no/such"));
  g_autoptr(GError) error = NULL;
  g_autoptr(GError) missing_error = NULL;
  g_autoptr(GError) runner_error = NULL;

  proc_command_set_cwd (good, cwd);
  error = test_error (runner, good, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_BAD_CWD);
  test_assert_in_error (error, cwd);
  test_assert_in_error (error, reason);

  proc_command_set_cwd (missing, cwd);
  missing_error = test_error (runner, missing, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_BAD_CWD);
  g_assert_null (strstr (missing_error->message, "/no/such"));

  proc_command_set_cwd (good, NULL);
  proc_runner_set_cwd (runner, cwd);
  runner_error = test_error (runner, good, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_BAD_CWD);
  test_assert_in_error (runner_error, cwd);
}

static void
test_sp8_bad_cwd (void)
{
  g_autofree char *closed = test_path ("closed");

  assert_bad_cwd ("/no/dir", g_strerror (ENOENT));
  assert_bad_cwd ("/etc/passwd", g_strerror (ENOTDIR));

  g_assert_no_errno (g_mkdir (closed, 0000));
  if (geteuid () == 0)
    g_assert_no_errno (seteuid (NOBODY));

  assert_bad_cwd (closed, g_strerror (EACCES));
  if (getuid () == 0)
    {
      g_assert_no_errno (seteuid (0));
      prctl (PR_SET_DUMPABLE, 1);
    }

  g_assert_no_errno (g_chmod (closed, 0700));
}

/* An error from each verb, in each form; never NULL without one. */
static void
assert_invalid (const char *const *argv)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = proc_command_new (argv);
  g_autoptr(GFile) file = test_file ("file", "old");
  g_auto(TestCall) bytes = TEST_CALL_INIT;
  g_auto(TestCall) text = TEST_CALL_INIT;
  GError *errors[5] = { NULL };
  const int code = PROC_RUNNER_ERROR_INVALID_COMMAND;

  errors[0] = test_error (runner, command, PROC_RUNNER_ERROR, code);
  proc_runner_check_output_async (runner, argv, NULL, test_call_done, test_call_begin (&bytes));
  g_assert_null (proc_runner_check_output_finish (runner, test_call_wait (&bytes), &errors[1]));
  proc_runner_check_output_text_async (runner, argv, NULL, test_call_done, test_call_begin (&text));
  g_assert_null (proc_runner_check_output_text_finish (runner, test_call_wait (&text), &errors[2]));
  g_assert_null (proc_runner_check_output (runner, argv, NULL, &errors[3]));
  g_assert_null (proc_runner_check_output_to_file (runner, argv, file, NULL, &errors[4]));

  for (gsize i = 0; i < G_N_ELEMENTS (errors); i++)
    {
      g_assert_error (errors[i], PROC_RUNNER_ERROR, code);
      g_clear_error (&errors[i]);
    }

  test_assert_file (file, "old");
}

static void
test_sp10_no_program (void)
{
  assert_invalid (NULL);
  assert_invalid ((const char *const[]){ NULL });
  assert_invalid (TEST_ARGV (""));
  assert_invalid (TEST_ARGV ("", "arg"));
}

/* What a child has open. */
/* What a script names is a stranger's. */
static void
test_message_is_a_line (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autofree char *script = make_file ("escape", "#!/no/\033[31m\302\233red\007\n", 0755);
  g_autoptr(ProcCommand) command = proc_command_new (TEST_ARGV (script));
  g_autoptr(GError) error = test_error (runner, command, PROC_RUNNER_ERROR,
                                        PROC_RUNNER_ERROR_NOT_FOUND);

  test_assert_in_error (error, "red");
  for (const char *c = error->message; *c != '\0'; c = g_utf8_next_char (c))
    g_assert_false (g_unichar_iscntrl (g_utf8_get_char (c)));
}

static char *
descriptors_of_child (ProcRunner *runner)
{
  g_autoptr(ProcCommand) command = test_child ("fds", NULL);
  g_autoptr(ProcResult) result = NULL;

  proc_command_set_stdin_text (command, "");
  result = test_check (runner, command);
  return g_strdup (proc_result_get_stdout_text (result));
}

static void
assert_three_descriptors (ProcRunner *runner)
{
  g_autofree char *text = descriptors_of_child (runner);
  g_auto(GStrv) lines = g_strsplit (text, "\n", -1);

  if (g_strv_length (lines) != 4)
    g_error ("The child's descriptors are not three: %s", text);

  for (int i = 0; i < 3; i++)
    g_assert_cmpint (atoi (lines[i]), ==, i);
}

static void
test_fd1_only_three (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  int fds[50];

  for (gsize i = 0; i < G_N_ELEMENTS (fds); i++)
    fds[i] = open ("/dev/null", O_RDONLY); /* inheritable on purpose */

  assert_three_descriptors (runner);
  for (gsize i = 0; i < G_N_ELEMENTS (fds); i++)
    close (fds[i]);
}

static gpointer
open_and_close (gpointer over)
{
  while (!g_atomic_int_get ((int *) over))
    {
      int fd = open ("/dev/null", O_RDONLY); /* inheritable on purpose */

      if (fd >= 0)
        close (fd);
    }

  return NULL;
}

static void
test_fd2_opened_meanwhile (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  int over = 0;
  GThread *thread = g_thread_new ("open", open_and_close, &over);

  for (int i = 0; i < (int) test_count (20, 100, 5000); i++)
    assert_three_descriptors (runner);

  g_atomic_int_set (&over, 1);
  g_thread_join (thread);
}

/* A program that has closed some of its own three: no cross-talk. */
static void
run_with_closed (ProcRunner *runner, int closed)
{
  g_autoptr(ProcCommand) command = test_child ("cat", "err", "oops", NULL);
  g_autoptr(ProcResult) result = NULL;
  g_autofree char *text = NULL;
  int saved[3];

  fflush (stdout);
  for (int fd = 0; fd < 3; fd++)
    {
      saved[fd] = fcntl (fd, F_DUPFD_CLOEXEC, 10);
      if (closed & (1 << fd))
        close (fd);
    }

  proc_command_set_stdin_text (command, "in");
  result = proc_runner_check (runner, command, NULL, NULL);
  text = descriptors_of_child (runner);
  for (int fd = 0; fd < 3; fd++)
    {
      dup2 (saved[fd], fd);
      close (saved[fd]);
    }

  g_assert_nonnull (result);
  test_assert_text (proc_result_get_stdout (result), "in");
  test_assert_text (proc_result_get_stderr (result), "oops\n");
  g_assert_true (g_str_has_prefix (text, "0 pipe:"));
  g_assert_nonnull (strstr (text, "\n1 pipe:"));
  g_assert_nonnull (strstr (text, "\n2 pipe:"));
  g_assert_null (strstr (text, "\n3 "));
}

static void
test_fd3_closed_standard_streams (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();

  for (int closed = 1; closed < 8; closed++)
    run_with_closed (runner, closed);
}

static guint64
signal_set (ProcResult *result, const char *name)
{
  const char *line = strstr (proc_result_get_stdout_text (result), name);

  g_assert_nonnull (line);
  return g_ascii_strtoull (line + strlen (name), NULL, 16);
}

static void
assert_clean_signals (ProcResult *result)
{
  g_assert_cmphex (signal_set (result, "SigBlk:\t"), ==, 0);
  g_assert_cmphex (signal_set (result, "SigIgn:\t"), ==, 0);
}

static void
test_sg2_dispositions (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("sigs", NULL);
  g_autoptr(ProcResult) result = NULL;
  int numbers[] = { SIGPIPE, SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGRTMIN + 3 };

  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    signal (numbers[i], SIG_IGN);

  result = test_check (runner, command);
  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      struct sigaction action;

      g_assert_no_errno (sigaction (numbers[i], NULL, &action));
      g_assert_true (action.sa_handler == SIG_IGN);
      action = (struct sigaction){ .sa_handler = SIG_DFL };
      g_assert_no_errno (sigaction (numbers[i], &action, NULL));
    }

  assert_clean_signals (result);
}

static void
test_sg4_mask (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("sigs", NULL);
  g_autoptr(ProcCommand) hanging = test_child ("hang", NULL);
  g_autoptr(ProcResult) async = NULL;
  g_autoptr(ProcResult) sync = NULL;
  g_autoptr(ProcResult) stopped = NULL;
  sigset_t all, saved;

  if (test_in_valgrind ())
    {
      g_test_skip ("without pidfds GLib needs a thread that takes SIGCHLD");
      return;
    }

  sigfillset (&all);
  g_assert_cmpint (pthread_sigmask (SIG_SETMASK, &all, &saved), ==, 0);
  async = test_check (runner, command);
  sync = proc_runner_check (runner, command, NULL, NULL);
  proc_command_set_timeout_msec (hanging, 20);
  stopped = test_run (runner, hanging);
  g_assert_cmpint (pthread_sigmask (SIG_SETMASK, &saved, NULL), ==, 0);

  assert_clean_signals (async);
  assert_clean_signals (sync);
  g_assert_cmpint (proc_result_get_outcome (stopped), ==, PROC_OUTCOME_TIMED_OUT);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/spawn/sp1-sp2-missing-program", test_sp1_sp2_missing_program);
  TEST_ADD ("/spawn/sp3-1024-failures", test_sp3_1024_failures);
  TEST_ADD ("/spawn/sp5-not-executable", test_sp5_not_executable);
  TEST_ADD ("/spawn/sp5-not-found", test_sp5_not_found);
  TEST_ADD ("/spawn/sp8-bad-cwd", test_sp8_bad_cwd);
  TEST_ADD ("/spawn/sp10-no-program", test_sp10_no_program);
  TEST_ADD ("/spawn/fd1-only-three", test_fd1_only_three);
  TEST_ADD ("/spawn/fd2-opened-meanwhile", test_fd2_opened_meanwhile);
  TEST_ADD ("/spawn/fd3-closed-standard-streams", test_fd3_closed_standard_streams);
  TEST_ADD ("/spawn/sg2-dispositions", test_sg2_dispositions);
  TEST_ADD ("/spawn/sg4-mask", test_sg4_mask);
  TEST_ADD ("/spawn/message-is-a-line", test_message_is_a_line);

  return g_test_run ();
}
