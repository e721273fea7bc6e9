/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "proc-report-private.h"
#include "proc-result.h"

G_BEGIN_DECLS

ProcResult *proc_result_new (ProcReport *report, ProcCommand *command);
char *proc_result_decode_stdout (ProcResult *self);
GError *proc_result_make_run_error (ProcResult *self);

G_END_DECLS
