/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A job's outputs, read by who asks for the next lines. */

#include "config.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test-following.h"

#define N_LINES 100000

/* So many numbers, every other one on standard error. */
static ProcCommand *
numbers (ProcStdio kind)
{
  ProcCommand *command = test_child ("interleave", G_STRINGIFY (N_LINES), NULL);

  proc_command_set_stdout (command, kind);
  proc_command_set_stderr (command, kind);
  return command;
}

/* Gives how many lines there are: each the one before and a step. */
static guint
count_lines (const char *all, guint first, guint step)
{
  guint n = 0;

  for (const char *line = all; *line != '\0'; n++)
    {
      char *end;

      g_assert_cmpuint (strtoul (line, &end, 10), ==, first + n * step);
      g_assert_cmpint (*end, ==, '\n');
      line = end + 1;
    }

  return n;
}

static void
test_lines (void)
{
  static const ProcStdio kinds[] = { PROC_STDIO_PIPE, PROC_STDIO_CAPTURE };
  g_autoptr(ProcRunner) runner = proc_runner_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autoptr(ProcCommand) command = numbers (kinds[i]);
      g_autoptr(ProcJob) job = NULL;
      g_autofree char *out = NULL;
      g_autoptr(ProcResult) result = NULL;

      proc_command_set_stderr (command, PROC_STDIO_CAPTURE);
      job = test_start (runner, command);
      out = test_read_all (job, PROC_STREAM_STDOUT);
      result = test_wait_for (job);
      g_assert_null (test_read_lines (job, PROC_STREAM_STDOUT));
      g_assert_cmpuint (count_lines (out, 0, 2), ==, N_LINES / 2);
      g_assert_cmpuint (count_lines (proc_result_get_stderr_text (result), 1, 2), ==, N_LINES / 2);
      test_assert_text (proc_result_get_stdout (result),
                        kinds[i] == PROC_STDIO_CAPTURE ? out : "");
    }
}

/* Without a main context, in the job's thread and in others. */
static gpointer
read_in_thread (gpointer data)
{
  GString *all = g_string_new (NULL);
  GPtrArray *lines;
  char **next;

  for (lines = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);
       (next = proc_job_read_lines (data, PROC_STREAM_STDERR, NULL, NULL)) != NULL;)
    g_ptr_array_add (lines, next);

  for (guint i = 0; i < lines->len; i++)
    {
      g_autofree char *text = g_strjoinv ("\n", g_ptr_array_index (lines, i));

      g_string_append_printf (all, "%s\n", text);
    }
  g_ptr_array_unref (lines);
  return g_string_free (all, FALSE);
}

static void
test_sync (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = numbers (PROC_STDIO_PIPE);
  g_autoptr(ProcJob) job = test_start (runner, command);
  GThread *thread = g_thread_new ("reader", read_in_thread, job);
  g_autoptr(GString) out = g_string_new (NULL);
  g_autoptr(ProcResult) result = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *err = NULL;
  char **lines;

  while ((lines = proc_job_read_lines (job, PROC_STREAM_STDOUT, NULL, &error)) != NULL)
    {
      for (guint i = 0; lines[i] != NULL; i++)
        g_string_append_printf (out, "%s\n", lines[i]);
      g_strfreev (lines);
    }
  g_assert_no_error (error);
  g_assert_cmpuint (count_lines (out->str, 0, 2), ==, N_LINES / 2);
  err = g_thread_join (thread);
  g_assert_cmpuint (count_lines (err, 1, 2), ==, N_LINES / 2);
  result = test_wait_for (job);
  g_assert_true (proc_result_get_successful (result));
}

static void
begin (ProcJob *job, GCancellable *cancellable, TestCall *call)
{
  proc_job_read_lines_async (job, PROC_STREAM_STDOUT, cancellable, test_call_done,
                             test_call_begin (call));
}

static void
assert_lines (ProcJob *job, TestCall *call, const char *expected)
{
  g_autoptr(GError) error = NULL;
  g_auto(GStrv) lines = proc_job_read_lines_finish (job, test_call_wait (call), &error);
  g_autofree char *joined = lines != NULL ? g_strjoinv ("|", lines) : NULL;

  g_assert_no_error (error);
  g_assert_cmpstr (joined, ==, expected);
}

