/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What handlers of a job's signals do to it, and to everything else, from inside. */

#include "config.h"

#include <string.h>
#include <unistd.h>

#include "test-following.h"

#define MUCH 6000000

/* Its end is told once, whatever happens. */
typedef struct
{
  guint n_finished;
  guint n_waited;
} Ends;

static void
on_state (GObject *object, GParamSpec *pspec, gpointer user_data)
{
  Ends *ends = user_data;

  if (proc_job_get_state (PROC_JOB (object)) == PROC_JOB_STATE_FINISHED)
    ends->n_finished++;
}

static void
on_waited (GObject *source, GAsyncResult *async_result, gpointer user_data)
{
  g_autoptr(ProcResult) result = proc_job_wait_finish (PROC_JOB (source), async_result, NULL);
  Ends *ends = user_data;

  g_assert_nonnull (result);
  g_assert_cmpint (proc_job_get_state (PROC_JOB (source)), ==, PROC_JOB_STATE_FINISHED);
  ends->n_waited++;
}

static void
note_ends (Ends *ends, ProcJob *job)
{
  g_signal_connect (job, "notify::state", G_CALLBACK (on_state), ends);
  proc_job_wait_async (job, NULL, on_waited, ends);
}

static void
assert_ends_once (const Ends *ends)
{
  while (ends->n_waited == 0)
    test_iterate (NULL);
  while (g_main_context_iteration (g_main_context_get_thread_default (), FALSE))
    continue;

  g_assert_cmpuint (ends->n_finished, ==, 1);
  g_assert_cmpuint (ends->n_waited, ==, 1);
}

/* A loop inside a handler: other jobs go on. */
typedef struct
{
  ProcRunner *runner;
  TestFollower follower;
  guint n_nested;
  gboolean inside;
} Nested;

static void
run_another_job (ProcJob *job, ProcStream stream, gpointer lines_or_bytes, gpointer user_data)
{
  Nested *nested = user_data;
  g_autoptr(ProcCommand) command = NULL;
  g_autoptr(ProcJob) other = NULL;
  g_autoptr(ProcResult) result = NULL;
  g_auto(TestFollower) follower = TEST_FOLLOWER_INIT;

  g_assert_false (nested->inside);
  if (nested->n_nested++ >= 3)
    return;

  nested->inside = TRUE;
  command = test_child ("flood", "1000000", "out", NULL);
  other = test_start (nested->runner, command);
  test_follow (&follower, other);
  result = test_wait_for (other);
  test_assert_flood (&follower, PROC_STREAM_STDOUT, 1000000);
  nested->inside = FALSE;
}

static void
assert_nests (const char *signal_name)
{
  Nested nested = { proc_runner_new (), TEST_FOLLOWER_INIT, 0, FALSE };
  g_autoptr(ProcCommand) command = test_child ("flood", G_STRINGIFY (MUCH), "out", NULL);
  g_autoptr(ProcJob) job = test_start (nested.runner, command);
  Ends ends = { 0, 0 };

  test_follow_data (&nested.follower, job);
  note_ends (&ends, job);
  g_signal_connect (job, signal_name, G_CALLBACK (run_another_job), &nested);
  assert_ends_once (&ends);
  g_assert_cmpuint (nested.n_nested, >=, 3);
  test_assert_flood (&nested.follower, PROC_STREAM_STDOUT, MUCH);
  test_follower_clear (&nested.follower);
  g_object_unref (nested.runner);
}

static void
test_nested_loop (void)
{
  assert_nests ("lines");
  assert_nests ("data");
}

/* The job's own run ends while its handler has a loop of its own: another job goes on in
 * there, and the end of this one is told behind it. */
