/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The dialogs that GTK has changed in 4.10, so that nobody else needs to know. */

void jobs_dialog_tell (GtkWindow *parent, const char *sentence, const char *detail);

/* These hold nothing of the parent, so that it can go while they are open; then nothing is called.
 */
typedef void (*JobsAnswerFunc) (GtkWindow *parent, gboolean is_yes);

void jobs_dialog_ask (GtkWindow *parent,
                      const char *question,
                      const char *detail,
                      const char *yes,
                      JobsAnswerFunc func);

/* The file is NULL if the user has thought better of it. */
typedef void (*JobsFileFunc) (GtkWindow *parent, GFile *file, gpointer user_data);

void jobs_dialog_save (GtkWindow *parent,
                       const char *name,
                       JobsFileFunc func,
                       gpointer user_data,
                       GDestroyNotify destroy);

G_END_DECLS
