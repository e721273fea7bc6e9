/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "proc-result.h"
#include "proc-runner.h"
#include "proc-verdict-private.h"

G_BEGIN_DECLS

ProcResult *proc_call_sync (ProcRunner *runner,
                            ProcCommand *command,
                            ProcDemand demand,
                            GCancellable *cancellable,
                            GError **error);
void proc_call_async (ProcRunner *runner,
                      ProcCommand *command,
                      ProcDemand demand,
                      gpointer source_tag,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data);
ProcResult *proc_call_finish (ProcRunner *runner,
                              GAsyncResult *result,
                              gpointer source_tag,
                              GError **error);
ProcResult *proc_call_get_result (GTask *task);

G_END_DECLS
