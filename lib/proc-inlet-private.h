/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

#include "proc-feed-private.h"
#include "proc-waiters-private.h"

G_BEGIN_DECLS

typedef struct _ProcInlet ProcInlet;

ProcInlet *proc_inlet_new (void);
ProcInlet *proc_inlet_ref (ProcInlet *self);
void proc_inlet_unref (ProcInlet *self);

/* In the program, any thread */
void proc_inlet_write (ProcInlet *self, GBytes *bytes, ProcWaiter *waiter);
void proc_inlet_close (ProcInlet *self);

/* In the engine */
void proc_inlet_attach (ProcInlet *self, ProcFeed *feed);
void proc_inlet_break (ProcInlet *self);
gboolean proc_inlet_is_complete (ProcInlet *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ProcInlet, proc_inlet_unref)

G_END_DECLS
