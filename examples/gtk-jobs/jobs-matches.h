/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define JOBS_TYPE_MATCHES (jobs_matches_get_type ())

G_DECLARE_FINAL_TYPE (JobsMatches, jobs_matches, JOBS, MATCHES, GObject)

JobsMatches *jobs_matches_new (GtkTextBuffer *buffer);
void jobs_matches_set_needle (JobsMatches *self, const char *needle);
guint jobs_matches_get_n (JobsMatches *self);
/* Counted from 1; 0 = none. */
guint jobs_matches_get_current (JobsMatches *self);
gboolean jobs_matches_move (JobsMatches *self, int step, GtkTextIter *at);

/* By who changes the buffer: more of it is there to be looked at, TRUE if some is left then;
 * lines were taken away at its beginning; all of it is gone. */
gboolean jobs_matches_scan (JobsMatches *self);
void jobs_matches_trim (JobsMatches *self, guint n_lines);
void jobs_matches_reset (JobsMatches *self);

G_END_DECLS
