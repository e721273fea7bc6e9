/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A job's standard input, written while the command runs. */

#include "config.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "test-following.h"

/* More than any pipe takes. */
#define MUCH 4000000

static ProcCommand *
piped (const char *verb, const char *arg)
{
  ProcCommand *command = test_child (verb, arg, NULL);

  proc_command_set_stdin (command, PROC_STDIO_PIPE);
  return command;
}

static void
begin (ProcJob *job, GBytes *bytes, GCancellable *cancellable, TestCall *call)
{
  proc_job_write_async (job, bytes, cancellable, test_call_done, test_call_begin (call));
}

static void
assert_written (ProcJob *job, TestCall *call)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (proc_job_write_finish (job, test_call_wait (call), &error));
  g_assert_no_error (error);
}

static void
assert_failed (ProcJob *job, TestCall *call, int code)
{
  g_autoptr(GError) error = NULL;

  g_assert_false (proc_job_write_finish (job, test_call_wait (call), &error));
  g_assert_error (error, G_IO_ERROR, code);
  g_assert_cmpstr (error->message, !=, "");
}

static void
assert_write_fails (ProcJob *job, int code)
{
  g_autoptr(GError) error = test_write_fails (job, "late");
  g_autoptr(GError) sync_error = NULL;
  g_autoptr(GBytes) bytes = g_bytes_new_static ("late", 4);

  g_assert_error (error, G_IO_ERROR, code);
  g_assert_false (proc_job_write (job, bytes, NULL, &sync_error));
  g_assert_error (sync_error, G_IO_ERROR, code);
}

static GBytes *
much (void)
{
  return g_bytes_new_take (g_strnfill (MUCH, 'x'), MUCH);
}

static void
test_in_order (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = piped ("cat", NULL);
  g_autoptr(ProcJob) job = test_start (runner, command);
  g_autoptr(GBytes) one = g_bytes_new_static ("one ", 4);
  g_autoptr(GBytes) two = g_bytes_new_static ("two ", 4);
  g_autoptr(GBytes) empty = g_bytes_new_static ("", 0);
  g_auto(TestCall) first = TEST_CALL_INIT;
  g_auto(TestCall) second = TEST_CALL_INIT;
  g_autoptr(ProcResult) result = NULL;

  begin (job, one, NULL, &first);
  begin (job, two, NULL, &second);
  g_assert_true (proc_job_write (job, empty, NULL, NULL));
  test_write (job, "three ");
  assert_written (job, &second);
  assert_written (job, &first);
  g_assert_true (proc_job_write (job, one, NULL, NULL));
  proc_job_close_stdin (job);
  result = test_wait_for (job);
  test_assert_text (proc_result_get_stdout (result), "one two three one ");
  g_assert_true (proc_result_get_stdin_complete (result));
}

/* It waits in the queue with its job, and so does the end of file. */
static void
test_before_the_start (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_auto(TestFifo) gate = test_fifo_gate ();
  g_autoptr(ProcCommand) first_command = test_child ("gate", gate.path, NULL);
  g_autoptr(ProcCommand) command = piped ("cat", NULL);
  g_autoptr(ProcJob) first = test_start (runner, first_command);
  g_autoptr(ProcJob) job = NULL;
  g_autoptr(GBytes) bytes = g_bytes_new_static ("early", 5);
  g_auto(TestCall) call = TEST_CALL_INIT;
  g_autoptr(ProcResult) first_result = NULL;
  g_autoptr(ProcResult) result = NULL;

  test_iterate_until (first, PROC_JOB_STATE_RUNNING);
  proc_runner_set_max_running (runner, 1);
  job = test_start (runner, command);
  begin (job, bytes, NULL, &call);
  proc_job_close_stdin (job);
  g_assert_cmpuint (proc_runner_get_n_queued (runner), ==, 1);
  g_assert_cmpuint (call.n_calls, ==, 0);
  test_fifo_open (&gate);
  assert_written (job, &call);
  first_result = test_wait_for (first);
  result = test_wait_for (job);
  test_assert_text (proc_result_get_stdout (result), "early");
}

