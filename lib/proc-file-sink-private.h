/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "proc-redirect-private.h"
#include "proc-sink-private.h"

G_BEGIN_DECLS

ProcSink *proc_file_sink_new (const ProcRedirect *redirect);
void proc_file_sink_set_twin (ProcSink *sink, const ProcRedirect *twin);
gboolean proc_file_sink_is_twin (const ProcSink *sink);

G_END_DECLS
