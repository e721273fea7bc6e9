/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Whoever follows a job, and is slow: the child waits, nothing is lost, and what ends a job ends it
 * all the same. */

#include "config.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test-following.h"

/* An engine that is kept from the processor in the middle of its reads looks like one that holds
 * the child: it has then up to 16 MiB to go, before it hears of anything. */
#define SIZE 32000000
#define NEVER_MSEC 600000

/* What is held for who is behind, and what a child may have written beyond that: a pipe, and what
 * was read at once. */
#define LIMIT ((guint64) 8 * 1024 * 1024)
#define BEYOND ((guint64) 3 * 1024 * 1024)

typedef struct
{
  ProcRunner *runner;
  ProcCommand *command;
  TestMeter meter;
  TestFollower follower;
} Fixture;

static void
set_up (Fixture *fixture)
{
  *fixture = (Fixture) { .follower = TEST_FOLLOWER_INIT };
  fixture->runner = proc_runner_new ();
  fixture->meter = test_meter_init ();
  fixture->command = test_child ("meter", fixture->meter.path, "flood", G_STRINGIFY (SIZE), "out",
                                 NULL);
}

static void
tear_down (Fixture *fixture)
{
  g_object_unref (fixture->runner);
  g_object_unref (fixture->command);
  test_meter_clear (&fixture->meter);
  test_follower_clear (&fixture->follower);
}

/* Proves that the child waits for us. */
static void
wait_until_held (Fixture *fixture, int pid)
{
  guint64 written;

  test_meter_wait_for (&fixture->meter, LIMIT);
  fixture->meter.pid = pid;
  written = test_meter_wait_until_held (&fixture->meter);
  g_assert_cmpuint (written, >=, LIMIT);
  g_assert_cmpuint (written, <=, LIMIT + BEYOND);
}

/* A job that is followed, and whose loop then stands still. */
static ProcJob *
start_held (Fixture *fixture)
{
  ProcJob *job = test_start (fixture->runner, fixture->command);

  test_follow_data (&fixture->follower, job);
  test_iterate_until (job, PROC_JOB_STATE_RUNNING);
  wait_until_held (fixture, proc_job_get_pid (job));
  return job;
}

static void
test_loop_stands_still (void)
{
  static const ProcStdio kinds[] = { PROC_STDIO_CAPTURE, PROC_STDIO_PIPE };

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      Fixture fixture;

      set_up (&fixture);
      proc_command_set_stdout (fixture.command, kinds[i]);
      {
        g_autoptr(ProcJob) job = start_held (&fixture);
        g_autoptr(ProcResult) result = test_wait_for (job);

        test_assert_flood (&fixture.follower, PROC_STREAM_STDOUT, SIZE);
        g_assert_cmpuint (test_meter_read (&fixture.meter), ==, SIZE);
        g_assert_true (proc_result_get_successful (result));
      }
      tear_down (&fixture);
    }
}

/* Before the caller has had an occasion to listen, too; and the child goes on when it turns out that
 * nobody does. */
static void
test_loop_never_run (void)
{
  g_auto(TestFifo) ready = test_fifo_ready ();
  g_autoptr(ProcCommand) command = NULL;
  Fixture fixture;

  set_up (&fixture);
  command = test_child ("ready", ready.path, "meter", fixture.meter.path, "flood",
                        G_STRINGIFY (SIZE), "out", NULL);
  {
    g_autoptr(ProcJob) job = test_start (fixture.runner, command);
    g_autoptr(ProcResult) result = NULL;

    wait_until_held (&fixture, test_fifo_wait (&ready));
    result = test_wait_for (job);
    test_assert_pattern (proc_result_get_stdout (result), STDOUT_FILENO, SIZE);
  }
  tear_down (&fixture);
}

static gpointer
wait_in_thread (gpointer job)
{
  return proc_job_wait (job, NULL, NULL);
}

/* Another thread waits for the end, and this one for that: nobody can listen before, and nothing is
 * missed by who does then. */
