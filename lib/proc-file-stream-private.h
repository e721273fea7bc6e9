/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

#include "proc-enums.h"

G_BEGIN_DECLS

gboolean proc_file_stream_check (GFile *file, GCancellable *cancellable, GError **error);
GOutputStream *proc_file_stream_open (GFile *file,
                                      ProcFileFlags flags,
                                      GCancellable *cancellable,
                                      GError **error);
gboolean proc_file_stream_replace (GFile *file,
                                   GBytes *bytes,
                                   GCancellable *cancellable,
                                   GError **error);
gboolean proc_file_stream_fail (GFile *file, GError *cause, GError **error);

G_END_DECLS
