/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A job's output as signals: all of it, in order, whoever is fast. */

#include "config.h"

#include <string.h>
#include <unistd.h>

#include "proc-lines-private.h"
#include "test-following.h"

#define MUCH 16000000 /* more than is held */
#define SOME 3000000

static void
test_streams_apart (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("echo", "one", "err", "two", "echo", "three", NULL);
  g_autoptr(ProcJob) job = test_start (runner, command);
  g_auto(TestFollower) follower = TEST_FOLLOWER_INIT;
  g_autoptr(ProcResult) result = NULL;

  test_follow (&follower, job);
  result = test_wait_for (job);
  test_assert_lines (&follower, PROC_STREAM_STDOUT, "one\nthree\n");
  test_assert_lines (&follower, PROC_STREAM_STDERR, "two\n");
  test_assert_text (proc_result_get_stdout (result), "one\nthree\n");
  test_assert_text (proc_result_get_stderr (result), "two\n");
}

/* One stream, in the order in which the child wrote. */
static void
test_streams_merged (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("interleave", "1000", NULL);
  g_autoptr(ProcJob) job = NULL;
  g_auto(TestFollower) follower = TEST_FOLLOWER_INIT;
  g_autoptr(GString) expected = g_string_new (NULL);
  g_autoptr(ProcResult) result = NULL;

  proc_command_set_stderr (command, PROC_STDIO_MERGE);
  job = test_start (runner, command);
  test_follow (&follower, job);
  result = test_wait_for (job);
  for (guint i = 0; i < 1000; i++)
    g_string_append_printf (expected, "%u\n", i);
  test_assert_lines (&follower, PROC_STREAM_STDOUT, expected->str);
  test_assert_lines (&follower, PROC_STREAM_STDERR, "");
}

/* Sums of lines, each with a LF: of those that are told, and of those that the data make. */
typedef struct
{
  TestFollower follower;
  ProcLines *splitters[2];
  GChecksum *told[2];
  GChecksum *made[2];
} Sums;

static void
add_lines (GChecksum *sum, char **lines, gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      g_checksum_update (sum, (const guchar *) lines[i], strlen (lines[i]));
      g_checksum_update (sum, (const guchar *) "\n", 1);
    }
}

static void
sum_lines (ProcJob *job, ProcStream stream, char **lines, gpointer user_data)
{
  Sums *sums = user_data;

  test_loop_pause ();
  add_lines (sums->told[stream], lines, g_strv_length (lines));
  test_loop_resume ();
}

static void
sum_data (ProcJob *job, ProcStream stream, GBytes *bytes, gpointer user_data)
{
  Sums *sums = user_data;
  g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);

  test_loop_pause ();
  proc_lines_feed (sums->splitters[stream], g_bytes_get_data (bytes, NULL),
                   g_bytes_get_size (bytes), lines);
  add_lines (sums->made[stream], (char **) lines->pdata, lines->len);
  test_loop_resume ();
}

static void
sums_init (Sums *sums, ProcJob *job)
{
  *sums = (Sums) { .follower = TEST_FOLLOWER_INIT };
  for (guint i = 0; i < 2; i++)
    {
      sums->splitters[i] = proc_lines_new (NULL);
      sums->told[i] = g_checksum_new (G_CHECKSUM_SHA1);
      sums->made[i] = g_checksum_new (G_CHECKSUM_SHA1);
    }

  test_follow_data (&sums->follower, job);
  g_signal_connect (job, "data", G_CALLBACK (sum_data), sums);
  g_signal_connect (job, "lines", G_CALLBACK (sum_lines), sums);
}

static void
assert_sums (Sums *sums)
{
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);

      proc_lines_finish (sums->splitters[i], lines);
      add_lines (sums->made[i], (char **) lines->pdata, lines->len);
      g_assert_cmpstr (g_checksum_get_string (sums->told[i]), ==,
                       g_checksum_get_string (sums->made[i]));
    }
}

