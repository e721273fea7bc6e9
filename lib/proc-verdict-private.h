/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "proc-command.h"
#include "proc-report-private.h"
#include "proc-result.h"

G_BEGIN_DECLS

/* What a caller asks of a run. */
typedef enum
{
  PROC_DEMAND_END,    /* that it ends, however */
  PROC_DEMAND_RUN,    /* that all was done that we had to do */
  PROC_DEMAND_CHECK   /* that it is a success */
} ProcDemand;

/* How a run ended, for the caller. */
typedef struct
{
  ProcResult *result; /* NULL: nothing was started */
  GError *error;      /* then: why */
} ProcVerdict;

void proc_verdict_init (ProcVerdict *self, ProcReport *report, ProcCommand *command);
void proc_verdict_clear (ProcVerdict *self);
ProcResult *proc_verdict_answer (const ProcVerdict *self, ProcDemand demand, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ProcVerdict, proc_verdict_clear)

G_END_DECLS
