/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The dialogs that GTK has changed in 4.10, so that nobody else needs to know. */

void jobs_dialog_tell (GtkWindow *parent, const char *sentence, const char *detail);

void jobs_dialog_ask_async (GtkWindow *parent,
                            const char *question,
                            const char *detail,
                            const char *yes,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
gboolean jobs_dialog_ask_finish (GtkWindow *parent, GAsyncResult *result);

void jobs_dialog_save_async (GtkWindow *parent,
                             const char *name,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
/* NULL: the user has thought better of it. */
GFile *jobs_dialog_save_finish (GtkWindow *parent, GAsyncResult *result);

G_END_DECLS
