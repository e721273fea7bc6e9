/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A job's piped streams as those of GIO, for all that takes one. */

#include "config.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "test-following.h"

#define SIZE 5000000

static ProcJob *
start_piped (ProcRunner *runner, ProcCommand *command)
{
  proc_command_set_stdin (command, PROC_STDIO_PIPE);
  proc_command_set_stdout (command, PROC_STDIO_PIPE);
  return test_start (runner, command);
}

static ProcJob *
start_server (ProcRunner *runner)
{
  g_autoptr(ProcCommand) command = test_child ("cat", NULL);

  return start_piped (runner, command);
}

/* They belong to the job, and there are none of what is no pipe. */
static void
test_belong_to_the_job (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("exit", "0", NULL);
  g_autoptr(ProcJob) captured = test_start (runner, command);
  g_autoptr(ProcJob) piped = NULL;
  g_autoptr(ProcResult) first = NULL;
  g_autoptr(ProcResult) second = NULL;

  g_assert_null (proc_job_get_stdin (captured));
  g_assert_null (proc_job_get_stdout (captured));
  g_assert_null (proc_job_get_stderr (captured));

  proc_command_set_stderr (command, PROC_STDIO_PIPE);
  piped = start_piped (runner, command);
  g_assert_true (G_IS_OUTPUT_STREAM (proc_job_get_stdin (piped)));
  g_assert_true (G_IS_INPUT_STREAM (proc_job_get_stdout (piped)));
  g_assert_true (G_IS_INPUT_STREAM (proc_job_get_stderr (piped)));
  g_assert_true (proc_job_get_stdin (piped) == proc_job_get_stdin (piped));
  g_assert_true (proc_job_get_stdout (piped) == proc_job_get_stdout (piped));
  g_assert_true (proc_job_get_stdout (piped) != proc_job_get_stderr (piped));
  test_track (proc_job_get_stdin (piped));
  test_track (proc_job_get_stdout (piped));
  first = test_wait_for (captured);
  second = test_wait_for (piped);
}

static gssize
read_async (GInputStream *stream, void *buffer, gsize count, GCancellable *cancellable,
            GError **error)
{
  g_auto(TestCall) call = TEST_CALL_INIT;

  g_input_stream_read_async (stream, buffer, count, G_PRIORITY_DEFAULT, cancellable,
                             test_call_done, test_call_begin (&call));
  return g_input_stream_read_finish (stream, test_call_wait (&call), error);
}

/* As many as are asked for, or as are there; none at the end. */
static void
test_read (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcJob) job = start_server (runner);
  GInputStream *stream = proc_job_get_stdout (job);
  g_autoptr(ProcResult) result = NULL;
  char buffer[100];

  test_write (job, "0123456789");
  g_assert_cmpint (read_async (stream, buffer, 0, NULL, NULL), ==, 0);
  g_assert_cmpint (g_input_stream_read (stream, buffer, 0, NULL, NULL), ==, 0);
  g_assert_cmpint (read_async (stream, buffer, 3, NULL, NULL), ==, 3);
  g_assert_cmpint (g_input_stream_skip (stream, 2, NULL, NULL), ==, 2);
  g_assert_cmpint (g_input_stream_read (stream, buffer + 3, 2, NULL, NULL), ==, 2);
  g_assert_cmpint (read_async (stream, buffer + 5, 95, NULL, NULL), ==, 3);
  g_assert_cmpmem (buffer, 8, "01256789", 8);

  proc_job_close_stdin (job);
  g_assert_cmpint (read_async (stream, buffer, 100, NULL, NULL), ==, 0);
  g_assert_cmpint (g_input_stream_read (stream, buffer, 100, NULL, NULL), ==, 0);
  result = test_wait_for (job);
  g_assert_cmpint (read_async (stream, buffer, 100, NULL, NULL), ==, 0);
}

