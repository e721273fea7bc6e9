/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gtk/gtk.h>
#include <procrunner.h>

G_BEGIN_DECLS

#define JOBS_TYPE_WINDOW (jobs_window_get_type ())

G_DECLARE_FINAL_TYPE (JobsWindow, jobs_window, JOBS, WINDOW, GtkApplicationWindow)

JobsWindow *jobs_window_new (GtkApplication *application);
ProcRunner *jobs_window_get_runner (JobsWindow *self);
ProcJob *jobs_window_run (JobsWindow *self, const char *line);

G_END_DECLS
