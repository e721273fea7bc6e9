/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "proc-outlet-private.h"
#include "proc-sink-private.h"

G_BEGIN_DECLS

typedef struct _ProcPump ProcPump;
typedef void (*ProcPumpChanged) (gpointer user_data);

ProcPump *proc_pump_new (int fd,
                         ProcSink *sink,
                         ProcOutlet *outlet,
                         ProcPumpChanged changed,
                         gpointer user_data);
void proc_pump_free (ProcPump *self);
void proc_pump_hand_over (ProcPump *self, ProcPumpChanged changed, gpointer user_data);
void proc_pump_resume (ProcPump *self);
void proc_pump_read_rest (ProcPump *self);
gboolean proc_pump_is_open (ProcPump *self);
gboolean proc_pump_is_held (ProcPump *self);
gboolean proc_pump_saw_end (ProcPump *self);
gint64 proc_pump_get_last_active (ProcPump *self);

G_END_DECLS
