/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "exec/exec-protocol.h"
#include "proc-plan-private.h"

G_BEGIN_DECLS

GError *proc_start_error_new (const ProcPlan *plan, const ExecMessage *failure);
GError *proc_start_error_new_silent (const ProcPlan *plan);
void proc_start_error_prefix (const ProcPlan *plan, GError *error);

G_END_DECLS
