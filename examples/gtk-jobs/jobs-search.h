/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "jobs-text-view.h"

G_BEGIN_DECLS

#define JOBS_TYPE_SEARCH (jobs_search_get_type ())

G_DECLARE_FINAL_TYPE (JobsSearch, jobs_search, JOBS, SEARCH, GtkWidget)

void jobs_search_set_view (JobsSearch *self, JobsTextView *view);
void jobs_search_open (JobsSearch *self);
void jobs_search_move (JobsSearch *self, int step);

G_END_DECLS