static char *
read_line (GDataInputStream *stream)
{
  g_auto(TestCall) call = TEST_CALL_INIT;
  g_autoptr(GError) error = NULL;
  char *line;

  g_data_input_stream_read_line_async (stream, G_PRIORITY_DEFAULT, NULL, test_call_done,
                                       test_call_begin (&call));
  line = g_data_input_stream_read_line_finish (stream, test_call_wait (&call), NULL, &error);
  g_assert_no_error (error);
  return line;
}

static void
test_data_input_stream (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("interleave", "20000", NULL);
  g_autoptr(ProcJob) job = NULL;
  g_autoptr(GDataInputStream) stream = NULL;
  g_autoptr(ProcResult) result = NULL;
  guint n = 0;

  proc_command_set_stderr (command, PROC_STDIO_MERGE);
  job = start_piped (runner, command);
  stream = g_data_input_stream_new (proc_job_get_stdout (job));
  g_filter_input_stream_set_close_base_stream (G_FILTER_INPUT_STREAM (stream), FALSE);
  for (char *line; (line = read_line (stream)) != NULL; n++)
    {
      g_assert_cmpint (atoi (line), ==, n);
      g_free (line);
    }
  g_assert_cmpuint (n, ==, 20000);
  result = test_wait_for (job);
}

static void
begin_splice (GInputStream *from, GOutputStream *to, TestCall *call)
{
  g_output_stream_splice_async (to, from,
                                G_OUTPUT_STREAM_SPLICE_CLOSE_SOURCE
                                  | G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET,
                                G_PRIORITY_DEFAULT, NULL, test_call_done, test_call_begin (call));
}

static void
assert_spliced (GOutputStream *to, TestCall *call, gssize size)
{
  g_autoptr(GError) error = NULL;

  g_assert_cmpint (g_output_stream_splice_finish (to, test_call_wait (call), &error), ==, size);
  g_assert_no_error (error);
}

/* From one command into the next, and from that into memory: a pipeline by hand. */
static void
test_splice (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("flood", G_STRINGIFY (SIZE), "out", NULL);
  g_autoptr(ProcJob) first = start_piped (runner, command);
  g_autoptr(ProcJob) second = start_server (runner);
  g_autoptr(GOutputStream) memory = g_memory_output_stream_new_resizable ();
  g_auto(TestCall) first_call = TEST_CALL_INIT;
  g_auto(TestCall) second_call = TEST_CALL_INIT;
  g_autoptr(ProcResult) first_result = NULL;
  g_autoptr(ProcResult) second_result = NULL;
  g_autoptr(GBytes) bytes = NULL;

  begin_splice (proc_job_get_stdout (first), proc_job_get_stdin (second), &first_call);
  begin_splice (proc_job_get_stdout (second), memory, &second_call);
  assert_spliced (proc_job_get_stdin (second), &first_call, SIZE);
  assert_spliced (memory, &second_call, SIZE);
  bytes = g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (memory));
  test_assert_pattern (bytes, STDOUT_FILENO, SIZE);
  first_result = test_wait_for (first);
  second_result = test_wait_for (second);
  g_assert_true (proc_result_get_successful (first_result));
  g_assert_true (proc_result_get_successful (second_result));
  g_assert_true (proc_result_get_stdin_complete (second_result));
}

/* More than the pipe takes, and more than is copied at once. */
static void
test_write_all (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcJob) job = start_server (runner);
  g_autoptr(ProcCommand) flood = test_child ("flood", G_STRINGIFY (SIZE), "out", NULL);
  g_autoptr(ProcResult) flooded = test_check (runner, flood);
  gconstpointer data = g_bytes_get_data (proc_result_get_stdout (flooded), NULL);
  g_autoptr(GOutputStream) memory = g_memory_output_stream_new_resizable ();
  g_auto(TestCall) write = TEST_CALL_INIT;
  g_auto(TestCall) read = TEST_CALL_INIT;
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) bytes = NULL;
  g_autoptr(ProcResult) result = NULL;
  gsize written = 0;

  g_output_stream_write_all_async (proc_job_get_stdin (job), data, SIZE, G_PRIORITY_DEFAULT, NULL,
                                   test_call_done, test_call_begin (&write));
  begin_splice (proc_job_get_stdout (job), memory, &read);
  g_assert_true (g_output_stream_write_all_finish (proc_job_get_stdin (job),
                                                   test_call_wait (&write), &written, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (written, ==, SIZE);
  g_assert_true (g_output_stream_close (proc_job_get_stdin (job), NULL, NULL));
  assert_spliced (memory, &read, SIZE);
  bytes = g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (memory));
  test_assert_pattern (bytes, STDOUT_FILENO, SIZE);
  result = test_wait_for (job);
}

