/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Admission: in order, and never more than the limit. */

#include "config.h"

#include <errno.h>
#include <sys/resource.h>

#include "proc-queue-private.h"
#include "test-fixture.h"

/* The rooms run in this thread, and the engine's pool is not theirs. */
static ProcPool pool;

typedef struct
{
  GPtrArray *order; /* of Job, as they ended */
} Log;

typedef struct
{
  Log *log;
  ProcPlan *plan;
  ProcQueueEntry *entry;
  guint number;
  ProcReport *report;
} Job;

static ProcPlan *
make_plan (const char *const *argv)
{
  ProcPlan *plan = proc_plan_new ();

  plan->argv = g_strdupv ((char **) argv);
  plan->variables = proc_variables_new (g_get_environ ());
  g_assert_true (proc_plan_seal (plan, NULL));
  return plan;
}

static void
job_free (gpointer data)
{
  Job *job = data;

  proc_plan_unref (job->plan);
  g_clear_pointer (&job->report, proc_report_free);
  g_free (job);
}

static void
on_done (ProcReport *report, gpointer user_data)
{
  Job *job = user_data;

  g_assert_null (job->entry);
  job->report = report;
  g_ptr_array_add (job->log->order, job);
}

static Job *
job_new (Log *log, guint number, const char *const *argv)
{
  Job *job = g_new0 (Job, 1);

  job->log = log;
  job->number = number;
  job->plan = make_plan (argv);
  return job;
}

static void
add (ProcQueue *queue, Job *job)
{
  proc_queue_announce (queue, FALSE);
  proc_queue_add (queue, job->plan, NULL, FALSE, &job->entry, on_done, job);
}

static void
wait_for (Log *log, guint n_jobs)
{
  while (log->order->len < n_jobs)
    g_main_context_iteration (g_main_context_get_thread_default (), TRUE);
}

/* One at a time, they end in the order in which they came. */
static void
test_in_order (void)
{
  g_autoptr(GPtrArray) order = g_ptr_array_new_with_free_func (job_free);
  g_autoptr(ProcQueue) queue = proc_queue_new (&pool, NULL, NULL, NULL);
  Log log = { .order = order };

  proc_queue_set_limit (queue, 1);
  for (guint i = 0; i < 20; i++)
    {
      Job *job = job_new (&log, i, TEST_ARGV ("true"));

      add (queue, job);
    }
  wait_for (&log, 20);

  for (guint i = 0; i < 20; i++)
    {
      const Job *job = g_ptr_array_index (order, i);

      g_assert_cmpuint (job->number, ==, i);
      g_assert_true (job->report->successful);
    }
}

/* Each child tells in a file that it came and that it went; the file shows how
 * many there were at once. */
static void
assert_limit_kept (const char *path, guint limit, guint n_jobs)
{
  g_autofree char *contents = NULL;
  guint n_alive = 0;
  guint n_started = 0;

  g_assert_true (g_file_get_contents (path, &contents, NULL, NULL));
  for (const char *c = contents; *c != '\0'; c++)
    {
      n_alive += *c == '+';
      n_started += *c == '+';
      n_alive -= *c == '-';
      g_assert_cmpuint (n_alive, <=, limit);
    }

  g_assert_cmpuint (n_started, ==, n_jobs);
  g_assert_cmpuint (n_alive, ==, 0);
}

static void
test_limit (void)
{
  g_autoptr(GPtrArray) order = g_ptr_array_new_with_free_func (job_free);
  g_autoptr(ProcQueue) queue = proc_queue_new (&pool, NULL, NULL, NULL);
  g_autofree char *path = test_path ("log");
  Log log = { .order = order };

  proc_queue_set_limit (queue, 3);
  for (guint i = 0; i < 40; i++)
    {
      Job *job = job_new (&log, i, TEST_ARGV ("/bin/sh", "-c",
                                              "printf + >> \"$0\"; printf - >> \"$0\"", path));

      add (queue, job);
    }
  wait_for (&log, 40);

  assert_limit_kept (path, 3, 40);
}

