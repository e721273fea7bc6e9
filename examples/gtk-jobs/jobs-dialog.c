/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "jobs-dialog.h"

/* An answer is a task of the parent window: whoever asks keeps nothing. */

gboolean
jobs_dialog_ask_finish (GtkWindow *parent, GAsyncResult *result)
{
  return g_task_propagate_boolean (G_TASK (result), NULL);
}

GFile *
jobs_dialog_save_finish (GtkWindow *parent, GAsyncResult *result)
{
  return g_task_propagate_pointer (G_TASK (result), NULL);
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
  g_autoptr(GTask) task = user_data;

  g_task_return_boolean (task,
                         gtk_alert_dialog_choose_finish (GTK_ALERT_DIALOG (source), result, NULL)
                           == 1);
}

void
jobs_dialog_ask_async (GtkWindow *parent,
                       const char *question,
                       const char *detail,
                       const char *yes,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  g_autoptr(GtkAlertDialog) dialog = gtk_alert_dialog_new ("%s", question);
  const char *buttons[] = { "_Cancel", yes, NULL };
  GTask *task = g_task_new (parent, cancellable, callback, user_data);

  g_task_set_check_cancellable (task, FALSE);
  gtk_alert_dialog_set_detail (dialog, detail);
  gtk_alert_dialog_set_buttons (dialog, buttons);
  gtk_alert_dialog_set_cancel_button (dialog, 0);
  gtk_alert_dialog_choose (dialog, parent, cancellable, on_answer, task);
}

static void
on_file (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GTask) task = user_data;

  g_task_return_pointer (task,
                         gtk_file_dialog_save_finish (GTK_FILE_DIALOG (source), result, NULL),
                         g_object_unref);
}

void
jobs_dialog_save_async (GtkWindow *parent,
                        const char *name,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  g_autoptr(GtkFileDialog) dialog = gtk_file_dialog_new ();
  GTask *task = g_task_new (parent, cancellable, callback, user_data);

  g_task_set_check_cancellable (task, FALSE);
  gtk_file_dialog_set_title (dialog, "Save Output");
  gtk_file_dialog_set_initial_name (dialog, name);
  gtk_file_dialog_save (dialog, parent, cancellable, on_file, task);
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

/* A dialog goes with its parent, without a response: then the task is dropped here. */
static void
keep_task (gpointer dialog, GTask *task)
{
  g_object_set_data_full (dialog, "task", task, g_object_unref);
}

static GTask *
take_task (gpointer dialog)
{
  return g_object_steal_data (dialog, "task");
}

static void
on_answer (GtkWindow *dialog, int response, gpointer user_data)
{
  g_autoptr(GTask) task = take_task (dialog);

  gtk_window_destroy (dialog);
  if (task != NULL)
    g_task_return_boolean (task, response == GTK_RESPONSE_YES);
}

void
jobs_dialog_ask_async (GtkWindow *parent,
                       const char *question,
                       const char *detail,
                       const char *yes,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  GtkWindow *dialog = new_message (parent, GTK_BUTTONS_CANCEL, question, detail);
  GtkWidget *button = gtk_dialog_add_button (GTK_DIALOG (dialog), yes, GTK_RESPONSE_YES);

  gtk_widget_add_css_class (button, "destructive-action");
  keep_task (dialog, g_task_new (parent, cancellable, callback, user_data));
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
  g_autoptr(GTask) task = take_task (dialog);
  GFile *file = response == GTK_RESPONSE_ACCEPT
                  ? gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog))
                  : NULL;

  g_signal_handlers_disconnect_by_data (parent, dialog);
  g_task_return_pointer (task, file, g_object_unref);
  g_object_unref (dialog);
}

void
jobs_dialog_save_async (GtkWindow *parent,
                        const char *name,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new ("Save Output", parent,
                                                              GTK_FILE_CHOOSER_ACTION_SAVE,
                                                              "_Save", "_Cancel");

  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), name);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  keep_task (dialog, g_task_new (parent, cancellable, callback, user_data));
  g_signal_connect (dialog, "response", G_CALLBACK (on_file), parent);
  g_signal_connect_swapped (parent, "destroy", G_CALLBACK (on_parent_gone), dialog);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

#endif
