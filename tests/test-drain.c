/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The child is gone, and its output is not at its end. */

#include "config.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test-fixture.h"

#define NEVER_MSEC 600000

/* They are no child's of ours any more, so that nothing else ends them. */
static void
end_orphan (pid_t pid)
{
  g_assert_no_errno (kill (pid, SIGKILL));
  g_assert_cmpint (waitpid (pid, NULL, 0), ==, pid);
}

static void
test_pg1_grandchild_lives_on (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = NULL;
  g_autoptr(ProcResult) result = NULL;
  pid_t pid;

  command = proc_command_new_shell ("sleep 100 & echo $! >&2; echo hi", NULL);
  result = test_check (runner, command);
  test_assert_text (proc_result_get_stdout (result), "hi\n");
  g_assert_true (proc_result_get_successful (result));
  g_assert_false (proc_result_get_complete (result));
  g_assert_false (proc_result_get_forced (result));

  pid = atoi (proc_result_get_stderr_text (result));
  g_assert_cmpint (waitpid (pid, NULL, WNOHANG), ==, 0);
  end_orphan (pid);
}

static void
test_pg1_stopped_by_timeout (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = proc_command_new_shell ("sleep 100 & echo hi", NULL);
  g_autoptr(ProcResult) result = NULL;

  proc_runner_set_drain_grace_msec (runner, NEVER_MSEC);
  proc_runner_set_timeout_msec (runner, 500);
  result = test_run (runner, command);
  test_assert_no_children ();
  test_assert_no_survivors ();
  test_assert_text (proc_result_get_stdout (result), "hi\n");
  g_assert_true (proc_result_get_complete (result));
}

static void
test_no_grace (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_auto(TestFifo) gate = test_fifo_gate ();
  g_autoptr(ProcCommand) command = NULL;
  g_autoptr(ProcResult) result = NULL;

  proc_runner_set_drain_grace_msec (runner, 0);
  command = test_child ("hold-stdout", gate.path, "flood", "60000", "out", NULL);
  result = test_check (runner, command);
  test_assert_pattern (proc_result_get_stdout (result), STDOUT_FILENO, 60000);
  g_assert_false (proc_result_get_complete (result));
  test_fifo_open (&gate);
  g_assert_cmpint (waitpid (-1, NULL, 0), >, 0);
}

/* Who writes without a pause does not prolong it, also where it is a file that is written. */
static void
test_grandchild_floods_a_file (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("leave", "flood", "1000000000000", "out", NULL);
  g_autoptr(GFile) file = test_file ("output", NULL);
  g_autoptr(ProcResult) result = NULL;
  int status;

  proc_runner_set_drain_grace_msec (runner, 50);
  proc_runner_set_idle_timeout_msec (runner, NEVER_MSEC);
  proc_command_set_stdout_file (command, file, PROC_FILE_FLAGS_NONE);
  result = test_check (runner, command);
  g_assert_false (proc_result_get_complete (result));

  g_assert_cmpint (waitpid (-1, &status, 0), >, 0);
  g_assert_true (WIFSIGNALED (status) && WTERMSIG (status) == SIGPIPE);
}

/* A grace of nothing is enough where nothing is missing. */
static void
test_no_grace_needed (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("flood", "1000000", "out", "flood", "60000", "err",
                                               NULL);

  proc_runner_set_drain_grace_msec (runner, 0);
  for (guint i = 0; i < 20; i++)
    {
      g_autoptr(ProcResult) result = test_check (runner, command);

      test_assert_pattern (proc_result_get_stdout (result), STDOUT_FILENO, 1000000);
      test_assert_pattern (proc_result_get_stderr (result), STDERR_FILENO, 60000);
      g_assert_true (proc_result_get_complete (result));
    }
}

/* What a grandchild writes within the grace is the output's, and its end is the end. */
static void
test_grandchild_ends_in_time (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_auto(TestFifo) ready = test_fifo_ready ();
  g_auto(TestFifo) gate = test_fifo_gate ();
  g_autoptr(ProcCommand) command = NULL;
  g_auto(TestCall) call = TEST_CALL_INIT;
  g_autoptr(ProcResult) result = NULL;
  pid_t pid;

  proc_runner_set_drain_grace_msec (runner, NEVER_MSEC);
  command = test_child ("echo", "child", "leave", "ready", ready.path, "gate", gate.path, "flood",
                        "300000", "err", NULL);
  proc_runner_check_async (runner, command, NULL, test_call_done, test_call_begin (&call));
  pid = test_fifo_wait (&ready);
  test_fifo_open (&gate);
  result = proc_runner_check_finish (runner, test_call_wait (&call), NULL);
  test_assert_text (proc_result_get_stdout (result), "child\n");
  test_assert_pattern (proc_result_get_stderr (result), STDERR_FILENO, 300000);
  g_assert_true (proc_result_get_complete (result));
  g_assert_cmpint (waitpid (pid, NULL, 0), ==, pid);
}

