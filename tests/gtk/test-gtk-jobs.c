/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a user does with the application, and sees. */

#include "gtk-fixture.h"
#include "jobs-row.h"
#include "jobs-save.h"
#include "jobs-search.h"

#include <glib/gstdio.h>

static gboolean
has_progress (gpointer job)
{
  return proc_job_get_has_progress (job);
}

static void
on_progress (ProcJob *job, GParamSpec *pspec, GArray *seen)
{
  double progress = proc_job_get_progress (job);

  g_array_append_val (seen, progress);
}

static void
test_progress (Fixture *fixture)
{
  g_autofree char *gate = make_gate ();
  g_autofree char *line = g_strdup_printf ("echo '[1/4] one'; cat '%s'; "
                                           "echo '[3/4] three'; cat '%s'", gate, gate);
  g_autoptr(ProcJob) job = run_line (fixture, line);
  g_autoptr(GArray) seen = g_array_new (FALSE, FALSE, sizeof (double));
  GtkProgressBar *bar = part_of_row (fixture, job, "progress");

  wait_until (has_progress, job);
  g_assert_cmpfloat (gtk_progress_bar_get_fraction (bar), ==, 0.25);
  g_assert_true (gtk_widget_get_visible (GTK_WIDGET (bar)));
  wait_for_label (part_of_row (fixture, job, "last_line"), "[1/4] one");
  wait_for_label (part_of_row (fixture, job, "state"), "Running");
  wait_for_text (fixture, "[1/4] one");
  take_picture (GTK_WINDOW (fixture->window), "gtk-jobs-running.png");

  g_signal_connect (job, "notify::progress", G_CALLBACK (on_progress), seen);
  open_gate (gate);
  wait_for_text (fixture, "[1/4] one\n[3/4] three");
  g_assert_cmpuint (seen->len, ==, 1);
  g_assert_cmpfloat (gtk_progress_bar_get_fraction (bar), ==, 0.75);

  open_gate (gate);
  wait_until_finished (job);
  g_assert_false (gtk_widget_get_visible (GTK_WIDGET (bar)));
  wait_for_label (part_of_row (fixture, job, "state"), "Done");
  g_assert_false (is_enabled (fixture, "stop"));
  g_assert_false (is_enabled (fixture, "kill"));
  g_assert_true (is_enabled (fixture, "save"));
}

static void
test_queue (Fixture *fixture)
{
  g_autoptr(ProcJob) first = NULL;
  g_autoptr(ProcJob) second = NULL;

  proc_runner_set_max_running (fixture->runner, 1);
  g_assert_cmpfloat (gtk_spin_button_get_value (part_of_window (fixture, "max_running")), ==, 1);
  first = run_line (fixture, "exec sleep 1000");
  second = run_line (fixture, "exec sleep 2000");
  wait_for_label (part_of_row (fixture, first, "state"), "Running");
  wait_for_label (part_of_row (fixture, second, "state"), "Waiting");
  wait_for_label (part_of_window (fixture, "counts"), "1 running, 1 waiting");
  wait_for_label (part_of_output (fixture, "title"), "exec sleep 2000");

  gtk_spin_button_set_value (part_of_window (fixture, "max_running"), 2);
  wait_for_label (part_of_row (fixture, second, "state"), "Running");
  wait_for_label (part_of_window (fixture, "counts"), "2 running");
}

static void
test_stop (Fixture *fixture)
{
  g_autoptr(ProcJob) job = run_line (fixture, "exec sleep 1000");

  wait_for_label (part_of_row (fixture, job, "state"), "Running");
  activate (fixture, "stop");
  wait_until_finished (job);
  wait_for_label (part_of_row (fixture, job, "state"), "Stopped");
  g_assert_false (gtk_widget_get_visible (part_of_output (fixture, "failure")));
}

static void
test_kill (Fixture *fixture)
{
  g_autoptr(ProcJob) job = run_line (fixture, "trap '' TERM; echo deaf; while :; do sleep 1; done");

  wait_for_text (fixture, "deaf");
  activate (fixture, "stop");
  wait_for_label (part_of_row (fixture, job, "state"), "Stopping");
  g_assert_false (is_enabled (fixture, "stop"));
  activate (fixture, "kill");
  wait_until_finished (job);
  wait_for_label (part_of_row (fixture, job, "state"), "Killed");
}

