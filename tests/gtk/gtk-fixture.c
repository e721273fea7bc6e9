/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gtk-fixture.h"

#include "jobs-application.h"
#include "jobs-output.h"
#include "jobs-row.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

void
wait_until (Condition condition, gpointer data)
{
  while (!condition (data))
    g_main_context_iteration (NULL, TRUE);
}

static gboolean
is_finished (gpointer job)
{
  return proc_job_get_state (job) == PROC_JOB_STATE_FINISHED;
}

void
wait_until_finished (ProcJob *job)
{
  wait_until (is_finished, job);
}

GtkWidget *
find_widget (GtkWidget *widget, WidgetFunc is_it, gpointer data)
{
  if (is_it (widget, data))
    return widget;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_widget (child, is_it, data);

      if (found != NULL)
        return found;
    }
  return NULL;
}

gpointer
part_of_window (Fixture *fixture, const char *name)
{
  return gtk_widget_get_template_child (GTK_WIDGET (fixture->window), JOBS_TYPE_WINDOW, name);
}

gpointer
part_of_output (Fixture *fixture, const char *name)
{
  return gtk_widget_get_template_child (part_of_window (fixture, "output"), JOBS_TYPE_OUTPUT,
                                        name);
}

static gboolean
is_row_of (GtkWidget *widget, gpointer job)
{
  g_autoptr(ProcJob) its_job = NULL;

  if (!JOBS_IS_ROW (widget))
    return FALSE;

  g_object_get (widget, "job", &its_job, NULL);
  return its_job == job;
}

typedef struct
{
  Fixture *fixture;
  ProcJob *job;
  GtkWidget *row;
} RowSearch;

static gboolean
find_row (gpointer data)
{
  RowSearch *search = data;

  search->row = find_widget (part_of_window (search->fixture, "list"), is_row_of, search->job);
  return search->row != NULL;
}

gpointer
part_of_row (Fixture *fixture, ProcJob *job, const char *name)
{
  RowSearch search = { fixture, job, NULL };

  wait_until (find_row, &search);
  return gtk_widget_get_template_child (search.row, JOBS_TYPE_ROW, name);
}

static GListModel *
get_jobs (Fixture *fixture)
{
  return proc_runner_get_jobs (fixture->runner);
}

typedef struct
{
  GListModel *jobs;
  const char *line;
  ProcJob *job;
} JobSearch;

/* From the end: the same line may have been run before. */
static gboolean
find_job (gpointer data)
{
  JobSearch *search = data;

  for (guint i = g_list_model_get_n_items (search->jobs); i-- > 0;)
    {
      g_autoptr(ProcJob) job = g_list_model_get_item (search->jobs, i);

      if (g_str_equal (jobs_log_get_title (jobs_log_get (job)), search->line))
        {
          search->job = g_steal_pointer (&job);
          return TRUE;
        }
    }
  return FALSE;
}

ProcJob *
run_line (Fixture *fixture, const char *line)
{
  GtkEditable *entry = part_of_window (fixture, "command");
  JobSearch search = { get_jobs (fixture), line, NULL };

  gtk_editable_set_text (entry, line);
  activate (fixture, "run");
  g_assert_cmpstr (gtk_editable_get_text (entry), ==, "");
  wait_until (find_job, &search);
  return search.job;
}

void
activate (Fixture *fixture, const char *action)
{
  g_assert_true (is_enabled (fixture, action));
  g_action_group_activate_action (G_ACTION_GROUP (fixture->window), action, NULL);
}

gboolean
is_enabled (Fixture *fixture, const char *action)
{
  return g_action_group_get_action_enabled (G_ACTION_GROUP (fixture->window), action);
}

char *
dup_shown_text (Fixture *fixture)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (part_of_output (fixture, "view"));
  GtkTextIter begin, end;

  gtk_text_buffer_get_bounds (buffer, &begin, &end);
  return gtk_text_buffer_get_text (buffer, &begin, &end, TRUE);
}

typedef struct
{
  Fixture *fixture;
  const char *text;
} Expected;

static gboolean
shows_text (gpointer data)
{
  Expected *expected = data;
  g_autofree char *text = dup_shown_text (expected->fixture);

  return g_str_equal (text, expected->text);
}

void
wait_for_text (Fixture *fixture, const char *text)
{
  Expected expected = { fixture, text };

  wait_until (shows_text, &expected);
}