/* Both ways at once, as fast as either goes. */
typedef struct
{
  guint n_left;
  guint n_calls;
} Writing;

static void
write_next (GObject *source, GAsyncResult *async_result, gpointer user_data)
{
  static guint8 block[100000];
  g_autoptr(GBytes) bytes = g_bytes_new_static (block, sizeof block);
  Writing *writing = user_data;

  if (async_result != NULL)
    {
      g_autoptr(GError) error = NULL;

      g_assert_true (proc_job_write_finish (PROC_JOB (source), async_result, &error));
      g_assert_no_error (error);
    }

  if (writing->n_left-- > 0)
    proc_job_write_async (PROC_JOB (source), bytes, NULL, write_next, writing);
  else
    proc_job_close_stdin (PROC_JOB (source));
}

static void
test_both_ways (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = piped ("cat", NULL);
  g_autoptr(ProcJob) job = NULL;
  g_auto(TestFollower) follower = TEST_FOLLOWER_INIT;
  g_autoptr(ProcResult) result = NULL;
  Writing writing = { 200, 0 };

  proc_command_set_stdout (command, PROC_STDIO_PIPE);
  job = test_start (runner, command);
  test_follow_data (&follower, job);
  write_next (G_OBJECT (job), NULL, &writing);
  result = test_wait_for (job);
  g_assert_cmpuint (follower.size[0], ==, 20000000);
  g_assert_true (proc_result_get_stdin_complete (result));
}

/* Nobody reads any more. It is an error, and no signal that would end this program. */
static void
test_closed_by_the_child (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_auto(TestFifo) ready = test_fifo_ready ();
  g_auto(TestFifo) gate = test_fifo_gate ();
  g_autoptr(ProcCommand) command = test_child ("close-stdin", "ready", ready.path, "gate",
                                               gate.path, "echo", "fine", NULL);
  g_autoptr(ProcJob) job = NULL;
  g_autoptr(ProcResult) result = NULL;

  proc_command_set_stdin (command, PROC_STDIO_PIPE);
  job = test_start (runner, command);
  test_fifo_wait (&ready);
  assert_write_fails (job, G_IO_ERROR_BROKEN_PIPE);
  test_fifo_open (&gate);
  result = test_wait_for (job);
  g_assert_true (proc_result_get_successful (result));
  g_assert_false (proc_result_get_stdin_complete (result));
  test_assert_text (proc_result_get_stdout (result), "fine\n");
}

static void
test_child_ends (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = piped ("read", "100000");
  g_autoptr(ProcJob) job = test_start (runner, command);
  g_autoptr(GBytes) bytes = much ();
  g_autoptr(GBytes) more = g_bytes_new_static ("more", 4);
  g_auto(TestCall) large = TEST_CALL_INIT;
  g_auto(TestCall) small = TEST_CALL_INIT;
  g_autoptr(ProcResult) result = NULL;

  begin (job, bytes, NULL, &large);
  begin (job, more, NULL, &small);
  assert_failed (job, &large, G_IO_ERROR_BROKEN_PIPE);
  assert_failed (job, &small, G_IO_ERROR_BROKEN_PIPE);
  result = test_wait_for (job);
  g_assert_true (proc_result_get_successful (result));
  g_assert_false (proc_result_get_stdin_complete (result));
  assert_write_fails (job, G_IO_ERROR_BROKEN_PIPE);
}

static void
test_closed (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = piped ("cat", NULL);
  g_autoptr(ProcJob) job = test_start (runner, command);
  g_autoptr(ProcResult) result = NULL;

  test_write (job, "text");
  proc_job_close_stdin (job);
  proc_job_close_stdin (job);
  assert_write_fails (job, G_IO_ERROR_CLOSED);
  result = test_wait_for (job);
  test_assert_text (proc_result_get_stdout (result), "text");
  g_assert_true (proc_result_get_stdin_complete (result));
  assert_write_fails (job, G_IO_ERROR_CLOSED);
}

