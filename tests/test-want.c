/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* RX2: no more processes. Who wants one waits for those that run; with nothing running it is an
 * error that names the limit. In processes of their own: who gave up root does not get it back. */

#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "test-fixture.h"

#define FIRST_USER 100000
#define LAST_USER 2000000000
#define N_RUNS 12

static guint
count_threads (void)
{
  g_autoptr(GDir) tasks = g_dir_open ("/proc/self/task", 0, NULL);
  guint n = 0;

  while (g_dir_read_name (tasks) != NULL)
    n++;

  return n;
}

/* Root is exempt. What has been started once is there: the engine, and GLib's thread. The user
 * is one that nobody else is, nor another run of this test. */
static void
limit_processes (ProcRunner *runner, guint n_more)
{
  const uid_t user = (uid_t) g_random_int_range (FIRST_USER, LAST_USER);
  struct rlimit limit = { 0, 0 };

  proc_runner_check_output (runner, TEST_ARGV ("true"), NULL, NULL);
  limit.rlim_cur = limit.rlim_max = count_threads () + n_more;
  g_assert_no_errno (setrlimit (RLIMIT_NPROC, &limit));
  g_assert_no_errno (setresuid (user, user, user));
}

/* A leak checker would want a process more. */
static G_NORETURN void
leave (void)
{
  _exit (EXIT_SUCCESS);
}

static void
test_alone (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GBytes) output = NULL;
  g_autoptr(GError) error = NULL;

  limit_processes (runner, 0);
  output = proc_runner_check_output (runner, TEST_ARGV ("true"), NULL, &error);
  g_assert_null (output);
  g_assert_error (error, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_SPAWN);
  test_assert_in_error (error, "true");
  test_assert_in_error (error, g_strerror (EAGAIN));
  test_assert_in_error (error, "RLIMIT_NPROC");
  leave ();
}

static void
got_output (GObject *source, GAsyncResult *result, gpointer data)
{
  guint *n_ended = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) output =
    proc_runner_check_output_finish (PROC_RUNNER (source), result, &error);

  g_assert_no_error (error);
  g_assert_nonnull (output);
  (*n_ended)++;
}

/* Two at a time fit. */
static void
test_in_company (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  guint n_ended = 0;

  limit_processes (runner, 2);
  for (guint i = 0; i < N_RUNS; i++)
    proc_runner_check_output_async (runner, TEST_ARGV ("true"), NULL, got_output, &n_ended);
  while (n_ended < N_RUNS)
    g_main_context_iteration (NULL, TRUE);
  leave ();
}

static void
has_written (GObject *source, GAsyncResult *result, gpointer data)
{
  guint *n_ended = data;
  g_autoptr(GError) error = NULL;

  g_assert_true (proc_runner_check_output_to_file_finish (PROC_RUNNER (source), result, &error));
  g_assert_no_error (error);
  (*n_ended)++;
}

/* For which a thread is wanting as well. */
static void
test_with_a_file (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GFile) file = g_file_new_for_path ("/dev/null");
  guint n_ended = 0;

  limit_processes (runner, 3);
  for (guint i = 0; i < N_RUNS; i++)
    proc_runner_check_output_to_file_async (runner, TEST_ARGV ("true"), file, NULL, has_written,
                                            &n_ended);
  while (n_ended < N_RUNS)
    g_main_context_iteration (NULL, TRUE);
  leave ();
}

/* Descriptors, also those of files. */
static void
test_descriptors (void)
{
  const struct rlimit few = { 40, 40 };
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GFile) file = g_file_new_for_path ("/dev/null");
  guint n_ended = 0;

  proc_runner_check_output (runner, TEST_ARGV ("true"), NULL, NULL);
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &few));
  for (guint i = 0; i < 5 * N_RUNS; i++)
    proc_runner_check_output_to_file_async (runner, TEST_ARGV ("true"), file, NULL, has_written,
                                            &n_ended);
  while (n_ended < 5 * N_RUNS)
    g_main_context_iteration (NULL, TRUE);
  leave ();
}

static void
assert_echo (ProcJob *job)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(ProcResult) result = NULL;

  result = proc_job_wait (job, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (proc_result_get_stdout_text (result), ==, "some text");
  g_assert_true (proc_result_get_stdin_complete (result));
}

/* What is written to one that has to wait is for the start that works: a supervisor that could be
 * started, and lacks a process then, takes none of it. */
static void
test_with_input (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = proc_command_new (TEST_ARGV ("cat"));
  g_autoptr(GBytes) bytes = g_bytes_new_static ("some text", 9);
  g_autoptr(GPtrArray) jobs = g_ptr_array_new_with_free_func (g_object_unref);

  proc_command_set_stdin (command, PROC_STDIO_PIPE);
  proc_runner_set_supervise (runner, TRUE);
  limit_processes (runner, 3);
  for (guint i = 0; i < N_RUNS; i++)
    {
      ProcJob *job = proc_runner_start (runner, command, NULL);

      proc_job_write_async (job, bytes, NULL, NULL, NULL);
      proc_job_close_stdin (job);
      g_ptr_array_add (jobs, job);
    }

  for (guint i = 0; i < N_RUNS; i++)
    assert_echo (g_ptr_array_index (jobs, i));
  leave ();
}

/* The supervisor can be started, and lacks a process then. Who was stopped meanwhile is not for
 * another try. */
static void
test_stopped (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) sleeper = proc_command_new (TEST_ARGV ("sleep", "100"));
  g_autoptr(ProcJob) other = NULL;

  limit_processes (runner, 2);
  other = proc_runner_start (runner, sleeper, NULL);
  while (proc_job_get_state (other) != PROC_JOB_STATE_RUNNING)
    g_main_context_iteration (NULL, TRUE);

  proc_runner_set_supervise (runner, TRUE);
  for (guint i = 0; i < N_RUNS; i++)
    {
      g_autoptr(ProcJob) job = proc_runner_start (runner, sleeper, NULL);
      g_autoptr(ProcResult) result = NULL;
      g_autoptr(GError) error = NULL;

      proc_job_stop (job);
      result = proc_job_wait (job, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpint (proc_result_get_outcome (result), ==, PROC_OUTCOME_CANCELLED);
    }

  proc_runner_stop_all (runner, NULL, NULL);
  leave ();
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  if (geteuid () != 0)
    {
      g_print ("1..0 # SKIP needs root, to become a user who has no other processes\n");
      return 0;
    }

  TEST_ADD_APART ("/want/rx2-alone", test_alone);
  TEST_ADD_APART ("/want/rx2-in-company", test_in_company);
  TEST_ADD_APART ("/want/rx2-with-a-file", test_with_a_file);
  TEST_ADD_APART ("/want/descriptors", test_descriptors);
  TEST_ADD_APART ("/want/rx2-with-input", test_with_input);
  TEST_ADD_APART ("/want/rx2-stopped", test_stopped);

  return g_test_run ();
}