static void
sums_clear (Sums *sums)
{
  for (guint i = 0; i < 2; i++)
    {
      proc_lines_free (sums->splitters[i]);
      g_checksum_free (sums->told[i]);
      g_checksum_free (sums->made[i]);
    }
  test_follower_clear (&sums->follower);
}

/* Of all kinds of output: what is captured stays whole. */
static void
assert_lines_and_data (ProcStdio kind)
{
  const guint64 much = test_in_valgrind () ? SOME : MUCH;
  g_autofree char *size = g_strdup_printf ("%" G_GUINT64_FORMAT, much);
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = NULL;
  g_autoptr(ProcJob) job = NULL;
  g_autoptr(ProcResult) result = NULL;
  Sums sums;

  command = test_child ("flood", G_STRINGIFY (SOME), "err", "flood", size, "out", NULL);
  proc_command_set_stdout (command, kind);
  job = test_start (runner, command);
  sums_init (&sums, job);
  result = test_wait_for (job);
  test_assert_flood (&sums.follower, PROC_STREAM_STDOUT, much);
  test_assert_flood (&sums.follower, PROC_STREAM_STDERR, SOME);
  assert_sums (&sums);
  sums_clear (&sums);
  test_assert_pattern (proc_result_get_stdout (result), STDOUT_FILENO,
                       kind == PROC_STDIO_CAPTURE ? much : 0);
  test_assert_pattern (proc_result_get_stderr (result), STDERR_FILENO, SOME);
  g_assert_cmpuint (proc_result_get_stdout_size (result), ==, much);
}

static void
test_lines_and_data (void)
{
  assert_lines_and_data (PROC_STDIO_CAPTURE);
  assert_lines_and_data (PROC_STDIO_PIPE);
}

