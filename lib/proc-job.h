/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#if !defined(PROC_INSIDE) && !defined(PROC_COMPILATION)
# error "Only <procrunner.h> can be included directly."
#endif

#include <gio/gio.h>

#include "proc-command.h"
#include "proc-result.h"

G_BEGIN_DECLS

#define PROC_TYPE_JOB (proc_job_get_type ())

PROC_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (ProcJob, proc_job, PROC, JOB, GObject)

PROC_AVAILABLE_IN_1_0
ProcJobState proc_job_get_state (ProcJob *self);
PROC_AVAILABLE_IN_1_0
int proc_job_get_pid (ProcJob *self);
PROC_AVAILABLE_IN_1_0
ProcCommand *proc_job_get_command (ProcJob *self);
PROC_AVAILABLE_IN_1_0
guint64 proc_job_get_stdout_size (ProcJob *self);
PROC_AVAILABLE_IN_1_0
guint64 proc_job_get_stderr_size (ProcJob *self);
PROC_AVAILABLE_IN_1_0
char *proc_job_dup_last_line (ProcJob *self);
PROC_AVAILABLE_IN_1_0
gboolean proc_job_get_has_progress (ProcJob *self);
PROC_AVAILABLE_IN_1_0
double proc_job_get_progress (ProcJob *self);
PROC_AVAILABLE_IN_1_0
gint64 proc_job_get_elapsed_usec (ProcJob *self);
PROC_AVAILABLE_IN_1_0
ProcResult *proc_job_get_result (ProcJob *self);

PROC_AVAILABLE_IN_1_0
void proc_job_stop (ProcJob *self);
PROC_AVAILABLE_IN_1_0
void proc_job_kill (ProcJob *self);
PROC_AVAILABLE_IN_1_0
void proc_job_send_signal (ProcJob *self, int signal_number);

PROC_AVAILABLE_IN_1_0
ProcResult *proc_job_wait (ProcJob *self, GCancellable *cancellable, GError **error);
PROC_AVAILABLE_IN_1_0
void proc_job_wait_async (ProcJob *self,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data);
PROC_AVAILABLE_IN_1_0
ProcResult *proc_job_wait_finish (ProcJob *self, GAsyncResult *result, GError **error);

PROC_AVAILABLE_IN_1_0
gboolean proc_job_write (ProcJob *self,
                         GBytes *bytes,
                         GCancellable *cancellable,
                         GError **error);
PROC_AVAILABLE_IN_1_0
void proc_job_write_async (ProcJob *self,
                           GBytes *bytes,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);
PROC_AVAILABLE_IN_1_0
gboolean proc_job_write_finish (ProcJob *self, GAsyncResult *result, GError **error);
PROC_AVAILABLE_IN_1_0
void proc_job_close_stdin (ProcJob *self);

PROC_AVAILABLE_IN_1_0
char **proc_job_read_lines (ProcJob *self,
                            ProcStream stream,
                            GCancellable *cancellable,
                            GError **error);
PROC_AVAILABLE_IN_1_0
void proc_job_read_lines_async (ProcJob *self,
                                ProcStream stream,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
PROC_AVAILABLE_IN_1_0
char **proc_job_read_lines_finish (ProcJob *self, GAsyncResult *result, GError **error);
PROC_AVAILABLE_IN_1_0
void proc_job_stop_reading (ProcJob *self, ProcStream stream);

PROC_AVAILABLE_IN_1_0
GOutputStream *proc_job_get_stdin (ProcJob *self);
PROC_AVAILABLE_IN_1_0
GInputStream *proc_job_get_stdout (ProcJob *self);
PROC_AVAILABLE_IN_1_0
GInputStream *proc_job_get_stderr (ProcJob *self);

G_END_DECLS
