/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Output to a stream, and what may hang. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixoutputstream.h>
#include <unistd.h>

#include "test-fixture.h"
#include "test-memory-file.h"

/* The file is there to see what reached its stream. */
static GOutputStream *
open_stream (GFile *file)
{
  GFileOutputStream *stream = g_file_append_to (file, G_FILE_CREATE_NONE, NULL, NULL);

  return G_OUTPUT_STREAM (stream);
}

static void
assert_stream (GOutputStream *stream, GFile *file, guint64 size)
{
  g_autoptr(GBytes) contents = NULL;

  g_assert_false (g_output_stream_is_closed (stream));
  g_assert_true (g_output_stream_close (stream, NULL, NULL));
  contents = test_memory_file_ref_contents (file);
  test_assert_pattern (contents, STDOUT_FILENO, size);
}

static void
test_written_flushed_left_open (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GFile) file = test_memory_file_new ("file", NULL);
  g_autoptr(GOutputStream) stream = open_stream (file);
  g_autoptr(ProcCommand) command = test_child ("flood", "3000000", "out", NULL);
  g_autoptr(ProcResult) result = NULL;

  proc_command_set_stdout_stream (command, stream);
  result = test_check (runner, command);
  test_assert_text (proc_result_get_stdout (result), "");
  g_assert_cmpuint (proc_result_get_stdout_size (result), ==, 3000000);
  g_assert_cmpuint (test_memory_file_get_n_flushes (file), ==, 1);
  assert_stream (stream, file, 3000000);
}

/* One run after the other may have the same stream, and a failed command's output stays in it. */
static void
test_fi6_failed_command (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GOutputStream) stream = g_memory_output_stream_new_resizable ();
  g_autoptr(GOutputStream) buffered = g_buffered_output_stream_new (stream);
  g_autoptr(ProcCommand) failing = test_child ("echo", "one", "exit", "3", NULL);
  g_autoptr(ProcCommand) succeeding = test_child ("echo", "two", NULL);
  g_autoptr(ProcResult) failed = NULL;
  g_autoptr(ProcResult) succeeded = NULL;
  g_autoptr(GBytes) contents = NULL;

  proc_command_set_stdout_stream (failing, buffered);
  proc_command_set_stdout_stream (succeeding, buffered);
  failed = test_run (runner, failing);
  g_assert_cmpint (proc_result_get_exit_status (failed), ==, 3);
  g_assert_cmpuint (g_memory_output_stream_get_data_size (G_MEMORY_OUTPUT_STREAM (stream)), ==, 4);
  succeeded = test_check (runner, succeeding);
  g_output_stream_close (buffered, NULL, NULL);
  contents = g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (stream));
  test_assert_bytes (contents, "one\ntwo\n", 8);
}

static void
test_fi1_full (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GFile) file = test_memory_file_new ("file", NULL);
  g_autoptr(GOutputStream) stream = open_stream (file);
  g_autoptr(ProcCommand) command = test_child ("flood", "1000000", "out", "hang", NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) contents = NULL;
  GByteArray *all;
  g_autoptr(GBytes) bytes = NULL;
  GBytes *rest;

  test_memory_file_fail_after (file, 100000);
  proc_command_set_stdout_stream (command, stream);
  error = test_error (runner, command, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_OUTPUT_FILE);
  test_assert_in_error (error, "the output stream");
  test_assert_in_error (error, "The moon is full");

  g_output_stream_close (stream, NULL, NULL);
  contents = test_memory_file_ref_contents (file);
  g_assert_cmpuint (g_bytes_get_size (contents), ==, 100000);
  rest = proc_result_get_stdout (proc_runner_error_get_result (error));
  all = g_byte_array_new ();
  g_byte_array_append (all, g_bytes_get_data (contents, NULL), 100000);
  g_byte_array_append (all, g_bytes_get_data (rest, NULL), (guint) g_bytes_get_size (rest));
  bytes = g_byte_array_free_to_bytes (all);
  test_assert_pattern (bytes, STDOUT_FILENO, g_bytes_get_size (bytes));
}

