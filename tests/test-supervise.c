/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Supervised runs: all descendants are stopped, also those that left the group and the session;
 * the status is true whoever reaps; and nothing outlives the program. */

#include "config.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test-stopping.h"

#define VICTIM "PROC_TEST_VICTIM"

static const char *program_path;

static TestStop
supervised_stop (void)
{
  TestStop stop = test_stop_init ();

  proc_runner_set_supervise (stop.runner, TRUE);
  return stop;
}

static ProcRunner *
supervised_runner (void)
{
  ProcRunner *runner = proc_runner_new ();

  proc_runner_set_supervise (runner, TRUE);
  return runner;
}

/* The verbs are done by a child that leaves a daemon behind; the program lives on. */
static ProcCommand *
leader_and_daemon (const char *verb, ...) G_GNUC_NULL_TERMINATED;

static ProcCommand *
leader_and_daemon (const char *verb, ...)
{
  g_autoptr(GPtrArray) args = g_ptr_array_new ();
  va_list verbs;

  g_ptr_array_add (args, (gpointer) test_child_path ());
  va_start (verbs, verb);
  for (const char *next = verb; next != NULL; next = va_arg (verbs, const char *))
    g_ptr_array_add (args, (gpointer) next);
  va_end (verbs);
  g_ptr_array_add (args, NULL);

  return proc_command_new_shell ("\"$@\"; exec \"$1\" hang",
                                 (const char *const *) args->pdata);
}

/* Ends */

static void
test_ends (void)
{
  g_autoptr(ProcRunner) runner = supervised_runner ();
  int statuses[] = { 0, 1, 3, 127, 255 };
  int signals[] = { SIGTERM, SIGKILL, SIGUSR1, SIGHUP };

  for (gsize i = 0; i < G_N_ELEMENTS (statuses); i++)
    {
      g_autofree char *status = g_strdup_printf ("%d", statuses[i]);
      g_autoptr(ProcCommand) command = test_child ("echo", "out", "err", "oops", "exit", status,
                                                   NULL);
      g_autoptr(ProcResult) result = test_run (runner, command);

      g_assert_cmpint (proc_result_get_outcome (result), ==, PROC_OUTCOME_EXITED);
      g_assert_cmpint (proc_result_get_exit_status (result), ==, statuses[i]);
      test_assert_text (proc_result_get_stdout (result), "out\n");
      test_assert_text (proc_result_get_stderr (result), "oops\n");
      g_assert_true (proc_result_get_complete (result));
    }

  for (gsize i = 0; i < G_N_ELEMENTS (signals); i++)
    {
      g_autofree char *number = g_strdup_printf ("%d", signals[i]);
      g_autoptr(ProcCommand) command = test_child ("signal", number, NULL);
      g_autoptr(ProcResult) result = test_run (runner, command);

      g_assert_cmpint (proc_result_get_outcome (result), ==, PROC_OUTCOME_SIGNALED);
      test_assert_ended (result, signals[i], FALSE);
    }
}

/* A start that fails leaves no supervisor either. */
static void
test_failed_starts (void)
{
  g_autoptr(ProcRunner) runner = supervised_runner ();
  g_autoptr(ProcCommand) missing = proc_command_new (TEST_ARGV ("/no/such"));
  g_autoptr(ProcCommand) no_program = proc_command_new (TEST_ARGV ("/etc/passwd"));
  g_autoptr(ProcCommand) nowhere = test_child ("exit", "0", NULL);

  proc_command_set_cwd (nowhere, "/no/dir");
  g_error_free (test_error (runner, missing, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_NOT_FOUND));
  g_error_free (
    test_error (runner, no_program, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_NOT_EXECUTABLE));
  g_error_free (test_error (runner, nowhere, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_BAD_CWD));
  test_assert_no_children ();
}

static void
test_usage (void)
{
  g_autoptr(ProcRunner) runner = supervised_runner ();
  g_autoptr(ProcRunner) plain = proc_runner_new ();
  g_autoptr(ProcCommand) command =
    proc_command_new_shell ("i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done", NULL);
  g_autoptr(ProcResult) supervised = test_check (runner, command);
  g_autoptr(ProcResult) unsupervised = test_check (plain, command);

  g_assert_cmpint (proc_result_get_cpu_usec (supervised), >, 1000);
  g_assert_cmpint (proc_result_get_cpu_usec (supervised), <=,
                   proc_result_get_elapsed_usec (supervised) * 2);
  g_assert_cmpint (proc_result_get_peak_rss (supervised), >, 4096);
  g_assert_cmpint (proc_result_get_peak_rss (supervised), <, 1 << 30);
  g_assert_cmpint (proc_result_get_cpu_usec (unsupervised), ==, -1);
  g_assert_cmpint (proc_result_get_peak_rss (unsupervised), ==, -1);
}