/* In a thread, which waits. */
static gpointer
read_in_thread (gpointer stream)
{
  g_autoptr(GOutputStream) memory = g_memory_output_stream_new_resizable ();

  g_output_stream_splice (memory, stream, G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET, NULL, NULL);
  return g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (memory));
}

static void
test_sync (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcJob) job = start_server (runner);
  GThread *thread = g_thread_new ("reader", read_in_thread, proc_job_get_stdout (job));
  g_autofree char *data = g_strnfill (SIZE, 'x');
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) read = NULL;
  g_autoptr(ProcResult) result = NULL;

  test_loop_pause ();
  g_assert_true (g_output_stream_write_all (proc_job_get_stdin (job), data, SIZE, NULL, NULL,
                                            &error));
  g_assert_no_error (error);
  g_assert_true (g_output_stream_close (proc_job_get_stdin (job), NULL, NULL));
  read = g_thread_join (thread);
  test_assert_bytes (read, data, SIZE);
  test_loop_resume ();
  result = test_wait_for (job);
}

/* What is read in one way is not read in another. */
static void
test_lines_and_stream (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcJob) job = start_server (runner);
  g_auto(GStrv) lines = NULL;
  g_autoptr(ProcResult) result = NULL;
  g_autofree char *rest = NULL;
  char buffer[3];

  test_write (job, "XXXone\n");
  g_assert_cmpint (read_async (proc_job_get_stdout (job), buffer, 3, NULL, NULL), ==, 3);
  g_assert_cmpmem (buffer, 3, "XXX", 3);
  lines = test_read_lines (job, PROC_STREAM_STDOUT);
  g_assert_cmpstr (lines[0], ==, "one");
  test_write (job, "two");
  proc_job_close_stdin (job);
  rest = test_read_all (job, PROC_STREAM_STDOUT);
  g_assert_cmpstr (rest, ==, "two\n");
  result = test_wait_for (job);
}

/* It takes nothing. */
static void
test_cancelled (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcJob) job = start_server (runner);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_auto(TestCall) call = TEST_CALL_INIT;
  g_autoptr(GError) error = NULL;
  g_autoptr(ProcResult) result = NULL;
  char buffer[10] = "";

  g_input_stream_read_async (proc_job_get_stdout (job), buffer, sizeof buffer, G_PRIORITY_DEFAULT,
                             cancellable, test_call_done, test_call_begin (&call));
  g_cancellable_cancel (cancellable);
  g_assert_cmpint (g_input_stream_read_finish (proc_job_get_stdout (job), test_call_wait (&call),
                                               &error), ==, -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  test_assert_handlers_gone (cancellable);
  test_write (job, "text");
  g_assert_cmpint (read_async (proc_job_get_stdout (job), buffer, 10, NULL, NULL), ==, 4);
  g_assert_cmpstr (buffer, ==, "text");
  proc_job_close_stdin (job);
  result = test_wait_for (job);
}

