/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

GThread *proc_thread_new (const char *name, GThreadFunc func, gpointer data, GError **error);
gboolean proc_thread_became_batch (void);
void proc_thread_become_batch (void);
void proc_thread_post (GMainContext *context, int priority, GSourceFunc func, gpointer data);

G_END_DECLS