/* What waits is not written, and what has been begun may be. */
static void
test_cancelled (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_auto(TestFifo) gate = test_fifo_gate ();
  g_autoptr(ProcCommand) command = test_child ("gate", gate.path, "cat", NULL);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GBytes) bytes = much ();
  g_autoptr(GBytes) never = g_bytes_new_static ("never", 5);
  g_auto(TestCall) large = TEST_CALL_INIT;
  g_auto(TestCall) small = TEST_CALL_INIT;
  g_auto(TestCall) last = TEST_CALL_INIT;
  g_autoptr(ProcJob) job = NULL;
  g_autoptr(GBytes) end = g_bytes_new_static ("end", 3);
  g_autoptr(GError) error = NULL;
  g_autoptr(ProcResult) result = NULL;

  proc_command_set_stdin (command, PROC_STDIO_PIPE);
  job = test_start (runner, command);
  begin (job, bytes, NULL, &large);
  begin (job, never, cancellable, &small);
  begin (job, end, NULL, &last);
  g_cancellable_cancel (cancellable);
  assert_failed (job, &small, G_IO_ERROR_CANCELLED);
  g_assert_false (proc_job_write (job, never, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  test_assert_handlers_gone (cancellable);

  proc_job_close_stdin (job);
  test_fifo_open (&gate);
  assert_written (job, &large);
  assert_written (job, &last);
  result = test_wait_for (job);
  g_assert_cmpuint (proc_result_get_stdout_size (result), ==, MUCH + 3);
  g_assert_true (g_str_has_suffix (proc_result_get_stdout_text (result), "xend"));
  g_assert_true (proc_result_get_stdin_complete (result));
}

/* Whatever else standard input may be. */
static void
test_no_pipe (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr(ProcCommand) command = test_child ("cat", NULL);
      g_autoptr(ProcJob) job = NULL;
      g_autoptr(ProcResult) result = NULL;

      if (i > 0)
        proc_command_set_stdin (command, PROC_STDIO_PIPE);
      if (i > 1)
        proc_command_set_stdin_text (command, "text");
      else if (i > 0)
        proc_command_set_stdin (command, PROC_STDIO_DISCARD);
      job = test_start (runner, command);
      assert_write_fails (job, G_IO_ERROR_NOT_SUPPORTED);
      proc_job_close_stdin (job);
      g_assert_null (proc_job_get_stdin (job));
      result = test_wait_for (job);
      test_assert_text (proc_result_get_stdout (result), i > 1 ? "text" : "");
      g_assert_true (proc_result_get_stdin_complete (result));
    }
}

/* Nothing was started, and nobody will read. */
static void
test_failed_start (void)
{
  static const char *const programs[] = { "/no/such/program", "" };
  g_autoptr(ProcRunner) runner = proc_runner_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (programs); i++)
    {
      g_autoptr(ProcCommand) command = proc_command_new (TEST_ARGV (programs[i]));
      g_autoptr(ProcJob) job = NULL;
      g_autoptr(GBytes) bytes = g_bytes_new_static ("text", 4);
      g_auto(TestCall) write = TEST_CALL_INIT;
      g_auto(TestCall) read = TEST_CALL_INIT;
      g_autoptr(GError) error = NULL;

      proc_command_set_stdin (command, PROC_STDIO_PIPE);
      proc_command_set_stdout (command, PROC_STDIO_PIPE);
      job = test_start (runner, command);
      begin (job, bytes, NULL, &write);
      proc_job_read_lines_async (job, PROC_STREAM_STDOUT, NULL, test_call_done,
                                 test_call_begin (&read));
      assert_failed (job, &write, G_IO_ERROR_BROKEN_PIPE);
      g_assert_null (proc_job_read_lines_finish (job, test_call_wait (&read), &error));
      g_assert_no_error (error);
      g_assert_null (proc_job_wait (job, NULL, &error));
      g_assert_nonnull (error);
      test_iterate_until (job, PROC_JOB_STATE_FINISHED);
      assert_write_fails (job, G_IO_ERROR_BROKEN_PIPE);
      g_assert_null (test_read_lines (job, PROC_STREAM_STDOUT));
    }
}

