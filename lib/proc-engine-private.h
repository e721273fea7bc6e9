/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

#include "proc-link-private.h"
#include "proc-plan-private.h"
#include "proc-queue-private.h"
#include "proc-report-private.h"

G_BEGIN_DECLS

typedef struct _ProcTicket ProcTicket;
typedef void (*ProcEngineDone) (gpointer user_data);

typedef enum
{
  PROC_ORDER_STOP,
  PROC_ORDER_KILL,
  PROC_ORDER_SIGNAL
} ProcOrderKind;

ProcQueue *proc_engine_new_queue (ProcQueueCounted counted,
                                  gpointer user_data,
                                  GDestroyNotify destroy);
void proc_engine_look (ProcQueue *queue);
gboolean proc_engine_check_owner (GError **error);
gboolean proc_engine_refuse (ProcWaiter *waiter);

ProcTicket *proc_engine_submit (ProcPlan *plan,
                                ProcQueue *queue,
                                ProcLink *link,
                                gboolean urgent,
                                GCancellable *cancellable,
                                ProcEngineDone done,
                                gpointer user_data);
void proc_engine_order (ProcTicket *ticket, ProcOrderKind kind, int signal_number);
void proc_ticket_unref (ProcTicket *self);

ProcReport *proc_engine_run (ProcPlan *plan, ProcQueue *queue, GCancellable *cancellable);

G_END_DECLS
