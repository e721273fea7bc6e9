/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a child gets beside its arguments, directory and streams: limits, priority, mask, further
 * descriptors, and another name. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test-fixture.h"

#define NOBODY 65534

static void
assert_prints (ProcCommand *command, const char *text)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcResult) result = test_check (runner, command);

  test_assert_text (proc_result_get_stdout (result), text);
  test_assert_text (proc_result_get_stderr (result), "");
}

static void
assert_fails (ProcCommand *command, int code, const char *text)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GError) error = test_error (runner, command, PROC_RUNNER_ERROR, code);

  test_assert_no_children ();
  test_assert_in_error (error, text);
  g_assert_null (proc_runner_error_get_result (error));
}

static ProcCommand *
shell (const char *script)
{
  return proc_command_new_shell (script, NULL);
}

/* Resource limits */

static void
test_limits (void)
{
  g_autoptr(ProcCommand) command = shell ("ulimit -Sn; ulimit -Hn; ulimit -Sc; ulimit -Hc");

  proc_command_set_rlimit (command, RLIMIT_NOFILE, 33, 77);
  proc_command_set_rlimit (command, RLIMIT_CORE, 512, 1024);
  assert_prints (command, "33\n77\n1\n2\n");
  assert_prints (command, "33\n77\n1\n2\n");
}

static void
test_limit_last_wins (void)
{
  g_autoptr(ProcCommand) command = shell ("ulimit -Sn; ulimit -Hn");

  proc_command_set_rlimit (command, RLIMIT_NOFILE, 11, 22);
  proc_command_set_rlimit (command, RLIMIT_NOFILE, 33, 44);
  assert_prints (command, "33\n44\n");
}

static void
test_no_limit (void)
{
  g_autoptr(ProcCommand) command = shell ("ulimit -St; ulimit -Ht");
  struct rlimit limit;

  g_assert_no_errno (getrlimit (RLIMIT_CPU, &limit));
  if (limit.rlim_max != RLIM_INFINITY)
    {
      g_test_skip ("there is a limit already");
      return;
    }

  proc_command_set_rlimit (command, RLIMIT_CPU, 100, G_MAXUINT64);
  assert_prints (command, "100\nunlimited\n");
  proc_command_set_rlimit (command, RLIMIT_CPU, G_MAXUINT64, G_MAXUINT64);
  assert_prints (command, "unlimited\nunlimited\n");
}

/* A limit that leaves no room for another descriptor is the program's business, not the start's. */
static void
test_narrow_limit (void)
{
  g_autoptr(ProcCommand) command = shell ("ulimit -n");

  proc_command_set_rlimit (command, RLIMIT_NOFILE, 4, 4);
  assert_prints (command, "4\n");
}

static void
test_limit_signals (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("spin", NULL);
  g_autoptr(ProcResult) result = NULL;

  proc_command_set_rlimit (command, RLIMIT_CORE, 0, 0);
  proc_command_set_rlimit (command, RLIMIT_CPU, 1, 10);
  result = test_run (runner, command);
  g_assert_cmpint (proc_result_get_outcome (result), ==, PROC_OUTCOME_SIGNALED);
  g_assert_cmpint (proc_result_get_term_signal (result), ==, SIGXCPU);
}

static void
test_bad_limits (void)
{
  g_autoptr(ProcCommand) upside_down = shell ("exit 0");
  g_autoptr(ProcCommand) unknown = shell ("exit 0");
  g_autoptr(ProcCommand) many = shell ("exit 0");

  proc_command_set_rlimit (upside_down, RLIMIT_NOFILE, 5, 4);
  assert_fails (upside_down, PROC_RUNNER_ERROR_INVALID_COMMAND, "limit");

  proc_command_set_rlimit (unknown, 1000, 1, 1);
  assert_fails (unknown, PROC_RUNNER_ERROR_SPAWN, g_strerror (EINVAL));

  for (int resource = 0; resource < 100; resource++)
    proc_command_set_rlimit (many, resource, 1, 1);
  assert_fails (many, PROC_RUNNER_ERROR_INVALID_COMMAND, "limits");
}

/* Priority and mask */

static void
test_nice (void)
{
  g_autoptr(ProcCommand) command = proc_command_new (TEST_ARGV ("nice"));
  int own = getpriority (PRIO_PROCESS, 0);
  g_autofree char *text = g_strdup_printf ("%d\n", MIN (own + 3, 19));
  g_autofree char *most = g_strdup_printf ("%d\n", 19);

  proc_command_set_nice (command, 3);
  assert_prints (command, text);
  proc_command_set_nice (command, 1000);
  assert_prints (command, most);
  g_assert_cmpint (getpriority (PRIO_PROCESS, 0), ==, own);
}

