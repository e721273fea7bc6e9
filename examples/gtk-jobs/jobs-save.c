/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "jobs-save.h"
#include "jobs-dialog.h"
#include "jobs-log.h"

/* The bytes as the command wrote them, once it is over: what it wrote in colour is kept in
 * colour. Before that, the lines that have come. */
static GBytes *
dup_output (ProcJob *job)
{
  ProcResult *result = proc_job_get_result (job);

  return result != NULL ? g_bytes_ref (proc_result_get_stdout (result))
                        : jobs_log_dup_text (jobs_log_get (job));
}

static void
on_saved (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GtkWindow) parent = user_data;
  g_autoptr(GError) error = NULL;
  g_autofree char *name = g_file_get_parse_name (G_FILE (source));
  g_autofree char *sentence = NULL;

  if (g_file_replace_contents_finish (G_FILE (source), result, NULL, &error)
      || !gtk_widget_get_visible (GTK_WIDGET (parent)))
    return;

  sentence = g_strdup_printf ("The output could not be saved to “%s”", name);
  jobs_dialog_tell (parent, sentence, error->message);
}

void
jobs_save_to (GtkWindow *parent, ProcJob *job, GFile *file)
{
  g_autoptr(GBytes) output = dup_output (job);

  g_file_replace_contents_bytes_async (file, output, NULL, FALSE, G_FILE_CREATE_NONE, NULL,
                                       on_saved, g_object_ref (parent));
}

static void
on_file (GtkWindow *parent, GFile *file, gpointer job)
{
  if (file != NULL)
    jobs_save_to (parent, job, file);
}

void
jobs_save (GtkWindow *parent, ProcJob *job)
{
  jobs_dialog_save (parent, "output.txt", on_file, g_object_ref (job), g_object_unref);
}
