/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "jobs-window.h"
#include "jobs-dialog.h"
#include "jobs-log.h"
#include "jobs-output.h"
#include "jobs-row.h"
#include "jobs-save.h"

/* A window has a runner, and the runner's jobs are its list.
 *
 * Its actions are for the selected job; which of them there are follows that job's state. It closes
 * when no job is left: first it asks, then it stops them all, and then it closes again, in earnest.
 */
struct _JobsWindow
{
  GtkApplicationWindow parent_instance;

  GtkEditable *command;
  GtkStack *list_stack;
  GtkListView *list;
  GtkSpinButton *max_running;
  GtkLabel *counts;
  JobsOutput *output;

  ProcRunner *runner;
  GtkSingleSelection *selection;
  GSignalGroup *job_signals;
  ProcJob *latest; /* until it is in the list, to be selected */
  gboolean is_asking;
  gboolean is_stopping;
  gboolean may_close;
};

G_DEFINE_FINAL_TYPE (JobsWindow, jobs_window, GTK_TYPE_APPLICATION_WINDOW)

/* Finished jobs keep so much output in memory, and more of it in a file, of which the end is kept:
 * so the program stays small whatever is run. */
#define N_KEPT_JOBS 100
#define MEMORY_LIMIT (1 << 20)
#define MAX_OUTPUT (64 << 20)

static ProcJob *
get_job (JobsWindow *self)
{
  return gtk_single_selection_get_selected_item (self->selection);
}

static void
enable (JobsWindow *self, const char *name, gboolean is_enabled)
{
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (self), name);

  g_simple_action_set_enabled (G_SIMPLE_ACTION (action), is_enabled);
}

static void
update_actions (JobsWindow *self)
{
  ProcJob *job = get_job (self);
  ProcJobState state = job == NULL ? PROC_JOB_STATE_FINISHED : proc_job_get_state (job);

  enable (self, "stop", state < PROC_JOB_STATE_STOPPING);
  enable (self, "kill", state < PROC_JOB_STATE_FINISHED);
  enable (self, "again", job != NULL);
  enable (self, "save", job != NULL);
  enable (self, "search", job != NULL);
  enable (self, "search-next", job != NULL);
  enable (self, "search-previous", job != NULL);
}

static void
on_selected (JobsWindow *self)
{
  g_signal_group_set_target (self->job_signals, get_job (self));
  g_object_set (self->output, "job", get_job (self), NULL);
  update_actions (self);
}

static void
update_counts (JobsWindow *self)
{
  guint n_running = proc_runner_get_n_running (self->runner);
  guint n_queued = proc_runner_get_n_queued (self->runner);
  guint n_jobs = g_list_model_get_n_items (proc_runner_get_jobs (self->runner));
  g_autofree char *counts = n_queued > 0
                              ? g_strdup_printf ("%u running, %u waiting", n_running, n_queued)
                              : g_strdup_printf ("%u running", n_running);

  gtk_label_set_label (self->counts, counts);
  gtk_stack_set_visible_child_name (self->list_stack, n_jobs > 0 ? "jobs" : "empty");
  enable (self, "clear", n_jobs > n_running + n_queued);
}

/* The list is told of a job when the main loop is reached again. */
static void
select_latest (JobsWindow *self)
{
  GListModel *jobs = G_LIST_MODEL (self->selection);

  for (guint i = g_list_model_get_n_items (jobs); self->latest != NULL && i-- > 0;)
    {
      g_autoptr(ProcJob) job = g_list_model_get_item (jobs, i);

      if (job != self->latest)
        continue;

      g_clear_object (&self->latest);
      gtk_single_selection_set_selected (self->selection, i);
      gtk_widget_activate_action (GTK_WIDGET (self->list), "list.scroll-to-item", "u", i);
    }
}

static void
on_items_changed (JobsWindow *self)
{
  update_counts (self);
  select_latest (self);
}

ProcRunner *
jobs_window_get_runner (JobsWindow *self)
{
  return self->runner;
}

/* Starts what a user would type into a terminal, and shows it. Both outputs are one, in the order
 * in which they were written. */