static void
test_nice_refused (void)
{
  g_autoptr(ProcCommand) command = NULL;
  struct rlimit limit;

  g_assert_no_errno (getrlimit (RLIMIT_NICE, &limit));
  if (limit.rlim_cur != 0 || (getuid () != 0 && geteuid () == 0))
    {
      g_test_skip ("anybody may");
      return;
    }

  command = proc_command_new (TEST_ARGV ("true"));
  if (getuid () == 0)
    g_assert_no_errno (seteuid (NOBODY));

  proc_command_set_nice (command, -1);
  assert_fails (command, PROC_RUNNER_ERROR_SPAWN, g_strerror (EPERM));
  if (getuid () == 0)
    {
      g_assert_no_errno (seteuid (0));
      prctl (PR_SET_DUMPABLE, 1);
    }
}

static void
test_umask (void)
{
  g_autoptr(ProcCommand) command = shell ("umask");
  g_autoptr(ProcCommand) unset = shell ("umask");
  mode_t own = umask (0);
  g_autofree char *text = g_strdup_printf ("%04o\n", (guint) own);

  umask (own);
  proc_command_set_umask (command, 0027);
  assert_prints (command, "0027\n");
  proc_command_set_umask (command, 0);
  assert_prints (command, "0000\n");
  proc_command_set_umask (command, 0777);
  assert_prints (command, "0777\n");
  assert_prints (unset, text);

  proc_command_set_umask (command, 01000);
  assert_fails (command, PROC_RUNNER_ERROR_INVALID_COMMAND, "mask");
  proc_command_set_umask (command, -2);
  assert_fails (command, PROC_RUNNER_ERROR_INVALID_COMMAND, "mask");
}

/* Names */

static void
test_argv0 (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = proc_command_new (TEST_ARGV ("sh", "-c", "echo \"$0\""));
  g_autoptr(ProcCommand) missing = proc_command_new (TEST_ARGV ("/no/such"));
  g_autoptr(ProcResult) result = NULL;

  assert_prints (command, "sh\n");
  proc_command_set_argv0 (command, "another name");
  assert_prints (command, "another name\n");
  proc_command_set_argv0 (command, "");
  assert_prints (command, "\n");
  proc_command_set_argv0 (command, NULL);
  assert_prints (command, "sh\n");

  proc_command_set_argv0 (missing, "sh");
  assert_fails (missing, PROC_RUNNER_ERROR_NOT_FOUND, "/no/such");
  proc_command_set_argv0 (command, "\377");
  result = test_check (runner, command);
  test_assert_text (proc_result_get_stdout (result), "\377\n");
}

/* Descriptors */

static int
open_text (const char *name, const char *contents)
{
  g_autoptr(GFile) file = test_file (name, contents);
  int fd = open (g_file_peek_path (file), O_RDONLY | O_CLOEXEC);

  g_assert_cmpint (fd, >=, 0);
  return fd;
}

/* The numbers that `child fds` prints. */
static void
assert_child_has (ProcCommand *command, const char *numbers)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcResult) result = test_check (runner, command);
  g_auto(GStrv) lines = g_strsplit (proc_result_get_stdout_text (result), "\n", -1);
  g_autoptr(GString) found = g_string_new (NULL);

  for (gsize i = 0; lines[i] != NULL && *lines[i] != '\0'; i++)
    g_string_append_printf (found, " %d", atoi (lines[i]));

  g_assert_cmpstr (found->str, ==, numbers);
}

static void
test_one_descriptor (void)
{
  g_autoptr(ProcCommand) command = shell ("cat <&3");
  g_autoptr(ProcCommand) fds = test_child ("fds", NULL);

  proc_command_take_fd (command, open_text ("file", "three"), 3);
  assert_prints (command, "three");
  proc_command_take_fd (fds, open_text ("file", "three"), 3);
  assert_child_has (fds, " 0 1 2 3");
}

