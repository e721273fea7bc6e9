/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <procrunner.h>

G_BEGIN_DECLS

#define JOBS_LOG_MAX_LINES 10000
#define JOBS_TYPE_LOG (jobs_log_get_type ())

G_DECLARE_FINAL_TYPE (JobsLog, jobs_log, JOBS, LOG, GObject)

/* How far a reader is: a piece, counted from the first that ever was, the bytes of it that are
 * read, and the lines that are read in all. All zero at the beginning. */
typedef struct
{
  guint64 piece;
  gsize offset;
  guint64 line;
} JobsPlace;

JobsLog *jobs_log_attach (ProcJob *job, const char *title);
void jobs_log_detach (ProcJob *job);
JobsLog *jobs_log_get (ProcJob *job);
const char *jobs_log_get_title (JobsLog *self);
const GError *jobs_log_get_error (JobsLog *self);
guint jobs_log_get_n_lines (JobsLog *self);

void jobs_log_append (JobsLog *self, char **lines);

/* What follows the place in one piece, of whole lines; NULL if there is nothing yet. The place
 * moves behind it. If the log no longer has what follows, n_lost lines are passed over. */
const char *jobs_log_read (JobsLog *self, JobsPlace *place, gsize *length, guint64 *n_lost);
GBytes *jobs_log_dup_text (JobsLog *self);
char *jobs_log_dup_tail (JobsLog *self, guint n_lines);

G_END_DECLS
