/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "jobs-log.h"
#include "jobs-matches.h"

G_BEGIN_DECLS

#define JOBS_TYPE_TEXT_VIEW (jobs_text_view_get_type ())

G_DECLARE_FINAL_TYPE (JobsTextView, jobs_text_view, JOBS, TEXT_VIEW, GtkTextView)

void jobs_text_view_set_log (JobsTextView *self, JobsLog *log);
JobsMatches *jobs_text_view_get_matches (JobsTextView *self);
gboolean jobs_text_view_is_following (JobsTextView *self);
/* Shows what is searched for; an empty text ends the search. */
void jobs_text_view_search (JobsTextView *self, const char *needle);
void jobs_text_view_move (JobsTextView *self, int step);

G_END_DECLS