/* A child that does not heed SIGTERM goes on: no more than a bounded part of it is kept. */
static void
test_fi1_full_and_a_stubborn_child (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GFile) file = g_file_new_for_path ("/dev/full");
  g_autoptr(ProcCommand) command = NULL;
  g_autoptr(GError) error = NULL;
  ProcResult *result;

  command = test_child ("ignore-term", "flood", "50000000", "out", NULL);
  proc_command_set_stdout_file (command, file, PROC_FILE_FLAGS_TRUNCATE);
  error = test_error (runner, command, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_OUTPUT_FILE);
  result = proc_runner_error_get_result (error);
  g_assert_false (proc_result_get_complete (result));
  g_assert_cmpuint (g_bytes_get_size (proc_result_get_stdout (result)), <, 4000000);
  test_assert_pattern (proc_result_get_stdout (result), STDOUT_FILENO,
                       g_bytes_get_size (proc_result_get_stdout (result)));
}

static void
test_fails_at_flush (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GFile) file = test_memory_file_new ("file", NULL);
  g_autoptr(GOutputStream) stream = open_stream (file);
  g_autoptr(ProcCommand) command = test_child ("echo", "x", NULL);
  g_autoptr(GError) error = NULL;

  test_memory_file_fail_at_flush (file);
  proc_command_set_stdout_stream (command, stream);
  error = test_error (runner, command, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_OUTPUT_FILE);
  test_assert_in_error (error, "the output stream");
  test_assert_in_error (error, "The moon is dark");
}

/* SG1: the disposition is the default one in this program. */
static void
test_sg1_broken_pipe (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("flood", "1000000", "out", "hang", NULL);
  g_autoptr(GOutputStream) stream = NULL;
  g_autoptr(GError) error = NULL;
  int fds[2];

  g_assert_no_errno (pipe2 (fds, O_CLOEXEC));
  close (fds[0]);
  stream = g_unix_output_stream_new (fds[1], TRUE);
  proc_command_set_stdout_stream (command, stream);
  error = test_error (runner, command, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_OUTPUT_FILE);
  test_assert_in_error (error, g_strerror (EPIPE));
}

/* Hanging */

typedef struct
{
  ProcRunner *runner;
  GFile *file;
  GOutputStream *stream;
  GCancellable *cancellable;
  TestCall call;
} Hanging;

static void
start_hanging (Hanging *self, gboolean stubborn, ProcCommand *command)
{
  self->runner = proc_runner_new ();
  self->file = test_memory_file_new ("file", NULL);
  self->stream = open_stream (self->file);
  self->cancellable = g_cancellable_new ();
  self->call = (TestCall) TEST_CALL_INIT;

  test_memory_file_hang (self->file, stubborn);
  proc_command_set_stdout_stream (command, self->stream);
  proc_runner_run_async (self->runner, command, self->cancellable, test_call_done,
                         test_call_begin (&self->call));
  test_memory_file_wait_for_hanging (self->file);
}

static gboolean
is_only_ours (gpointer data)
{
  return g_atomic_int_get (&G_OBJECT (data)->ref_count) == 1;
}

/* What was left behind lets go of the stream when its call has come back. */
static void
end_hanging (Hanging *self)
{
  test_call_clear (&self->call);
  test_memory_file_let_go (self->file);
  g_assert_true (test_eventually (is_only_ours, self->stream));
  g_object_unref (self->stream);
  g_object_unref (self->file);
  g_object_unref (self->cancellable);
  g_object_unref (self->runner);
}