static gboolean
is_visible (gpointer widget)
{
  return gtk_widget_get_visible (widget);
}

static void
test_failure (Fixture *fixture)
{
  g_autoptr(ProcJob) job = run_line (fixture, "echo before; echo no such luck >&2; exit 3");
  GtkWindow *dialog;

  wait_until_finished (job);
  wait_for_label (part_of_row (fixture, job, "state"), "Failed");
  wait_until (is_visible, part_of_output (fixture, "failure"));
  g_assert_nonnull (strstr (gtk_label_get_label (part_of_output (fixture, "failure_label")),
                            "exited with status 3: no such luck"));
  wait_for_text (fixture, "before\nno such luck");
  take_picture (GTK_WINDOW (fixture->window), "gtk-jobs-failed.png");

  activate (fixture, "details");
  dialog = wait_for_dialog (fixture);
  g_assert_true (has_text (dialog, "exited with status 3"));
  g_assert_true (has_text (dialog, "before\nno such luck"));
  take_picture (dialog, "gtk-jobs-details.png");
  press (dialog, "_Close");
}

static void
test_colours_are_left_out (Fixture *fixture)
{
  g_autoptr(ProcJob) job = run_line (fixture, "printf '\\033[1;31mred\\033[0m \\303\\244\\n'");

  wait_for_text (fixture, "red ä");
  wait_until_finished (job);
}

static void
test_selection (Fixture *fixture)
{
  g_autoptr(ProcJob) first = run_line (fixture, "echo one");
  g_autoptr(ProcJob) second = NULL;
  GtkSelectionModel *model = gtk_list_view_get_model (part_of_window (fixture, "list"));

  wait_for_text (fixture, "one");
  second = run_line (fixture, "echo two");
  wait_for_text (fixture, "two");
  gtk_selection_model_select_item (model, 0, TRUE);
  wait_for_text (fixture, "one");

  wait_until_finished (second);
  activate (fixture, "again");
  g_assert_cmpstr (gtk_editable_get_text (part_of_window (fixture, "command")), ==, "echo one");
  wait_until_finished (first);
  activate (fixture, "clear");
  wait_for_text (fixture, "");
  g_assert_false (is_enabled (fixture, "save"));
  g_assert_false (is_enabled (fixture, "clear"));
}

static gpointer
part_of_search (Fixture *fixture, const char *name)
{
  return gtk_widget_get_template_child (part_of_output (fixture, "search"), JOBS_TYPE_SEARCH, name);
}

static char *
dup_at_cursor (Fixture *fixture)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (part_of_output (fixture, "view"));
  GtkTextIter begin, end;

  gtk_text_buffer_get_iter_at_mark (buffer, &begin, gtk_text_buffer_get_insert (buffer));
  gtk_text_iter_set_line_offset (&begin, 0);
  end = begin;
  gtk_text_iter_forward_to_line_end (&end);
  return gtk_text_buffer_get_text (buffer, &begin, &end, FALSE);
}

static void
assert_at (Fixture *fixture, const char *line, const char *count)
{
  g_autofree char *at = dup_at_cursor (fixture);

  g_assert_cmpstr (at, ==, line);
  g_assert_cmpstr (gtk_label_get_label (part_of_search (fixture, "count")), ==, count);
}

static void
test_search (Fixture *fixture)
{
  g_autofree char *gate = make_gate ();
  g_autofree char *line = g_strdup_printf ("seq -f 'Line %%g' 1000; cat '%s'; echo line 77 again",
                                           gate);
  g_autoptr(ProcJob) job = run_line (fixture, line);
  GtkEditable *entry = part_of_search (fixture, "entry");
  GtkLabel *count = part_of_search (fixture, "count");

  activate (fixture, "search");
  gtk_editable_set_text (entry, "line 77");
  wait_for_label (count, "1 of 11"); /* 77, and 770 to 779 */
  assert_at (fixture, "Line 77", "1 of 11");
  activate (fixture, "search-next");
  assert_at (fixture, "Line 770", "2 of 11");
  activate (fixture, "search-previous");
  activate (fixture, "search-previous");
  assert_at (fixture, "Line 779", "11 of 11");
  take_picture (GTK_WINDOW (fixture->window), "gtk-jobs-search.png");

  open_gate (gate);
  wait_for_label (count, "11 of 12");
  activate (fixture, "search-next");
  assert_at (fixture, "line 77 again", "12 of 12");
  activate (fixture, "search-next");
  assert_at (fixture, "Line 77", "1 of 12");

  gtk_editable_set_text (entry, "no such line");
  wait_for_label (count, "Not found");
  activate (fixture, "search-next");
  g_signal_emit_by_name (entry, "stop-search");
  wait_for_label (count, "");
  wait_until_finished (job);
}