static gboolean
shows_end (gpointer data)
{
  Expected *expected = data;
  g_autofree char *text = dup_shown_text (expected->fixture);

  return g_str_has_suffix (text, expected->text);
}

void
wait_for_end (Fixture *fixture, const char *text)
{
  Expected expected = { fixture, text };

  wait_until (shows_end, &expected);
}

typedef struct
{
  GtkLabel *label;
  const char *text;
} ExpectedLabel;

static gboolean
shows_label (gpointer data)
{
  ExpectedLabel *expected = data;

  return g_str_equal (gtk_label_get_label (expected->label), expected->text);
}

void
wait_for_label (GtkLabel *label, const char *text)
{
  ExpectedLabel expected = { label, text };

  wait_until (shows_label, &expected);
}

typedef struct
{
  Fixture *fixture;
  GtkWindow *dialog;
} DialogSearch;

static gboolean
find_dialog (gpointer data)
{
  DialogSearch *search = data;
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr(GtkWindow) window = g_list_model_get_item (windows, i);

      if (window != GTK_WINDOW (search->fixture->window)
          && gtk_widget_get_mapped (GTK_WIDGET (window)))
        search->dialog = window;
    }
  return search->dialog != NULL;
}

GtkWindow *
wait_for_dialog (Fixture *fixture)
{
  DialogSearch search = { fixture, NULL };

  wait_until (find_dialog, &search);
  return search.dialog;
}

/* GTK's path bar reads one folder after the other, up to the root. If it goes meanwhile, it comes
 * back to the buttons it had made, and they are gone. In the root, there is nothing behind it. */
GtkWindow *
open_file_dialog (Fixture *fixture)
{
  g_assert_cmpint (g_chdir ("/"), ==, 0);
  activate (fixture, "save");
  return wait_for_dialog (fixture);
}

static gboolean
is_label_with (GtkWidget *widget, gpointer text)
{
  return GTK_IS_LABEL (widget) && strstr (gtk_label_get_label (GTK_LABEL (widget)), text) != NULL;
}

gboolean
has_text (GtkWindow *window, const char *text)
{
  return find_widget (GTK_WIDGET (window), is_label_with, (gpointer) text) != NULL;
}

static gboolean
is_button_with (GtkWidget *widget, gpointer text)
{
  return GTK_IS_BUTTON (widget)
         && g_strcmp0 (gtk_button_get_label (GTK_BUTTON (widget)), text) == 0;
}

static void
on_gone (gpointer data, GObject *object)
{
  *(gboolean *) data = TRUE;
}

static gboolean
is_true (gpointer data)
{
  return *(gboolean *) data;
}

static gboolean
on_click (gpointer button)
{
  g_signal_emit_by_name (button, "clicked");
  return G_SOURCE_REMOVE;
}

static gboolean
on_close (gpointer window)
{
  gtk_window_close (window);
  return G_SOURCE_REMOVE;
}

static gboolean
on_destroy (gpointer window)
{
  gtk_window_destroy (window);
  return G_SOURCE_REMOVE;
}

/* What a user does comes from the main loop, where GTK's dialogs end at once. */
static void
wait_until_gone (GtkWindow *window, GSourceFunc func, gpointer widget)
{
  gboolean is_gone = FALSE;

  g_object_weak_ref (G_OBJECT (window), on_gone, &is_gone);
  g_idle_add_full (G_PRIORITY_DEFAULT, func, g_object_ref (widget), g_object_unref);
  wait_until (is_true, &is_gone);
}

void
press (GtkWindow *dialog, const char *label)
{
  GtkWidget *button = find_widget (GTK_WIDGET (dialog), is_button_with, (gpointer) label);

  g_assert_nonnull (button);
  wait_until_gone (dialog, on_click, button);
}

void
close_dialog (GtkWindow *dialog)
{
  wait_until_gone (dialog, on_close, dialog);
}

void
destroy_window (Fixture *fixture)
{
  GtkWindow *window = GTK_WINDOW (fixture->window);

  wait_until_gone (window, on_destroy, window);
}

gboolean
may_open_file_dialog (void)
{
#ifdef __SANITIZE_ADDRESS__
  return FALSE;
#else
  return TRUE;
#endif
}

typedef struct
{
  GtkWidget *widget;
  GskRenderNode *node;
} Picture;

