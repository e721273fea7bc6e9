/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "proc-plan-private.h"
#include "proc-queue-private.h"
#include "proc-runner.h"

G_BEGIN_DECLS

ProcPlan *proc_runner_make_plan (ProcRunner *self, ProcCommand *command, GError **error);
ProcQueue *proc_runner_get_queue (ProcRunner *self);

G_END_DECLS