typedef struct
{
  GtkTextView *view;
  int n_lines;
} Lines;

static gboolean
has_lines (gpointer data)
{
  Lines *lines = data;

  return gtk_text_buffer_get_line_count (gtk_text_view_get_buffer (lines->view))
         == lines->n_lines;
}

/* Each of them has its height, and the last one is in sight. */
static gboolean
is_at_end (gpointer data)
{
  Lines *lines = data;
  GtkAdjustment *adjustment = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (lines->view));
  double upper = gtk_adjustment_get_upper (adjustment);
  GdkRectangle first;
  GtkTextIter begin;

  gtk_text_buffer_get_start_iter (gtk_text_view_get_buffer (lines->view), &begin);
  gtk_text_view_get_iter_location (lines->view, &begin, &first);
  return has_lines (lines) && upper >= lines->n_lines * first.height
         && gtk_adjustment_get_value (adjustment) + gtk_adjustment_get_page_size (adjustment)
              >= upper - 1;
}

static void
test_follows_the_end (Fixture *fixture)
{
  g_autofree char *gate = make_gate ();
  g_autofree char *line = g_strdup_printf ("seq 500; cat '%s'; seq 500; cat '%s'; seq 500",
                                           gate, gate);
  g_autoptr(ProcJob) job = run_line (fixture, line);
  JobsTextView *view = part_of_output (fixture, "view");
  GtkAdjustment *adjustment = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (view));

  wait_until (is_at_end, &(Lines) { GTK_TEXT_VIEW (view), 500 });
  g_assert_true (jobs_text_view_is_following (view));

  gtk_adjustment_set_value (adjustment, 100);
  g_assert_false (jobs_text_view_is_following (view));
  open_gate (gate);
  wait_until (has_lines, &(Lines) { GTK_TEXT_VIEW (view), 1000 });
  g_assert_cmpfloat (gtk_adjustment_get_value (adjustment), ==, 100);

  /* Most of them have no height yet. */
  gtk_adjustment_set_value (adjustment, gtk_adjustment_get_upper (adjustment));
  g_assert_true (jobs_text_view_is_following (view));
  open_gate (gate);
  wait_until (is_at_end, &(Lines) { GTK_TEXT_VIEW (view), 1500 });
  wait_until_finished (job);
}

typedef struct
{
  const char *path;
  const char *contents;
} File;

static gboolean
has_contents (gpointer data)
{
  File *file = data;
  g_autofree char *contents = NULL;

  return g_file_get_contents (file->path, &contents, NULL, NULL)
         && g_str_equal (contents, file->contents);
}

static void
save (Fixture *fixture, ProcJob *job, const char *path)
{
  g_autoptr(GFile) file = g_file_new_for_path (path);

  jobs_save_to (GTK_WINDOW (fixture->window), job, file);
}

static void
test_save (Fixture *fixture)
{
  g_autofree char *path = g_build_filename (g_get_home_dir (), "saved.txt", NULL);
  g_autofree char *gate = make_gate ();
  g_autofree char *line = g_strdup_printf ("printf 'a\\033[1mb\\n'; cat '%s'; printf c", gate);
  g_autoptr(ProcJob) job = run_line (fixture, line);
  GtkWindow *dialog;

  wait_for_text (fixture, "ab");
  save (fixture, job, path);
  wait_until (has_contents, &(File) { path, "ab\n" });

  open_gate (gate);
  wait_until_finished (job);
  save (fixture, job, path);
  wait_until (has_contents, &(File) { path, "a\033[1mb\nc" });

  save (fixture, job, "/no/such/folder/saved.txt");
  dialog = wait_for_dialog (fixture);
  g_assert_true (has_text (dialog, "could not be saved to “/no/such/folder/saved.txt”"));
  take_picture (dialog, "gtk-jobs-not-saved.png");
  press (dialog, "_Close");

  if (may_open_file_dialog ())
    close_dialog (open_file_dialog (fixture));
}

