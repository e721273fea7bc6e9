/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

#include "proc-plan-private.h"
#include "proc-queue-private.h"
#include "proc-report-private.h"

G_BEGIN_DECLS

typedef void (*ProcEngineDone) (ProcReport *report, gpointer user_data);

ProcQueue *proc_engine_new_queue (void);
void proc_engine_submit (ProcPlan *plan,
                         ProcQueue *queue,
                         GCancellable *cancellable,
                         GMainContext *context,
                         ProcEngineDone done,
                         gpointer user_data);
ProcReport *proc_engine_run (ProcPlan *plan, ProcQueue *queue, GCancellable *cancellable);

G_END_DECLS
