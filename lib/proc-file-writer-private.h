/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

#include "proc-redirect-private.h"

G_BEGIN_DECLS

typedef struct _ProcFileWriter ProcFileWriter;

ProcFileWriter *proc_file_writer_open (const ProcRedirect *redirect,
                                       GCancellable *cancellable,
                                       GError **error);
void proc_file_writer_free (ProcFileWriter *self);

int proc_file_writer_get_child_fd (const ProcFileWriter *self);
guint64 proc_file_writer_get_written (const ProcFileWriter *self);
gboolean proc_file_writer_is_whole (const ProcFileWriter *self);
gboolean proc_file_writer_write (ProcFileWriter *self,
                                 const guint8 *data,
                                 gsize size,
                                 gsize *n_written,
                                 GError **error);
GBytes *proc_file_writer_map_spool (ProcFileWriter *self);
GBytes *proc_file_writer_settle (ProcFileWriter *self,
                                 gboolean keep,
                                 gboolean failed,
                                 GBytes *tail,
                                 GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ProcFileWriter, proc_file_writer_free)

G_END_DECLS