/* Who is left when the run ended by itself is left alone. */
static void
test_released (void)
{
  g_autoptr(ProcRunner) runner = supervised_runner ();
  g_auto(TestFifo) ready = test_fifo_ready ();
  g_autoptr(ProcCommand) command = NULL;
  g_auto(TestCall) call = TEST_CALL_INIT;
  g_autoptr(ProcResult) result = NULL;
  pid_t daemon;

  command = test_child ("setsid-fork", "close-stdout", "close-stderr", "ready", ready.path, "hang",
                        NULL);
  proc_runner_run_async (runner, command, NULL, test_call_done, test_call_begin (&call));
  daemon = test_fifo_wait (&ready);
  result = proc_runner_run_finish (runner, test_call_wait (&call), NULL);
  g_assert_true (proc_result_get_successful (result));
  g_assert_true (proc_result_get_complete (result));

  g_assert_no_errno (kill (daemon, 0));
  g_assert_no_errno (kill (daemon, SIGKILL));
  g_assert_cmpint (TEMP_FAILURE_RETRY (waitpid (daemon, NULL, 0)), ==, daemon);
}

/* Stopping */

static void
test_pg4_daemon (void)
{
  g_auto(TestStop) stop = supervised_stop ();
  g_autoptr(ProcCommand) command = NULL;

  command = leader_and_daemon ("setsid-fork", "setsid-fork", "ready", stop.ready.path, "hang",
                               NULL);
  test_stop_run (&stop, command);
}

/* The leader lives, and what it waits for is in a session of its own: SIGTERM comes to that when
 * the leader is gone, and nobody waits out the grace. */
static void
test_term_reaches_other_sessions (void)
{
  g_auto(TestStop) stop = supervised_stop ();
  g_autoptr(ProcCommand) command = NULL;
  ProcResult *result;

  proc_runner_set_kill_grace_msec (stop.runner, 100000);
  command = test_child ("fork", "new-session", "fork", "new-session", "trap-term", "7", "ready",
                        stop.ready.path, NULL);
  result = test_stop_run (&stop, command);
  test_assert_ended (result, SIGTERM, FALSE);
  test_assert_text (proc_result_get_stdout (result), "bye\n");
}

static void
assert_told_once (const char *script)
{
  g_auto(TestStop) stop = supervised_stop ();
  g_autoptr(ProcCommand) command = NULL;
  ProcResult *result;

  command = proc_command_new_shell (script, TEST_ARGV (stop.ready.path));
  result = test_stop_run (&stop, command);
  test_assert_text (proc_result_get_stdout (result), "term\n");
}

#define TOLD \
  "( trap 'echo term; sleep 0.2; exit' TERM; echo go > \"$1\"; while :; do sleep 0.01; done )"

/* Orphans in the program's group have had theirs by the group: those that the program outlives,
 * and those that it does not. */
static void
test_term_comes_once (void)
{
  assert_told_once ("trap : TERM; " TOLD " & wait; wait");
  assert_told_once (TOLD " & wait");
}

static void
test_to3_stubborn_daemon (void)
{
  g_auto(TestStop) stop = supervised_stop ();
  g_autoptr(ProcCommand) command = NULL;
  ProcResult *result;

  proc_runner_set_kill_grace_msec (stop.runner, TEST_SHORT_GRACE_MSEC);
  command = leader_and_daemon ("ignore-term", "setsid-fork", "ready", stop.ready.path, NULL);
  result = test_stop_run (&stop, command);
  g_assert_true (proc_result_get_forced (result));
}

static void
test_en1_stopped_daemon (void)
{
  g_auto(TestStop) stop = supervised_stop ();
  g_autoptr(ProcCommand) command = NULL;
  ProcResult *result;

  proc_runner_set_kill_grace_msec (stop.runner, 100000);
  command = test_child ("fork", "new-session", "ready", stop.ready.path, "stop", "hang", NULL);
  result = test_stop_run (&stop, command);
  g_assert_false (proc_result_get_forced (result));
}

/* One of the group, whose program is gone, and has its true status. */
static void
test_en1_stopped_orphan (void)
{
  g_auto(TestStop) stop = supervised_stop ();
  g_autoptr(ProcCommand) command = NULL;
  ProcResult *result;

  proc_runner_set_kill_grace_msec (stop.runner, 100000);
  proc_runner_set_drain_grace_msec (stop.runner, 100000);
  command = test_child ("leave", "ready", stop.ready.path, "stop", "hang", NULL);
  test_stop_start (&stop, command);
  g_cancellable_cancel (stop.cancellable);
  test_call_wait (&stop.call);
  test_assert_no_survivors ();
  result = proc_runner_get_task_result (stop.runner, stop.call.result);
  g_assert_false (proc_result_get_forced (result));
}

