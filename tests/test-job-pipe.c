/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Piped streams: who may have them, who lets go of them, and what happens then. */

#include "config.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test-following.h"

#define NEVER_MSEC 600000

static void
pipe_all (ProcCommand *command)
{
  proc_command_set_stdin (command, PROC_STDIO_PIPE);
  proc_command_set_stdout (command, PROC_STDIO_PIPE);
  proc_command_set_stderr (command, PROC_STDIO_PIPE);
}

/* There is nobody who could read or write. */
static void
test_refused_by_the_verbs (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autofree char *marker = test_path ("marker");

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr(ProcCommand) command = test_child ("touch", marker, NULL);
      g_autoptr(GError) run_error = NULL;
      g_autoptr(GError) check_error = NULL;
      g_autoptr(GError) async_error = NULL;

      if (i == 0)
        proc_command_set_stdin (command, PROC_STDIO_PIPE);
      else if (i == 1)
        proc_command_set_stdout (command, PROC_STDIO_PIPE);
      else
        proc_command_set_stderr (command, PROC_STDIO_PIPE);

      g_assert_null (proc_runner_run (runner, command, NULL, &run_error));
      g_assert_error (run_error, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_INVALID_COMMAND);
      g_assert_null (proc_runner_check (runner, command, NULL, &check_error));
      g_assert_error (check_error, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_INVALID_COMMAND);
      async_error = test_error (runner, command, PROC_RUNNER_ERROR,
                                PROC_RUNNER_ERROR_INVALID_COMMAND);
      test_assert_in_error (async_error, "PROC_STDIO_PIPE");
      g_assert_false (g_file_test (marker, G_FILE_TEST_EXISTS));
    }
}

/* Where it is not what is done, it does not matter. */
static void
test_pipe_overruled (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GFile) file = test_file ("file", NULL);
  g_autoptr(ProcCommand) command = test_child ("cat", NULL);
  g_autoptr(ProcResult) result = NULL;

  proc_command_set_stdin (command, PROC_STDIO_PIPE);
  proc_command_set_stdin_text (command, "text");
  proc_command_set_stdout (command, PROC_STDIO_PIPE);
  proc_command_set_stdout_file (command, file, PROC_FILE_FLAGS_NONE);
  result = test_check (runner, command);
  test_assert_file (file, "text");
}

static void
test_all_three (void)
{
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr(ProcRunner) runner = proc_runner_new ();
      g_autoptr(ProcCommand) command = test_child ("err", "ready", "cat", "exit", "3", NULL);
      g_autoptr(ProcJob) job = NULL;
      g_auto(GStrv) err = NULL;
      g_auto(GStrv) out = NULL;
      g_autoptr(ProcResult) result = NULL;

      proc_runner_set_supervise (runner, i == 1);
      pipe_all (command);
      job = test_start (runner, command);
      err = test_read_lines (job, PROC_STREAM_STDERR);
      g_assert_cmpstr (err[0], ==, "ready");
      test_write (job, "words\n");
      out = test_read_lines (job, PROC_STREAM_STDOUT);
      g_assert_cmpstr (out[0], ==, "words");
      proc_job_close_stdin (job);
      g_assert_null (test_read_lines (job, PROC_STREAM_STDOUT));
      g_assert_null (test_read_lines (job, PROC_STREAM_STDERR));
      result = test_wait_for (job);
      g_assert_cmpint (proc_result_get_exit_status (result), ==, 3);
      g_assert_true (proc_result_get_stdin_complete (result));
      test_assert_text (proc_result_get_stdout (result), "");
      g_assert_cmpuint (proc_result_get_stderr_size (result), ==, 6);
    }
}

/* Question and answer. */
static void
assert_conversation (ProcJob *job)
{
  for (guint i = 0; i < 50; i++)
    {
      g_autofree char *question = g_strdup_printf ("%u+1\n", i);
      g_autofree char *expected = g_strdup_printf ("%u", i + 1);
      g_auto(GStrv) answer = NULL;

      test_write (job, question);
      answer = test_read_lines (job, PROC_STREAM_STDOUT);
      g_assert_cmpuint (g_strv_length (answer), ==, 1);
      g_assert_cmpstr (answer[0], ==, expected);
    }
}

static void
test_interactive (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autofree char *bc = g_find_program_in_path ("bc");
  g_autoptr(ProcCommand) command = NULL;
  g_autoptr(ProcJob) job = NULL;
  g_autoptr(ProcResult) result = NULL;

  if (bc == NULL)
    {
      g_test_skip ("no bc");
      return;
    }

  command = proc_command_new (TEST_ARGV (bc, "-q"));
  pipe_all (command);
  job = test_start (runner, command);
  assert_conversation (job);
  test_write (job, "quit\n");
  result = test_wait_for (job);
  g_assert_true (proc_result_get_successful (result));
  g_assert_null (test_read_lines (job, PROC_STREAM_STDOUT));
}