/* Keys, as the application's accelerators. */
static void
test_keys (Fixture *fixture)
{
  static const char *const actions[] = {
    "win.command", "win.again", "win.stop", "win.kill", "win.save", "win.search",
    "win.search-next", "win.search-previous", "win.clear", "app.quit", "window.close"
  };

  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    {
      g_auto(GStrv) keys = gtk_application_get_accels_for_action (fixture->application, actions[i]);

      g_assert_nonnull (keys[0]);
    }
}

/* What is for the user to act on, and not a part of such. */
static gboolean
is_control (GtkWidget *widget)
{
  return GTK_IS_BUTTON (widget) || GTK_IS_MENU_BUTTON (widget) || GTK_IS_ENTRY (widget)
         || GTK_IS_SEARCH_ENTRY (widget) || GTK_IS_SPIN_BUTTON (widget)
         || GTK_IS_TEXT_VIEW (widget) || GTK_IS_LIST_VIEW (widget) || GTK_IS_PROGRESS_BAR (widget);
}

static gboolean
has_name (GtkWidget *widget)
{
  GtkAccessible *accessible = GTK_ACCESSIBLE (widget);

  return gtk_test_accessible_has_property (accessible, GTK_ACCESSIBLE_PROPERTY_LABEL)
         || gtk_test_accessible_has_relation (accessible, GTK_ACCESSIBLE_RELATION_LABELLED_BY);
}

static guint
check_names (GtkWidget *widget)
{
  guint n_controls = 0;

  if (GTK_IS_WINDOW_CONTROLS (widget) || !gtk_widget_get_visible (widget))
    return 0;

  if (is_control (widget) || JOBS_IS_ROW (widget))
    {
      if (!has_name (widget))
        g_error ("A %s has no name", G_OBJECT_TYPE_NAME (widget));
      n_controls++;
    }
  if (GTK_IS_SPIN_BUTTON (widget) || GTK_IS_MENU_BUTTON (widget) || GTK_IS_SEARCH_ENTRY (widget))
    return n_controls;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    n_controls += check_names (child);
  return n_controls;
}

static void
test_names (Fixture *fixture)
{
  g_autoptr(ProcJob) job = run_line (fixture, "exit 1");

  wait_until_finished (job);
  wait_for_label (part_of_row (fixture, job, "state"), "Failed");
  activate (fixture, "search");
  g_assert_cmpuint (check_names (GTK_WIDGET (fixture->window)), >=, 15);
}

static void
test_dark (Fixture *fixture)
{
  GActionGroup *actions = G_ACTION_GROUP (fixture->application);
  g_autoptr(ProcJob) job = run_line (fixture, "seq 50; exit 1");

  wait_until_finished (job);
  take_picture (GTK_WINDOW (fixture->window), "gtk-jobs-light.png");
  g_action_group_activate_action (actions, "dark", NULL);
  take_picture (GTK_WINDOW (fixture->window), "gtk-jobs-dark.png");
  g_action_group_activate_action (actions, "dark", NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gtk_init ();

  fixture_add ("/gtk/progress", test_progress);
  fixture_add ("/gtk/queue", test_queue);
  fixture_add ("/gtk/stop", test_stop);
  fixture_add ("/gtk/kill", test_kill);
  fixture_add ("/gtk/failure", test_failure);
  fixture_add ("/gtk/colours-are-left-out", test_colours_are_left_out);
  fixture_add ("/gtk/selection", test_selection);
  fixture_add ("/gtk/search", test_search);
  fixture_add ("/gtk/follows-the-end", test_follows_the_end);
  fixture_add ("/gtk/save", test_save);
  fixture_add ("/gtk/keys", test_keys);
  fixture_add ("/gtk/names", test_names);
  fixture_add ("/gtk/dark", test_dark);

  return g_test_run ();
}