static void
test_fork_storm (void)
{
  g_auto(TestStop) stop = supervised_stop ();
  g_autoptr(ProcCommand) command = NULL;

  proc_runner_set_kill_grace_msec (stop.runner, 0);
  command = leader_and_daemon ("setsid-fork", "ready", stop.ready.path, "relay", "4", NULL);
  test_stop_run (&stop, command);
}

static void
test_timeout (void)
{
  g_autoptr(ProcRunner) runner = supervised_runner ();
  g_autoptr(ProcCommand) command = leader_and_daemon ("echo", "out", "setsid-fork", "hang", NULL);
  g_autoptr(ProcResult) result = NULL;

  proc_runner_set_timeout_msec (runner, 200);
  proc_runner_set_drain_grace_msec (runner, 100000);
  result = test_run (runner, command);
  g_assert_cmpint (proc_result_get_outcome (result), ==, PROC_OUTCOME_TIMED_OUT);
  test_assert_text (proc_result_get_stdout (result), "out\n");
  test_assert_no_survivors ();
}

static void
test_shared_session (void)
{
  g_auto(TestStop) stop = supervised_stop ();
  g_autoptr(ProcCommand) command = NULL;

  proc_runner_set_session (stop.runner, PROC_SESSION_SHARED);
  command = test_child ("fork", "ready", stop.ready.path, "hang", NULL);
  test_stop_run (&stop, command);
}

/* The helper is told where the program may be, and so needs more room for its arguments than that
 * does. Where there is too little, there is a start without it. */
#define STACK_SIZE (8 * 1024 * 1024) /* of which arguments may have a quarter */
#define PATH_SIZE 120000
#define ARG_SIZE 100000
#define N_ARGS 19

static ProcCommand *
many_args (void)
{
  g_autoptr(ProcCommand) command = proc_command_new (TEST_ARGV ("sh", "-c", "exit 3"));
  g_autoptr(GString) path = g_string_new (g_getenv ("PATH"));
  g_autofree char *arg = g_strnfill (ARG_SIZE, 'x');

  while (path->len < PATH_SIZE)
    g_string_append (path, ":/no/such/folder/of/programs/at/all");
  g_string_prepend (path, "PATH=");
  proc_command_set_environ (command, TEST_ARGV (path->str));
  for (guint i = 0; i < N_ARGS; i++)
    proc_command_add_arg (command, arg);
  return g_steal_pointer (&command);
}

static void
test_too_much_for_the_helper (void)
{
  g_autoptr(ProcRunner) runner = supervised_runner ();
  g_autoptr(ProcCommand) command = many_args ();
  g_autoptr(ProcResult) result = NULL;
  struct rlimit old;
  struct rlimit limit;

  g_assert_no_errno (getrlimit (RLIMIT_STACK, &old));
  if (test_in_valgrind () || old.rlim_max < STACK_SIZE)
    {
      g_test_skip ("the arguments have another limit here");
      return;
    }

  limit = (struct rlimit) { STACK_SIZE, old.rlim_max };
  g_assert_no_errno (setrlimit (RLIMIT_STACK, &limit));
  result = test_run (runner, command);
  g_assert_no_errno (setrlimit (RLIMIT_STACK, &old));
  g_assert_cmpint (proc_result_get_exit_status (result), ==, 3);
}

/* The status */

static gpointer
steal_children (gpointer data)
{
  const int *stop = data;

  while (!g_atomic_int_get (stop))
    if (waitpid (-1, NULL, WNOHANG) <= 0)
      g_thread_yield ();

  return NULL;
}

/* Another part of the program takes whatever child it finds */
static void
test_ex1_stolen_status (void)
{
  g_autoptr(ProcRunner) runner = supervised_runner ();
  g_autoptr(ProcCommand) command = test_child ("exit", "3", NULL);
  struct sigaction before;
  int stop = FALSE;
  GThread *thief;

  if (test_in_valgrind ())
    {
      g_test_skip ("two busy threads take for ever");
      return;
    }

  /* GLib handles SIGCHLD for a child that was gone before it could be watched, and goes on. */
  g_assert_no_errno (sigaction (SIGCHLD, NULL, &before));
  thief = g_thread_new ("thief", steal_children, &stop);
  for (guint i = 0; i < 10; i++)
    {
      g_autoptr(ProcResult) result = test_run (runner, command);

      g_assert_cmpint (proc_result_get_outcome (result), ==, PROC_OUTCOME_EXITED);
      g_assert_cmpint (proc_result_get_exit_status (result), ==, 3);
    }

  g_atomic_int_set (&stop, TRUE);
  g_thread_join (thief);
  g_assert_no_errno (sigaction (SIGCHLD, &before, NULL));
}

