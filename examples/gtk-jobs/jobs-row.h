/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gtk/gtk.h>
#include <procrunner.h>

G_BEGIN_DECLS

#define JOBS_TYPE_ROW (jobs_row_get_type ())

G_DECLARE_FINAL_TYPE (JobsRow, jobs_row, JOBS, ROW, GtkWidget)

/* How a job is, in a word; and the name of a style for it. */
const char *jobs_describe_state (ProcJob *job, const char **style);

G_END_DECLS
