/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>
#include <sys/types.h>

#include "proc-enums.h"
#include "proc-inlet-private.h"
#include "proc-outlet-private.h"
#include "proc-plan-private.h"
#include "proc-reader-private.h"
#include "proc-report-private.h"

G_BEGIN_DECLS

/* Of what comes as fast as the command can: below GTK's redraws (G_PRIORITY_HIGH_IDLE + 20),
 * above what is idle. */
#define PROC_DELIVERY_PRIORITY (G_PRIORITY_HIGH_IDLE + 30)

typedef struct _ProcLink ProcLink;

/* In the job's context. Gives in how many microseconds it wants to be called again; -1: when
 * there is something new. */
typedef gint64 (*ProcLinkDeliver) (gpointer user_data);

typedef struct
{
  ProcJobState state; /* never FINISHED: that is the job's to say */
  pid_t pid;          /* 0: not started yet */
  gint64 start_monotonic;
} ProcLinkFacts;

ProcLink *proc_link_new (ProcLinkDeliver deliver, gpointer user_data);
ProcLink *proc_link_ref (ProcLink *self);
void proc_link_unref (ProcLink *self);

/* For both */
ProcOutlet *proc_link_get_outlet (ProcLink *self, ProcStream stream);
ProcReader *proc_link_get_reader (ProcLink *self, ProcStream stream);
ProcInlet *proc_link_get_inlet (ProcLink *self);

/* In the program */
void proc_link_set_charset (ProcLink *self, const char *charset);
ProcLink *proc_link_hold (ProcLink *self);
void proc_link_let_go (ProcLink *self);
GMainContext *proc_link_get_context (ProcLink *self);
void proc_link_watch (ProcLink *self);
void proc_link_expect_wait (ProcLink *self);
void proc_link_wake (ProcLink *self);
ProcLinkFacts proc_link_get_facts (ProcLink *self);
gboolean proc_link_has_ended (ProcLink *self);
gboolean proc_link_wait (ProcLink *self, GCancellable *cancellable, GError **error);
ProcReport *proc_link_take_report (ProcLink *self);
void proc_link_close (ProcLink *self);

/* In the engine */
void proc_link_set_started (ProcLink *self, pid_t pid, gint64 start_monotonic);
void proc_link_set_stopping (ProcLink *self);
void proc_link_end (ProcLink *self, ProcReport *report);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ProcLink, proc_link_unref)

G_END_DECLS
