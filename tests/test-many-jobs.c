/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Thousands of jobs that wait, and a hundred that run: all come to their end, and none takes
 * much memory. Checkers of memory keep some for themselves, so they count nothing here. */

#include "config.h"

#include <errno.h>
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include "test-jobs.h"
#include "test-memory.h"

#define ENGINE_STACK (512 * 1024)

#define MOST_WHILE_WAITING 4096
#define MOST_WHILE_RUNNING 65536

#define N_VARIABLES 200
#define VARIABLE_SIZE 100

static guint
count_jobs (void)
{
  return test_in_valgrind () ? 100 : test_in_sanitizer () ? 1000 : 10000;
}

static void
assert_growth (const char *what, gsize before, gsize after, guint n_jobs, gsize most)
{
  gsize each = after > before ? (after - before) / n_jobs : 0;

  if (test_in_valgrind () || test_in_sanitizer ())
    return;

  g_test_message ("%s: %zu bytes for each of %u", what, each, n_jobs);
  g_assert_cmpuint (each, <, most);
}

/* It has the only slot until its gate is opened. */
typedef struct
{
  ProcRunner *runner;
  TestFifo gate;
  ProcJob *job;
} Keeper;

static Keeper
keeper_new (void)
{
  Keeper self = { proc_runner_new (), test_fifo_gate (), NULL };
  g_autoptr(ProcCommand) command = test_child ("gate", self.gate.path, NULL);

  proc_runner_set_max_running (self.runner, 1);
  self.job = test_job_start (self.runner, command);
  test_job_iterate_until (self.job, PROC_JOB_STATE_RUNNING);
  return self;
}

static void
keeper_clear (Keeper *self)
{
  test_fifo_clear (&self->gate);
  g_clear_object (&self->job);
  g_clear_object (&self->runner);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Keeper, keeper_clear)

typedef struct
{
  guint n_over;
  GQuark domain; /* 0: each is a success */
  int code;
} Ends;

static void
on_over (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Ends *ends = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(ProcResult) ended = NULL;

  ended = proc_runner_check_finish (PROC_RUNNER (source), result, &error);
  if (ends->domain != 0)
    g_assert_error (error, ends->domain, ends->code);
  else
    g_assert_no_error (error);
  ends->n_over++;
}

static void
submit (Keeper *keeper, guint n_jobs, GCancellable *cancellable, Ends *ends)
{
  g_autoptr(ProcCommand) command = test_child ("exit", "0", NULL);
  gsize before;
  gint64 begun;

  test_settle_engine (keeper->runner);
  begun = g_get_monotonic_time ();
  before = test_memory_get_heap ();
  for (guint i = 0; i < n_jobs; i++)
    proc_runner_check_async (keeper->runner, command, cancellable, on_over, ends);

  g_test_message ("submitted in %.3f s", (g_get_monotonic_time () - begun) / 1e6);
  test_settle_engine (keeper->runner);
  assert_growth ("while it waits", before, test_memory_get_heap (), n_jobs, MOST_WHILE_WAITING);
  g_assert_cmpuint (proc_runner_get_n_queued (keeper->runner), ==, n_jobs);
}

static void
iterate_until_over (const Ends *ends, guint n_jobs)
{
  while (ends->n_over < n_jobs)
    test_iterate (NULL);
}

static void
test_all_run (void)
{
  const guint n_jobs = count_jobs ();
  g_auto(Keeper) keeper = keeper_new ();
  Ends ends = { 0 };

  submit (&keeper, n_jobs, NULL, &ends);
  proc_runner_set_max_running (keeper.runner, 8);
  test_fifo_open (&keeper.gate);
  iterate_until_over (&ends, n_jobs);
  test_job_wait_for_outcome (keeper.job, PROC_OUTCOME_EXITED);
}

/* One cancellable for all. */
static void
test_all_cancelled (void)
{
  const guint n_jobs = count_jobs ();
  g_auto(Keeper) keeper = keeper_new ();
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  Ends ends = { 0, G_IO_ERROR, G_IO_ERROR_CANCELLED };

  submit (&keeper, n_jobs, cancellable, &ends);
  g_cancellable_cancel (cancellable);
  iterate_until_over (&ends, n_jobs);
  test_assert_handlers_gone (cancellable);
  g_assert_cmpint (proc_job_get_state (keeper.job), ==, PROC_JOB_STATE_RUNNING);
  test_fifo_open (&keeper.gate);
  test_job_wait_for_outcome (keeper.job, PROC_OUTCOME_EXITED);
}

static void
test_all_stopped (void)
{
  const guint n_jobs = count_jobs ();
  g_auto(Keeper) keeper = keeper_new ();
  Ends ends = { 0, G_IO_ERROR, G_IO_ERROR_CANCELLED };

  submit (&keeper, n_jobs, NULL, &ends);
  g_assert_true (proc_runner_stop_all (keeper.runner, NULL, NULL));
  g_assert_cmpuint (ends.n_over, ==, n_jobs);
}