static void
test_waited_for_elsewhere (void)
{
  static const ProcStdio kinds[] = { PROC_STDIO_CAPTURE, PROC_STDIO_PIPE };

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      Fixture fixture;

      set_up (&fixture);
      proc_command_set_stdout (fixture.command, kinds[i]);
      {
        g_autoptr(ProcJob) job = test_start (fixture.runner, fixture.command);
        GThread *thread = g_thread_new ("waiter", wait_in_thread, job);
        g_autoptr(ProcResult) result = g_thread_join (thread);
        g_autoptr(ProcResult) again = NULL;

        g_assert_true (proc_result_get_successful (result));
        test_follow_data (&fixture.follower, job);
        again = test_wait_for (job);
        g_assert_true (again == result);
        test_assert_flood (&fixture.follower, PROC_STREAM_STDOUT, SIZE);
      }
      tear_down (&fixture);
    }
}

/* Nobody listens, so nobody is waited for. */
static void
test_nobody_listens (void)
{
  Fixture fixture;

  set_up (&fixture);
  {
    g_autoptr(ProcJob) job = test_start (fixture.runner, fixture.command);
    g_autoptr(ProcResult) result = NULL;

    test_iterate_until (job, PROC_JOB_STATE_RUNNING);
    test_meter_wait_for (&fixture.meter, SIZE);
    result = test_wait_for (job);
    test_assert_pattern (proc_result_get_stdout (result), STDOUT_FILENO, SIZE);
  }
  tear_down (&fixture);
}

/* Inside its handler. */
static void
be_slow (ProcJob *job, ProcStream stream, GBytes *bytes, gpointer user_data)
{
  Fixture *fixture = user_data;

  test_loop_pause ();
  if (fixture->follower.n_batches == 1)
    wait_until_held (fixture, proc_job_get_pid (job));
  test_loop_resume ();
}

static void
test_slow_handler (void)
{
  Fixture fixture;

  set_up (&fixture);
  {
    g_autoptr(ProcJob) job = test_start (fixture.runner, fixture.command);
    g_autoptr(ProcResult) result = NULL;

    test_follow_data (&fixture.follower, job);
    g_signal_connect (job, "data", G_CALLBACK (be_slow), &fixture);
    result = test_wait_for (job);
    test_assert_flood (&fixture.follower, PROC_STREAM_STDOUT, SIZE);
    test_assert_pattern (proc_result_get_stdout (result), STDOUT_FILENO, SIZE);
  }
  tear_down (&fixture);
}

/* A reader who has begun, and does not go on. */
static void
test_slow_reader (void)
{
  static const ProcStdio kinds[] = { PROC_STDIO_CAPTURE, PROC_STDIO_PIPE };

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      Fixture fixture;

      set_up (&fixture);
      proc_command_set_stdout (fixture.command, kinds[i]);
      {
        g_autoptr(ProcJob) job = test_start (fixture.runner, fixture.command);
        g_autoptr(ProcResult) result = NULL;
        g_auto(GStrv) lines = proc_job_read_lines (job, PROC_STREAM_STDOUT, NULL, NULL);
        guint n_answers = 0;

        test_iterate_until (job, PROC_JOB_STATE_RUNNING);
        wait_until_held (&fixture, proc_job_get_pid (job));
        for (; lines != NULL; n_answers++)
          {
            g_strfreev (lines);
            lines = proc_job_read_lines (job, PROC_STREAM_STDOUT, NULL, NULL);
          }
        g_assert_cmpuint (n_answers, >=, 10);
        g_assert_cmpuint (test_meter_read (&fixture.meter), ==, SIZE);
        result = test_wait_for (job);
        g_assert_true (proc_result_get_successful (result));
      }
      tear_down (&fixture);
    }
}

/* What nobody reads any more is captured all the same. */
static void
test_reader_stops (void)
{
  Fixture fixture;

  set_up (&fixture);
  {
    g_autoptr(ProcJob) job = test_start (fixture.runner, fixture.command);
    g_autoptr(ProcResult) result = NULL;
    g_auto(GStrv) lines = proc_job_read_lines (job, PROC_STREAM_STDOUT, NULL, NULL);

    test_iterate_until (job, PROC_JOB_STATE_RUNNING);
    wait_until_held (&fixture, proc_job_get_pid (job));
    proc_job_stop_reading (job, PROC_STREAM_STDOUT);
    result = test_wait_for (job);
    test_assert_pattern (proc_result_get_stdout (result), STDOUT_FILENO, SIZE);
  }
  tear_down (&fixture);
}