/* The child gets SIGPIPE, as one whose pipeline has ended; before its start, too. */
static void
test_stop_reading (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("flood", "100000000", "out", NULL);
  g_auto(TestCall) call = TEST_CALL_INIT;

  proc_command_set_stdout (command, PROC_STDIO_PIPE);
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr(ProcJob) job = test_start (runner, command);
      g_autoptr(ProcResult) result = NULL;

      if (i == 1)
        g_strfreev (test_read_lines (job, PROC_STREAM_STDOUT));
      if (i == 2)
        test_iterate_until (job, PROC_JOB_STATE_RUNNING);
      proc_job_stop_reading (job, PROC_STREAM_STDOUT);
      g_assert_null (test_read_lines (job, PROC_STREAM_STDOUT));
      result = test_wait_for (job);
      g_assert_cmpint (proc_result_get_outcome (result), ==, PROC_OUTCOME_SIGNALED);
      g_assert_cmpint (proc_result_get_term_signal (result), ==, SIGPIPE);
      g_assert_true (proc_result_get_complete (result));
      proc_job_stop_reading (job, PROC_STREAM_STDOUT);
    }
}

static void
test_stop_reading_in_the_queue (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_auto(TestFifo) gate = test_fifo_gate ();
  g_autoptr(ProcCommand) first_command = test_child ("gate", gate.path, NULL);
  g_autoptr(ProcCommand) command = test_child ("flood", "100000000", "out", NULL);
  g_autoptr(ProcJob) first = test_start (runner, first_command);
  g_autoptr(ProcJob) job = NULL;
  g_auto(TestCall) call = TEST_CALL_INIT;
  g_autoptr(ProcResult) first_result = NULL;
  g_autoptr(ProcResult) result = NULL;

  test_iterate_until (first, PROC_JOB_STATE_RUNNING);
  proc_runner_set_max_running (runner, 1);
  proc_command_set_stdout (command, PROC_STDIO_PIPE);
  job = test_start (runner, command);
  proc_job_read_lines_async (job, PROC_STREAM_STDOUT, NULL, test_call_done,
                             test_call_begin (&call));
  proc_job_stop_reading (job, PROC_STREAM_STDOUT);
  g_assert_null (proc_job_read_lines_finish (job, test_call_wait (&call), NULL));
  test_fifo_open (&gate);
  first_result = test_wait_for (first);
  result = test_wait_for (job);
  g_assert_cmpint (proc_result_get_term_signal (result), ==, SIGPIPE);
}

/* Somebody else holds the pipe: a reader is at the end when the drain grace is over, and the result
 * has not waited. */
static void
test_grandchild_holds (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_auto(TestFifo) gate = test_fifo_gate ();
  g_autoptr(ProcCommand) command = test_child ("hold-stdout", gate.path, "print", "out", NULL);
  g_autoptr(ProcJob) job = NULL;
  g_auto(TestCall) call = TEST_CALL_INIT;
  g_autoptr(ProcResult) result = NULL;
  g_auto(GStrv) lines = NULL;

  proc_runner_set_drain_grace_msec (runner, 300);
  proc_command_set_stdout (command, PROC_STDIO_PIPE);
  job = test_start (runner, command);
  proc_job_read_lines_async (job, PROC_STREAM_STDOUT, NULL, test_call_done,
                             test_call_begin (&call));
  result = test_wait_for (job);
  g_assert_true (proc_result_get_successful (result));
  lines = proc_job_read_lines_finish (job, test_call_wait (&call), NULL);
  g_assert_cmpstr (lines[0], ==, "out");
  g_assert_null (test_read_lines (job, PROC_STREAM_STDOUT));
  test_fifo_open (&gate);
  g_assert_cmpint (waitpid (-1, NULL, 0), >, 0);
}

/* What it writes within the grace is read, long after the result. */
static void
test_grandchild_writes (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_auto(TestFifo) gate = test_fifo_gate ();
  g_autoptr(ProcCommand) command = test_child ("echo", "child", "leave", "gate", gate.path,
                                               "flood", "3000000", "out", NULL);
  g_autoptr(ProcJob) job = NULL;
  g_auto(GStrv) lines = NULL;
  g_autoptr(ProcResult) result = NULL;
  g_autoptr(GOutputStream) memory = g_memory_output_stream_new_resizable ();
  g_autoptr(GBytes) bytes = NULL;

  proc_runner_set_drain_grace_msec (runner, NEVER_MSEC);
  proc_command_set_stdout (command, PROC_STDIO_PIPE);
  proc_command_set_stderr (command, PROC_STDIO_DISCARD);
  job = test_start (runner, command);
  lines = test_read_lines (job, PROC_STREAM_STDOUT);
  g_assert_cmpstr (lines[0], ==, "child");
  result = test_wait_for (job);
  test_fifo_open (&gate);
  g_output_stream_splice (memory, proc_job_get_stdout (job), G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET,
                          NULL, NULL);
  bytes = g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (memory));
  test_assert_pattern (bytes, STDOUT_FILENO, 3000000);
  g_assert_cmpint (waitpid (-1, NULL, 0), >, 0);
}

