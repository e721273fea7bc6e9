/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Standard input from streams: also such as block, fail, or do not listen. */

#include "config.h"

#include <gio/gunixinputstream.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "test-fixture.h"
#include "test-stream.h"

#define MIB ((gsize) 1024 * 1024)

static gsize
scaled (gsize size)
{
  return test_in_valgrind () ? size / 64 : size;
}

static ProcCommand *
child_with_stream (GInputStream *stream, const char *verb, const char *arg)
{
  ProcCommand *command = test_child (verb, arg, NULL);

  proc_command_set_stdin_stream (command, stream);
  return command;
}

/* The thread may end a moment after the run, and with it what it held. */
static gboolean
has_no_input_thread (gpointer user_data)
{
  g_autoptr(GDir) dir = g_dir_open ("/proc/self/task", 0, NULL);
  const char *task;

  while ((task = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename ("/proc/self/task", task, "comm", NULL);
      g_autofree char *name = NULL;

      if (g_file_get_contents (path, &name, NULL, NULL) && strstr (name, "procrunner-in") != NULL)
        return FALSE;
    }

  return TRUE;
}

static void
assert_no_input_thread (void)
{
  g_assert_true (test_eventually (has_no_input_thread, NULL));
}

/* At the run's end the stream is nobody's but the command's and the result's. */
static void
assert_free (GInputStream *stream, ProcCommand **command, ProcResult **result)
{
  g_clear_object (command);
  g_clear_object (result);
  g_assert_cmpuint (G_OBJECT (stream)->ref_count, ==, 1);
  g_assert_false (g_input_stream_has_pending (stream));
  g_assert_false (g_input_stream_is_closed (stream));
  assert_no_input_thread ();
}

static void
test_in3_through_cat (void)
{
  const guint64 sizes[] = { 0, 1, 65536, 256 * 1024, 256 * 1024 + 1, scaled (64 * MIB) };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr(ProcRunner) runner = proc_runner_new ();
      g_autoptr(GInputStream) stream = test_stream_new (sizes[i]);
      g_autoptr(ProcCommand) command = child_with_stream (stream, "cat", NULL);
      g_autoptr(ProcResult) result = test_check (runner, command);

      test_assert_pattern (proc_result_get_stdout (result), 0, sizes[i]);
      g_assert_true (proc_result_get_stdin_complete (result));
      assert_free (stream, &command, &result);
    }
}

/* The child writes more than a pipe to both streams before it reads anything. */
static void
test_in3_both_ways (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GInputStream) stream = test_stream_new (655360);
  g_autoptr(ProcCommand) command = NULL;
  g_autoptr(ProcResult) result = NULL;

  command = test_child ("flood", "655360", "err", "flood", "655360", "out", "cat", "flood",
                        "655360", "err", NULL);
  proc_command_set_stdin_stream (command, stream);
  result = test_check (runner, command);
  g_assert_cmpuint (proc_result_get_stdout_size (result), ==, 2 * 655360);
  g_assert_cmpuint (proc_result_get_stderr_size (result), ==, 2 * 655360);
  g_assert_true (proc_result_get_stdin_complete (result));
}

/* What was read before is not read again, and what comes after the end is left. */
static void
test_begins_where_it_is (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GInputStream) stream = g_memory_input_stream_new_from_data ("one two", 7, NULL);
  g_autoptr(ProcCommand) command = child_with_stream (stream, "cat", NULL);
  g_autoptr(ProcResult) result = NULL;
  char buffer[4];

  g_assert_cmpint (g_input_stream_read (stream, buffer, 4, NULL, NULL), ==, 4);
  result = test_check (runner, command);
  test_assert_text (proc_result_get_stdout (result), "two");
}

static void
assert_refused (ProcCommand *command)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GError) error = NULL;

  error = test_error (runner, command, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_INVALID_COMMAND);
  test_assert_in_error (error, "stream");
}