/* The first handler goes, and with it what holds the child up. */
static void
test_listener_goes (void)
{
  Fixture fixture;

  set_up (&fixture);
  {
    g_autoptr(ProcJob) job = start_held (&fixture);
    g_autoptr(ProcResult) result = NULL;

    test_unfollow (&fixture.follower, job);
    result = test_wait_for (job);
    test_assert_pattern (proc_result_get_stdout (result), STDOUT_FILENO, SIZE);
    g_assert_cmpuint (fixture.follower.size[0], <, SIZE);
  }
  tear_down (&fixture);
}

typedef void (*End) (Fixture *fixture, ProcJob *job);

static void
stop (Fixture *fixture, ProcJob *job)
{
  proc_job_stop (job);
}

static void
kill_it (Fixture *fixture, ProcJob *job)
{
  proc_job_kill (job);
}

static void
kill_by_hand (Fixture *fixture, ProcJob *job)
{
  proc_job_send_signal (job, SIGKILL);
}

/* All that was read, or was in the pipe, is delivered and in the result. */
static void
assert_ends_held (ProcStdio kind, End end, ProcOutcome outcome)
{
  Fixture fixture;

  set_up (&fixture);
  proc_command_set_stdout (fixture.command, kind);
  {
    g_autoptr(ProcJob) job = start_held (&fixture);
    g_autoptr(ProcResult) result = NULL;
    guint64 written;

    end (&fixture, job);
    result = test_wait_for (job);
    written = proc_result_get_stdout_size (result);
    g_assert_cmpint (proc_result_get_outcome (result), ==, outcome);
    g_assert_cmpuint (written, >=, test_meter_read (&fixture.meter));
    g_assert_cmpuint (written, <, SIZE);
    test_assert_flood (&fixture.follower, PROC_STREAM_STDOUT, written);
    test_assert_pattern (proc_result_get_stdout (result), STDOUT_FILENO,
                         kind == PROC_STDIO_CAPTURE ? written : 0);
    g_assert_true (proc_result_get_complete (result));
  }
  tear_down (&fixture);
}

static void
test_stopped (void)
{
  assert_ends_held (PROC_STDIO_CAPTURE, stop, PROC_OUTCOME_CANCELLED);
  assert_ends_held (PROC_STDIO_PIPE, stop, PROC_OUTCOME_CANCELLED);
}

static void
test_killed (void)
{
  assert_ends_held (PROC_STDIO_CAPTURE, kill_it, PROC_OUTCOME_CANCELLED);
  assert_ends_held (PROC_STDIO_CAPTURE, kill_by_hand, PROC_OUTCOME_SIGNALED);
  assert_ends_held (PROC_STDIO_PIPE, kill_by_hand, PROC_OUTCOME_SIGNALED);
}

/* The time runs while we are slow, and ends the child without us. */
static gboolean
is_gone (gpointer data)
{
  return kill (GPOINTER_TO_INT (data), 0) < 0;
}

static void
test_timed_out (void)
{
  Fixture fixture;

  set_up (&fixture);
  proc_runner_set_timeout_msec (fixture.runner, 1000);
  {
    g_autoptr(ProcJob) job = test_start (fixture.runner, fixture.command);
    g_autoptr(ProcResult) result = NULL;

    test_follow_data (&fixture.follower, job);
    test_iterate_until (job, PROC_JOB_STATE_RUNNING);
    g_assert_true (test_eventually (is_gone, GINT_TO_POINTER (proc_job_get_pid (job))));
    g_assert_cmpuint (test_meter_read (&fixture.meter), <=, LIMIT + BEYOND);
    result = test_wait_for (job);
    g_assert_cmpint (proc_result_get_outcome (result), ==, PROC_OUTCOME_TIMED_OUT);
    test_assert_flood (&fixture.follower, PROC_STREAM_STDOUT, proc_result_get_stdout_size (result));
  }
  tear_down (&fixture);
}

