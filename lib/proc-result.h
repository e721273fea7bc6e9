/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#if !defined(PROC_INSIDE) && !defined(PROC_COMPILATION)
# error "Only <procrunner.h> can be included directly."
#endif

#include "proc-command.h"
#include "proc-enums.h"

G_BEGIN_DECLS

#define PROC_TYPE_RESULT (proc_result_get_type ())

PROC_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (ProcResult, proc_result, PROC, RESULT, GObject)

PROC_AVAILABLE_IN_1_0
ProcOutcome proc_result_get_outcome (ProcResult *self);
PROC_AVAILABLE_IN_1_0
gboolean proc_result_get_successful (ProcResult *self);
PROC_AVAILABLE_IN_1_0
int proc_result_get_exit_status (ProcResult *self);
PROC_AVAILABLE_IN_1_0
int proc_result_get_term_signal (ProcResult *self);
PROC_AVAILABLE_IN_1_0
gboolean proc_result_get_core_dumped (ProcResult *self);
PROC_AVAILABLE_IN_1_0
gboolean proc_result_get_forced (ProcResult *self);
PROC_AVAILABLE_IN_1_0
guint proc_result_get_survivors (ProcResult *self);
PROC_AVAILABLE_IN_1_0
GBytes *proc_result_get_stdout (ProcResult *self);
PROC_AVAILABLE_IN_1_0
GBytes *proc_result_get_stderr (ProcResult *self);
PROC_AVAILABLE_IN_1_0
const char *proc_result_get_stdout_text (ProcResult *self);
PROC_AVAILABLE_IN_1_0
const char *proc_result_get_stderr_text (ProcResult *self);
PROC_AVAILABLE_IN_1_0
guint64 proc_result_get_stdout_size (ProcResult *self);
PROC_AVAILABLE_IN_1_0
guint64 proc_result_get_stderr_size (ProcResult *self);
PROC_AVAILABLE_IN_1_0
gboolean proc_result_get_truncated (ProcResult *self);
PROC_AVAILABLE_IN_1_0
gboolean proc_result_get_complete (ProcResult *self);
PROC_AVAILABLE_IN_1_0
gboolean proc_result_get_stdin_complete (ProcResult *self);
PROC_AVAILABLE_IN_1_0
GDateTime *proc_result_get_start_time (ProcResult *self);
PROC_AVAILABLE_IN_1_0
gint64 proc_result_get_elapsed_usec (ProcResult *self);
PROC_AVAILABLE_IN_1_0
gint64 proc_result_get_cpu_usec (ProcResult *self);
PROC_AVAILABLE_IN_1_0
gint64 proc_result_get_peak_rss (ProcResult *self);
PROC_AVAILABLE_IN_1_0
ProcCommand *proc_result_get_command (ProcResult *self);
PROC_AVAILABLE_IN_1_0
const char *proc_result_get_summary (ProcResult *self);
PROC_AVAILABLE_IN_1_0
gboolean proc_result_check (ProcResult *self, GError **error);

G_END_DECLS