/* Closed by one side, and by the other. */
static void
test_stdin_closed (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr(ProcJob) job = start_server (runner);
      GOutputStream *stream = proc_job_get_stdin (job);
      g_autoptr(GError) error = NULL;
      g_autoptr(ProcResult) result = NULL;

      if (i == 0)
        g_assert_true (g_output_stream_close (stream, NULL, NULL));
      else
        proc_job_close_stdin (job);
      g_assert_cmpint (g_output_stream_write (stream, "late", 4, NULL, &error), ==, -1);
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
      result = test_wait_for (job);
      g_assert_true (proc_result_get_successful (result));
    }
}

/* A broken pipe is an error, in this thread too, which has not blocked SIGPIPE. */
static void
test_stdin_broken (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("read", "1000", NULL);
  g_autoptr(ProcJob) job = start_piped (runner, command);
  g_autofree char *data = g_strnfill (SIZE, 'x');
  g_autoptr(GError) error = NULL;
  g_autoptr(ProcResult) result = NULL;

  g_assert_false (g_output_stream_write_all (proc_job_get_stdin (job), data, SIZE, NULL, NULL,
                                             &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE);
  result = test_wait_for (job);
  g_assert_true (proc_result_get_successful (result));
  g_assert_false (proc_result_get_stdin_complete (result));
}

static void
test_stdout_closed (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("flood", "1000000000000", "out", NULL);
  g_autoptr(ProcJob) job = start_piped (runner, command);
  GInputStream *stream = proc_job_get_stdout (job);
  g_autoptr(GError) error = NULL;
  g_autoptr(ProcResult) result = NULL;
  char buffer[10];

  g_assert_cmpint (read_async (stream, buffer, 10, NULL, NULL), ==, 10);
  g_assert_true (g_input_stream_close (stream, NULL, NULL));
  g_assert_cmpint (g_input_stream_read (stream, buffer, 10, NULL, &error), ==, -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
  g_assert_null (test_read_lines (job, PROC_STREAM_STDOUT));
  result = test_wait_for (job);
  g_assert_cmpint (proc_result_get_term_signal (result), ==, SIGPIPE);
}

/* Who has the stream needs nothing else. */
static void
test_outlives_the_job (void)
{
  for (guint i = 0; i < 20; i++)
    {
      ProcRunner *runner = proc_runner_new ();
      ProcJob *job = start_server (runner);
      g_autoptr(GInputStream) output = g_object_ref (proc_job_get_stdout (job));
      g_autoptr(GOutputStream) input = g_object_ref (proc_job_get_stdin (job));
      char buffer[10] = "";

      test_track (output);
      test_track (input);
      g_object_unref (job);
      g_object_unref (runner);
      g_assert_true (g_output_stream_write_all (input, "text", 4, NULL, NULL, NULL));
      g_assert_true (g_output_stream_close (input, NULL, NULL));
      g_assert_cmpint (read_async (output, buffer, 2, NULL, NULL), ==, 2);
      g_assert_cmpint (read_async (output, buffer + 2, 8, NULL, NULL), ==, 2);
      g_assert_cmpint (read_async (output, buffer + 4, 6, NULL, NULL), ==, 0);
      g_assert_cmpstr (buffer, ==, "text");
    }

  test_wait_for_tracked ();
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/job-stream/belong-to-the-job", test_belong_to_the_job);
  TEST_ADD ("/job-stream/read", test_read);
  TEST_ADD ("/job-stream/data-input-stream", test_data_input_stream);
  TEST_ADD ("/job-stream/splice", test_splice);
  TEST_ADD ("/job-stream/write-all", test_write_all);
  TEST_ADD ("/job-stream/sync", test_sync);
  TEST_ADD ("/job-stream/lines-and-stream", test_lines_and_stream);
  TEST_ADD ("/job-stream/cancelled", test_cancelled);
  TEST_ADD ("/job-stream/stdin-closed", test_stdin_closed);
  TEST_ADD ("/job-stream/in1-stdin-broken", test_stdin_broken);
  TEST_ADD ("/job-stream/stdout-closed", test_stdout_closed);
  TEST_ADD ("/job-stream/outlives-the-job", test_outlives_the_job);

  return g_test_run ();
}
