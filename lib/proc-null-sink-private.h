/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "proc-sink-private.h"

G_BEGIN_DECLS

ProcSink *proc_null_sink_new (void);

G_END_DECLS