/* Each stream has its own end: the other's is seen. */
static void
test_one_stream_held (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_auto(TestFifo) gate = test_fifo_gate ();
  g_autoptr(ProcCommand) command = NULL;
  g_autoptr(ProcResult) result = NULL;

  proc_runner_set_drain_grace_msec (runner, 50);
  command = test_child ("hold-stdout", gate.path, "echo", "out", "err", "oops", "exit", "3", NULL);
  result = test_run (runner, command);
  test_assert_text (proc_result_get_stdout (result), "out\n");
  test_assert_text (proc_result_get_stderr (result), "oops\n");
  g_assert_cmpint (proc_result_get_exit_status (result), ==, 3);
  g_assert_false (proc_result_get_complete (result));
  test_fifo_open (&gate);
  g_assert_cmpint (waitpid (-1, NULL, 0), >, 0);
}

static void
test_nobody_reads (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_auto(TestFifo) gate = test_fifo_gate ();
  g_autoptr(ProcCommand) command = test_child ("hold-stdout", gate.path, NULL);
  g_autoptr(ProcResult) result = NULL;

  proc_runner_set_drain_grace_msec (runner, NEVER_MSEC);
  proc_command_set_stdout (command, PROC_STDIO_DISCARD);
  result = test_check (runner, command);
  g_assert_true (proc_result_get_complete (result));
  test_fifo_open (&gate);
  g_assert_cmpint (waitpid (-1, NULL, 0), >, 0);
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
read_pattern (int fd, gsize size)
{
  g_autoptr(GByteArray) read_so_far = g_byte_array_new ();
  g_autoptr(GBytes) bytes = NULL;
  guint8 buffer[65536];
  gssize n_read;

  while (read_so_far->len < size && (n_read = read (fd, buffer, sizeof buffer)) > 0)
    g_byte_array_append (read_so_far, buffer, n_read);

  bytes = g_byte_array_free_to_bytes (g_steal_pointer (&read_so_far));
  test_assert_pattern (bytes, STDOUT_FILENO, size);
}

/* The output goes to a FIFO that is read long after the grace; a grandchild has more to say, and
 * could not say it before. */
static void
test_slow_consumer (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_auto(TestFifo) ready = test_fifo_ready ();
  g_autofree char *path = test_path ("slow");
  g_autoptr(GFile) file = g_file_new_for_path (path);
  g_autoptr(ProcCommand) command = NULL;
  g_auto(TestCall) call = TEST_CALL_INIT;
  g_autoptr(ProcResult) result = NULL;
  pid_t pid;
  int fd;

  g_assert_no_errno (mkfifo (path, 0600));
  fd = open (path, O_RDWR | O_CLOEXEC);
  command = test_child ("leave", "ready", ready.path, "flood", "4000000", "out", NULL);
  proc_command_set_stdout_file (command, file, PROC_FILE_FLAGS_TRUNCATE);
  proc_runner_set_drain_grace_msec (runner, 300);
  proc_runner_check_async (runner, command, NULL, test_call_done, test_call_begin (&call));
  pid = test_fifo_wait (&ready);
  let_time_pass (900);
  g_assert_cmpuint (call.n_calls, ==, 0);

  read_pattern (fd, 4000000);
  result = proc_runner_check_finish (runner, test_call_wait (&call), NULL);
  g_assert_true (proc_result_get_complete (result));
  g_assert_cmpuint (proc_result_get_stdout_size (result), ==, 4000000);
  close (fd);
  g_assert_cmpint (waitpid (pid, NULL, 0), ==, pid);
}

/* Nobody waits out a grace for somebody who has stopped the run. */
static void
test_stopped_while_draining (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_auto(TestFifo) ready = test_fifo_ready ();
  g_autoptr(ProcCommand) command = NULL;
  g_auto(TestCall) call = TEST_CALL_INIT;
  pid_t pid;

  command = test_child ("echo", "hi", "fork", "setsid-fork", "ready", ready.path, "hang", NULL);
  proc_runner_set_drain_grace_msec (runner, NEVER_MSEC);
  proc_runner_run_async (runner, command, cancellable, test_call_done, test_call_begin (&call));
  pid = test_fifo_wait (&ready);
  g_cancellable_cancel (cancellable);
  test_call_wait (&call);
  end_orphan (pid);
  test_assert_handlers_gone (cancellable);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/drain/pg1-grandchild-lives-on", test_pg1_grandchild_lives_on);
  TEST_ADD ("/drain/pg1-stopped-by-timeout", test_pg1_stopped_by_timeout);
  TEST_ADD ("/drain/no-grace", test_no_grace);
  TEST_ADD ("/drain/grandchild-floods-a-file", test_grandchild_floods_a_file);
  TEST_ADD ("/drain/no-grace-needed", test_no_grace_needed);
  TEST_ADD ("/drain/grandchild-ends-in-time", test_grandchild_ends_in_time);
  TEST_ADD ("/drain/one-stream-held", test_one_stream_held);
  TEST_ADD ("/drain/nobody-reads", test_nobody_reads);
  TEST_ADD ("/drain/fi11-slow-consumer", test_slow_consumer);
  TEST_ADD ("/drain/pg4-stopped-while-draining", test_stopped_while_draining);

  return g_test_run ();
}
