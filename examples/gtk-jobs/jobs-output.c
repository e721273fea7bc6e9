/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "jobs-output.h"
#include "jobs-dialog.h"
#include "jobs-log.h"
#include "jobs-row.h"

#define N_DETAIL_LINES 12

/* The selected job: what it is, what it writes, and why it failed. */
struct _JobsOutput
{
  GtkWidget parent_instance;

  GtkStack *stack;
  GtkLabel *title;
  GtkLabel *state;
  GtkRevealer *failure;
  GtkLabel *failure_label;
  JobsSearch *search;
  JobsTextView *view;

  GSignalGroup *job_signals;
  GSignalGroup *log_signals;
  guint clock; /* shows the time of a job that runs */
};

G_DEFINE_FINAL_TYPE (JobsOutput, jobs_output, GTK_TYPE_WIDGET)

enum
{
  PROP_0,
  PROP_JOB,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static ProcJob *
dup_job (JobsOutput *self)
{
  return self->job_signals == NULL ? NULL : g_signal_group_dup_target (self->job_signals);
}

static char *
describe_time (gint64 usec)
{
  gint64 seconds = usec / G_USEC_PER_SEC;

  if (seconds < 10)
    return g_strdup_printf ("%.1f s", usec / (double) G_USEC_PER_SEC);
  if (seconds < 60)
    return g_strdup_printf ("%d s", (int) seconds);
  if (seconds < 3600)
    return g_strdup_printf ("%d:%02d min", (int) (seconds / 60), (int) (seconds % 60));
  return g_strdup_printf ("%" G_GINT64_FORMAT ":%02d h", seconds / 3600,
                          (int) (seconds / 60 % 60));
}

static void
show_state (JobsOutput *self, ProcJob *job)
{
  const char *style;
  const char *state = jobs_describe_state (job, &style);
  gint64 elapsed = proc_job_get_elapsed_usec (job);
  guint64 size = proc_job_get_stdout_size (job);
  g_autofree char *time = describe_time (elapsed);
  g_autofree char *written = g_format_size (size);
  g_autofree char *label = NULL;

  if (elapsed > 0)
    label = g_strdup_printf ("%s · %s · %s", state, time, written);
  gtk_label_set_label (self->state, label != NULL ? label : state);
}

static gboolean
on_clock (gpointer user_data)
{
  JobsOutput *self = user_data;
  g_autoptr(ProcJob) job = dup_job (self);

  if (job != NULL)
    show_state (self, job);
  return G_SOURCE_CONTINUE;
}

static void
run_clock (JobsOutput *self, gboolean runs)
{
  if (runs && self->clock == 0)
    self->clock = g_timeout_add_seconds (1, on_clock, self);
  else if (!runs)
    g_clear_handle_id (&self->clock, g_source_remove);
}

/* A job that the user has stopped needs no explanation. */
static void
show_failure (JobsOutput *self, ProcJob *job)
{
  JobsLog *log = jobs_log_get (job);
  const GError *error = log == NULL ? NULL : jobs_log_get_error (log);
  gboolean is_told = error != NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  if (is_told)
    gtk_label_set_label (self->failure_label, error->message);
  gtk_widget_set_visible (GTK_WIDGET (self->failure), is_told);
  gtk_revealer_set_reveal_child (self->failure, is_told);
}

static void
on_state (JobsOutput *self, GParamSpec *pspec, ProcJob *job)
{
  show_state (self, job);
  run_clock (self, proc_job_get_state (job) != PROC_JOB_STATE_FINISHED);
}

static void
on_log_changed (JobsOutput *self, JobsLog *log)
{
  g_autoptr(ProcJob) job = dup_job (self);

  if (job != NULL)
    show_failure (self, job);
}

static void
on_bind (JobsOutput *self, ProcJob *job, GSignalGroup *group)
{
  JobsLog *log = jobs_log_get (job);
  g_autofree char *name = log ? g_strdup (jobs_log_get_title (log))
                              : proc_command_to_string (proc_job_get_command (job));

  gtk_label_set_label (self->title, name);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->title), name);
  jobs_text_view_set_log (self->view, log);
  g_signal_group_set_target (self->log_signals, log);
  on_state (self, NULL, job);
  show_failure (self, job);
  gtk_stack_set_visible_child_name (self->stack, "job");
}

