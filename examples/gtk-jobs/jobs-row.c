/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "jobs-row.h"
#include "jobs-log.h"

/* One job in the list. Rows are used again and again: whatever belongs to the job comes through
 * the signal group, which moves on with it.
 */
struct _JobsRow
{
  GtkWidget parent_instance;

  GtkWidget *box;
  GtkLabel *title;
  GtkLabel *state;
  GtkLabel *last_line;
  GtkProgressBar *progress;

  GSignalGroup *job_signals;
  const char *style;
};

G_DEFINE_FINAL_TYPE (JobsRow, jobs_row, GTK_TYPE_WIDGET)

enum
{
  PROP_0,
  PROP_JOB,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static const char *
describe_end (ProcJob *job, const char **style)
{
  ProcResult *result = proc_job_get_result (job);

  *style = "failed";
  if (result == NULL)
    return "Not started";
  if (proc_result_get_outcome (result) == PROC_OUTCOME_CANCELLED)
    {
      *style = "stopped";
      return proc_result_get_forced (result) ? "Killed" : "Stopped";
    }
  if (!proc_result_get_successful (result))
    return "Failed";

  *style = "done";
  return "Done";
}

const char *
jobs_describe_state (ProcJob *job, const char **style)
{
  switch (proc_job_get_state (job))
    {
    case PROC_JOB_STATE_QUEUED:
      *style = "queued";
      return "Waiting";
    case PROC_JOB_STATE_RUNNING:
      *style = "running";
      return "Running";
    case PROC_JOB_STATE_STOPPING:
      *style = "running";
      return "Stopping";
    case PROC_JOB_STATE_FINISHED:
      return describe_end (job, style);
    default:
      g_return_val_if_reached ("");
    }
}

static void
show_progress (JobsRow *self, ProcJob *job)
{
  gboolean is_over = proc_job_get_state (job) == PROC_JOB_STATE_FINISHED;
  gboolean is_known = proc_job_get_has_progress (job);
  double progress = is_known ? proc_job_get_progress (job) : 0;

  gtk_widget_set_visible (GTK_WIDGET (self->progress), is_known && !is_over);
  gtk_progress_bar_set_fraction (self->progress, progress);
}

static void
show_state (JobsRow *self, ProcJob *job)
{
  const char *style;

  gtk_label_set_label (self->state, jobs_describe_state (job, &style));
  if (g_strcmp0 (style, self->style) == 0)
    return;

  if (self->style != NULL)
    gtk_widget_remove_css_class (GTK_WIDGET (self), self->style);
  gtk_widget_add_css_class (GTK_WIDGET (self), style);
  self->style = style;
}

/* What a screen reader says of the row as a whole. */
static void
describe (JobsRow *self)
{
  g_autofree char *label = g_strdup_printf ("%s, %s", gtk_label_get_label (self->title),
                                            gtk_label_get_label (self->state));

  gtk_accessible_update_property (GTK_ACCESSIBLE (self),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  gtk_label_get_label (self->last_line),
                                  -1);
}

static void
on_progress (JobsRow *self, GParamSpec *pspec, ProcJob *job)
{
  show_progress (self, job);
}

static void
on_last_line (JobsRow *self, GParamSpec *pspec, ProcJob *job)
{
  g_autofree char *line = proc_job_dup_last_line (job);

  gtk_label_set_label (self->last_line, line == NULL ? "" : line);
  describe (self);
}

static void
on_state (JobsRow *self, GParamSpec *pspec, ProcJob *job)
{
  show_state (self, job);
  show_progress (self, job);
  describe (self);
}

static void
on_bind (JobsRow *self, ProcJob *job, GSignalGroup *group)
{
  JobsLog *log = jobs_log_get (job);
  g_autofree char *name = log ? g_strdup (jobs_log_get_title (log))
                              : proc_command_to_string (proc_job_get_command (job));

  gtk_label_set_label (self->title, name);
  on_last_line (self, NULL, job);
  on_state (self, NULL, job);
}

static void
jobs_row_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  JobsRow *self = JOBS_ROW (object);

  if (id == PROP_JOB)
    g_value_take_object (value, g_signal_group_dup_target (self->job_signals));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
jobs_row_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  JobsRow *self = JOBS_ROW (object);

  if (id == PROP_JOB)
    g_signal_group_set_target (self->job_signals, g_value_get_object (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
jobs_row_dispose (GObject *object)
{
  JobsRow *self = JOBS_ROW (object);

  g_clear_object (&self->job_signals);
  g_clear_pointer (&self->box, gtk_widget_unparent);

  G_OBJECT_CLASS (jobs_row_parent_class)->dispose (object);
}

static void
jobs_row_class_init (JobsRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = jobs_row_get_property;
  object_class->set_property = jobs_row_set_property;
  object_class->dispose = jobs_row_dispose;

  properties[PROP_JOB] = g_param_spec_object ("job", NULL, NULL, PROC_TYPE_JOB,
                                              G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
  gtk_widget_class_set_css_name (widget_class, "job");
  gtk_widget_class_set_template_from_resource (widget_class, "/org/procrunner/Jobs/jobs-row.ui");
  gtk_widget_class_bind_template_child (widget_class, JobsRow, box);
  gtk_widget_class_bind_template_child (widget_class, JobsRow, title);
  gtk_widget_class_bind_template_child (widget_class, JobsRow, state);
  gtk_widget_class_bind_template_child (widget_class, JobsRow, last_line);
  gtk_widget_class_bind_template_child (widget_class, JobsRow, progress);
}

static void
jobs_row_init (JobsRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));

  self->job_signals = g_signal_group_new (PROC_TYPE_JOB);
  g_signal_connect_object (self->job_signals, "bind", G_CALLBACK (on_bind), self,
                           G_CONNECT_SWAPPED);
  g_signal_group_connect_swapped (self->job_signals, "notify::state", G_CALLBACK (on_state), self);
  g_signal_group_connect_swapped (self->job_signals, "notify::last-line",
                                  G_CALLBACK (on_last_line), self);
  g_signal_group_connect_swapped (self->job_signals, "notify::progress", G_CALLBACK (on_progress),
                                  self);
  g_signal_group_connect_swapped (self->job_signals, "notify::has-progress",
                                  G_CALLBACK (on_progress), self);
}