static void
test_stop_while_waiting (void)
{
  g_autoptr(GPtrArray) order = g_ptr_array_new_with_free_func (job_free);
  g_autoptr(ProcQueue) queue = proc_queue_new (&pool, NULL, NULL, NULL);
  g_autofree char *path = test_path ("marker");
  Log log = { .order = order };
  Job *first = job_new (&log, 0, TEST_ARGV ("sleep", "100"));
  Job *second = job_new (&log, 1, TEST_ARGV ("touch", path));

  proc_queue_set_limit (queue, 1);
  add (queue, first);
  add (queue, second);

  proc_queue_stop (second->entry, PROC_STOP_CANCEL);
  g_assert_cmpuint (order->len, ==, 1);
  g_assert_cmpint (second->report->outcome, ==, PROC_OUTCOME_CANCELLED);
  g_assert_cmpint (second->report->start_usec, ==, 0);

  proc_queue_stop (first->entry, PROC_STOP_CANCEL);
  wait_for (&log, 2);
  g_assert_cmpint (first->report->outcome, ==, PROC_OUTCOME_CANCELLED);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

/* Whoever waits in a thread must not queue behind what waits for that thread. */
static void
test_urgent_passes_by (void)
{
  g_autoptr(GPtrArray) order = g_ptr_array_new_with_free_func (job_free);
  g_autoptr(ProcQueue) queue = proc_queue_new (&pool, NULL, NULL, NULL);
  Log log = { .order = order };
  Job *first = job_new (&log, 0, TEST_ARGV ("sleep", "100"));
  Job *second = job_new (&log, 1, TEST_ARGV ("true"));
  Job *urgent = job_new (&log, 2, TEST_ARGV ("true"));

  proc_queue_set_limit (queue, 1);
  add (queue, first);
  add (queue, second);
  proc_queue_announce (queue, TRUE);
  proc_queue_add (queue, urgent->plan, NULL, TRUE, &urgent->entry, on_done, urgent);

  wait_for (&log, 1);
  g_assert_true (urgent->report->successful);

  /* It freed no slot that it had not taken. */
  g_assert_nonnull (second->entry);
  proc_queue_stop (first->entry, PROC_STOP_CANCEL);
  wait_for (&log, 3);
  g_assert_true (second->report->successful);
}

/* A start that fails frees its slot too. */
static void
test_failed_start_frees_its_slot (void)
{
  g_autoptr(GPtrArray) order = g_ptr_array_new_with_free_func (job_free);
  g_autoptr(ProcQueue) queue = proc_queue_new (&pool, NULL, NULL, NULL);
  Log log = { .order = order };

  proc_queue_set_limit (queue, 1);
  for (guint i = 0; i < 10; i++)
    {
      Job *job = job_new (&log, i, i % 2 == 0 ? TEST_ARGV ("/no/such") : TEST_ARGV ("true"));

      add (queue, job);
    }
  wait_for (&log, 10);
}

/* With no more descriptors than a few runs need, the others wait, and none fails. */
static void
test_want_of_descriptors (void)
{
  g_autoptr(GPtrArray) order = g_ptr_array_new_with_free_func (job_free);
  g_autoptr(ProcQueue) queue = proc_queue_new (&pool, NULL, NULL, NULL);
  Log log = { .order = order };
  struct rlimit all;
  struct rlimit few;

  g_assert_no_errno (getrlimit (RLIMIT_NOFILE, &all));
  few = all;
  few.rlim_cur = 60;
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &few));

  for (guint i = 0; i < 60; i++)
    add (queue, job_new (&log, i, TEST_ARGV ("true")));
  wait_for (&log, 60);
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &all));

  for (guint i = 0; i < 60; i++)
    {
      const Job *job = g_ptr_array_index (order, i);

      g_assert_no_error (job->report->error);
      g_assert_true (job->report->successful);
    }
}

/* With nothing running, nobody will give anything back. */
static void
test_want_alone_is_an_error (void)
{
  g_autoptr(GPtrArray) order = g_ptr_array_new_with_free_func (job_free);
  g_autoptr(ProcQueue) queue = proc_queue_new (&pool, NULL, NULL, NULL);
  Log log = { .order = order };
  struct rlimit all;
  struct rlimit none;
  Job *job = job_new (&log, 0, TEST_ARGV ("true"));

  g_assert_no_errno (getrlimit (RLIMIT_NOFILE, &all));
  none = all;
  none.rlim_cur = 3;
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &none));
  add (queue, job);
  wait_for (&log, 1);
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &all));

  g_assert_error (job->report->error, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_SPAWN);
  test_assert_in_error (job->report->error, "true");
  test_assert_in_error (job->report->error, g_strerror (EMFILE));
  test_assert_in_error (job->report->error, "RLIMIT_NOFILE");
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/queue/in-order", test_in_order);
  TEST_ADD ("/queue/limit", test_limit);
  TEST_ADD ("/queue/ca2-stop-while-waiting", test_stop_while_waiting);
  TEST_ADD ("/queue/urgent-passes-by", test_urgent_passes_by);
  TEST_ADD ("/queue/rx2-want-of-descriptors", test_want_of_descriptors);
  TEST_ADD ("/queue/want-alone-is-an-error", test_want_alone_is_an_error);
  TEST_ADD ("/queue/qu3-failed-start-frees-its-slot", test_failed_start_frees_its_slot);

  return g_test_run ();
}
