/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

#include "proc-fd-private.h"

G_BEGIN_DECLS

gboolean proc_file_source_open (GFile *file,
                                GCancellable *cancellable,
                                ProcFd *fd,
                                GInputStream **stream,
                                GError **error);

G_END_DECLS
