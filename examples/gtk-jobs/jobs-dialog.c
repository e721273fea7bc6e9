/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "jobs-dialog.h"

/* Whom to tell what came of a dialog. */
typedef struct
{
  GWeakRef parent;
  JobsAnswerFunc answer_func;
  JobsFileFunc file_func;
  gpointer user_data;
  GDestroyNotify destroy;
} Asked;

static Asked *
asked_new (GtkWindow *parent)
{
  Asked *self = g_new0 (Asked, 1);

  g_weak_ref_init (&self->parent, parent);
  return self;
}

static void
asked_free (gpointer data)
{
  Asked *self = data;

  g_weak_ref_clear (&self->parent);
  if (self->destroy != NULL)
    self->destroy (self->user_data);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Asked, asked_free)

static void
tell_answer (Asked *self, gboolean is_yes)
{
  g_autoptr(GtkWindow) parent = g_weak_ref_get (&self->parent);

  if (parent != NULL && !gtk_widget_in_destruction (GTK_WIDGET (parent)))
    self->answer_func (parent, is_yes);
}

static void
tell_file (Asked *self, GFile *file)
{
  g_autoptr(GtkWindow) parent = g_weak_ref_get (&self->parent);

  if (parent != NULL && !gtk_widget_in_destruction (GTK_WIDGET (parent)))
    self->file_func (parent, file, self->user_data);
}

#if GTK_CHECK_VERSION(4, 10, 0)

void
jobs_dialog_tell (GtkWindow *parent, const char *sentence, const char *detail)
{
  g_autoptr(GtkAlertDialog) dialog = gtk_alert_dialog_new ("%s", sentence);
  const char *buttons[] = { "_Close", NULL };

  gtk_alert_dialog_set_detail (dialog, detail);
  gtk_alert_dialog_set_buttons (dialog, buttons);
  gtk_alert_dialog_show (dialog, parent);
}

static void
on_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(Asked) asked = user_data;
  int button = gtk_alert_dialog_choose_finish (GTK_ALERT_DIALOG (source), result, NULL);

  tell_answer (asked, button == 1);
}

static void
ask (Asked *asked, GtkWindow *parent, const char *question, const char *detail, const char *yes)
{
  g_autoptr(GtkAlertDialog) dialog = gtk_alert_dialog_new ("%s", question);
  const char *buttons[] = { "_Cancel", yes, NULL };

  gtk_alert_dialog_set_detail (dialog, detail);
  gtk_alert_dialog_set_buttons (dialog, buttons);
  gtk_alert_dialog_set_cancel_button (dialog, 0);
  gtk_alert_dialog_choose (dialog, parent, NULL, on_answer, asked);
}

static void
on_file (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(Asked) asked = user_data;
  g_autoptr(GFile) file = gtk_file_dialog_save_finish (GTK_FILE_DIALOG (source), result, NULL);

  tell_file (asked, file);
}

/* Unlike an alert, it does not go with its parent by itself. */
static void
ask_for_file (Asked *asked, GtkWindow *parent, const char *name)
{
  g_autoptr(GtkFileDialog) dialog = gtk_file_dialog_new ();
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();

  g_signal_connect_object (parent, "destroy", G_CALLBACK (g_cancellable_cancel), cancellable,
                           G_CONNECT_SWAPPED);
  gtk_file_dialog_set_title (dialog, "Save Output");
  gtk_file_dialog_set_initial_name (dialog, name);
  gtk_file_dialog_save (dialog, parent, cancellable, on_file, asked);
}

#else

static GtkWindow *
new_message (GtkWindow *parent, GtkButtonsType buttons, const char *sentence, const char *detail)
{
  GtkDialogFlags flags = GTK_DIALOG_MODAL | GTK_DIALOG_DESTROY_WITH_PARENT;
  GtkWidget *dialog = gtk_message_dialog_new (parent, flags, GTK_MESSAGE_OTHER, buttons, "%s",
                                              sentence);

  if (detail != NULL)
    gtk_message_dialog_format_secondary_text (GTK_MESSAGE_DIALOG (dialog), "%s", detail);
  return GTK_WINDOW (dialog);
}

void
jobs_dialog_tell (GtkWindow *parent, const char *sentence, const char *detail)
{
  GtkWindow *dialog = new_message (parent, GTK_BUTTONS_CLOSE, sentence, detail);

  g_signal_connect (dialog, "response", G_CALLBACK (gtk_window_destroy), NULL);
  gtk_window_present (dialog);
}

static void
keep (gpointer dialog, Asked *asked)
{
  g_object_set_data_full (dialog, "asked", asked, asked_free);
}

static void
on_answer (GtkWindow *dialog, int response, gpointer user_data)
{
  g_autoptr(Asked) asked = g_object_steal_data (G_OBJECT (dialog), "asked");

  gtk_window_destroy (dialog);
  if (asked != NULL)
    tell_answer (asked, response == GTK_RESPONSE_YES);
}

static void
ask (Asked *asked, GtkWindow *parent, const char *question, const char *detail, const char *yes)
{
  GtkWindow *dialog = new_message (parent, GTK_BUTTONS_CANCEL, question, detail);
  GtkWidget *button = gtk_dialog_add_button (GTK_DIALOG (dialog), yes, GTK_RESPONSE_YES);

  gtk_widget_add_css_class (button, "destructive-action");
  keep (dialog, asked);
  g_signal_connect (dialog, "response", G_CALLBACK (on_answer), NULL);
  gtk_window_present (dialog);
}

/* It is no window, and does not go with its parent by itself. */
static void
on_parent_gone (GtkNativeDialog *dialog)
{
  gtk_native_dialog_destroy (dialog);
  g_object_unref (dialog);
}

static void
on_file (GtkNativeDialog *dialog, int response, GtkWindow *parent)
{
  g_autoptr(Asked) asked = g_object_steal_data (G_OBJECT (dialog), "asked");
  g_autoptr(GFile) file = NULL;

  if (response == GTK_RESPONSE_ACCEPT)
    file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
  g_signal_handlers_disconnect_by_data (parent, dialog);
  g_object_unref (dialog);
  tell_file (asked, file);
}

static void
ask_for_file (Asked *asked, GtkWindow *parent, const char *name)
{
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new ("Save Output", parent,
                                                              GTK_FILE_CHOOSER_ACTION_SAVE,
                                                              "_Save", "_Cancel");

  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), name);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  keep (dialog, asked);
  g_signal_connect (dialog, "response", G_CALLBACK (on_file), parent);
  g_signal_connect_swapped (parent, "destroy", G_CALLBACK (on_parent_gone), dialog);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

#endif

void
jobs_dialog_ask (GtkWindow *parent,
                 const char *question,
                 const char *detail,
                 const char *yes,
                 JobsAnswerFunc func)
{
  Asked *asked = asked_new (parent);

  asked->answer_func = func;
  ask (asked, parent, question, detail, yes);
}

void
jobs_dialog_save (GtkWindow *parent,
                  const char *name,
                  JobsFileFunc func,
                  gpointer user_data,
                  GDestroyNotify destroy)
{
  Asked *asked = asked_new (parent);

  asked->file_func = func;
  asked->user_data = user_data;
  asked->destroy = destroy;
  ask_for_file (asked, parent, name);
}