/* A run that takes about so long, in nobody's context. */
static void
let_time_pass (guint msec)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("hang", NULL);
  g_autoptr(ProcResult) result = NULL;

  proc_runner_set_timeout_msec (runner, msec);
  result = proc_runner_run (runner, command, NULL, NULL);
  g_assert_cmpint (proc_result_get_outcome (result), ==, PROC_OUTCOME_TIMED_OUT);
}

/* Silent the child is not: it is nobody's fault but ours that nothing is read. */
static void
test_not_idle (void)
{
  Fixture fixture;

  set_up (&fixture);
  proc_runner_set_idle_timeout_msec (fixture.runner, 1000);
  {
    g_autoptr(ProcJob) job = start_held (&fixture);
    g_autoptr(ProcResult) result = NULL;

    let_time_pass (2500);
    result = test_wait_for (job);
    g_assert_cmpint (proc_result_get_outcome (result), ==, PROC_OUTCOME_EXITED);
    test_assert_flood (&fixture.follower, PROC_STREAM_STDOUT, SIZE);
  }
  tear_down (&fixture);
}

/* The child is gone, what it wrote is not: the drain grace is not for who waits for us. */
static void
test_drain_grace_waits (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("leave", "flood", G_STRINGIFY (SIZE), "out", NULL);
  g_autoptr(ProcJob) job = NULL;
  g_auto(TestFollower) follower = TEST_FOLLOWER_INIT;
  g_autoptr(ProcResult) result = NULL;

  proc_runner_set_drain_grace_msec (runner, 1500);
  job = test_start (runner, command);
  test_follow_data (&follower, job);
  test_iterate_until (job, PROC_JOB_STATE_RUNNING);
  let_time_pass (2000);
  result = test_wait_for (job);
  test_assert_flood (&follower, PROC_STREAM_STDOUT, SIZE);
  g_assert_true (proc_result_get_complete (result));
  g_assert_cmpint (waitpid (-1, NULL, 0), >, 0);
}

/* And not for ever for a grandchild that holds the output. */
static void
test_grandchild_holds (void)
{
  static const ProcStdio kinds[] = { PROC_STDIO_CAPTURE, PROC_STDIO_PIPE };

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autoptr(ProcRunner) runner = proc_runner_new ();
      g_auto(TestFifo) gate = test_fifo_gate ();
      g_autoptr(ProcCommand) command = test_child ("hold-stdout", gate.path, "print", "out", NULL);
      g_autoptr(ProcJob) job = NULL;
      g_auto(TestFollower) follower = TEST_FOLLOWER_INIT;
      g_autoptr(ProcResult) result = NULL;

      proc_runner_set_drain_grace_msec (runner, 50);
      proc_command_set_stdout (command, kinds[i]);
      job = test_start (runner, command);
      test_follow (&follower, job);
      result = test_wait_for (job);
      test_assert_lines (&follower, PROC_STREAM_STDOUT, "out\n");
      g_assert_false (proc_result_get_complete (result));
      g_assert_true (proc_result_get_successful (result));
      test_fifo_open (&gate);
      g_assert_cmpint (waitpid (-1, NULL, 0), >, 0);
    }
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/job-behind/loop-stands-still", test_loop_stands_still);
  TEST_ADD ("/job-behind/loop-never-run", test_loop_never_run);
  TEST_ADD ("/job-behind/waited-for-elsewhere", test_waited_for_elsewhere);
  TEST_ADD ("/job-behind/nobody-listens", test_nobody_listens);
  TEST_ADD ("/job-behind/slow-handler", test_slow_handler);
  TEST_ADD ("/job-behind/slow-reader", test_slow_reader);
  TEST_ADD ("/job-behind/reader-stops", test_reader_stops);
  TEST_ADD ("/job-behind/listener-goes", test_listener_goes);
  TEST_ADD ("/job-behind/stopped", test_stopped);
  TEST_ADD ("/job-behind/killed", test_killed);
  TEST_ADD ("/job-behind/timed-out", test_timed_out);
  TEST_ADD ("/job-behind/not-idle", test_not_idle);
  TEST_ADD ("/job-behind/drain-grace-waits", test_drain_grace_waits);
  TEST_ADD ("/job-behind/pg1-grandchild-holds", test_grandchild_holds);

  return g_test_run ();
}