/* The job is stopped while both wait; before its start, too. */
static void
test_stopped (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GBytes) bytes = much ();

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr(ProcCommand) command = piped ("hang", NULL);
      g_autoptr(ProcJob) job = NULL;
      g_auto(TestCall) write = TEST_CALL_INIT;
      g_auto(TestCall) read = TEST_CALL_INIT;
      g_autoptr(ProcResult) result = NULL;

      proc_command_set_stdout (command, PROC_STDIO_PIPE);
      job = test_start (runner, command);
      if (i == 0)
        test_iterate_until (job, PROC_JOB_STATE_RUNNING);
      begin (job, bytes, NULL, &write);
      proc_job_read_lines_async (job, PROC_STREAM_STDOUT, NULL, test_call_done,
                                 test_call_begin (&read));
      if (i == 1)
        proc_job_kill (job);
      else
        proc_job_stop (job);
      assert_failed (job, &write, G_IO_ERROR_BROKEN_PIPE);
      g_assert_null (proc_job_read_lines_finish (job, test_call_wait (&read), NULL));
      result = test_wait_for (job);
      g_assert_cmpint (proc_result_get_outcome (result), ==, PROC_OUTCOME_CANCELLED);
    }
}

/* From threads, which wait: each write is whole. */
static gpointer
write_lines (gpointer job)
{
  g_autoptr(GBytes) bytes = g_bytes_new_static ("0123456789abcdef\n", 17);

  for (guint i = 0; i < 300; i++)
    g_assert_true (proc_job_write (job, bytes, NULL, NULL));

  return NULL;
}

static void
test_threads (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = piped ("cat", NULL);
  g_autoptr(ProcJob) job = test_start (runner, command);
  g_autoptr(ProcResult) result = NULL;
  g_auto(GStrv) lines = NULL;
  GThread *threads[4];

  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("writer", write_lines, job);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  proc_job_close_stdin (job);
  result = test_wait_for (job);
  lines = g_strsplit (proc_result_get_stdout_text (result), "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 4 * 300 + 1);
  for (guint i = 0; i < 4 * 300; i++)
    g_assert_cmpstr (lines[i], ==, "0123456789abcdef");
}

/* The caller waits, and so does not say what the output is for: more of that than anybody
 * who follows may be behind. It is captured, and holds up nothing. */
static void
test_captured_meanwhile (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = proc_command_new (TEST_ARGV ("cat"));
  g_autoptr(GBytes) bytes = much ();
  g_autoptr(ProcResult) result = NULL;
  g_autoptr(ProcJob) job = NULL;
  g_autoptr(GError) error = NULL;

  proc_command_set_stdin (command, PROC_STDIO_PIPE);
  job = proc_runner_start (runner, command, NULL);
  for (guint i = 0; i < 3; i++)
    {
      g_assert_true (proc_job_write (job, bytes, NULL, &error));
      g_assert_no_error (error);
    }

  proc_job_close_stdin (job);
  result = test_wait_for (job);
  g_assert_cmpuint (proc_result_get_stdout_size (result), ==, 3 * MUCH);
  g_assert_cmpuint (g_bytes_get_size (proc_result_get_stdout (result)), ==, 3 * MUCH);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/job-write/in-order", test_in_order);
  TEST_ADD ("/job-write/before-the-start", test_before_the_start);
  TEST_ADD ("/job-write/both-ways", test_both_ways);
  TEST_ADD ("/job-write/in1-closed-by-the-child", test_closed_by_the_child);
  TEST_ADD ("/job-write/child-ends", test_child_ends);
  TEST_ADD ("/job-write/closed", test_closed);
  TEST_ADD ("/job-write/cancelled", test_cancelled);
  TEST_ADD ("/job-write/no-pipe", test_no_pipe);
  TEST_ADD ("/job-write/failed-start", test_failed_start);
  TEST_ADD ("/job-write/stopped", test_stopped);
  TEST_ADD ("/job-write/threads", test_threads);
  TEST_ADD ("/job-write/captured-meanwhile", test_captured_meanwhile);

  return g_test_run ();
}
