/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* RX1: a program that has no descriptor left, or one, or a few. A run either works or says what is
 * missing; it does not hang, abort, or keep anything. */

#include "config.h"

#include <errno.h>
#include <gio/gunixinputstream.h>
#include <sys/resource.h>
#include <unistd.h>

#include "test-fixture.h"

#define N_STEPS 24
#define N_READS 5000

static struct rlimit saved_limit;

/* The number of the next descriptor. */
static guint
count_used (void)
{
  int fd = dup (STDIN_FILENO);

  g_assert_cmpint (fd, >=, 0);
  close (fd);
  return fd;
}

static void
set_limit (guint limit)
{
  struct rlimit low = { limit, saved_limit.rlim_max };

  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &low));
}

/* Whatever the error is, it names the reason. */
static gboolean
is_success (ProcResult *result, GError *error)
{
  g_autoptr(ProcResult) owned = result;
  g_autoptr(GError) owned_error = error;

  if (error == NULL)
    {
      g_assert_nonnull (result);
      g_assert_true (proc_result_get_successful (result));
      g_assert_true (proc_result_get_complete (result));
      return TRUE;
    }

  g_assert_null (result);
  if (!g_error_matches (error, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_OUTPUT_FILE))
    g_assert_error (error, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_SPAWN);

  test_assert_in_error (error, g_strerror (EMFILE));
  return FALSE;
}

static gboolean
run_async (ProcRunner *runner, ProcCommand *command)
{
  g_auto(TestCall) call = TEST_CALL_INIT;
  GError *error = NULL;
  ProcResult *result;

  proc_runner_check_async (runner, command, NULL, test_call_done, test_call_begin (&call));
  result = proc_runner_check_finish (runner, test_call_wait (&call), &error);
  return is_success (result, error);
}

static gboolean
run_sync (ProcRunner *runner, ProcCommand *command)
{
  GError *error = NULL;
  ProcResult *result = proc_runner_check (runner, command, NULL, &error);

  return is_success (result, error);
}

/* The last step is enough. */
static void
climb (ProcCommand *command, gboolean (*run) (ProcRunner *, ProcCommand *))
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  guint used = count_used ();
  gboolean success = FALSE;

  g_assert_no_errno (getrlimit (RLIMIT_NOFILE, &saved_limit));
  for (guint step = 0; step <= N_STEPS; step++)
    {
      set_limit (used + step);
      success = run (runner, command);
      g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &saved_limit));
      test_assert_no_children ();
    }

  g_assert_true (success);
}

static void
climb_both (ProcCommand *command)
{
  climb (command, run_async);
  climb (command, run_sync);
}

static void
test_rx1_capture (void)
{
  g_autoptr(ProcCommand) command = test_child ("cat", "err", "oops", NULL);

  climb_both (command);
  proc_command_set_stdin_text (command, "input");
  climb_both (command);
}

static void
test_rx1_discard (void)
{
  g_autoptr(ProcCommand) command = test_child ("cat", "err", "oops", NULL);

  proc_command_set_stderr (command, PROC_STDIO_DISCARD);
  climb_both (command);
  proc_command_set_stdout (command, PROC_STDIO_DISCARD);
  climb_both (command);
}

static void
test_rx1_merge (void)
{
  g_autoptr(ProcCommand) command = test_child ("echo", "out", "err", "oops", NULL);

  proc_command_set_stderr (command, PROC_STDIO_MERGE);
  climb_both (command);
}

static void
test_rx1_file (void)
{
  g_autoptr(ProcCommand) command = test_child ("echo", "new", NULL);
  g_autoptr(GFile) file = test_file ("file", "old");

  proc_command_set_stdout_file (command, file, PROC_FILE_FLAGS_NONE);
  climb_both (command);
  test_assert_file (file, "new\n");
  test_assert_alone (file);

  proc_command_set_stdout_file (command, file, PROC_FILE_FLAGS_APPEND);
  climb_both (command);
  test_assert_alone (file);
}

static void
test_rx1_take_fd (void)
{
  g_autoptr(ProcCommand) command = test_child ("echo", "out", NULL);

  proc_command_take_fd (command, dup (STDIN_FILENO), 3);
  proc_command_take_fd (command, dup (STDIN_FILENO), 4);
  climb_both (command);
}

/* Those that hang are stopped at each step, whatever could be had of them. */
static void
test_rx1_timeout (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("fork", "hang", NULL);
  guint used = count_used ();

  g_assert_no_errno (getrlimit (RLIMIT_NOFILE, &saved_limit));
  proc_runner_set_timeout_msec (runner, 20);
  for (guint step = 0; step <= N_STEPS; step++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(ProcResult) result = NULL;

      set_limit (used + step);
      result = proc_runner_run (runner, command, NULL, &error);
      g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &saved_limit));
      test_assert_no_children ();
      if (result != NULL)
        g_assert_cmpint (proc_result_get_outcome (result), ==, PROC_OUTCOME_TIMED_OUT);
      else
        g_assert_error (error, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_SPAWN);
    }
}

/* Below the limit. */
static void
take_all_descriptors (GArray *taken)
{
  int fd;

  while ((fd = dup (STDIN_FILENO)) >= 0)
    g_array_append_val (taken, fd);
}

static void
give_back (GArray *taken)
{
  for (guint i = 0; i < taken->len; i++)
    close (g_array_index (taken, int, i));
  g_array_unref (taken);
}

/* GLib ends the program if there is none for a read that can be cancelled. */
static void
test_no_descriptor_left (void)
{
  g_auto(TestFifo) ready = test_fifo_ready ();
  g_auto(TestCall) call = TEST_CALL_INIT;
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GInputStream) stream = NULL;
  g_autoptr(ProcCommand) command = NULL;
  g_autoptr(ProcResult) result = NULL;
  g_autoptr(GError) error = NULL;
  GArray *taken = g_array_new (FALSE, FALSE, sizeof (int));
  int fds[2];

  g_assert_no_errno (getrlimit (RLIMIT_NOFILE, &saved_limit));
  g_assert_no_errno (pipe (fds));
  stream = g_unix_input_stream_new (fds[0], TRUE);
  command = test_child ("ready", ready.path, "cat", NULL);
  proc_command_set_stdin_stream (command, stream);
  proc_runner_check_async (runner, command, NULL, test_call_done, test_call_begin (&call));
  g_assert_cmpint (test_fifo_wait (&ready), >, 0);

  set_limit (64);
  for (guint i = 0; i < N_READS; i++)
    {
      take_all_descriptors (taken);
      g_assert_cmpint (write (fds[1], "x", 1), ==, 1);
    }
  close (fds[1]);
  result = proc_runner_check_finish (runner, test_call_wait (&call), &error);
  give_back (taken);
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &saved_limit));
  g_assert_no_error (error);
  g_assert_true (proc_result_get_stdin_complete (result));
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/limits/rx1-capture", test_rx1_capture);
  TEST_ADD ("/limits/rx1-discard", test_rx1_discard);
  TEST_ADD ("/limits/rx1-merge", test_rx1_merge);
  TEST_ADD ("/limits/rx1-file", test_rx1_file);
  TEST_ADD ("/limits/rx1-take-fd", test_rx1_take_fd);
  TEST_ADD ("/limits/rx1-timeout", test_rx1_timeout);
  TEST_ADD ("/limits/no-descriptor-left", test_no_descriptor_left);

  return g_test_run ();
}
