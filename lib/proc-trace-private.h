/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "proc-command.h"
#include "proc-verdict-private.h"

G_BEGIN_DECLS

void proc_trace_begin (ProcCommand *command);
void proc_trace_end (ProcCommand *command, const ProcVerdict *verdict);

G_END_DECLS
