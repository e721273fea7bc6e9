/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

#include "proc-link-private.h"

G_BEGIN_DECLS

#define PROC_TYPE_STDIN_STREAM (proc_stdin_stream_get_type ())
G_DECLARE_FINAL_TYPE (ProcStdinStream, proc_stdin_stream, PROC, STDIN_STREAM, GOutputStream)

GOutputStream *proc_stdin_stream_new (ProcLink *link);

G_END_DECLS
