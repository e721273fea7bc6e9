/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

#include "proc-enums.h"
#include "proc-sink-private.h"

G_BEGIN_DECLS

ProcSink *proc_file_sink_new (GFile *file, ProcFileFlags flags);

G_END_DECLS
