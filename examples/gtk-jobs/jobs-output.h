/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gtk/gtk.h>
#include <procrunner.h>

#include "jobs-search.h"

G_BEGIN_DECLS

#define JOBS_TYPE_OUTPUT (jobs_output_get_type ())

G_DECLARE_FINAL_TYPE (JobsOutput, jobs_output, JOBS, OUTPUT, GtkWidget)

JobsSearch *jobs_output_get_search (JobsOutput *self);
void jobs_output_tell_details (JobsOutput *self);

G_END_DECLS
