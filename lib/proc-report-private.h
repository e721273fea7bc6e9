/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>
#include <sys/types.h>

#include "proc-cap-private.h"

G_BEGIN_DECLS

typedef struct _ProcReport ProcReport;

/* How a run ended, as the engine tells it. A plain record: the public object is
 * made of it in the caller's world. */
struct _ProcReport
{
  GError *error; /* what we could not do, or NULL */
  gboolean final; /* the run cannot be made again: its input is spent */
  gboolean ended; /* the fields below are facts; FALSE if no child was started */

  ProcOutcome outcome;
  gboolean successful;
  int exit_status; /* -1 if there is none */
  int term_signal; /* 0 if there was none */
  gboolean core_dumped;
  gboolean forced;
  guint survivors;

  GBytes *stdout_bytes;
  GBytes *stderr_bytes;
  guint64 stdout_size;
  guint64 stderr_size;
  ProcCap stdout_cap;
  ProcCap stderr_cap;
  gboolean truncated;
  gboolean complete;
  gboolean stdin_complete;

  pid_t pid; /* 0: it was never told */
  gint64 start_monotonic;
  gint64 start_usec; /* wall clock, since 1970; 0 if never started */
  gint64 elapsed_usec;
  gint64 cpu_usec; /* -1: unknown */
  gint64 peak_rss; /* bytes; -1: unknown */
};

ProcReport *proc_report_new (void);
ProcReport *proc_report_new_error (GError *error);
ProcReport *proc_report_new_cancelled (void);
void proc_report_set_wait_status (ProcReport *self, int wait_status);
void proc_report_free (ProcReport *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ProcReport, proc_report_free)

G_END_DECLS
