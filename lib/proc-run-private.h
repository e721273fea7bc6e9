/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "proc-link-private.h"
#include "proc-plan-private.h"
#include "proc-report-private.h"

G_BEGIN_DECLS

typedef struct _ProcRun ProcRun;
typedef void (*ProcRunDone) (ProcRun *run, gpointer user_data);

typedef enum
{
  PROC_STOP_NONE,
  PROC_STOP_FILE,
  PROC_STOP_LIMIT,
  PROC_STOP_IDLE,
  PROC_STOP_TIMEOUT,
  PROC_STOP_CANCEL
} ProcStopReason;

ProcRun *proc_run_new (ProcPlan *plan, ProcLink *link, GArray *signals);
void proc_run_free (ProcRun *self);
void proc_run_start (ProcRun *self, ProcRunDone done, gpointer user_data);
void proc_run_stop (ProcRun *self, ProcStopReason reason);
void proc_run_kill (ProcRun *self);
void proc_run_signal (ProcRun *self, int signal_number);
ProcReport *proc_run_steal_report (ProcRun *self);

G_END_DECLS
