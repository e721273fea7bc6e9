/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

#include "proc-link-private.h"

G_BEGIN_DECLS

#define PROC_TYPE_STDOUT_STREAM (proc_stdout_stream_get_type ())
G_DECLARE_FINAL_TYPE (ProcStdoutStream, proc_stdout_stream, PROC, STDOUT_STREAM, GInputStream)

GInputStream *proc_stdout_stream_new (ProcLink *link, ProcStream stream);

G_END_DECLS