static void
test_serves_one_run (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GInputStream) stream = test_stream_new (10);
  g_autoptr(ProcCommand) command = child_with_stream (stream, "cat", NULL);
  g_autoptr(ProcCommand) other = child_with_stream (stream, "cat", NULL);
  g_autoptr(ProcCommand) invalid = proc_command_new (TEST_ARGV (""));
  g_autoptr(GError) error = NULL;
  g_autoptr(ProcResult) result = NULL;
  g_auto(TestCall) call = TEST_CALL_INIT;

  /* What is refused for another reason does not use it up. */
  proc_command_set_stdin_stream (invalid, stream);
  g_assert_null (proc_runner_check (runner, invalid, NULL, &error));
  g_assert_error (error, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_INVALID_COMMAND);

  proc_runner_check_async (runner, command, NULL, test_call_done, test_call_begin (&call));
  assert_refused (command);
  result = proc_runner_check_finish (runner, test_call_wait (&call), NULL);
  test_assert_pattern (proc_result_get_stdout (result), 0, 10);

  assert_refused (command);
  assert_refused (other);
  proc_command_set_stdin_stream (command, NULL);
  proc_command_set_stdin_stream (command, stream);
  assert_refused (command);
}

static void
test_in1_unread (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GInputStream) for_good = test_stream_new (MIB);
  g_autoptr(GInputStream) for_bad = test_stream_new (MIB);
  g_autoptr(GInputStream) for_half = test_stream_new (MIB);
  g_autoptr(ProcCommand) good = child_with_stream (for_good, "echo", "out");
  g_autoptr(ProcCommand) bad = child_with_stream (for_bad, "exit", "9");
  g_autoptr(ProcCommand) half = child_with_stream (for_half, "read", "500000");
  g_autoptr(ProcResult) good_result = NULL;
  g_autoptr(ProcResult) bad_result = NULL;
  g_autoptr(ProcResult) half_result = NULL;

  good_result = test_check (runner, good);
  test_assert_text (proc_result_get_stdout (good_result), "out\n");
  g_assert_false (proc_result_get_stdin_complete (good_result));

  bad_result = test_fail (runner, bad, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_EXIT_STATUS);
  g_assert_cmpint (proc_result_get_exit_status (bad_result), ==, 9);
  g_assert_false (proc_result_get_stdin_complete (bad_result));

  half_result = test_check (runner, half);
  g_assert_false (proc_result_get_stdin_complete (half_result));
  assert_no_input_thread ();
}

static guint64
get_used_memory (void)
{
  g_autofree char *status = NULL;

  g_assert_true (g_file_get_contents ("/proc/self/status", &status, NULL, NULL));
  return strtoull (strstr (status, "RssAnon:") + strlen ("RssAnon:"), NULL, 10) * 1024;
}

/* 100 MiB are there, and the child wants none: not more is read than the blocks hold. */
static void
test_in2_cancelled (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GInputStream) stream = test_stream_new (100 * MIB);
  g_auto(TestFifo) ready = test_fifo_ready ();
  g_autoptr(ProcCommand) command = test_child ("ready", ready.path, "hang", NULL);
  g_autoptr(GError) error = NULL;
  g_auto(TestCall) call = TEST_CALL_INIT;
  guint64 used = get_used_memory ();
  ProcResult *result;

  proc_command_set_stdin_stream (command, stream);
  proc_runner_run_async (runner, command, cancellable, test_call_done, test_call_begin (&call));
  test_fifo_wait (&ready);
  g_assert_cmpuint (test_stream_get_given (stream), <=, MIB);
  g_cancellable_cancel (cancellable);
  g_assert_null (proc_runner_run_finish (runner, test_call_wait (&call), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  result = proc_runner_get_task_result (runner, call.result);
  g_assert_false (proc_result_get_stdin_complete (result));
  g_assert_cmpuint (test_stream_get_given (stream), <=, MIB);
  if (!test_in_valgrind ())
    g_assert_cmpuint (get_used_memory (), <=, used + 8 * MIB);
  assert_no_input_thread ();
}

static void
assert_times_out (ProcCommand *command)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcResult) result = NULL;

  proc_command_set_timeout_msec (command, 100);
  result = test_fail (runner, command, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_TIMED_OUT);
  g_assert_false (proc_result_get_stdin_complete (result));
  assert_no_input_thread ();
}

static void
test_in2_timed_out (void)
{
  g_autoptr(GInputStream) stream = test_stream_new (100 * MIB);
  g_autoptr(ProcCommand) streaming = child_with_stream (stream, "hang", NULL);
  g_autoptr(ProcCommand) holding = test_child ("hang", NULL);
  g_autoptr(GBytes) bytes = g_bytes_new_take (g_malloc0 (scaled (100 * MIB)), scaled (100 * MIB));

  assert_times_out (streaming);
  g_assert_cmpuint (test_stream_get_given (stream), >, 0);
  g_assert_cmpuint (test_stream_get_given (stream), <=, MIB);
  proc_command_set_stdin_bytes (holding, bytes);
  assert_times_out (holding);
}

