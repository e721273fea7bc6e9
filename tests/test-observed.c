/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* QU1, as somebody else sees it: another process looks at the children of this one all the time, and
 * never sees more of them alive than may run. */

#include "config.h"

#include <stdlib.h>
#include <unistd.h>

#include "test-jobs.h"

typedef struct
{
  char *path;
  ProcRunner *runner;
  ProcJob *job;
  guint expected;
} Observer;

static void
observer_start (Observer *self, const char *name)
{
  g_autofree char *pid = g_strdup_printf ("%d", (int) getpid ());
  g_autoptr(ProcCommand) command = NULL;

  self->path = test_path (name);
  self->runner = proc_runner_new ();
  command = test_child ("watch", pid, self->path, NULL);
  self->job = test_job_start (self->runner, command);
}

static guint
observer_get_most (Observer *self)
{
  g_autofree char *text = NULL;

  return g_file_get_contents (self->path, &text, NULL, NULL) ? (guint) atoi (text) : 0;
}

static gboolean
has_seen_all (gpointer data)
{
  Observer *self = data;

  return observer_get_most (self) == self->expected;
}

static void
observer_stop (Observer *self)
{
  proc_job_stop (self->job);
  test_job_wait_for_outcome (self->job, PROC_OUTCOME_CANCELLED);
  g_clear_object (&self->job);
  g_clear_object (&self->runner);
  g_clear_pointer (&self->path, g_free);
}

/* Twice as many as may, which wait until as many as may have been seen. */
static void
fill (Observer *observer, ProcRunner *runner, guint limit)
{
  g_auto(TestFifo) gate = test_fifo_gate ();
  g_autoptr(ProcCommand) command = test_child ("gate", gate.path, NULL);
  g_autoptr(GPtrArray) jobs = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < 2 * limit; i++)
    g_ptr_array_add (jobs, test_job_start (runner, command));

  observer->expected = limit;
  g_assert_true (test_eventually (has_seen_all, observer));
  for (guint i = 0; i < 2 * limit; i++)
    test_fifo_open (&gate);
  for (guint i = 0; i < jobs->len; i++)
    test_job_wait_for_outcome (g_ptr_array_index (jobs, i), PROC_OUTCOME_EXITED);
}

static void
on_over (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(ProcResult) ended = proc_runner_check_finish (PROC_RUNNER (source), result, &error);

  g_assert_no_error (error);
  --*(guint *) user_data;
}

static void
observe (guint limit)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = proc_command_new (TEST_ARGV ("/bin/true"));
  g_autofree char *name = g_strdup_printf ("observed-%u", limit);
  Observer observer = { NULL };
  guint n_left = test_count (20, 300, 10000);

  proc_runner_set_max_running (runner, limit);
  observer_start (&observer, name);
  fill (&observer, runner, limit);
  for (guint i = n_left; i > 0; i--)
    proc_runner_check_async (runner, command, NULL, on_over, &n_left);
  while (n_left > 0)
    test_iterate (NULL);

  g_assert_cmpuint (observer_get_most (&observer), ==, limit);
  observer_stop (&observer);
}

static void
test_qu1_one (void)
{
  observe (1);
}

static void
test_qu1_two (void)
{
  observe (2);
}

static void
test_qu1_eight (void)
{
  observe (8);
}

static void
test_qu1_sixty_four (void)
{
  observe (64);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/observed/qu1-one", test_qu1_one);
  TEST_ADD ("/observed/qu1-two", test_qu1_two);
  TEST_ADD ("/observed/qu1-eight", test_qu1_eight);
  TEST_ADD ("/observed/qu1-sixty-four", test_qu1_sixty_four);

  return g_test_run ();
}