ProcJob *
jobs_window_run (JobsWindow *self, const char *line)
{
  g_autoptr(ProcCommand) command = proc_command_new_shell (line, NULL);
  ProcJob *job;

  proc_command_set_stderr (command, PROC_STDIO_MERGE);
  job = proc_runner_start (self->runner, command, NULL);
  jobs_log_attach (job, line);
  g_set_object (&self->latest, job);
  select_latest (self);
  return job;
}

static void
on_run (JobsWindow *self)
{
  g_autofree char *line = g_strstrip (g_strdup (gtk_editable_get_text (self->command)));
  g_autoptr(ProcJob) job = NULL;

  if (line[0] == '\0')
    return;

  job = jobs_window_run (self, line);
  gtk_editable_set_text (self->command, "");
}

static void
run (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  on_run (user_data);
}

/* The command is put back where it can be changed, and run by Enter. */
static void
edit (JobsWindow *self)
{
  JobsLog *log = jobs_log_get (get_job (self));

  if (log == NULL)
    return;

  gtk_editable_set_text (self->command, jobs_log_get_title (log));
  gtk_widget_grab_focus (GTK_WIDGET (self->command));
  gtk_editable_set_position (self->command, -1);
}

static void
again (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  edit (user_data);
}

static void
command (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  gtk_widget_grab_focus (GTK_WIDGET (JOBS_WINDOW (user_data)->command));
}

static void
stop (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  proc_job_stop (get_job (user_data));
}

static void
kill_job (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  proc_job_kill (get_job (user_data));
}

static void
save (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  jobs_save (user_data, get_job (user_data));
}

static void
search (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  jobs_search_open (jobs_output_get_search (JOBS_WINDOW (user_data)->output));
}

static void
search_next (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  jobs_search_move (jobs_output_get_search (JOBS_WINDOW (user_data)->output), 1);
}

static void
search_previous (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  jobs_search_move (jobs_output_get_search (JOBS_WINDOW (user_data)->output), -1);
}

static void
details (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  jobs_output_tell_details (JOBS_WINDOW (user_data)->output);
}

static void
clear (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  ProcRunner *runner = JOBS_WINDOW (user_data)->runner;

  proc_runner_set_keep_finished (runner, 0);
  proc_runner_set_keep_finished (runner, N_KEPT_JOBS);
}

static void
detach_logs (JobsWindow *self)
{
  GListModel *jobs = proc_runner_get_jobs (self->runner);

  for (guint i = 0; i < g_list_model_get_n_items (jobs); i++)
    {
      g_autoptr(ProcJob) job = g_list_model_get_item (jobs, i);

      jobs_log_detach (job);
    }
}

static void
on_all_stopped (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(JobsWindow) self = user_data;

  proc_runner_stop_all_finish (PROC_RUNNER (source), result, NULL);
  self->may_close = TRUE;
  gtk_window_close (GTK_WINDOW (self));
}

static void
stop_and_close (JobsWindow *self)
{
  self->is_stopping = TRUE;
  detach_logs (self);
  gtk_window_set_focus (GTK_WINDOW (self), NULL);
  gtk_widget_set_sensitive (gtk_window_get_child (GTK_WINDOW (self)), FALSE);
  gtk_window_set_title (GTK_WINDOW (self), "Stopping…");
  proc_runner_stop_all_async (self->runner, NULL, on_all_stopped, g_object_ref (self));
}

static void
on_answer (GtkWindow *window, gboolean is_yes)
{
  JobsWindow *self = JOBS_WINDOW (window);

  self->is_asking = FALSE;
  if (is_yes)
    stop_and_close (self);
}

static gboolean
jobs_window_close_request (GtkWindow *window)
{
  JobsWindow *self = JOBS_WINDOW (window);
  guint n_jobs = proc_runner_get_n_running (self->runner)
                 + proc_runner_get_n_queued (self->runner);
  g_autofree char *question = NULL;

  if (self->may_close || (n_jobs == 0 && !self->is_stopping))
    return GTK_WINDOW_CLASS (jobs_window_parent_class)->close_request (window);

  if (!self->is_asking && !self->is_stopping)
    {
      self->is_asking = TRUE;
      question = g_strdup_printf (n_jobs == 1 ? "A job is not done yet"
                                              : "%u jobs are not done yet", n_jobs);
      jobs_dialog_ask (window, question, "If the window is closed, what runs is stopped.",
                       "_Stop and Close", on_answer);
    }
  return TRUE;
}

