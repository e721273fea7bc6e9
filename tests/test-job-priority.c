/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Who reads fast output in a main loop lets a window draw. */

#include "config.h"

#include "test-fixture.h"
#include "test-jobs.h"

/* GTK's priority of redraws. */
#define REDRAW_PRIORITY (G_PRIORITY_HIGH_IDLE + 20)

/* After each batch something is to be drawn, once; the next batch may come only then. */
typedef struct
{
  GMainContext *context;
  guint n_batches;
  guint n_drawn;
  gboolean at_end;
} Reading;

static gboolean
draw (gpointer user_data)
{
  Reading *self = user_data;

  self->n_drawn++;
  return G_SOURCE_REMOVE;
}

static void
got_lines (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Reading *self = user_data;
  ProcJob *job = PROC_JOB (source);
  g_autoptr(GError) error = NULL;
  g_auto(GStrv) lines = proc_job_read_lines_finish (job, result, &error);
  g_autoptr(GSource) redraw = NULL;

  g_assert_no_error (error);
  g_assert_cmpuint (self->n_drawn, ==, self->n_batches);
  if (lines == NULL)
    {
      self->at_end = TRUE;
      return;
    }

  self->n_batches++;
  redraw = g_idle_source_new ();
  g_source_set_priority (redraw, REDRAW_PRIORITY);
  g_source_set_callback (redraw, draw, self, NULL);
  g_source_attach (redraw, self->context);
  proc_job_read_lines_async (job, PROC_STREAM_STDOUT, NULL, got_lines, self);
}

static void
test_reader_lets_redraws_be (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("flood", "4000000", "out", NULL);
  g_autoptr(GMainContext) context = g_main_context_ref_thread_default ();
  g_autoptr(ProcJob) job = proc_runner_start (runner, command, NULL);
  Reading reading = { .context = context };

  proc_job_read_lines_async (job, PROC_STREAM_STDOUT, NULL, got_lines, &reading);
  while (!reading.at_end)
    test_iterate (context);

  g_assert_cmpuint (reading.n_batches, >, 1);
  test_job_wait_for_outcome (job, PROC_OUTCOME_EXITED);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);
  TEST_ADD ("/job/priority/reader-lets-redraws-be", test_reader_lets_redraws_be);
  return g_test_run ();
}
