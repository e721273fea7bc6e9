/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _ProcWorker ProcWorker;
typedef void (*ProcWorkerFunc) (gpointer user_data);

ProcWorker *proc_worker_new (const char *name,
                             ProcWorkerFunc work,
                             ProcWorkerFunc done,
                             gpointer user_data,
                             GError **error);
void proc_worker_free (ProcWorker *self);
void proc_worker_send (ProcWorker *self);
gboolean proc_worker_is_busy (const ProcWorker *self);

G_END_DECLS