static guint
get_next_descriptor (void)
{
  int next = dup (STDIN_FILENO);

  g_assert_cmpint (next, >=, 0);
  close (next);
  return (guint) next;
}

/* When the slot is free no descriptor is: each fails at once, and lets the next one fail. */
static void
test_all_fail_at_once (void)
{
  const guint n_jobs = count_jobs ();
  g_auto(TestFifo) place = test_fifo_gate ();
  guint next = get_next_descriptor ();
  g_auto(Keeper) keeper = keeper_new ();
  Ends ends = { 0, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_SPAWN };
  struct rlimit all;
  struct rlimit few;

  submit (&keeper, n_jobs, NULL, &ends);
  g_assert_no_errno (getrlimit (RLIMIT_NOFILE, &all));
  few = all;
  few.rlim_cur = next;
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &few));
  test_fifo_open (&keeper.gate);
  iterate_until_over (&ends, n_jobs);
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &all));
  test_job_wait_for_outcome (keeper.job, PROC_OUTCOME_EXITED);
}

/* Nothing is to be started at all. */
static void
test_all_refused (void)
{
  const guint n_jobs = count_jobs ();
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = proc_command_new (TEST_ARGV (""));
  Ends ends = { 0, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_INVALID_COMMAND };

  for (guint i = 0; i < n_jobs; i++)
    proc_runner_check_async (runner, command, NULL, on_over, &ends);
  iterate_until_over (&ends, n_jobs);
}

static void
change_variables (gboolean set)
{
  g_autofree char *value = g_strnfill (VARIABLE_SIZE, 'v');

  for (guint i = 0; i < N_VARIABLES; i++)
    {
      g_autofree char *name = g_strdup_printf ("PROC_TEST_VARIABLE_%u", i);

      if (set)
        g_setenv (name, value, TRUE);
      else
        g_unsetenv (name);
    }
}

/* They have one for all. */
static void
test_large_environment (void)
{
  change_variables (TRUE);
  test_all_stopped ();
  change_variables (FALSE);
}

static guint
count_threads (void)
{
  g_autoptr(GDir) tasks = g_dir_open ("/proc/self/task", 0, NULL);
  guint n = 0;

  g_assert_nonnull (tasks);
  while (g_dir_read_name (tasks) != NULL)
    n++;

  return n;
}

static void
start_more (ProcRunner *runner, GPtrArray *jobs, guint n)
{
  g_autoptr(ProcCommand) command = proc_command_new (TEST_ARGV ("/bin/sleep", "1000"));

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (jobs, test_job_start (runner, command));
  for (guint i = 0; i < jobs->len; i++)
    test_job_iterate_until (g_ptr_array_index (jobs, i), PROC_JOB_STATE_RUNNING);

  test_iterate_pending ();
}

/* The second half of them, when all that is made once is there. No thread is among it. */
static void
test_running (void)
{
  const guint n = test_in_valgrind () ? 5 : 50;
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GPtrArray) jobs = g_ptr_array_new_with_free_func (g_object_unref);
  gsize heap;
  guint64 resident;
  guint n_threads;

  start_more (runner, jobs, n);
  heap = test_memory_get_heap ();
  resident = test_memory_get_anonymous ();
  n_threads = count_threads ();

  start_more (runner, jobs, n);
  assert_growth ("while it runs", heap, test_memory_get_heap (), n, MOST_WHILE_RUNNING);
  assert_growth ("resident", resident, test_memory_get_anonymous (), n, MOST_WHILE_RUNNING);
  g_assert_cmpuint (count_threads (), ==, n_threads);
  g_assert_true (proc_runner_stop_all (runner, NULL, NULL));
}

/* Also in the engine's thread, which is made later: nothing may nest there. Sanitizers need
 * more of a stack than that. */
static void
make_stacks_small (void)
{
  pthread_attr_t attributes;

  g_assert_cmpint (pthread_attr_init (&attributes), ==, 0);
  g_assert_cmpint (pthread_attr_setstacksize (&attributes, ENGINE_STACK), ==, 0);
  g_assert_cmpint (pthread_setattr_default_np (&attributes), ==, 0);
  pthread_attr_destroy (&attributes);
}

int
main (int argc, char **argv)
{
  if (!test_in_sanitizer ())
    make_stacks_small ();
  test_init (&argc, &argv);

  /* What is freed by one is at hand for the next, and not counted there: so first the
   * one that may take most. */
  TEST_ADD ("/many-jobs/running", test_running);
  TEST_ADD ("/many-jobs/large-environment", test_large_environment);
  TEST_ADD ("/many-jobs/qu2-all-run", test_all_run);
  TEST_ADD ("/many-jobs/qu2-all-cancelled", test_all_cancelled);
  TEST_ADD ("/many-jobs/qu2-all-stopped", test_all_stopped);
  TEST_ADD ("/many-jobs/all-fail-at-once", test_all_fail_at_once);
  TEST_ADD ("/many-jobs/all-refused", test_all_refused);

  return g_test_run ();
}