/* Stopped, what has been written by then can be read. */
static void
test_stopped_behind (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_auto(TestFifo) ready = test_fifo_ready ();
  g_autoptr(ProcCommand) command = test_child ("echo", "one", "echo", "two", "ready", ready.path,
                                               "hang", NULL);
  g_autoptr(ProcJob) job = NULL;
  g_autoptr(ProcResult) result = NULL;
  g_autofree char *out = NULL;

  pipe_all (command);
  job = test_start (runner, command);
  test_fifo_wait (&ready);
  proc_job_stop (job);
  result = test_wait_for (job);
  g_assert_cmpint (proc_result_get_outcome (result), ==, PROC_OUTCOME_CANCELLED);
  out = test_read_all (job, PROC_STREAM_STDOUT);
  g_assert_cmpstr (out, ==, "one\ntwo\n");
}

/* Everything is dropped, at any moment: what was begun comes to its end, and nothing stays. */
typedef enum
{
  DROP_AT_ONCE,
  DROP_WHEN_RUNNING,
  DROP_WITH_READ,
  DROP_WITH_WRITE,
  DROP_WITH_BOTH,
  DROP_CANCELLED,
  DROP_STOPPED,
  DROP_FOLLOWED,
  DROP_OVER,
  N_DROPS
} Drop;

static void
count_call (GObject *source, GAsyncResult *result, gpointer user_data)
{
  (*(guint *) user_data)++;
}

static void
come_to (Drop drop, ProcJob *job, GCancellable *cancellable, TestFollower *follower, guint *n_calls)
{
  g_autoptr(GBytes) bytes = g_bytes_new_take (g_malloc0 (1000000), 1000000);
  gboolean reads = drop == DROP_WITH_READ || drop >= DROP_WITH_BOTH;
  gboolean writes = drop == DROP_WITH_WRITE || drop >= DROP_WITH_BOTH;

  if (drop == DROP_FOLLOWED)
    test_follow (follower, job);
  else if (reads)
    proc_job_read_lines_async (job, PROC_STREAM_STDOUT, cancellable, count_call, n_calls);
  if (writes)
    proc_job_write_async (job, bytes, cancellable, count_call, n_calls);
  if (drop != DROP_AT_ONCE)
    test_iterate_until (job, PROC_JOB_STATE_RUNNING);
  if (drop == DROP_CANCELLED)
    g_cancellable_cancel (cancellable);
  if (drop == DROP_STOPPED)
    proc_job_stop (job);
  proc_job_close_stdin (job);
  if (drop == DROP_OVER)
    test_iterate_until (job, PROC_JOB_STATE_FINISHED);
}

static guint
count_expected (Drop drop)
{
  if (drop < DROP_WITH_READ)
    return 0;

  return drop >= DROP_WITH_BOTH && drop != DROP_FOLLOWED ? 2 : 1;
}

static void
test_dropped (void)
{
  static const char *const verbs[][2] = { { "cat", NULL }, { "exit", "0" }, { "read", "10" } };

  for (guint i = 0; i < N_DROPS * G_N_ELEMENTS (verbs); i++)
    {
      const Drop drop = i % N_DROPS;
      g_autoptr(GCancellable) cancellable = g_cancellable_new ();
      g_auto(TestFollower) follower = TEST_FOLLOWER_INIT;
      ProcRunner *runner = proc_runner_new ();
      ProcCommand *command = test_child (verbs[i / N_DROPS][0], verbs[i / N_DROPS][1], NULL);
      ProcJob *job;
      guint n_calls = 0;

      g_test_message ("%s, %d", verbs[i / N_DROPS][0], drop);
      proc_command_set_stdin (command, PROC_STDIO_PIPE);
      if (i / N_DROPS > 0)
        proc_command_set_stdout (command, PROC_STDIO_PIPE);
      job = test_start (runner, command);
      come_to (drop, job, cancellable, &follower, &n_calls);
      test_track (runner);
      g_object_unref (job);
      g_object_unref (command);
      g_object_unref (runner);
      test_wait_for_tracked ();
      g_assert_cmpuint (n_calls, ==, count_expected (drop));
    }
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/job-pipe/refused-by-the-verbs", test_refused_by_the_verbs);
  TEST_ADD ("/job-pipe/overruled", test_pipe_overruled);
  TEST_ADD ("/job-pipe/all-three", test_all_three);
  TEST_ADD ("/job-pipe/interactive", test_interactive);
  TEST_ADD ("/job-pipe/stop-reading", test_stop_reading);
  TEST_ADD ("/job-pipe/stop-reading-in-the-queue", test_stop_reading_in_the_queue);
  TEST_ADD ("/job-pipe/pg1-grandchild-holds", test_grandchild_holds);
  TEST_ADD ("/job-pipe/grandchild-writes", test_grandchild_writes);
  TEST_ADD ("/job-pipe/stopped-behind", test_stopped_behind);
  TEST_ADD ("/job-pipe/pg9-dropped", test_dropped);

  return g_test_run ();
}