static void
outlast_in_handler (GObject *object, GParamSpec *pspec, gpointer user_data)
{
  guint *n_nested = user_data;
  ProcJobState state = proc_job_get_state (PROC_JOB (object));
  g_autoptr(ProcRunner) runner = NULL;
  g_autoptr(ProcCommand) command = NULL;
  g_autoptr(ProcJob) other = NULL;
  g_autoptr(ProcResult) own = NULL;
  g_autoptr(ProcResult) result = NULL;

  if ((*n_nested)++ > 0)
    return;

  own = proc_job_wait (PROC_JOB (object), NULL, NULL);
  g_assert_nonnull (own);
  runner = proc_runner_new ();
  command = test_child ("echo", "other", NULL);
  other = test_start (runner, command);
  result = test_wait_for (other);
  test_assert_text (proc_result_get_stdout (result), "other\n");
  g_assert_cmpint (proc_job_get_state (PROC_JOB (object)), ==, state);
}

static void
test_nested_loop_in_notify (void)
{
  static const char *const names[] = { "notify::pid", "notify::state", "notify::stdout-size",
                                       "notify::last-line", "notify::progress",
                                       "notify::has-progress" };
  g_autoptr(ProcRunner) runner = proc_runner_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr(ProcCommand) command = test_child ("echo", "one 50%", "echo", "two", NULL);
      g_autoptr(ProcJob) job = test_start (runner, command);
      g_autofree char *last_line = NULL;
      Ends ends = { 0, 0 };
      guint n_nested = 0;

      g_test_message ("%s", names[i]);
      note_ends (&ends, job);
      g_signal_connect (job, names[i], G_CALLBACK (outlast_in_handler), &n_nested);
      assert_ends_once (&ends);
      g_assert_cmpuint (n_nested, >, 0);
      last_line = proc_job_dup_last_line (job);
      g_assert_cmpstr (last_line, ==, "two");
    }
}

/* Nobody else holds anything any more. */
typedef struct
{
  ProcRunner *runner;
  ProcCommand *command;
  ProcJob *job;
  gboolean stop;
} Owned;

static void
drop_everything (ProcJob *job, ProcStream stream, gpointer lines_or_bytes, gpointer user_data)
{
  Owned *owned = user_data;

  if (owned->job == NULL)
    return;

  if (owned->stop)
    proc_job_stop (job);
  else
    proc_job_kill (job);
  proc_job_send_signal (job, 9);
  proc_job_stop_reading (job, stream);
  proc_job_close_stdin (job);
  g_clear_object (&owned->job);
  g_clear_object (&owned->runner);
  g_clear_object (&owned->command);
}

static void
test_stopped_and_dropped (void)
{
  static const char *const names[] = { "lines", "data" };

  for (guint i = 0; i < 4; i++)
    {
      Owned owned = { proc_runner_new (), test_child ("flood", "1000000", "out", "hang", NULL) };
      Ends ends = { 0, 0 };

      owned.stop = i / 2;
      owned.job = test_start (owned.runner, owned.command);
      g_signal_connect (owned.job, names[i % 2], G_CALLBACK (drop_everything), &owned);
      note_ends (&ends, owned.job);
      test_track (owned.runner);
      assert_ends_once (&ends);
      g_assert_null (owned.job);
      test_wait_for_tracked ();
    }
}

/* A synchronous wait inside: what is left is told behind it. */
static void
wait_inside (ProcJob *job, ProcStream stream, GBytes *bytes, gpointer user_data)
{
  g_autoptr(ProcResult) result = NULL;
  guint *n_waits = user_data;

  if ((*n_waits)++ > 0)
    return;

  result = proc_job_wait (job, NULL, NULL);
  test_assert_pattern (proc_result_get_stdout (result), STDOUT_FILENO, MUCH);
}

static void
test_wait_inside (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("flood", G_STRINGIFY (MUCH), "out", NULL);
  g_autoptr(ProcJob) job = test_start (runner, command);
  g_auto(TestFollower) follower = TEST_FOLLOWER_INIT;
  Ends ends = { 0, 0 };
  guint n_waits = 0;

  test_follow_data (&follower, job);
  g_signal_connect (job, "data", G_CALLBACK (wait_inside), &n_waits);
  note_ends (&ends, job);
  assert_ends_once (&ends);
  test_assert_flood (&follower, PROC_STREAM_STDOUT, MUCH);
}

/* From the first that is asked for on, lines are given and not told: each once. */
typedef struct
{
  TestFollower follower;
  GString *read;
  guint n_told;
  gboolean asked;
  gboolean at_end;
} Asking;