/* The child closes its input, and goes on. Reading stops, and nobody turns round meanwhile. */
static void
test_in6_closed_early (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GInputStream) stream = test_stream_new (100 * MIB);
  g_auto(TestFifo) ready = test_fifo_ready ();
  g_auto(TestFifo) gate = test_fifo_gate ();
  g_autoptr(ProcCommand) command = NULL;
  g_autoptr(ProcResult) result = NULL;
  g_auto(TestCall) call = TEST_CALL_INIT;
  struct rusage before, after;

  command = test_child ("read", "100000", "close-stdin", "ready", ready.path, "gate", gate.path,
                        "echo", "on", NULL);
  proc_command_set_stdin_stream (command, stream);
  proc_runner_check_async (runner, command, NULL, test_call_done, test_call_begin (&call));
  test_fifo_wait (&ready);
  assert_no_input_thread ();
  g_assert_cmpint (getrusage (RUSAGE_SELF, &before), ==, 0);
  g_usleep (200000);
  g_assert_cmpint (getrusage (RUSAGE_SELF, &after), ==, 0);
  if (!test_in_valgrind ())
    g_assert_cmpint ((after.ru_utime.tv_sec - before.ru_utime.tv_sec) * 1000000
                     + after.ru_utime.tv_usec - before.ru_utime.tv_usec, <, 50000);
  test_fifo_open (&gate);
  result = proc_runner_check_finish (runner, test_call_wait (&call), NULL);
  test_assert_text (proc_result_get_stdout (result), "on\n");
  g_assert_false (proc_result_get_stdin_complete (result));
}

/* A pipe that nobody writes to listens to its cancellable. */
static void
test_silent_pipe (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GInputStream) stream = NULL;
  g_autoptr(ProcCommand) command = NULL;
  g_autoptr(ProcResult) result = NULL;
  int fds[2];

  g_assert_no_errno (pipe (fds));
  stream = g_unix_input_stream_new (fds[0], TRUE);
  command = child_with_stream (stream, "echo", "done");
  result = test_check (runner, command);
  test_assert_text (proc_result_get_stdout (result), "done\n");
  g_assert_false (proc_result_get_stdin_complete (result));
  assert_free (stream, &command, &result);
  close (fds[1]);
}

/* The run's end waits for one that listens: then it can be used again at once. */
static void
test_slow_stream (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GInputStream) stream = test_stream_new (1000);
  g_autoptr(ProcCommand) command = child_with_stream (stream, "read", "500");
  g_autoptr(ProcResult) result = NULL;

  test_stream_block_after (stream, 500);
  test_stream_listen (stream);
  result = test_check (runner, command);
  g_assert_false (g_input_stream_has_pending (stream));
  assert_free (stream, &command, &result);
}

/* One that does not listen holds up nothing, whatever the end, and may go on later. */
static void
test_deaf_stream (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GInputStream) stream = test_stream_new (1000);
  g_autoptr(ProcCommand) command = NULL;
  g_autoptr(ProcResult) result = NULL;

  test_stream_block_after (stream, 500);
  command = child_with_stream (stream, "read", "500");
  result = test_check (runner, command);
  g_assert_false (proc_result_get_stdin_complete (result));
  test_stream_wait_for_block (stream);
  g_assert_true (g_input_stream_has_pending (stream));
  test_stream_release (stream);
  assert_no_input_thread ();
  assert_free (stream, &command, &result);
  g_assert_cmpuint (test_stream_get_given (stream), ==, 500);
}