static void
on_unbind (JobsOutput *self, GSignalGroup *group)
{
  run_clock (self, FALSE);
  g_signal_group_set_target (self->log_signals, NULL);
  jobs_text_view_set_log (self->view, NULL);
  gtk_stack_set_visible_child_name (self->stack, "nothing");
}

JobsSearch *
jobs_output_get_search (JobsOutput *self)
{
  return self->search;
}

/* What the job wrote last is most often why. */
void
jobs_output_tell_details (JobsOutput *self)
{
  g_autoptr(ProcJob) job = dup_job (self);
  JobsLog *log = jobs_log_get (job);
  const GError *error = log == NULL ? NULL : jobs_log_get_error (log);
  g_autofree char *tail = NULL;

  if (error == NULL)
    return;

  tail = jobs_log_dup_tail (log, N_DETAIL_LINES);
  jobs_dialog_tell (GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), error->message,
                    tail[0] == '\0' ? "The command has written nothing." : tail);
}

static void
jobs_output_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_JOB)
    g_value_take_object (value, dup_job (JOBS_OUTPUT (object)));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
jobs_output_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id == PROP_JOB)
    g_signal_group_set_target (JOBS_OUTPUT (object)->job_signals, g_value_get_object (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
jobs_output_dispose (GObject *object)
{
  JobsOutput *self = JOBS_OUTPUT (object);
  GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self));

  run_clock (self, FALSE);
  g_clear_object (&self->job_signals);
  g_clear_object (&self->log_signals);
  g_clear_pointer (&child, gtk_widget_unparent);

  G_OBJECT_CLASS (jobs_output_parent_class)->dispose (object);
}

static void
jobs_output_class_init (JobsOutputClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = jobs_output_get_property;
  object_class->set_property = jobs_output_set_property;
  object_class->dispose = jobs_output_dispose;

  properties[PROP_JOB] = g_param_spec_object ("job", NULL, NULL, PROC_TYPE_JOB,
                                              G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  g_type_ensure (JOBS_TYPE_SEARCH);
  g_type_ensure (JOBS_TYPE_TEXT_VIEW);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/procrunner/Jobs/jobs-output.ui");
  gtk_widget_class_bind_template_child (widget_class, JobsOutput, stack);
  gtk_widget_class_bind_template_child (widget_class, JobsOutput, title);
  gtk_widget_class_bind_template_child (widget_class, JobsOutput, state);
  gtk_widget_class_bind_template_child (widget_class, JobsOutput, failure);
  gtk_widget_class_bind_template_child (widget_class, JobsOutput, failure_label);
  gtk_widget_class_bind_template_child (widget_class, JobsOutput, search);
  gtk_widget_class_bind_template_child (widget_class, JobsOutput, view);
}

static void
jobs_output_init (JobsOutput *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  jobs_search_set_view (self->search, self->view);

  self->log_signals = g_signal_group_new (JOBS_TYPE_LOG);
  g_signal_group_connect_swapped (self->log_signals, "changed", G_CALLBACK (on_log_changed), self);

  self->job_signals = g_signal_group_new (PROC_TYPE_JOB);
  g_signal_connect_object (self->job_signals, "bind", G_CALLBACK (on_bind), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->job_signals, "unbind", G_CALLBACK (on_unbind), self,
                           G_CONNECT_SWAPPED);
  g_signal_group_connect_swapped (self->job_signals, "notify::state", G_CALLBACK (on_state), self);
}