/* More of them, which change places, and one far away. */
static void
test_many_descriptors (void)
{
  g_autoptr(ProcCommand) command = shell ("cat <&3; cat <&4; cat <&5; cat <&9");
  g_autoptr(ProcCommand) fds = test_child ("fds", NULL);

  proc_command_take_fd (command, open_text ("five", "five "), 5);
  proc_command_take_fd (command, open_text ("four", "four "), 4);
  proc_command_take_fd (command, open_text ("nine", "nine"), 9);
  proc_command_take_fd (command, open_text ("three", "three "), 3);
  assert_prints (command, "three four five nine");

  for (int target = 40; target >= 3; target -= 2)
    proc_command_take_fd (fds, open_text ("file", ""), target);
  proc_command_take_fd (fds, open_text ("file", ""), 200);
  assert_child_has (fds, " 0 1 2 4 6 8 10 12 14 16 18 20 22 24 26 28 30 32 34 36 38 40 200");
}

/* The numbers that the program itself uses are as good as others. */
static void
test_same_numbers (void)
{
  g_autoptr(ProcCommand) command = shell ("for fd in 3 4 5 6 7 8 9; do eval \"cat <&$fd\"; done");
  GString *expected = g_string_new (NULL);
  g_autofree char *text = NULL;
  int fds[7];

  for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
    {
      g_autofree char *contents = g_strdup_printf ("%u ", i);

      fds[i] = open_text (contents, contents);
    }
  for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
    {
      guint from = G_N_ELEMENTS (fds) - 1 - i;

      proc_command_take_fd (command, fds[from], 3 + i);
      g_string_append_printf (expected, "%u ", from);
    }

  text = g_string_free (expected, FALSE);
  assert_prints (command, text);
}

static void
assert_open (int fd, gboolean is_open)
{
  g_assert_cmpint (fcntl (fd, F_GETFD) >= 0, ==, is_open);
}

/* Duplicated for each run, closed with the last that knows it. */
static void
test_descriptor_is_owned (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_auto(TestFifo) gate = test_fifo_gate ();
  g_autoptr(ProcCommand) command = NULL;
  g_autoptr(ProcResult) result = NULL;
  g_auto(TestCall) call = TEST_CALL_INIT;
  int pipe_fds[2];
  char byte;

  g_assert_true (g_unix_open_pipe (pipe_fds, FD_CLOEXEC, NULL));
  command = test_child ("gate", gate.path, "exit", "0", NULL);
  proc_command_take_fd (command, pipe_fds[1], 3);
  assert_open (pipe_fds[1], TRUE);
  proc_runner_check_async (runner, command, NULL, test_call_done, test_call_begin (&call));
  g_clear_object (&command);
  test_fifo_open (&gate);
  result = proc_runner_check_finish (runner, test_call_wait (&call), NULL);
  g_assert_nonnull (result);
  test_call_clear (&call);
  g_clear_object (&result);

  assert_open (pipe_fds[1], FALSE);
  g_assert_cmpint (read (pipe_fds[0], &byte, 1), ==, 0);
  close (pipe_fds[0]);
}

static void
test_descriptor_never_run (void)
{
  g_autoptr(ProcCommand) command = test_child ("exit", "0", NULL);
  int fd = open_text ("file", "");

  proc_command_take_fd (command, fd, 3);
  g_clear_object (&command);
  assert_open (fd, FALSE);
}

/* No other child gets it, and none of the program's own. */
static void
test_descriptor_of_one (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_auto(TestFifo) gate = test_fifo_gate ();
  g_autoptr(ProcCommand) holder = test_child ("gate", gate.path, NULL);
  g_autoptr(ProcCommand) other = test_child ("fds", NULL);
  g_auto(TestCall) call = TEST_CALL_INIT;
  g_autoptr(ProcResult) result = NULL;

  proc_command_take_fd (holder, open ("/dev/null", O_RDONLY), 7); /* inheritable on purpose */
  proc_runner_check_async (runner, holder, NULL, test_call_done, test_call_begin (&call));
  assert_child_has (other, " 0 1 2");
  test_fifo_open (&gate);
  result = proc_runner_check_finish (runner, test_call_wait (&call), NULL);
  g_assert_nonnull (result);
}