static void
on_read (GObject *source, GAsyncResult *async_result, gpointer user_data)
{
  Asking *asking = user_data;
  g_autoptr(GError) error = NULL;
  g_auto(GStrv) lines = proc_job_read_lines_finish (PROC_JOB (source), async_result, &error);

  g_assert_no_error (error);
  asking->at_end = lines == NULL;
  test_loop_pause ();
  for (guint i = 0; lines != NULL && lines[i] != NULL; i++)
    g_string_append_printf (asking->read, "%s\n", lines[i]);
  test_loop_resume ();
  if (lines != NULL)
    proc_job_read_lines_async (PROC_JOB (source), PROC_STREAM_STDOUT, NULL, on_read, asking);
}

static void
ask_inside (ProcJob *job, ProcStream stream, char **lines, gpointer user_data)
{
  Asking *asking = user_data;

  g_assert_false (asking->asked);
  asking->asked = TRUE;
  proc_job_read_lines_async (job, stream, NULL, on_read, asking);
}

static void
test_read_inside (void)
{
  static const ProcStdio kinds[] = { PROC_STDIO_CAPTURE, PROC_STDIO_PIPE };
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GString) expected = g_string_new (NULL);

  for (guint i = 0; i < 100000; i++)
    g_string_append_printf (expected, "%u\n", i);

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autoptr(ProcCommand) command = test_child ("interleave", "100000", NULL);
      g_autoptr(ProcJob) job = NULL;
      g_autoptr(ProcResult) result = NULL;
      Asking asking = { TEST_FOLLOWER_INIT, g_string_new (NULL), 0, FALSE, FALSE };

      proc_command_set_stdout (command, kinds[i]);
      proc_command_set_stderr (command, PROC_STDIO_MERGE);
      job = test_start (runner, command);
      test_follow_lines (&asking.follower, job);
      g_signal_connect (job, "lines", G_CALLBACK (ask_inside), &asking);
      while (!asking.at_end)
        test_iterate (NULL);
      result = test_wait_for (job);

      g_string_prepend (asking.read, asking.follower.lines[0]->str);
      g_assert_cmpstr (asking.read->str, ==, expected->str);
      g_string_free (asking.read, TRUE);
      test_follower_clear (&asking.follower);
    }
}

/* A handler that goes, and one that comes. */
static void
hand_over (ProcJob *job, ProcStream stream, char **lines, gpointer user_data)
{
  g_signal_handlers_disconnect_by_func (job, hand_over, user_data);
  test_follow_lines (user_data, job);
}

static void
test_handed_over_inside (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("cat", NULL);
  g_autoptr(ProcJob) job = NULL;
  g_auto(TestFollower) follower = TEST_FOLLOWER_INIT;
  g_autoptr(GBytes) one = g_bytes_new_static ("one\n", 4);
  g_autoptr(GBytes) two = g_bytes_new_static ("two\n", 4);
  g_autoptr(ProcResult) result = NULL;

  proc_command_set_stdin (command, PROC_STDIO_PIPE);
  job = test_start (runner, command);
  g_signal_connect (job, "lines", G_CALLBACK (hand_over), &follower);
  proc_job_write_async (job, one, NULL, NULL, NULL);
  while (follower.context == NULL)
    test_iterate (NULL);

  proc_job_write_async (job, two, NULL, NULL, NULL);
  proc_job_close_stdin (job);
  result = test_wait_for (job);
  test_assert_lines (&follower, PROC_STREAM_STDOUT, "two\n");
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/job-handlers/nested-loop", test_nested_loop);
  TEST_ADD ("/job-handlers/nested-loop-in-notify", test_nested_loop_in_notify);
  TEST_ADD ("/job-handlers/stopped-and-dropped", test_stopped_and_dropped);
  TEST_ADD ("/job-handlers/wait-inside", test_wait_inside);
  TEST_ADD ("/job-handlers/read-inside", test_read_inside);
  TEST_ADD ("/job-handlers/handed-over-inside", test_handed_over_inside);

  return g_test_run ();
}