static void
assert_cancelled (Hanging *self)
{
  g_autoptr(GError) error = NULL;
  ProcResult *result;

  g_assert_null (proc_runner_run_finish (self->runner, test_call_wait (&self->call), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  result = proc_runner_get_task_result (self->runner, self->call.result);
  test_assert_pattern (proc_result_get_stdout (result), STDOUT_FILENO,
                       g_bytes_get_size (proc_result_get_stdout (result)));
  g_assert_cmpuint (g_bytes_get_size (proc_result_get_stdout (result)), ==,
                    proc_result_get_stdout_size (result));
  g_assert_cmpuint (proc_result_get_stdout_size (result), >, 0);
}

static void
test_fi11_hanging_is_cancelled (void)
{
  for (int stubborn = 0; stubborn <= 1; stubborn++)
    {
      g_autoptr(ProcCommand) command = test_child ("flood", "100000", "out", "hang", NULL);
      Hanging hanging;

      start_hanging (&hanging, stubborn, command);
      g_cancellable_cancel (hanging.cancellable);
      assert_cancelled (&hanging);
      g_clear_object (&command);
      end_hanging (&hanging);
    }
}

/* The child is gone already, and waits for nothing: all that is left to do is to flush. */
static void
test_fi11_hanging_at_the_end_is_cancelled (void)
{
  g_autoptr(ProcCommand) command = test_child ("flood", "1000", "out", NULL);
  Hanging hanging;

  start_hanging (&hanging, TRUE, command);
  g_cancellable_cancel (hanging.cancellable);
  assert_cancelled (&hanging);
  g_clear_object (&command);
  end_hanging (&hanging);
}

/* It comes back in time, with all written, and yet there is no telling what of it is there. */
static void
test_fi11_not_flushed_is_no_success (void)
{
  g_autoptr(ProcCommand) command = test_child ("flood", "1000", "out", NULL);
  g_autoptr(GError) error = NULL;
  Hanging hanging;

  start_hanging (&hanging, TRUE, command);
  test_assert_no_children ();
  g_cancellable_cancel (hanging.cancellable);
  test_memory_file_let_go (hanging.file);
  g_assert_null (proc_runner_run_finish (hanging.runner, test_call_wait (&hanging.call), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_object (&command);
  end_hanging (&hanging);
}

/* The other output was to replace a file, and the run has not succeeded. */
static void
test_fi11_cut_replaces_nothing (void)
{
  g_autoptr(ProcCommand) command = test_child ("flood", "1000", "out", "err", "oops", NULL);
  g_autoptr(GFile) file = test_file ("file", "old");
  Hanging hanging;

  proc_command_set_stderr_file (command, file, PROC_FILE_FLAGS_NONE);
  start_hanging (&hanging, FALSE, command);
  test_assert_no_children ();
  g_cancellable_cancel (hanging.cancellable);
  assert_cancelled (&hanging);
  test_assert_file (file, "old");
  test_assert_alone (file);
  g_clear_object (&command);
  end_hanging (&hanging);
}

static void
test_fi11_hanging_times_out (void)
{
  const char *children[] = { "hang", "echo" };

  for (gsize i = 0; i < G_N_ELEMENTS (children); i++)
    {
      g_autoptr(ProcCommand) command = test_child ("echo", "x", children[i], "y", NULL);
      g_autoptr(ProcResult) result = NULL;
      Hanging hanging;

      proc_command_set_timeout_msec (command, 100);
      start_hanging (&hanging, TRUE, command);
      result = proc_runner_run_finish (hanging.runner, test_call_wait (&hanging.call), NULL);
      g_assert_cmpint (proc_result_get_outcome (result), ==, PROC_OUTCOME_TIMED_OUT);
      g_assert_true (g_str_has_prefix (proc_result_get_stdout_text (result), "x\n"));
      g_clear_object (&result);
      g_clear_object (&command);
      end_hanging (&hanging);
    }
}

/* Back-pressure: the child waits, and this program keeps only what is on its way. */
static void
test_fi11_others_go_on (void)
{
  g_autoptr(ProcCommand) command = test_child ("flood", "50000000", "out", NULL);
  g_autoptr(ProcCommand) other = test_child ("flood", "3000000", "out", NULL);
  g_autoptr(GFile) other_file = test_file ("other", NULL);
  g_autoptr(ProcResult) other_result = NULL;
  g_autoptr(ProcResult) result = NULL;
  Hanging hanging;

  start_hanging (&hanging, TRUE, command);
  proc_command_set_stdout_file (other, other_file, PROC_FILE_FLAGS_NONE);
  other_result = test_check (hanging.runner, other);
  g_assert_cmpuint (proc_result_get_stdout_size (other_result), ==, 3000000);
  g_assert_null (hanging.call.result);

  test_memory_file_let_go (hanging.file);
  result = proc_runner_run_finish (hanging.runner, test_call_wait (&hanging.call), NULL);
  g_assert_true (proc_result_get_successful (result));
  assert_stream (hanging.stream, hanging.file, 50000000);
  g_clear_object (&result);
  g_clear_object (&command);
  end_hanging (&hanging);
}

/* The content was spooled, and is being copied to a file that hangs. */
static void
test_fi10_hanging_file_is_cancelled (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GFile) file = test_memory_file_new ("file", "old");
  g_autoptr(ProcCommand) command = test_child ("flood", "3000000", "out", NULL);
  g_auto(TestCall) call = TEST_CALL_INIT;
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) contents = NULL;

  test_memory_file_hang (file, TRUE);
  proc_command_set_stdout_file (command, file, PROC_FILE_FLAGS_NONE);
  proc_runner_run_async (runner, command, cancellable, test_call_done, test_call_begin (&call));
  test_memory_file_wait_for_hanging (file);
  g_cancellable_cancel (cancellable);
  g_assert_null (proc_runner_run_finish (runner, test_call_wait (&call), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  test_assert_pattern (proc_result_get_stdout (proc_runner_get_task_result (runner, call.result)),
                       STDOUT_FILENO, 3000000);
  contents = test_memory_file_ref_contents (file);
  test_assert_bytes (contents, "old", 3);
  test_memory_file_let_go (file);
}

/* Flags without a file say nothing. */
static void
test_fi1_full_with_flags_of_a_file (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GFile) file = test_memory_file_new ("file", NULL);
  g_autoptr(GOutputStream) stream = open_stream (file);
  g_autoptr(ProcCommand) command = test_child ("echo", "x", NULL);
  g_autoptr(GError) error = NULL;

  test_memory_file_fail_after (file, 0);
  proc_command_set_stdout_stream (command, stream);
  g_object_set (command, "stdout-file-flags", PROC_FILE_FLAGS_TEE, NULL);
  error = test_error (runner, command, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_OUTPUT_FILE);
  test_assert_text (proc_result_get_stdout (proc_runner_error_get_result (error)), "x\n");
}

static void
test_settings (void)
{
  g_autoptr(GOutputStream) stream = g_memory_output_stream_new_resizable ();
  g_autoptr(GFile) file = g_file_new_for_path ("/dev/null");
  g_autoptr(ProcCommand) command = NULL;
  g_autoptr(GOutputStream) found = NULL;

  command = g_object_new (PROC_TYPE_COMMAND, "stdout-stream", stream, NULL);
  g_object_get (command, "stdout-stream", &found, NULL);
  g_assert_true (found == stream);
  proc_command_set_stdout_file (command, file, PROC_FILE_FLAGS_NONE);
  g_assert_null (proc_command_get_stdout_stream (command));
  proc_command_set_stdout_stream (command, stream);
  g_assert_null (proc_command_get_stdout_file (command));
  proc_command_set_stdout (command, PROC_STDIO_DISCARD);
  g_assert_null (proc_command_get_stdout_stream (command));
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/file-stream/written-flushed-left-open", test_written_flushed_left_open);
  TEST_ADD ("/file-stream/fi6-failed-command", test_fi6_failed_command);
  TEST_ADD ("/file-stream/fi1-full", test_fi1_full);
  TEST_ADD ("/file-stream/fi1-full-and-a-stubborn-child", test_fi1_full_and_a_stubborn_child);
  TEST_ADD ("/file-stream/fi1-full-with-flags-of-a-file", test_fi1_full_with_flags_of_a_file);
  TEST_ADD ("/file-stream/fails-at-flush", test_fails_at_flush);
  TEST_ADD ("/file-stream/sg1-broken-pipe", test_sg1_broken_pipe);
  TEST_ADD ("/file-stream/fi11-hanging-is-cancelled", test_fi11_hanging_is_cancelled);
  TEST_ADD ("/file-stream/fi11-hanging-at-the-end-is-cancelled",
            test_fi11_hanging_at_the_end_is_cancelled);
  TEST_ADD ("/file-stream/fi11-not-flushed-is-no-success", test_fi11_not_flushed_is_no_success);
  TEST_ADD ("/file-stream/fi11-cut-replaces-nothing", test_fi11_cut_replaces_nothing);
  TEST_ADD ("/file-stream/fi11-hanging-times-out", test_fi11_hanging_times_out);
  TEST_ADD ("/file-stream/fi11-others-go-on", test_fi11_others_go_on);
  TEST_ADD ("/file-stream/fi10-hanging-file-is-cancelled", test_fi10_hanging_file_is_cancelled);
  TEST_ADD ("/file-stream/settings", test_settings);

  return g_test_run ();
}
