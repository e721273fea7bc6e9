/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "proc-fd-private.h"
#include "proc-link-private.h"
#include "proc-plan-private.h"
#include "proc-pump-private.h"
#include "proc-report-private.h"
#include "proc-sink-private.h"

G_BEGIN_DECLS

/* One output of one child, as far as it is ours. */
typedef struct
{
  const ProcRedirect *redirect;
  ProcSink *sink;      /* NULL: not ours */
  ProcSink *file_sink; /* the same, or a part of it */
  ProcPump *pump;      /* from start on, unless the child writes by itself */
  ProcFd fd;           /* from make_pipe to start */
  ProcOutlet *outlet;  /* the link's; NULL: nobody follows */
  gboolean piped;      /* goes to the outlet alone */
  gboolean settling;
} ProcOutput;

void proc_output_init (ProcOutput *self, const ProcRedirect *redirect, const ProcPlan *plan);
void proc_output_clear (ProcOutput *self, ProcLink *link, gboolean ran, guint grace_msec);
void proc_output_follow (ProcOutput *self,
                         ProcOutlet *outlet,
                         ProcOutletFunc changed,
                         gpointer user_data);

gboolean proc_output_is_local_file (const ProcOutput *self);
gboolean proc_output_make_pipe (ProcOutput *self, ProcFd *theirs, GError **error);
void proc_output_start (ProcOutput *self, ProcPumpChanged changed, gpointer user_data);
void proc_output_resume (ProcOutput *self);
void proc_output_end_outlet (ProcOutput *self);

gboolean proc_output_is_pumping (const ProcOutput *self);
gboolean proc_output_is_held (const ProcOutput *self);
void proc_output_read_rest (ProcOutput *self);
gboolean proc_output_is_settled (const ProcOutput *self);
gboolean proc_output_replaces (const ProcOutput *self);
void proc_output_settle (ProcOutput *self, gboolean keep);
void proc_output_report (const ProcOutput *self,
                         ProcReport *report,
                         GBytes **bytes,
                         guint64 *size,
                         ProcCap *cap);

G_END_DECLS
