/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Windows, runners and jobs that come and go at any moment. */

#include "gtk-fixture.h"

#define N_JOBS 1000
#define N_DROPS 12

static void
test_closes_at_once (Fixture *fixture)
{
  g_autoptr(ProcJob) job = run_line (fixture, "echo done");

  wait_until_finished (job);
  gtk_window_close (GTK_WINDOW (fixture->window));
}

static void
test_asks_before_it_closes (Fixture *fixture)
{
  g_autoptr(ProcJob) job = run_line (fixture, "exec sleep 1000");
  GtkWindow *dialog;

  gtk_window_close (GTK_WINDOW (fixture->window));
  gtk_window_close (GTK_WINDOW (fixture->window));
  dialog = wait_for_dialog (fixture);
  g_assert_true (has_text (dialog, "A job is not done yet"));
  take_picture (dialog, "gtk-jobs-close.png");
  press (dialog, "_Cancel");
  wait_for_label (part_of_row (fixture, job, "state"), "Running");

  gtk_window_close (GTK_WINDOW (fixture->window));
  press (wait_for_dialog (fixture), "_Stop and Close");
  wait_until_finished (job);
  g_assert_cmpint (proc_result_get_outcome (proc_job_get_result (job)), ==,
                   PROC_OUTCOME_CANCELLED);
}

static void
test_closes_with_a_dialog (Fixture *fixture)
{
  g_autoptr(ProcJob) job = run_line (fixture, "exec sleep 1000");

  gtk_window_close (GTK_WINDOW (fixture->window));
  wait_for_dialog (fixture);
  destroy_window (fixture);
  wait_until_finished (job);
}

static gboolean
is_null (gpointer location)
{
  return *(gpointer *) location == NULL;
}

/* The dialog goes too, and lets go of the job. */
static void
test_closes_with_a_file_dialog (Fixture *fixture)
{
  ProcJob *job;

  if (!may_open_file_dialog ())
    {
      g_test_skip ("leaks are looked for");
      return;
    }

  job = run_line (fixture, "exec sleep 1000");
  open_file_dialog (fixture);
  destroy_window (fixture);
  wait_until_finished (job);

  g_object_add_weak_pointer (G_OBJECT (job), (gpointer *) &job);
  g_object_unref (job);
  wait_until (is_null, &job);
}

static gboolean
has_few_jobs (gpointer jobs)
{
  return g_list_model_get_n_items (jobs) < 50;
}

static gboolean
are_the_last (gpointer jobs)
{
  return g_list_model_get_n_items (jobs) <= 20;
}

static void
test_thousand_jobs (Fixture *fixture)
{
  GListModel *jobs = proc_runner_get_jobs (fixture->runner);

  proc_runner_set_keep_finished (fixture->runner, 20);
  proc_runner_set_max_running (fixture->runner, 4);
  for (guint i = 0; i < N_JOBS; i++)
    {
      g_autofree char *line = g_strdup_printf ("echo %u; exit %u", i, i % 3);
      g_autoptr(ProcJob) job = jobs_window_run (fixture->window, line);

      if (i % 10 == 0)
        wait_until (has_few_jobs, jobs);
      if (i % 25 == 0)
        proc_job_stop (job);
    }
  wait_until (are_the_last, jobs);
}

/* More lines than are kept, faster than they can be shown. */
static void
test_flood (Fixture *fixture)
{
  g_autoptr(ProcJob) job = run_line (fixture, "seq 300000");
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (part_of_output (fixture, "view"));
  g_autofree char *text = NULL;

  wait_until_finished (job);
  g_assert_cmpuint (jobs_log_get_n_lines (jobs_log_get (job)), >=, JOBS_LOG_MAX_LINES);
  g_assert_cmpuint (jobs_log_get_n_lines (jobs_log_get (job)), <, JOBS_LOG_MAX_LINES + 500);
  wait_for_end (fixture, "\n299999\n300000");
  while (gtk_text_buffer_get_line_count (buffer) > JOBS_LOG_MAX_LINES)
    g_main_context_iteration (NULL, TRUE);

  text = dup_shown_text (fixture);
  g_assert_true (g_str_has_prefix (text, "290001\n290002\n"));
}

static void
test_long_line (Fixture *fixture)
{
  g_autoptr(ProcJob) job = run_line (fixture,
                                     "head -c 100000 /dev/zero | tr '\\0' x; echo; echo y");
  g_autofree char *text = NULL;

  wait_until_finished (job);
  wait_for_end (fixture, "x…\ny");
  text = dup_shown_text (fixture);
  g_assert_cmpuint (strlen (text), <, 5000);
}

static void
drop (Fixture *fixture)
{
  static const char *const lines[] = {
    "exec sleep 1000", "yes", "seq 100000", "echo gone", "exit 1", "exec cat"
  };
  int n_iterations = g_test_rand_int_range (0, 20);

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    g_object_unref (jobs_window_run (fixture->window, lines[i]));
  while (n_iterations-- > 0)
    g_main_context_iteration (NULL, TRUE);
}

/* The fixture destroys the window, and waits for the end of all. */
static void
test_drop (Fixture *fixture)
{
  drop (fixture);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gtk_init ();

  fixture_add ("/gtk/closes-at-once", test_closes_at_once);
  fixture_add ("/gtk/asks-before-it-closes", test_asks_before_it_closes);
  fixture_add ("/gtk/closes-with-a-dialog", test_closes_with_a_dialog);
  fixture_add ("/gtk/closes-with-a-file-dialog", test_closes_with_a_file_dialog);
  fixture_add ("/gtk/thousand-jobs", test_thousand_jobs);
  fixture_add ("/gtk/flood", test_flood);
  fixture_add ("/gtk/long-line", test_long_line);
  for (guint i = 0; i < N_DROPS; i++)
    {
      g_autofree char *path = g_strdup_printf ("/gtk/drop/%u", i);

      fixture_add (path, test_drop);
    }

  return g_test_run ();
}
