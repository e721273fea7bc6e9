/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "proc-launch-private.h"
#include "proc-link-private.h"
#include "proc-plan-private.h"
#include "proc-report-private.h"
#include "proc-sink-private.h"

G_BEGIN_DECLS

typedef struct _ProcStreams ProcStreams;
typedef void (*ProcStreamsChanged) (gpointer user_data);

ProcStreams *proc_streams_new (ProcPlan *plan,
                               ProcLink *link,
                               ProcStreamsChanged changed,
                               gpointer user_data);
void proc_streams_free (ProcStreams *self);

void proc_streams_open (ProcStreams *self);
gboolean proc_streams_are_opened (const ProcStreams *self);
const GError *proc_streams_get_error (const ProcStreams *self);

gboolean proc_streams_make_pipes (ProcStreams *self, ProcChildStreams *theirs, GError **error);
void proc_streams_start (ProcStreams *self);
void proc_streams_begin_drain (ProcStreams *self);
void proc_streams_set_running (ProcStreams *self);
gboolean proc_streams_are_pumping (const ProcStreams *self);
gboolean proc_streams_have_overflowed (const ProcStreams *self);
gboolean proc_streams_hold_up (const ProcStreams *self);
gint64 proc_streams_get_idle_usec (const ProcStreams *self, gint64 start);
void proc_streams_read_rest (ProcStreams *self);
void proc_streams_abort (ProcStreams *self);

void proc_streams_settle (ProcStreams *self, gboolean keep);
gboolean proc_streams_are_settled (const ProcStreams *self);
gboolean proc_streams_are_spent (const ProcStreams *self);
gboolean proc_streams_were_cut (const ProcStreams *self);
void proc_streams_report (ProcStreams *self, ProcReport *report);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ProcStreams, proc_streams_free)

G_END_DECLS
