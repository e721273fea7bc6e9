/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A job's life: its states, who waits for it, and who stops it. */

#include "config.h"

#include <signal.h>
#include <string.h>

#include "test-fixture.h"

/* What a job told, in order. */
typedef struct
{
  GString *told;
  GMainContext *context;
} Diary;

static void
write_diary (Diary *diary, const char *entry)
{
  g_assert_true (g_main_context_is_owner (diary->context));

  if (diary->told->len > 0)
    g_string_append_c (diary->told, ' ');
  g_string_append (diary->told, entry);
}

static void
on_state (GObject *object, GParamSpec *pspec, gpointer user_data)
{
  static const char *const names[] = { "queued", "running", "stopping", "finished" };

  write_diary (user_data, names[proc_job_get_state (PROC_JOB (object))]);
}

static void
on_lines (ProcJob *job, ProcStream stream, char **lines, gpointer user_data)
{
  for (guint i = 0; lines[i] != NULL; i++)
    write_diary (user_data, lines[i]);
}

static void
on_waited (GObject *source, GAsyncResult *async_result, gpointer user_data)
{
  g_autoptr(ProcResult) result = proc_job_wait_finish (PROC_JOB (source), async_result, NULL);

  g_assert_nonnull (result);
  g_assert_true (result == proc_job_get_result (PROC_JOB (source)));
  write_diary (user_data, "waited");
}

static Diary
diary_new (void)
{
  return (Diary) { g_string_new (NULL), g_main_context_get_thread_default () };
}

static void
diary_clear (Diary *diary)
{
  g_string_free (diary->told, TRUE);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Diary, diary_clear)

static void
keep_diary (Diary *diary, ProcJob *job)
{
  g_signal_connect (job, "notify::state", G_CALLBACK (on_state), diary);
  g_signal_connect (job, "lines", G_CALLBACK (on_lines), diary);
  proc_job_wait_async (job, NULL, on_waited, diary);
}

static ProcJob *
start (ProcRunner *runner, ProcCommand *command)
{
  ProcJob *job = proc_runner_start (runner, command, NULL);

  test_track (job);
  return job;
}

static ProcResult *
wait_for (ProcJob *job)
{
  g_auto(TestCall) call = TEST_CALL_INIT;
  g_autoptr(GError) error = NULL;
  ProcResult *result;

  proc_job_wait_async (job, NULL, test_call_done, test_call_begin (&call));
  result = proc_job_wait_finish (job, test_call_wait (&call), &error);
  g_assert_no_error (error);
  g_assert_nonnull (result);
  return result;
}

/* A failed start has no result, and says why to each who waits. */
static void
assert_refused (ProcJob *job, int code)
{
  for (guint i = 0; i < 2; i++)
    {
      g_auto(TestCall) call = TEST_CALL_INIT;
      g_autoptr(GError) error = NULL;

      proc_job_wait_async (job, NULL, test_call_done, test_call_begin (&call));
      g_assert_null (proc_job_wait_finish (job, test_call_wait (&call), &error));
      g_assert_error (error, PROC_RUNNER_ERROR, code);
    }

  g_assert_cmpint (proc_job_get_state (job), ==, PROC_JOB_STATE_FINISHED);
  g_assert_null (proc_job_get_result (job));
}

static void
iterate_until (ProcJob *job, ProcJobState state)
{
  while (proc_job_get_state (job) < state)
    test_iterate (NULL);
}

/* All lines, then the state, then the callbacks. */
static void
test_order (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("echo", "one", "echo", "two", "print", "3", NULL);
  g_autoptr(ProcJob) job = start (runner, command);
  g_autoptr(ProcResult) result = NULL;
  g_auto(Diary) diary = diary_new ();

  g_assert_cmpint (proc_job_get_state (job), ==, PROC_JOB_STATE_QUEUED);
  g_assert_cmpint (proc_job_get_pid (job), ==, 0);
  g_assert_cmpint (proc_job_get_elapsed_usec (job), ==, 0);
  g_assert_null (proc_job_get_result (job));
  keep_diary (&diary, job);
  result = wait_for (job);

  g_assert_cmpstr (diary.told->str, ==, "running one two 3 finished waited");
  g_assert_true (proc_job_get_result (job) == result);
  g_assert_cmpint (proc_job_get_pid (job), >, 1);
  g_assert_cmpint (proc_job_get_elapsed_usec (job), ==, proc_result_get_elapsed_usec (result));
  g_assert_cmpuint (proc_job_get_stdout_size (job), ==, 9);
  test_assert_text (proc_result_get_stdout (result), "one\ntwo\n3");
}

