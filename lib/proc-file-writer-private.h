/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

#include "proc-buffer-private.h"
#include "proc-enums.h"

G_BEGIN_DECLS

typedef struct _ProcFileWriter ProcFileWriter;

ProcFileWriter *proc_file_writer_open (GFile *file,
                                       ProcFileFlags flags,
                                       GCancellable *cancellable,
                                       GError **error);
void proc_file_writer_free (ProcFileWriter *self);

gboolean proc_file_writer_write (ProcFileWriter *self,
                                 const guint8 *data,
                                 gsize size,
                                 gsize *n_written,
                                 GError **error);
gboolean proc_file_writer_commit (ProcFileWriter *self, GError **error);
void proc_file_writer_recover (ProcFileWriter *self, gboolean failed, ProcBuffer *buffer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ProcFileWriter, proc_file_writer_free)

G_END_DECLS
