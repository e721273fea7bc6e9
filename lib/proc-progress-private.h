/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean proc_progress_read (const char *line, double *progress);
gboolean proc_progress_read_pattern (const char *line,
                                     GRegex *pattern,
                                     double total,
                                     double *progress);

G_END_DECLS