static void
test_deaf_stream_cancelled (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GInputStream) stream = test_stream_new (1000);
  g_autoptr(ProcCommand) command = child_with_stream (stream, "hang", NULL);
  g_autoptr(GError) error = NULL;
  g_auto(TestCall) call = TEST_CALL_INIT;

  test_stream_block_after (stream, 500);
  proc_runner_run_async (runner, command, cancellable, test_call_done, test_call_begin (&call));
  test_stream_wait_for_block (stream);
  g_cancellable_cancel (cancellable);
  g_assert_null (proc_runner_run_finish (runner, test_call_wait (&call), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  test_stream_release (stream);
  assert_no_input_thread ();
}

/* What came out of the first half is kept, and is no success; the child sees no end of file. */
static void
test_fails_half_way (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GInputStream) stream = test_stream_new (MIB);
  g_autoptr(GFile) file = test_file ("file", "old");
  g_autoptr(ProcCommand) command = test_child ("echo", "begun", "cat", "echo", "all is well",
                                               NULL);
  g_autoptr(GError) error = NULL;
  ProcResult *result;

  test_stream_block_after (stream, 500000);
  test_stream_fail_after (stream, 500000);
  proc_command_set_stdin_stream (command, stream);
  proc_command_set_stdout_file (command, file, PROC_FILE_FLAGS_NONE);
  test_stream_release (stream);
  error = test_error (runner, command, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_INPUT_FILE);
  test_assert_in_error (error, "input stream");
  test_assert_in_error (error, "The spring is dry");
  result = proc_runner_error_get_result (error);
  g_assert_false (proc_result_get_successful (result));
  g_assert_false (proc_result_get_stdin_complete (result));
  g_assert_null (strstr (proc_result_get_stdout_text (result), "all is well"));
  test_assert_file (file, "old");
  assert_no_input_thread ();
}

/* The run was stopped for its stream, and so the stream's failure is what is told. */
static void
test_fails_after_output (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GInputStream) stream = test_stream_new (MIB);
  g_auto(TestFifo) ready = test_fifo_ready ();
  g_autoptr(ProcCommand) command = test_child ("echo", "kept", "read", "500", "ready", ready.path,
                                               "cat", "echo", "never", NULL);
  g_autoptr(GError) error = NULL;
  g_auto(TestCall) call = TEST_CALL_INIT;
  ProcResult *result;

  test_stream_block_after (stream, 500);
  test_stream_fail_after (stream, 500);
  proc_command_set_stdin_stream (command, stream);
  proc_runner_run_async (runner, command, NULL, test_call_done, test_call_begin (&call));
  test_fifo_wait (&ready);
  test_stream_release (stream);
  g_assert_null (proc_runner_run_finish (runner, test_call_wait (&call), &error));
  g_assert_error (error, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_INPUT_FILE);
  result = proc_runner_error_get_result (error);
  test_assert_text (proc_result_get_stdout (result), "kept\n");
  g_assert_cmpint (proc_result_get_term_signal (result), ==, SIGTERM);
}

/* A stream that fails for a child that wants no more is no error. */
static void
test_fails_unneeded (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GInputStream) stream = test_stream_new (MIB);
  g_autoptr(ProcCommand) command = child_with_stream (stream, "read", "500");
  g_autoptr(ProcResult) result = NULL;

  test_stream_block_after (stream, 500);
  test_stream_fail_after (stream, 500);
  result = test_check (runner, command);
  test_stream_release (stream);
  assert_no_input_thread ();
}

static void
test_failed_start (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GInputStream) stream = test_stream_new (MIB);
  g_autoptr(ProcCommand) command = proc_command_new (TEST_ARGV ("/no/such"));
  g_autoptr(GError) error = NULL;

  proc_command_set_stdin_stream (command, stream);
  error = test_error (runner, command, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_NOT_FOUND);
  assert_no_input_thread ();
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/input-stream/in3-through-cat", test_in3_through_cat);
  TEST_ADD ("/input-stream/in3-both-ways", test_in3_both_ways);
  TEST_ADD ("/input-stream/begins-where-it-is", test_begins_where_it_is);
  TEST_ADD ("/input-stream/serves-one-run", test_serves_one_run);
  TEST_ADD ("/input-stream/in1-unread", test_in1_unread);
  TEST_ADD ("/input-stream/in2-cancelled", test_in2_cancelled);
  TEST_ADD ("/input-stream/in2-timed-out", test_in2_timed_out);
  TEST_ADD ("/input-stream/in6-closed-early", test_in6_closed_early);
  TEST_ADD ("/input-stream/silent-pipe", test_silent_pipe);
  TEST_ADD ("/input-stream/slow-stream", test_slow_stream);
  TEST_ADD ("/input-stream/deaf-stream", test_deaf_stream);
  TEST_ADD ("/input-stream/deaf-stream-cancelled", test_deaf_stream_cancelled);
  TEST_ADD ("/input-stream/fails-half-way", test_fails_half_way);
  TEST_ADD ("/input-stream/fails-after-output", test_fails_after_output);
  TEST_ADD ("/input-stream/fails-unneeded", test_fails_unneeded);
  TEST_ADD ("/input-stream/failed-start", test_failed_start);

  return g_test_run ();
}
