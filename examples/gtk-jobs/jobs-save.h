/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gtk/gtk.h>
#include <procrunner.h>

G_BEGIN_DECLS

/* Asks for a file and writes the output of the job to it. */
void jobs_save (GtkWindow *parent, ProcJob *job);
void jobs_save_to (GtkWindow *parent, ProcJob *job, GFile *file);

G_END_DECLS
