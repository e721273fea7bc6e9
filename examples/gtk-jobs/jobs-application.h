/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define JOBS_APPLICATION_ID "org.procrunner.Jobs"
#define JOBS_TYPE_APPLICATION (jobs_application_get_type ())

G_DECLARE_FINAL_TYPE (JobsApplication, jobs_application, JOBS, APPLICATION, GtkApplication)

JobsApplication *jobs_application_new (void);

G_END_DECLS
