/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

#include "proc-job-list-private.h"
#include "proc-job-private.h"
#include "proc-queue-private.h"

G_BEGIN_DECLS

typedef struct _ProcHome ProcHome;

ProcHome *proc_home_new (GObject *owner,
                         const ProcJobListOwner *functions,
                         ProcQueue **queue);
void proc_home_let_go (ProcHome *self);

ProcJobList *proc_home_get_jobs (ProcHome *self);
ProcJob *proc_home_new_job (ProcHome *self, ProcCommand *command, gboolean listed);

void proc_home_close (ProcHome *self);
gboolean proc_home_is_closed (ProcHome *self);
void proc_home_wait (ProcHome *self, ProcWaiter *waiter, GMainContext *context, gboolean here);

G_END_DECLS