/* Supervised without being asked: the kernel keeps no zombies. */
static void
test_sg5_ignored_sigchld (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) failing = test_child ("echo", "out", "exit", "3", NULL);
  g_autoptr(ProcCommand) dying = test_child ("signal", "9", NULL);
  g_autoptr(ProcCommand) dispositions = test_child ("sigs", NULL);
  g_autoptr(ProcResult) failed = NULL;
  g_autoptr(ProcResult) died = NULL;
  g_autoptr(ProcResult) clean = NULL;
  const struct sigaction ignored = { .sa_handler = SIG_IGN };
  struct sigaction before;

  sigaction (SIGCHLD, &ignored, &before);
  failed = test_run (runner, failing);
  died = test_run (runner, dying);
  clean = test_run (runner, dispositions);
  sigaction (SIGCHLD, &before, NULL);

  g_assert_cmpint (proc_result_get_exit_status (failed), ==, 3);
  test_assert_text (proc_result_get_stdout (failed), "out\n");
  g_assert_cmpint (proc_result_get_cpu_usec (failed), >=, 0);
  g_assert_cmpint (proc_result_get_term_signal (died), ==, SIGKILL);
  g_assert_nonnull (strstr (proc_result_get_stdout_text (clean), "SigIgn:\t0000000000000000"));
}

/* The end of the program */

/* In a process of its own, which is killed. */
static int
be_victim (const char *ready_path)
{
  g_autoptr(ProcRunner) runner = supervised_runner ();
  g_autoptr(ProcCommand) command =
    proc_command_new (TEST_ARGV (g_getenv ("PROC_TEST_CHILD"), "ignore-term", "fork", "new-session",
                                 "fork", "new-session", "ready", ready_path, "hang"));

  proc_runner_run (runner, command, NULL, NULL);
  return 1;
}

static void
test_lifeline (void)
{
  g_auto(TestFifo) ready = test_fifo_ready ();
  g_auto(GStrv) envp = g_environ_setenv (g_get_environ (), VICTIM, ready.path, TRUE);
  const char *argv[] = { program_path, NULL };
  g_autoptr(GError) error = NULL;
  pid_t descendant;
  GPid victim;

  if (test_in_valgrind ())
    {
      g_test_skip ("the victim would be valgrind");
      return;
    }

  g_spawn_async (NULL, (char **) argv, envp, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &victim,
                 &error);
  g_assert_no_error (error);
  descendant = test_fifo_wait (&ready);
  g_assert_no_errno (kill (victim, SIGKILL));
  g_assert_cmpint (TEMP_FAILURE_RETRY (waitpid (victim, NULL, 0)), ==, victim);

  /* This program is a subreaper: they come here, and end, or it would wait for ever. */
  while (TEMP_FAILURE_RETRY (waitpid (-1, NULL, 0)) > 0)
    continue;
  test_wait_until_gone (descendant);
}

int
main (int argc, char **argv)
{
  const char *ready_path = g_getenv (VICTIM);

  if (ready_path != NULL)
    return be_victim (ready_path);

  program_path = argv[0];
  test_init (&argc, &argv);

  /* GLib warns of children that somebody else has reaped, at once or later. */
  g_log_set_always_fatal (G_LOG_FATAL_MASK);

  TEST_ADD ("/supervise/ends", test_ends);
  TEST_ADD ("/supervise/failed-starts", test_failed_starts);
  TEST_ADD ("/supervise/too-much-for-the-helper", test_too_much_for_the_helper);
  TEST_ADD ("/supervise/usage", test_usage);
  TEST_ADD ("/supervise/released", test_released);
  TEST_ADD ("/supervise/pg4-daemon", test_pg4_daemon);
  TEST_ADD ("/supervise/term-reaches-other-sessions", test_term_reaches_other_sessions);
  TEST_ADD ("/supervise/term-comes-once", test_term_comes_once);
  TEST_ADD ("/supervise/to3-stubborn-daemon", test_to3_stubborn_daemon);
  TEST_ADD ("/supervise/en1-stopped-daemon", test_en1_stopped_daemon);
  TEST_ADD ("/supervise/en1-stopped-orphan", test_en1_stopped_orphan);
  TEST_ADD ("/supervise/fork-storm", test_fork_storm);
  TEST_ADD ("/supervise/to1-timeout", test_timeout);
  TEST_ADD ("/supervise/shared-session", test_shared_session);
  TEST_ADD ("/supervise/sg5-ignored-sigchld", test_sg5_ignored_sigchld);
  TEST_ADD ("/supervise/lifeline", test_lifeline);
  TEST_ADD ("/supervise/ex1-stolen-status", test_ex1_stolen_status);

  return g_test_run ();
}
