/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Jobs, and what is seen of them from outside. */

#include "config.h"

#include "test-jobs.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#define PATIENCE_MSEC 60000
#define SMALL_STACK (256 * 1024)

ProcJob *
test_job_start (ProcRunner *runner, ProcCommand *command)
{
  ProcJob *job = proc_runner_start (runner, command, NULL);

  test_track (job);
  return job;
}

ProcResult *
test_job_wait (ProcJob *job)
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

void
test_job_wait_for_outcome (ProcJob *job, ProcOutcome outcome)
{
  g_autoptr(ProcResult) result = test_job_wait (job);

  g_assert_cmpint (proc_result_get_outcome (result), ==, outcome);
}

void
test_job_iterate_until (ProcJob *job, ProcJobState state)
{
  while (proc_job_get_state (job) < state)
    test_iterate (NULL);
}

void
test_iterate_pending (void)
{
  while (g_main_context_iteration (g_main_context_get_thread_default (), FALSE))
    continue;
}

/* Byte by byte, since what is taken for one of them may not be another's. */
void
test_fifo_wait_for (TestFifo *fifo, guint n)
{
  while (n > 0)
    {
      struct pollfd item = { fifo->fd, POLLIN, 0 };
      char byte;

      g_assert_cmpint (TEMP_FAILURE_RETRY (poll (&item, 1, PATIENCE_MSEC)), ==, 1);
      g_assert_cmpint (read (fifo->fd, &byte, 1), ==, 1);
      n -= byte == '\n';
    }
}

/* A synchronous run passes by the queue, and behind all that was posted before. */
void
test_settle_engine (ProcRunner *runner)
{
  g_autoptr(ProcCommand) command = test_child ("exit", "0", NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(ProcResult) result = proc_runner_check (runner, command, NULL, &error);

  g_assert_no_error (error);
}

ProcCommand *
test_child_in_file (const char *path, guint number)
{
  g_autofree char *came = g_strdup_printf ("+%u ", number);
  g_autofree char *went = g_strdup_printf ("-%u ", number);

  return test_child ("append", path, came, "append", path, went, NULL);
}

/* Who comes has been let in before those behind it: so all before it are gone, but for as
 * many as may be there with it. */
static guint
count_before (const gboolean *gone, guint number)
{
  guint n = 0;

  for (guint i = 0; i < number; i++)
    n += !gone[i];

  return n;
}

/* Never more than @limit at once, and in the order of their numbers. */
void
test_assert_admission (const char *path, guint limit, guint n_jobs)
{
  g_autofree char *contents = NULL;
  g_auto(GStrv) words = NULL;
  g_autofree gboolean *gone = g_new0 (gboolean, n_jobs);
  guint n_alive = 0;
  guint n_came = 0;

  g_assert_true (g_file_get_contents (path, &contents, NULL, NULL));
  words = g_strsplit (contents, " ", -1);
  for (guint i = 0; words[i] != NULL && *words[i] != '\0'; i++)
    {
      guint number = (guint) strtoul (words[i] + 1, NULL, 10);

      g_assert_cmpuint (number, <, n_jobs);
      if (*words[i] == '-')
        {
          gone[number] = TRUE;
          n_alive--;
          continue;
        }

      n_came++;
      n_alive++;
      g_assert_cmpuint (n_alive, <=, limit);
      g_assert_cmpuint (count_before (gone, number), <, limit);
    }

  g_assert_cmpuint (n_came, ==, n_jobs);
  g_assert_cmpuint (n_alive, ==, 0);
}

static gpointer
run_in_context (gpointer data)
{
  g_autoptr(GMainContext) context = g_main_context_new ();
  TestFunc *func = data;

  g_main_context_push_thread_default (context);
  (*func) ();
  test_iterate_pending ();
  g_main_context_pop_thread_default (context);
  return NULL;
}

void
test_run_in_small_stack (TestFunc func)
{
  pthread_attr_t attributes;
  pthread_t thread;

  g_assert_cmpint (pthread_attr_init (&attributes), ==, 0);
  g_assert_cmpint (pthread_attr_setstacksize (&attributes, SMALL_STACK), ==, 0);
  g_assert_cmpint (pthread_create (&thread, &attributes, run_in_context, &func), ==, 0);
  g_assert_cmpint (pthread_join (thread, NULL), ==, 0);
  pthread_attr_destroy (&attributes);
}