static void
test_wait_after_the_end (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("exit", "3", NULL);
  g_autoptr(ProcJob) job = start (runner, command);

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr(ProcResult) result = wait_for (job);
      g_autoptr(ProcResult) again = proc_job_wait (job, NULL, NULL);

      g_assert_cmpint (proc_result_get_exit_status (result), ==, 3);
      g_assert_true (again == result);
    }
}

/* Without a main context, in the job's thread and in another. */
static gpointer
wait_in_thread (gpointer job)
{
  return proc_job_wait (job, NULL, NULL);
}

static void
test_wait_sync (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_auto(TestFifo) gate = test_fifo_gate ();
  g_autoptr(ProcCommand) command = test_child ("gate", gate.path, "echo", "out", NULL);
  g_autoptr(ProcJob) job = start (runner, command);
  GThread *thread = g_thread_new ("waiter", wait_in_thread, job);
  g_autoptr(ProcResult) mine = NULL;
  g_autoptr(ProcResult) theirs = NULL;

  test_fifo_open (&gate);
  mine = proc_job_wait (job, NULL, NULL);
  theirs = g_thread_join (thread);
  g_assert_true (mine == theirs);
  test_assert_text (proc_result_get_stdout (mine), "out\n");
  g_assert_cmpint (proc_job_get_state (job), <, PROC_JOB_STATE_FINISHED);
  iterate_until (job, PROC_JOB_STATE_FINISHED);
}

static void
count_bytes (ProcJob *job, ProcStream stream, GBytes *bytes, gpointer user_data)
{
  guint64 *size = user_data;

  g_assert_cmpint (proc_job_get_state (job), <, PROC_JOB_STATE_FINISHED);
  *size += g_bytes_get_size (bytes);
}

/* More than a listener may be behind: who waits in the job's thread holds nobody up, and
 * misses nothing. */
static void
test_wait_sync_while_listening (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("flood", "20000000", "out", NULL);
  guint64 size = 0;

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr(ProcJob) job = NULL;
      g_autoptr(ProcResult) result = NULL;

      if (i == 1)
        proc_command_set_stdout (command, PROC_STDIO_PIPE);
      job = start (runner, command);
      g_signal_connect (job, "data", G_CALLBACK (count_bytes), &size);
      result = proc_job_wait (job, NULL, NULL);
      g_assert_cmpuint (proc_result_get_stdout_size (result), ==, 20000000);
      g_assert_cmpuint (size, ==, i * 20000000);
      iterate_until (job, PROC_JOB_STATE_FINISHED);
      g_assert_cmpuint (size, ==, (i + 1) * 20000000);
    }
}