static void
test_bad_descriptors (void)
{
  const int invalid = PROC_RUNNER_ERROR_INVALID_COMMAND;
  g_autoptr(ProcCommand) standard = shell ("exit 0");
  g_autoptr(ProcCommand) twice = shell ("exit 0");
  g_autoptr(ProcCommand) none = shell ("exit 0");
  g_autoptr(ProcCommand) many = shell ("exit 0");
  g_autoptr(ProcCommand) negative = shell ("exit 0");

  proc_command_take_fd (standard, open_text ("file", ""), 2);
  assert_fails (standard, invalid, "2");
  proc_command_take_fd (negative, open_text ("file", ""), -1);
  assert_fails (negative, invalid, "-1");

  proc_command_take_fd (twice, open_text ("file", ""), 3);
  proc_command_take_fd (twice, open_text ("file", ""), 3);
  assert_fails (twice, invalid, "3");

  proc_command_take_fd (none, -1, 3);
  assert_fails (none, invalid, "open");

  for (int target = 3; target < 100; target++)
    proc_command_take_fd (many, open_text ("file", ""), target);
  assert_fails (many, invalid, "descriptors");
}

/* Numbers that the system does not allow. */
static void
test_high_descriptors (void)
{
  struct rlimit limit;
  g_autoptr(ProcCommand) too_high = shell ("exit 0");
  g_autoptr(ProcCommand) far_too_high = shell ("exit 0");

  g_assert_no_errno (getrlimit (RLIMIT_NOFILE, &limit));
  proc_command_take_fd (too_high, open_text ("file", ""), (int) limit.rlim_cur);
  assert_fails (too_high, PROC_RUNNER_ERROR_SPAWN, "");
  proc_command_take_fd (far_too_high, open_text ("file", ""), G_MAXINT);
  assert_fails (far_too_high, PROC_RUNNER_ERROR_SPAWN, "");
}

/* Nothing has to fit above it. */
static void
test_highest_descriptors (void)
{
  struct rlimit before;
  struct rlimit low;
  g_autoptr(ProcCommand) command = test_child ("fds", NULL);

  g_assert_no_errno (getrlimit (RLIMIT_NOFILE, &before));
  low = before;
  low.rlim_cur = 256;
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &low));

  proc_command_take_fd (command, open_text ("file", ""), 255);
  proc_command_take_fd (command, open_text ("file", ""), 254);
  assert_child_has (command, " 0 1 2 254 255");

  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &before));
}

/* All of it survives what a start may do besides. */
static void
test_together (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = NULL;
  g_autoptr(ProcResult) result = NULL;

  command = shell ("pwd; umask; ulimit -Sn; cat <&5; cat; echo \"$0 $VARIABLE\"");
  proc_command_set_cwd (command, "/");
  proc_command_set_umask (command, 0022);
  proc_command_set_rlimit (command, RLIMIT_NOFILE, 50, 60);
  proc_command_take_fd (command, open_text ("file", "five\n"), 5);
  proc_command_set_stdin_text (command, "in\n");
  proc_command_setenv (command, "VARIABLE", "value");
  proc_runner_set_session (runner, PROC_SESSION_GROUP);
  result = test_check (runner, command);
  g_assert_true (g_str_has_prefix (proc_result_get_stdout_text (result), "/\n0022\n50\nfive\nin\n"));
  g_assert_true (g_str_has_suffix (proc_result_get_stdout_text (result), " value\n"));
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/settings/limits", test_limits);
  TEST_ADD ("/settings/limit-last-wins", test_limit_last_wins);
  TEST_ADD ("/settings/no-limit", test_no_limit);
  TEST_ADD ("/settings/narrow-limit", test_narrow_limit);
  TEST_ADD ("/settings/limit-signals", test_limit_signals);
  TEST_ADD ("/settings/bad-limits", test_bad_limits);
  TEST_ADD ("/settings/nice", test_nice);
  TEST_ADD ("/settings/nice-refused", test_nice_refused);
  TEST_ADD ("/settings/umask", test_umask);
  TEST_ADD ("/settings/argv0", test_argv0);
  TEST_ADD ("/settings/one-descriptor", test_one_descriptor);
  TEST_ADD ("/settings/many-descriptors", test_many_descriptors);
  TEST_ADD ("/settings/same-numbers", test_same_numbers);
  TEST_ADD ("/settings/descriptor-is-owned", test_descriptor_is_owned);
  TEST_ADD ("/settings/descriptor-never-run", test_descriptor_never_run);
  TEST_ADD ("/settings/fd1-descriptor-of-one", test_descriptor_of_one);
  TEST_ADD ("/settings/bad-descriptors", test_bad_descriptors);
  TEST_ADD ("/settings/high-descriptors", test_high_descriptors);
  TEST_ADD ("/settings/highest-descriptors", test_highest_descriptors);
  TEST_ADD ("/settings/together", test_together);

  return g_test_run ();
}
