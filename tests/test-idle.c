/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Children that say nothing for too long, and those that do not say it to us. */

#include "config.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test-fixture.h"

#define SHORT_MSEC 50
#define LONG_MSEC 1000
#define NEVER_MSEC 600000

static void
assert_idle (ProcRunner *runner, ProcCommand *command, const char *output)
{
  g_autoptr(ProcResult) result = test_run (runner, command);
  g_autoptr(GError) error = NULL;

  g_assert_cmpint (proc_result_get_outcome (result), ==, PROC_OUTCOME_IDLE);
  g_assert_false (proc_result_get_successful (result));
  g_assert_cmpint (proc_result_get_term_signal (result), ==, SIGTERM);
  g_assert_cmpint (proc_result_get_elapsed_usec (result), >=,
                   SHORT_MSEC * G_TIME_SPAN_MILLISECOND);
  test_assert_text (proc_result_get_stdout (result), output);
  g_assert_cmpstr (proc_result_get_summary (result), !=, "");
  g_assert_false (proc_result_check (result, &error));
  g_assert_error (error, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_TIMED_OUT);
  g_assert_true (proc_runner_error_get_result (error) == result);
}

/* A run that takes about so long. */
static void
let_time_pass (guint msec)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("hang", NULL);
  g_autoptr(ProcResult) result = NULL;

  proc_runner_set_timeout_msec (runner, msec);
  result = test_run (runner, command);
}

static void
test_silent (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("fork", "hang", NULL);

  proc_runner_set_idle_timeout_msec (runner, SHORT_MSEC);
  g_assert_cmpuint (proc_runner_get_idle_timeout_msec (runner), ==, SHORT_MSEC);
  assert_idle (runner, command, "");
  test_assert_no_children ();
}

static void
test_silent_after_output (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("echo", "partial", "hang", NULL);

  proc_runner_set_idle_timeout_msec (runner, LONG_MSEC);
  assert_idle (runner, command, "partial\n");
}

/* Begun together with one that is silent, it outlives that one by a word in the middle. */
static void
assert_a_word_helps (const char *verb)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_auto(TestFifo) first = test_fifo_gate ();
  g_auto(TestFifo) last = test_fifo_gate ();
  g_autoptr(ProcCommand) silent = test_child ("hang", NULL);
  g_autoptr(ProcCommand) talking = NULL;
  g_auto(TestCall) silent_call = TEST_CALL_INIT;
  g_auto(TestCall) talking_call = TEST_CALL_INIT;
  g_autoptr(ProcResult) silent_result = NULL;
  g_autoptr(ProcResult) result = NULL;

  talking = test_child ("gate", first.path, verb, "word", "gate", last.path, "exit", "4", NULL);
  proc_runner_set_idle_timeout_msec (runner, LONG_MSEC);
  proc_runner_run_async (runner, talking, NULL, test_call_done, test_call_begin (&talking_call));
  proc_runner_run_async (runner, silent, NULL, test_call_done, test_call_begin (&silent_call));
  let_time_pass (LONG_MSEC / 2);
  test_fifo_open (&first);

  silent_result = proc_runner_run_finish (runner, test_call_wait (&silent_call), NULL);
  g_assert_cmpint (proc_result_get_outcome (silent_result), ==, PROC_OUTCOME_IDLE);
  test_fifo_open (&last);
  result = proc_runner_run_finish (runner, test_call_wait (&talking_call), NULL);
  g_assert_cmpint (proc_result_get_outcome (result), ==, PROC_OUTCOME_EXITED);
  g_assert_cmpint (proc_result_get_exit_status (result), ==, 4);
}

static void
test_now_and_then (void)
{
  assert_a_word_helps ("echo");
  assert_a_word_helps ("err");
}

static void
test_command_overrides (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("hang", NULL);

  g_assert_cmpint (proc_command_get_idle_timeout_msec (command), ==, -1);
  proc_runner_set_idle_timeout_msec (runner, SHORT_MSEC);
  assert_idle (runner, command, "");

  proc_runner_set_idle_timeout_msec (runner, NEVER_MSEC);
  proc_command_set_idle_timeout_msec (command, SHORT_MSEC);
  g_assert_cmpint (proc_command_get_idle_timeout_msec (command), ==, SHORT_MSEC);
  assert_idle (runner, command, "");

  proc_runner_set_idle_timeout_msec (runner, SHORT_MSEC);
  proc_command_set_idle_timeout_msec (command, -1);
  assert_idle (runner, command, "");
}