static void
assert_wait_cancelled (ProcJob *job, GCancellable *cancellable, gboolean before)
{
  g_auto(TestCall) call = TEST_CALL_INIT;
  g_autoptr(GError) error = NULL;

  if (before)
    g_cancellable_cancel (cancellable);
  proc_job_wait_async (job, cancellable, test_call_done, test_call_begin (&call));
  g_cancellable_cancel (cancellable);
  g_assert_null (proc_job_wait_finish (job, test_call_wait (&call), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  test_assert_handlers_gone (cancellable);
}

/* Its own cancellable ends the wait, and nothing else. */
static void
test_cancel_the_wait (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_auto(TestFifo) gate = test_fifo_gate ();
  g_autoptr(ProcCommand) command = test_child ("gate", gate.path, NULL);
  g_autoptr(ProcJob) job = start (runner, command);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GCancellable) cancelled = g_cancellable_new ();
  g_autoptr(GError) error = NULL;
  g_autoptr(ProcResult) result = NULL;

  assert_wait_cancelled (job, cancellable, FALSE);
  assert_wait_cancelled (job, cancelled, TRUE);
  g_assert_null (proc_job_wait (job, cancelled, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  test_assert_handlers_gone (cancelled);

  test_fifo_open (&gate);
  result = wait_for (job);
  g_assert_true (proc_result_get_successful (result));
}

/* It never ran, and never says that it did: what is told last is the end of the process. */
static void
test_not_found (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = proc_command_new (TEST_ARGV ("/no/such/program"));

  for (guint i = 0; i < 40; i++)
    {
      g_autoptr(ProcJob) job = NULL;
      g_auto(Diary) diary = diary_new ();

      proc_runner_set_supervise (runner, i % 2 == 1);
      job = start (runner, command);
      g_signal_connect (job, "notify::state", G_CALLBACK (on_state), &diary);
      g_signal_connect (job, "lines", G_CALLBACK (on_lines), &diary);
      assert_refused (job, PROC_RUNNER_ERROR_NOT_FOUND);
      g_assert_cmpstr (diary.told->str, ==, "finished");
      g_assert_cmpint (proc_job_get_pid (job), ==, 0);
    }
}

static void
test_invalid (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = proc_command_new (TEST_ARGV (""));
  g_autoptr(ProcJob) job = start (runner, command);
  g_autoptr(GError) error = NULL;

  g_assert_cmpint (proc_job_get_state (job), ==, PROC_JOB_STATE_QUEUED);
  g_assert_null (proc_job_wait (job, NULL, &error));
  g_assert_error (error, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_INVALID_COMMAND);
  assert_refused (job, PROC_RUNNER_ERROR_INVALID_COMMAND);
}

static void
test_stop (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_auto(TestFifo) ready = test_fifo_ready ();
  g_autoptr(ProcCommand) command = test_child ("trap-term", "0", "ready", ready.path, "hang", NULL);
  g_autoptr(ProcJob) job = start (runner, command);
  g_auto(Diary) diary = diary_new ();
  g_autoptr(ProcResult) result = NULL;
  g_autoptr(GError) error = NULL;

  keep_diary (&diary, job);
  iterate_until (job, PROC_JOB_STATE_RUNNING);
  test_fifo_wait (&ready);
  proc_job_stop (job);
  proc_job_stop (job);
  result = wait_for (job);

  g_assert_cmpstr (diary.told->str, ==, "running stopping bye finished waited");
  g_assert_cmpint (proc_result_get_outcome (result), ==, PROC_OUTCOME_CANCELLED);
  g_assert_cmpint (proc_result_get_exit_status (result), ==, 0);
  g_assert_false (proc_result_check (result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  proc_job_stop (job);
  proc_job_kill (job);
  proc_job_send_signal (job, SIGUSR1);
}

/* From the moment of the start on. */
static void
test_stop_at_once (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("hang", NULL);

  for (guint i = 0; i < 20; i++)
    {
      g_autoptr(ProcJob) job = start (runner, command);
      g_autoptr(ProcResult) result = NULL;

      if (i % 2 == 0)
        proc_job_stop (job);
      else
        proc_job_kill (job);
      result = wait_for (job);
      g_assert_cmpint (proc_result_get_outcome (result), ==, PROC_OUTCOME_CANCELLED);
    }
}

/* Without a grace, and without waiting for the end of one. */
static void
test_kill (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_auto(TestFifo) ready = test_fifo_ready ();
  g_autoptr(ProcCommand) command = test_child ("ignore-term", "fork", "ready", ready.path, NULL);
  g_autoptr(ProcJob) job = NULL;
  g_autoptr(ProcResult) result = NULL;

  proc_runner_set_kill_grace_msec (runner, G_MAXINT);
  for (guint i = 0; i < 2; i++)
    {
      g_clear_object (&result);
      g_clear_object (&job);
      job = start (runner, command);
      test_fifo_wait (&ready);
      if (i == 1)
        {
          proc_job_stop (job);
          iterate_until (job, PROC_JOB_STATE_STOPPING);
        }
      proc_job_kill (job);
      result = wait_for (job);
      g_assert_cmpint (proc_result_get_outcome (result), ==, PROC_OUTCOME_CANCELLED);
      g_assert_cmpint (proc_result_get_term_signal (result), ==, SIGKILL);
      g_assert_true (proc_result_get_forced (result));
    }
}

/* It is the program's alone, and its own doing. */
static void
test_send_signal (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_auto(TestFifo) ready = test_fifo_ready ();
  g_autoptr(ProcCommand) command = test_child ("ready", ready.path, "hang", NULL);
  g_autoptr(ProcJob) job = start (runner, command);
  g_autoptr(ProcResult) result = NULL;

  test_fifo_wait (&ready);
  proc_job_send_signal (job, SIGUSR2);
  result = wait_for (job);
  g_assert_cmpint (proc_result_get_outcome (result), ==, PROC_OUTCOME_SIGNALED);
  g_assert_cmpint (proc_result_get_term_signal (result), ==, SIGUSR2);
}

/* One that comes before the start waits for it, in the queue too. */
static void
test_send_signal_early (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_auto(TestFifo) gate = test_fifo_gate ();
  g_autoptr(ProcCommand) first_command = test_child ("gate", gate.path, NULL);
  g_autoptr(ProcCommand) command = test_child ("hang", NULL);
  g_autoptr(ProcJob) first = start (runner, first_command);
  g_autoptr(ProcJob) job = NULL;
  g_autoptr(ProcResult) result = NULL;
  g_autoptr(ProcResult) first_result = NULL;

  proc_runner_set_max_running (runner, 1);
  job = start (runner, command);
  proc_job_send_signal (job, SIGUSR1);
  test_fifo_open (&gate);
  first_result = wait_for (first);
  result = wait_for (job);
  g_assert_cmpint (proc_result_get_term_signal (result), ==, SIGUSR1);
}

static void
test_cancellable (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(ProcCommand) command = test_child ("hang", NULL);
  g_autoptr(ProcJob) job = proc_runner_start (runner, command, cancellable);
  g_autoptr(ProcJob) late = NULL;
  g_autoptr(ProcResult) result = NULL;
  g_autoptr(ProcResult) late_result = NULL;

  test_track (job);
  iterate_until (job, PROC_JOB_STATE_RUNNING);
  g_cancellable_cancel (cancellable);
  result = wait_for (job);
  g_assert_cmpint (proc_result_get_outcome (result), ==, PROC_OUTCOME_CANCELLED);

  late = proc_runner_start (runner, command, cancellable);
  late_result = wait_for (late);
  g_assert_cmpint (proc_result_get_outcome (late_result), ==, PROC_OUTCOME_CANCELLED);
  g_assert_null (proc_result_get_start_time (late_result));
  test_assert_handlers_gone (cancellable);
}

static void
test_timeout (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("echo", "out", "hang", NULL);
  g_autoptr(ProcJob) job = NULL;
  g_auto(Diary) diary = diary_new ();
  g_autoptr(ProcResult) result = NULL;

  proc_runner_set_timeout_msec (runner, 50);
  job = start (runner, command);
  g_signal_connect (job, "notify::state", G_CALLBACK (on_state), &diary);
  result = wait_for (job);
  g_assert_cmpint (proc_result_get_outcome (result), ==, PROC_OUTCOME_TIMED_OUT);
  g_assert_true (g_str_has_suffix (diary.told->str, "finished"));
}

/* It goes on, and its signals come. */
static void
test_dropped (void)
{
  g_auto(Diary) diary = diary_new ();
  ProcRunner *runner = proc_runner_new ();
  ProcCommand *command = test_child ("echo", "one", NULL);
  ProcJob *job = start (runner, command);

  keep_diary (&diary, job);
  test_track (runner);
  g_object_unref (command);
  g_object_unref (job);
  g_object_unref (runner);
  test_wait_for_tracked ();
  g_assert_cmpstr (diary.told->str, ==, "running one finished waited");
}

/* Nobody made it run, so it does nothing, and does no harm. */
static void
test_made_by_hand (void)
{
  g_autoptr(ProcJob) job = g_object_new (PROC_TYPE_JOB, NULL);
  g_autofree char *last_line = proc_job_dup_last_line (job);

  g_assert_cmpint (proc_job_get_state (job), ==, PROC_JOB_STATE_QUEUED);
  g_assert_cmpstr (last_line, ==, "");
  proc_job_stop (job);
  proc_job_kill (job);
  proc_job_send_signal (job, SIGTERM);
  proc_job_close_stdin (job);
  g_assert_nonnull (proc_job_get_command (job));
  g_assert_null (proc_job_get_stdin (job));
  g_assert_null (proc_job_get_stdout (job));
}

static void
wait_in_handler (GObject *object, GParamSpec *pspec, gpointer user_data)
{
  write_diary (user_data, "begin");
  proc_job_wait_async (PROC_JOB (object), NULL, on_waited, user_data);
  write_diary (user_data, "end");
}

/* Nobody is told of the end before all handlers have returned. */
static void
test_wait_in_the_last_handlers (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("print", "x", NULL);
  g_auto(Diary) diary = diary_new ();
  g_autoptr(ProcJob) job = start (runner, command);

  g_signal_connect (job, "notify::result", G_CALLBACK (wait_in_handler), &diary);
  proc_job_wait_async (job, NULL, on_waited, &diary);
  while (strstr (diary.told->str, "waited waited") == NULL)
    g_main_context_iteration (diary.context, TRUE);
  g_assert_cmpstr (diary.told->str, ==, "begin end waited waited");
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/job/order", test_order);
  TEST_ADD ("/job/wait-after-the-end", test_wait_after_the_end);
  TEST_ADD ("/job/wait-in-the-last-handlers", test_wait_in_the_last_handlers);
  TEST_ADD ("/job/wait-sync", test_wait_sync);
  TEST_ADD ("/job/wait-sync-while-listening", test_wait_sync_while_listening);
  TEST_ADD ("/job/cancel-the-wait", test_cancel_the_wait);
  TEST_ADD ("/job/sp1-not-found", test_not_found);
  TEST_ADD ("/job/sp10-invalid", test_invalid);
  TEST_ADD ("/job/stop", test_stop);
  TEST_ADD ("/job/pg6-stop-at-once", test_stop_at_once);
  TEST_ADD ("/job/kill", test_kill);
  TEST_ADD ("/job/send-signal", test_send_signal);
  TEST_ADD ("/job/send-signal-early", test_send_signal_early);
  TEST_ADD ("/job/cancellable", test_cancellable);
  TEST_ADD ("/job/timeout", test_timeout);
  TEST_ADD ("/job/pg9-dropped", test_dropped);
  TEST_ADD ("/job/made-by-hand", test_made_by_hand);

  return g_test_run ();
}