static void
assert_cancelled (ProcJob *job, TestCall *call)
{
  g_autoptr(GError) error = NULL;

  g_assert_null (proc_job_read_lines_finish (job, test_call_wait (call), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static ProcJob *
start_server (ProcRunner *runner)
{
  g_autoptr(ProcCommand) command = test_child ("cat", NULL);

  proc_command_set_stdin (command, PROC_STDIO_PIPE);
  proc_command_set_stdout (command, PROC_STDIO_PIPE);
  return test_start (runner, command);
}

/* Served in the order in which they were asked; a cancelled one takes nothing. */
static void
test_several (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcJob) job = start_server (runner);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_auto(TestCall) first = TEST_CALL_INIT;
  g_auto(TestCall) second = TEST_CALL_INIT;
  g_auto(TestCall) third = TEST_CALL_INIT;
  g_auto(TestCall) last = TEST_CALL_INIT;
  g_autoptr(ProcResult) result = NULL;

  begin (job, NULL, &first);
  begin (job, cancellable, &second);
  begin (job, NULL, &third);
  begin (job, NULL, &last);
  test_write (job, "one\ntw");
  assert_lines (job, &first, "one");
  g_cancellable_cancel (cancellable);
  assert_cancelled (job, &second);
  g_assert_cmpuint (third.n_calls, ==, 0);
  test_write (job, "o\n");
  assert_lines (job, &third, "two");

  test_write (job, "three");
  proc_job_close_stdin (job);
  assert_lines (job, &last, "three");
  result = test_wait_for (job);
  g_assert_null (test_read_lines (job, PROC_STREAM_STDOUT));
  test_assert_handlers_gone (cancellable);
}

static void
test_cancelled (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcJob) job = start_server (runner);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_auto(TestCall) call = TEST_CALL_INIT;
  g_auto(GStrv) lines = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(ProcResult) result = NULL;

  test_write (job, "one\n");
  g_cancellable_cancel (cancellable);
  begin (job, cancellable, &call);
  assert_cancelled (job, &call);
  g_assert_null (proc_job_read_lines (job, PROC_STREAM_STDOUT, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  lines = test_read_lines (job, PROC_STREAM_STDOUT);
  g_assert_cmpstr (lines[0], ==, "one");
  proc_job_close_stdin (job);
  result = test_wait_for (job);
  test_assert_handlers_gone (cancellable);
}

/* It is still there when the job is over. */
static void
test_after_the_end (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("echo", "one", "print", "two", "err", "no", NULL);

  for (guint i = 0; i < 20; i++)
    {
      g_autoptr(ProcJob) job = NULL;
      g_autoptr(ProcResult) result = NULL;
      g_autofree char *out = NULL;
      g_autofree char *err = NULL;

      proc_command_set_stdout (command, PROC_STDIO_PIPE);
      proc_command_set_stderr (command, PROC_STDIO_PIPE);
      job = test_start (runner, command);
      result = i % 2 == 0 ? test_wait_for (job) : proc_job_wait (job, NULL, NULL);
      g_assert_true (proc_result_get_complete (result));
      out = test_read_all (job, PROC_STREAM_STDOUT);
      g_assert_cmpstr (out, ==, "one\ntwo\n");
      err = test_read_all (job, PROC_STREAM_STDERR);
      g_assert_cmpstr (err, ==, "no\n");
    }
}

/* Whoever has begun to read, and is behind when the child ends, misses nothing. */
static void
test_behind_at_the_end (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = numbers (PROC_STDIO_PIPE);
  g_autoptr(ProcJob) job = NULL;
  g_auto(GStrv) first = NULL;
  g_autoptr(ProcResult) result = NULL;
  g_autofree char *rest = NULL;

  proc_command_set_stderr (command, PROC_STDIO_MERGE);
  job = test_start (runner, command);
  first = test_read_lines (job, PROC_STREAM_STDOUT);
  result = test_wait_for (job);
  g_assert_true (proc_result_get_successful (result));
  rest = test_read_all (job, PROC_STREAM_STDOUT);
  g_assert_cmpuint (count_lines (rest, g_strv_length (first), 1), ==,
                    N_LINES - g_strv_length (first));
}

/* In a context that is never iterated again, or never at all: a source left behind would keep the
 * job, and itself. */
static gpointer
call_in_context (gpointer job)
{
  g_autoptr(GMainContext) context = g_main_context_new ();
  g_autoptr(GBytes) bytes = g_bytes_new_static ("two\n", 4);
  g_auto(GStrv) one = NULL;
  g_auto(GStrv) two = NULL;
  g_autoptr(ProcResult) result = NULL;

  g_main_context_push_thread_default (context);
  one = test_read_lines (job, PROC_STREAM_STDOUT);
  g_assert_cmpstr (one[0], ==, "one");
  g_assert_true (proc_job_write (job, bytes, NULL, NULL));
  two = proc_job_read_lines (job, PROC_STREAM_STDOUT, NULL, NULL);
  g_assert_cmpstr (two[0], ==, "two");
  proc_job_close_stdin (job);
  result = proc_job_wait (job, NULL, NULL);
  g_main_context_pop_thread_default (context);
  return NULL;
}

static void
test_leaves_nothing_behind (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();

  for (guint i = 0; i < 20; i++)
    {
      g_autoptr(ProcJob) job = start_server (runner);
      GThread *thread;

      test_iterate_until (job, PROC_JOB_STATE_RUNNING);
      test_write (job, "one\n");
      thread = g_thread_new ("caller", call_in_context, job);
      test_iterate_until (job, PROC_JOB_STATE_FINISHED);
      g_thread_join (thread);
    }
}

static guint
count_descriptors (void)
{
  g_autoptr(GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;

  return n;
}

static gboolean
are_descriptors_back (gpointer before)
{
  return count_descriptors () == GPOINTER_TO_UINT (before);
}

/* Nobody ever reads it, and somebody else holds it open: the result does not wait for either, and
 * nothing of ours stays open. */
static void
test_never (void)
{
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr(ProcRunner) runner = proc_runner_new ();
      g_auto(TestFifo) gate = test_fifo_gate ();
      g_auto(TestFifo) start = test_fifo_gate ();
      g_autoptr(ProcCommand) command = test_child ("gate", start.path, "hold-stdout", gate.path,
                                                   "echo", "unread", NULL);
      const guint n_before = count_descriptors ();
      g_autoptr(ProcJob) job = NULL;
      g_autoptr(ProcResult) result = NULL;

      proc_runner_set_drain_grace_msec (runner, i == 0 ? 600000 : 0);
      proc_command_set_stdout (command, PROC_STDIO_PIPE);
      proc_command_set_stderr (command, PROC_STDIO_DISCARD);
      job = test_start (runner, command);
      test_iterate_until (job, PROC_JOB_STATE_RUNNING);
      test_fifo_open (&start);
      result = test_wait_for (job);
      g_assert_true (proc_result_get_successful (result));
      g_assert_true (proc_result_get_complete (result));
      g_assert_cmpuint (count_descriptors (), >, n_before);
      g_clear_object (&job);
      g_assert_true (test_eventually (are_descriptors_back, GUINT_TO_POINTER (n_before)));
      test_fifo_open (&gate);
      g_assert_cmpint (waitpid (-1, NULL, 0), >, 0);
    }
}

/* What is not ours has no lines, and an end. */
static void
test_not_ours (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr(ProcCommand) command = test_child ("echo", "# unread", NULL);
      g_autoptr(GFile) file = test_file ("file", NULL);
      g_autoptr(ProcJob) job = NULL;
      g_autoptr(ProcResult) result = NULL;

      if (i < 2)
        proc_command_set_stdout (command, i == 0 ? PROC_STDIO_DISCARD : PROC_STDIO_INHERIT);
      else
        proc_command_set_stdout_file (command, file, PROC_FILE_FLAGS_DIRECT);
      proc_command_set_stderr (command, PROC_STDIO_MERGE);
      job = test_start (runner, command);
      g_assert_null (test_read_lines (job, PROC_STREAM_STDERR));
      g_assert_null (test_read_lines (job, PROC_STREAM_STDOUT));
      result = test_wait_for (job);
    }
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/job-read/lines", test_lines);
  TEST_ADD ("/job-read/sync", test_sync);
  TEST_ADD ("/job-read/several", test_several);
  TEST_ADD ("/job-read/cancelled", test_cancelled);
  TEST_ADD ("/job-read/after-the-end", test_after_the_end);
  TEST_ADD ("/job-read/behind-at-the-end", test_behind_at_the_end);
  TEST_ADD ("/job-read/leaves-nothing-behind", test_leaves_nothing_behind);
  TEST_ADD ("/job-read/pg1-never", test_never);
  TEST_ADD ("/job-read/not-ours", test_not_ours);

  return g_test_run ();
}
