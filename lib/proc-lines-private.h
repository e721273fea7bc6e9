/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _ProcLines ProcLines;

/* A longer line is cut into pieces. */
#define PROC_LINES_MAX_LINE ((gsize) 1024 * 1024)

ProcLines *proc_lines_new (const char *charset);
void proc_lines_free (ProcLines *self);
void proc_lines_feed (ProcLines *self, const guint8 *data, gsize size, GPtrArray *lines);
void proc_lines_finish (ProcLines *self, GPtrArray *lines);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ProcLines, proc_lines_free)

G_END_DECLS
