/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "proc-sink-private.h"

G_BEGIN_DECLS

ProcSink *proc_tee_sink_new (ProcSink *file, ProcSink *capture);

G_END_DECLS