/* The bytes come before the lines that are made of them. */
static void
note_data (ProcJob *job, ProcStream stream, GBytes *bytes, gpointer user_data)
{
  g_string_append_len (user_data, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

static void
look_for_lines (ProcJob *job, ProcStream stream, char **lines, gpointer user_data)
{
  const GString *data = user_data;

  test_loop_pause ();
  for (guint i = 0; lines[i] != NULL; i++)
    g_assert_nonnull (strstr (data->str, lines[i]));
  test_loop_resume ();
}

static void
test_data_first (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("interleave", "2000", NULL);
  g_autoptr(ProcJob) job = test_start (runner, command);
  g_autoptr(GString) data = g_string_new (NULL);
  g_autoptr(ProcResult) result = NULL;

  g_signal_connect (job, "lines", G_CALLBACK (look_for_lines), data);
  g_signal_connect (job, "data", G_CALLBACK (note_data), data);
  result = test_wait_for (job);
  g_assert_cmpuint (data->len, ==,
                    proc_result_get_stdout_size (result) + proc_result_get_stderr_size (result));
}

/* However fast the child is, and however late the caller comes back to its loop. */
static void
test_nothing_missed (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_auto(TestFifo) ready = test_fifo_ready ();

  for (guint i = 0; i < 60; i++)
    {
      g_autoptr(ProcCommand) command = test_child ("echo", "one", "print", "two", "ready",
                                                   ready.path, NULL);
      g_auto(TestFollower) follower = TEST_FOLLOWER_INIT;
      g_autoptr(ProcJob) job = NULL;
      g_autoptr(ProcResult) result = NULL;

      if (i % 3 == 1)
        proc_command_set_stdout (command, PROC_STDIO_PIPE);
      job = test_start (runner, command);
      if (i % 2 == 0)
        test_fifo_wait (&ready);
      if (i % 3 == 2)
        test_follow_lines (&follower, job);
      else
        test_follow (&follower, job);
      result = test_wait_for (job);
      if (i % 2 == 1)
        test_fifo_wait (&ready);
      test_assert_lines (&follower, PROC_STREAM_STDOUT, "one\ntwo\n");
      if (i % 3 != 2)
        g_assert_cmpstr (follower.beginning[0]->str, ==, "one\ntwo");
    }
}

static void
say (ProcJob *job, guint number)
{
  g_auto(TestCall) call = TEST_CALL_INIT;
  g_autofree char *line = g_strdup_printf ("%u\n", number);
  g_autoptr(GBytes) bytes = g_bytes_new (line, strlen (line));

  proc_job_write_async (job, bytes, NULL, test_call_done, test_call_begin (&call));
  g_assert_true (proc_job_write_finish (job, test_call_wait (&call), NULL));
}

/* Until that is the last line. */
static void
hear (ProcJob *job, guint number)
{
  g_autofree char *line = g_strdup_printf ("%u", number);
  g_autofree char *last = NULL;

  while (g_strcmp0 (last, line) != 0)
    {
      test_iterate (NULL);
      g_free (last);
      last = proc_job_dup_last_line (job);
    }
}

/* Whoever comes later to what is captured hears what comes from then on, without a gap. */
static void
test_connected_later (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("cat", NULL);
  g_autoptr(ProcJob) job = NULL;
  g_auto(TestFollower) follower = TEST_FOLLOWER_INIT;
  g_autoptr(ProcResult) result = NULL;
  g_auto(GStrv) lines = NULL;
  guint number = 0;

  proc_command_set_stdin (command, PROC_STDIO_PIPE);
  job = test_start (runner, command);
  for (; number < 3; number++)
    {
      say (job, number);
      hear (job, number);
    }

  test_follow_lines (&follower, job);
  for (; number < 20; number++)
    {
      say (job, number);
      hear (job, number);
    }
  for (; number < 40; number++)
    say (job, number);
  proc_job_close_stdin (job);
  result = test_wait_for (job);

  lines = g_strsplit (follower.lines[0]->str, "\n", -1);
  g_assert_cmpint (atoi (lines[0]), >=, 3);
  g_assert_cmpint (atoi (lines[0]), <=, 4);
  for (guint i = 1; lines[i][0] != '\0'; i++)
    g_assert_cmpint (atoi (lines[i]), ==, atoi (lines[i - 1]) + 1);
  g_assert_true (g_str_has_suffix (follower.lines[0]->str, "\n39\n"));
  g_assert_true (g_str_has_suffix (proc_result_get_stdout_text (result), "\n39\n"));
  g_assert_true (g_str_has_prefix (proc_result_get_stdout_text (result), "0\n1\n"));
}

/* What is piped waits for somebody. */
static void
test_connected_later_to_a_pipe (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_auto(TestMeter) meter = test_meter_init ();
  g_autoptr(ProcCommand) command = test_child ("meter", meter.path, "flood", G_STRINGIFY (SOME),
                                               "out", NULL);
  g_autoptr(ProcJob) job = NULL;
  g_autoptr(ProcResult) result = NULL;
  Sums sums;

  proc_command_set_stdout (command, PROC_STDIO_PIPE);
  job = test_start (runner, command);
  test_iterate_until (job, PROC_JOB_STATE_RUNNING);
  meter.pid = proc_job_get_pid (job);
  g_assert_cmpuint (test_meter_wait_until_held (&meter), <=, 65536);

  sums_init (&sums, job);
  result = test_wait_for (job);
  test_assert_flood (&sums.follower, PROC_STREAM_STDOUT, SOME);
  assert_sums (&sums);
  sums_clear (&sums);
}

static void
unfollow (ProcJob *job, ProcStream stream, GBytes *bytes, gpointer user_data)
{
  test_unfollow (user_data, job);
  g_signal_handlers_disconnect_by_func (job, unfollow, user_data);
}

/* Half-way: the result has all, and no signal comes any more. */
static void
test_disconnected (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("flood", G_STRINGIFY (MUCH), "out", NULL);
  g_autoptr(ProcJob) job = test_start (runner, command);
  g_auto(TestFollower) follower = TEST_FOLLOWER_INIT;
  g_autoptr(ProcResult) result = NULL;

  test_follow (&follower, job);
  g_signal_connect (job, "data", G_CALLBACK (unfollow), &follower);
  result = test_wait_for (job);
  g_assert_cmpuint (follower.n_batches, ==, 1);
  test_assert_pattern (proc_result_get_stdout (result), STDOUT_FILENO, MUCH);
}

/* What is piped waits for the next, and nothing is missed. */
static void
test_disconnected_from_a_pipe (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_auto(TestMeter) meter = test_meter_init ();
  g_autoptr(ProcCommand) command = test_child ("meter", meter.path, "flood", G_STRINGIFY (MUCH),
                                               "out", NULL);
  g_autoptr(ProcJob) job = NULL;
  g_auto(TestFollower) follower = TEST_FOLLOWER_INIT;
  g_autoptr(ProcResult) result = NULL;

  proc_command_set_stdout (command, PROC_STDIO_PIPE);
  job = test_start (runner, command);
  test_follow (&follower, job);
  g_signal_connect (job, "data", G_CALLBACK (unfollow), &follower);
  while (follower.n_batches == 0)
    test_iterate (NULL);

  meter.pid = proc_job_get_pid (job);
  test_meter_wait_until_held (&meter);
  g_assert_cmpuint (follower.n_batches, ==, 1);
  test_follow (&follower, job);
  result = test_wait_for (job);
  test_assert_flood (&follower, PROC_STREAM_STDOUT, MUCH);
}

/* Its last line is told then, and not when the child ends. */
static void
test_stdout_closed_early (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_auto(TestFifo) gate = test_fifo_gate ();
  g_autoptr(ProcCommand) command = test_child ("print", "last words", "close-stdout", "err", "but",
                                               "gate", gate.path, "err", "later", NULL);
  g_autoptr(ProcJob) job = test_start (runner, command);
  g_auto(TestFollower) follower = TEST_FOLLOWER_INIT;
  g_autoptr(ProcResult) result = NULL;

  test_follow (&follower, job);
  while (follower.lines[PROC_STREAM_STDOUT]->len == 0
         || follower.lines[PROC_STREAM_STDERR]->len == 0)
    test_iterate (NULL);

  test_assert_lines (&follower, PROC_STREAM_STDOUT, "last words\n");
  g_assert_cmpint (proc_job_get_state (job), ==, PROC_JOB_STATE_RUNNING);
  test_fifo_open (&gate);
  result = test_wait_for (job);
  test_assert_lines (&follower, PROC_STREAM_STDOUT, "last words\n");
  test_assert_lines (&follower, PROC_STREAM_STDERR, "but\nlater\n");
  g_assert_true (proc_result_get_complete (result));
}

static void
test_charset (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("bytes", "6700fc000a0078003500300025000a0079", NULL);
  g_autoptr(ProcJob) job = NULL;
  g_auto(TestFollower) follower = TEST_FOLLOWER_INIT;
  g_autoptr(ProcResult) result = NULL;

  proc_command_set_charset (command, "UTF-16LE");
  job = test_start (runner, command);
  test_follow (&follower, job);
  result = test_wait_for (job);
  test_assert_lines (&follower, PROC_STREAM_STDOUT, "gü\nx50%\n\357\277\275\n");
  g_assert_cmpuint (follower.size[0], ==, 17);
  g_assert_cmpfloat (proc_job_get_progress (job), ==, 0.5);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/job-lines/streams-apart", test_streams_apart);
  TEST_ADD ("/job-lines/streams-merged", test_streams_merged);
  TEST_ADD ("/job-lines/lines-and-data", test_lines_and_data);
  TEST_ADD ("/job-lines/data-first", test_data_first);
  TEST_ADD ("/job-lines/nothing-missed", test_nothing_missed);
  TEST_ADD ("/job-lines/connected-later", test_connected_later);
  TEST_ADD ("/job-lines/connected-later-to-a-pipe", test_connected_later_to_a_pipe);
  TEST_ADD ("/job-lines/disconnected", test_disconnected);
  TEST_ADD ("/job-lines/disconnected-from-a-pipe", test_disconnected_from_a_pipe);
  TEST_ADD ("/job-lines/stdout-closed-early", test_stdout_closed_early);
  TEST_ADD ("/job-lines/charset", test_charset);

  return g_test_run ();
}