/* One that began later had its own end, so this one would have had too. */
static void
test_command_without (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_auto(TestFifo) gate = test_fifo_gate ();
  g_autoptr(ProcCommand) patient = test_child ("gate", gate.path, "exit", "4", NULL);
  g_autoptr(ProcCommand) silent = test_child ("hang", NULL);
  g_auto(TestCall) call = TEST_CALL_INIT;
  g_autoptr(ProcResult) result = NULL;

  proc_runner_set_idle_timeout_msec (runner, SHORT_MSEC);
  proc_command_set_idle_timeout_msec (patient, 0);
  proc_runner_run_async (runner, patient, NULL, test_call_done, test_call_begin (&call));
  assert_idle (runner, silent, "");
  test_fifo_open (&gate);
  result = proc_runner_run_finish (runner, test_call_wait (&call), NULL);
  g_assert_cmpint (proc_result_get_exit_status (result), ==, 4);
}

/* A timeout that is shorter comes first, and the other way round. */
static void
test_beside_timeout (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("hang", NULL);
  g_autoptr(ProcResult) result = NULL;

  proc_runner_set_timeout_msec (runner, NEVER_MSEC);
  proc_runner_set_idle_timeout_msec (runner, SHORT_MSEC);
  assert_idle (runner, command, "");

  proc_runner_set_timeout_msec (runner, SHORT_MSEC);
  proc_runner_set_idle_timeout_msec (runner, NEVER_MSEC);
  result = test_run (runner, command);
  g_assert_cmpint (proc_result_get_outcome (result), ==, PROC_OUTCOME_TIMED_OUT);
}

/* What goes to a file counts as output. */
static void
test_output_to_file (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GFile) file = test_file ("file", "old");
  g_autoptr(ProcCommand) command = test_child ("echo", "partial", "hang", NULL);

  proc_runner_set_idle_timeout_msec (runner, LONG_MSEC);
  proc_command_set_stdout_file (command, file, PROC_FILE_FLAGS_NONE);
  assert_idle (runner, command, "partial\n");
  test_assert_file (file, "old");
  test_assert_alone (file);
}

/* A word that nobody hears is none. */
static void
test_discarded (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("echo", "unheard", "hang", NULL);

  proc_runner_set_idle_timeout_msec (runner, SHORT_MSEC);
  proc_command_set_stdout (command, PROC_STDIO_DISCARD);
  assert_idle (runner, command, "");
  proc_command_set_stderr (command, PROC_STDIO_DISCARD);
  assert_idle (runner, command, "");
}

/* Silent it is not: it is nobody's fault but ours that nothing is read. */
static void
test_held_up (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autofree char *path = test_path ("slow");
  g_autoptr(GFile) file = g_file_new_for_path (path);
  g_autoptr(ProcCommand) command = test_child ("flood", "4000000", "out", NULL);
  g_auto(TestCall) call = TEST_CALL_INIT;
  g_autoptr(ProcResult) result = NULL;
  guint8 buffer[65536];
  gsize n_read = 0;
  int fd;

  g_assert_no_errno (mkfifo (path, 0600));
  fd = open (path, O_RDWR | O_CLOEXEC);
  proc_runner_set_idle_timeout_msec (runner, LONG_MSEC);
  proc_command_set_stdout_file (command, file, PROC_FILE_FLAGS_TRUNCATE);
  proc_runner_check_async (runner, command, NULL, test_call_done, test_call_begin (&call));
  let_time_pass (LONG_MSEC * 2);
  g_assert_cmpuint (call.n_calls, ==, 0);

  while (n_read < 4000000)
    n_read += read (fd, buffer, sizeof buffer);

  result = proc_runner_check_finish (runner, test_call_wait (&call), NULL);
  g_assert_cmpuint (proc_result_get_stdout_size (result), ==, 4000000);
  close (fd);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/idle/silent", test_silent);
  TEST_ADD ("/idle/silent-after-output", test_silent_after_output);
  TEST_ADD ("/idle/now-and-then", test_now_and_then);
  TEST_ADD ("/idle/command-overrides", test_command_overrides);
  TEST_ADD ("/idle/command-without", test_command_without);
  TEST_ADD ("/idle/beside-timeout", test_beside_timeout);
  TEST_ADD ("/idle/output-to-file", test_output_to_file);
  TEST_ADD ("/idle/discarded", test_discarded);
  TEST_ADD ("/idle/held-up", test_held_up);

  return g_test_run ();
}