/* Not before the widget has its size. One that is to be drawn again has nothing to show: so this
 * is the moment. */
static void
on_paint (GdkFrameClock *clock, Picture *picture)
{
  g_autoptr(GdkPaintable) paintable = gtk_widget_paintable_new (picture->widget);
  GtkSnapshot *snapshot = gtk_snapshot_new ();

  gdk_paintable_snapshot (paintable, snapshot, gtk_widget_get_width (picture->widget),
                          gtk_widget_get_height (picture->widget));
  g_clear_pointer (&picture->node, gsk_render_node_unref);
  picture->node = gtk_snapshot_free_to_node (snapshot);
  if (picture->node == NULL)
    gtk_widget_queue_draw (picture->widget);
}

static gboolean
has_node (gpointer picture)
{
  return ((Picture *) picture)->node != NULL;
}

void
take_picture (GtkWindow *window, const char *name)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (GTK_WIDGET (window));
  GskRenderer *renderer = gtk_native_get_renderer (GTK_NATIVE (window));
  g_autoptr(GdkTexture) texture = NULL;
  g_autofree char *path = g_test_build_filename (G_TEST_BUILT, "gtk", name, NULL);
  Picture picture = { GTK_WIDGET (window), NULL };
  gulong handler = g_signal_connect (clock, "after-paint", G_CALLBACK (on_paint), &picture);

  gtk_widget_queue_draw (GTK_WIDGET (window));
  wait_until (has_node, &picture);
  g_signal_handler_disconnect (clock, handler);

  texture = gsk_renderer_render_texture (renderer, picture.node, NULL);
  g_assert_true (gdk_texture_save_to_png (texture, path));
  gsk_render_node_unref (picture.node);
}

char *
make_gate (void)
{
  static guint n_gates;
  g_autofree char *name = g_strdup_printf ("gate-%d-%u", getpid (), n_gates++);
  char *path = g_build_filename (g_get_home_dir (), name, NULL);

  g_assert_cmpint (mkfifo (path, 0600), ==, 0);
  return path;
}

/* Whoever reads from it gets its end. */
void
open_gate (const char *path)
{
  int fd = g_open (path, O_WRONLY | O_CLOEXEC, 0);

  g_assert_cmpint (fd, >=, 0);
  close (fd);
}

static gboolean
has_no_child (gpointer data)
{
  siginfo_t info = { 0 };

  return waitid (P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0;
}

/* A file dialog that was closed before it had read its folder may complain of that, in a dialog
 * of its own, which GTK leaves to the user. */
static gboolean
has_no_window (gpointer data)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr(GtkWindow) window = g_list_model_get_item (windows, i);

      if (has_text (window, "The folder contents could not be displayed"))
        gtk_window_destroy (window);
    }
  return g_list_model_get_n_items (windows) == 0;
}

static void
fixture_run (gconstpointer data)
{
  void (*test) (Fixture *) = data;
  Fixture fixture = { g_object_new (JOBS_TYPE_APPLICATION, "application-id", JOBS_APPLICATION_ID,
                                    "flags", G_APPLICATION_NON_UNIQUE, NULL) };
  gboolean window_gone = FALSE, runner_gone = FALSE;
  g_autoptr(GError) error = NULL;

  g_application_register (G_APPLICATION (fixture.application), NULL, &error);
  g_assert_no_error (error);
  g_application_activate (G_APPLICATION (fixture.application));
  fixture.window = JOBS_WINDOW (gtk_application_get_active_window (fixture.application));
  fixture.runner = jobs_window_get_runner (fixture.window);
  g_object_weak_ref (G_OBJECT (fixture.window), on_gone, &window_gone);
  g_object_weak_ref (G_OBJECT (fixture.runner), on_gone, &runner_gone);

  test (&fixture);

  /* A test may have closed it. */
  if (!window_gone)
    destroy_window (&fixture);
  wait_until (is_true, &window_gone);
  wait_until (is_true, &runner_gone);
  wait_until (has_no_child, NULL);
  wait_until (has_no_window, NULL);
  g_object_unref (fixture.application);
  g_application_set_default (NULL);
}

void
fixture_add (const char *path, void (*test) (Fixture *fixture))
{
  g_test_add_data_func (path, (gconstpointer) test, fixture_run);
}
