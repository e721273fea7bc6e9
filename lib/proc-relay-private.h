/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "proc-link-private.h"
#include "proc-pump-private.h"

G_BEGIN_DECLS

void proc_relay_adopt (ProcLink *link,
                       ProcOutlet *outlet,
                       ProcSink *sink,
                       ProcPump *pump,
                       guint grace_msec);

G_END_DECLS