/* Whoever destroys the window without asking has no use for its jobs either. */
static void
jobs_window_dispose (GObject *object)
{
  JobsWindow *self = JOBS_WINDOW (object);

  if (self->runner != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->runner, self);
      detach_logs (self);
      proc_runner_stop_all_async (self->runner, NULL, NULL, NULL);
    }
  g_clear_object (&self->job_signals);
  g_clear_object (&self->selection);
  g_clear_object (&self->latest);
  g_clear_object (&self->runner);

  G_OBJECT_CLASS (jobs_window_parent_class)->dispose (object);
}

static void
jobs_window_class_init (JobsWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = jobs_window_dispose;
  GTK_WINDOW_CLASS (klass)->close_request = jobs_window_close_request;

  g_type_ensure (JOBS_TYPE_OUTPUT);
  g_type_ensure (JOBS_TYPE_ROW);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/procrunner/Jobs/jobs-window.ui");
  gtk_widget_class_bind_template_child (widget_class, JobsWindow, command);
  gtk_widget_class_bind_template_child (widget_class, JobsWindow, list_stack);
  gtk_widget_class_bind_template_child (widget_class, JobsWindow, list);
  gtk_widget_class_bind_template_child (widget_class, JobsWindow, max_running);
  gtk_widget_class_bind_template_child (widget_class, JobsWindow, counts);
  gtk_widget_class_bind_template_child (widget_class, JobsWindow, output);
  gtk_widget_class_bind_template_callback (widget_class, on_run);
  gtk_widget_class_bind_template_callback (widget_class, edit);
}

static void
make_runner (JobsWindow *self)
{
  self->runner = g_object_new (PROC_TYPE_RUNNER,
                               "max-running", MAX (g_get_num_processors (), 2),
                               "keep-finished", N_KEPT_JOBS,
                               "memory-limit", (guint64) MEMORY_LIMIT,
                               "max-output", (guint64) MAX_OUTPUT,
                               "overflow", PROC_OVERFLOW_TAIL,
                               "cwd", g_get_home_dir (),
                               NULL);
  g_object_bind_property (self->runner, "max-running", self->max_running, "value",
                          G_BINDING_BIDIRECTIONAL | G_BINDING_SYNC_CREATE);
  g_signal_connect_swapped (self->runner, "notify::n-running", G_CALLBACK (update_counts), self);
  g_signal_connect_swapped (self->runner, "notify::n-queued", G_CALLBACK (update_counts), self);
}

static void
jobs_window_init (JobsWindow *self)
{
  static const GActionEntry actions[] = {
    { "run", run }, { "command", command }, { "again", again },
    { "stop", stop }, { "kill", kill_job }, { "save", save },
    { "search", search }, { "search-next", search_next }, { "search-previous", search_previous },
    { "details", details }, { "clear", clear },
  };

  gtk_widget_init_template (GTK_WIDGET (self));
  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);

  make_runner (self);
  self->job_signals = g_signal_group_new (PROC_TYPE_JOB);
  g_signal_group_connect_swapped (self->job_signals, "notify::state", G_CALLBACK (update_actions),
                                  self);
  self->selection = gtk_single_selection_new (g_object_ref (proc_runner_get_jobs (self->runner)));
  g_signal_connect_object (self->selection, "notify::selected-item", G_CALLBACK (on_selected), self,
                           G_CONNECT_SWAPPED);
  gtk_list_view_set_model (self->list, GTK_SELECTION_MODEL (self->selection));
  /* Behind the list view, which must know of a job before that is selected. */
  g_signal_connect_object (self->selection, "items-changed", G_CALLBACK (on_items_changed), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  update_counts (self);
  on_selected (self);
}

JobsWindow *
jobs_window_new (GtkApplication *application)
{
  return g_object_new (JOBS_TYPE_WINDOW, "application", application, NULL);
}
