/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#if !defined(PROC_INSIDE) && !defined(PROC_COMPILATION)
# error "Only <procrunner.h> can be included directly."
#endif

#include <gio/gio.h>

#include "proc-command.h"
#include "proc-job.h"
#include "proc-result.h"

G_BEGIN_DECLS

#define PROC_TYPE_RUNNER (proc_runner_get_type ())

PROC_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (ProcRunner, proc_runner, PROC, RUNNER, GObject)

PROC_AVAILABLE_IN_1_0
ProcRunner *proc_runner_new (void);

PROC_AVAILABLE_IN_1_0
char *proc_runner_dup_cwd (ProcRunner *self);
PROC_AVAILABLE_IN_1_0
void proc_runner_set_cwd (ProcRunner *self, const char *cwd);
PROC_AVAILABLE_IN_1_0
guint proc_runner_get_timeout_msec (ProcRunner *self);
PROC_AVAILABLE_IN_1_0
void proc_runner_set_timeout_msec (ProcRunner *self, guint timeout_msec);
PROC_AVAILABLE_IN_1_0
guint proc_runner_get_idle_timeout_msec (ProcRunner *self);
PROC_AVAILABLE_IN_1_0
void proc_runner_set_idle_timeout_msec (ProcRunner *self, guint idle_timeout_msec);
PROC_AVAILABLE_IN_1_0
guint proc_runner_get_kill_grace_msec (ProcRunner *self);
PROC_AVAILABLE_IN_1_0
void proc_runner_set_kill_grace_msec (ProcRunner *self, guint kill_grace_msec);
PROC_AVAILABLE_IN_1_0
guint proc_runner_get_drain_grace_msec (ProcRunner *self);
PROC_AVAILABLE_IN_1_0
void proc_runner_set_drain_grace_msec (ProcRunner *self, guint drain_grace_msec);

PROC_AVAILABLE_IN_1_0
guint64 proc_runner_get_memory_limit (ProcRunner *self);
PROC_AVAILABLE_IN_1_0
void proc_runner_set_memory_limit (ProcRunner *self, guint64 memory_limit);
PROC_AVAILABLE_IN_1_0
guint64 proc_runner_get_max_output (ProcRunner *self);
PROC_AVAILABLE_IN_1_0
void proc_runner_set_max_output (ProcRunner *self, guint64 max_output);
PROC_AVAILABLE_IN_1_0
ProcOverflow proc_runner_get_overflow (ProcRunner *self);
PROC_AVAILABLE_IN_1_0
void proc_runner_set_overflow (ProcRunner *self, ProcOverflow overflow);

PROC_AVAILABLE_IN_1_0
ProcSession proc_runner_get_session (ProcRunner *self);
PROC_AVAILABLE_IN_1_0
void proc_runner_set_session (ProcRunner *self, ProcSession session);

PROC_AVAILABLE_IN_1_0
gboolean proc_runner_get_supervise (ProcRunner *self);
PROC_AVAILABLE_IN_1_0
void proc_runner_set_supervise (ProcRunner *self, gboolean supervise);

PROC_AVAILABLE_IN_1_0
char **proc_runner_get_environ (ProcRunner *self);
PROC_AVAILABLE_IN_1_0
void proc_runner_set_environ (ProcRunner *self, const char *const *envp);
PROC_AVAILABLE_IN_1_0
void proc_runner_setenv (ProcRunner *self, const char *name, const char *value);
PROC_AVAILABLE_IN_1_0
void proc_runner_unsetenv (ProcRunner *self, const char *name);

PROC_AVAILABLE_IN_1_0
ProcResult *proc_runner_run (ProcRunner *self,
                             ProcCommand *command,
                             GCancellable *cancellable,
                             GError **error);
PROC_AVAILABLE_IN_1_0
void proc_runner_run_async (ProcRunner *self,
                            ProcCommand *command,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
PROC_AVAILABLE_IN_1_0
ProcResult *proc_runner_run_finish (ProcRunner *self, GAsyncResult *result, GError **error);

PROC_AVAILABLE_IN_1_0
ProcResult *proc_runner_check (ProcRunner *self,
                               ProcCommand *command,
                               GCancellable *cancellable,
                               GError **error);
PROC_AVAILABLE_IN_1_0
void proc_runner_check_async (ProcRunner *self,
                              ProcCommand *command,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
PROC_AVAILABLE_IN_1_0
ProcResult *proc_runner_check_finish (ProcRunner *self, GAsyncResult *result, GError **error);

PROC_AVAILABLE_IN_1_0
GBytes *proc_runner_check_output (ProcRunner *self,
                                  const char *const *argv,
                                  GCancellable *cancellable,
                                  GError **error);
PROC_AVAILABLE_IN_1_0
void proc_runner_check_output_async (ProcRunner *self,
                                     const char *const *argv,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
PROC_AVAILABLE_IN_1_0
GBytes *proc_runner_check_output_finish (ProcRunner *self, GAsyncResult *result, GError **error);

PROC_AVAILABLE_IN_1_0
char *proc_runner_check_output_text (ProcRunner *self,
                                     const char *const *argv,
                                     GCancellable *cancellable,
                                     GError **error);
PROC_AVAILABLE_IN_1_0
void proc_runner_check_output_text_async (ProcRunner *self,
                                          const char *const *argv,
                                          GCancellable *cancellable,
                                          GAsyncReadyCallback callback,
                                          gpointer user_data);
PROC_AVAILABLE_IN_1_0
char *proc_runner_check_output_text_finish (ProcRunner *self,
                                            GAsyncResult *result,
                                            GError **error);

PROC_AVAILABLE_IN_1_0
GBytes *proc_runner_check_output_shell (ProcRunner *self,
                                        const char *script,
                                        const char *const *args,
                                        GCancellable *cancellable,
                                        GError **error);
PROC_AVAILABLE_IN_1_0
void proc_runner_check_output_shell_async (ProcRunner *self,
                                           const char *script,
                                           const char *const *args,
                                           GCancellable *cancellable,
                                           GAsyncReadyCallback callback,
                                           gpointer user_data);
PROC_AVAILABLE_IN_1_0
GBytes *proc_runner_check_output_shell_finish (ProcRunner *self,
                                               GAsyncResult *result,
                                               GError **error);

PROC_AVAILABLE_IN_1_0
ProcResult *proc_runner_check_output_to_file (ProcRunner *self,
                                              const char *const *argv,
                                              GFile *file,
                                              GCancellable *cancellable,
                                              GError **error);
PROC_AVAILABLE_IN_1_0
void proc_runner_check_output_to_file_async (ProcRunner *self,
                                             const char *const *argv,
                                             GFile *file,
                                             GCancellable *cancellable,
                                             GAsyncReadyCallback callback,
                                             gpointer user_data);
PROC_AVAILABLE_IN_1_0
ProcResult *proc_runner_check_output_to_file_finish (ProcRunner *self,
                                                     GAsyncResult *result,
                                                     GError **error);

PROC_AVAILABLE_IN_1_0
ProcJob *proc_runner_start (ProcRunner *self, ProcCommand *command, GCancellable *cancellable);
PROC_AVAILABLE_IN_1_0
ProcJob *proc_runner_submit (ProcRunner *self,
                             ProcCommand *command,
                             gboolean urgent,
                             GCancellable *cancellable);
PROC_AVAILABLE_IN_1_0
GListModel *proc_runner_get_jobs (ProcRunner *self);
PROC_AVAILABLE_IN_1_0
guint proc_runner_get_n_running (ProcRunner *self);
PROC_AVAILABLE_IN_1_0
guint proc_runner_get_n_queued (ProcRunner *self);
PROC_AVAILABLE_IN_1_0
guint proc_runner_get_max_running (ProcRunner *self);
PROC_AVAILABLE_IN_1_0
void proc_runner_set_max_running (ProcRunner *self, guint max_running);
PROC_AVAILABLE_IN_1_0
guint proc_runner_get_keep_finished (ProcRunner *self);
PROC_AVAILABLE_IN_1_0
void proc_runner_set_keep_finished (ProcRunner *self, guint keep_finished);

PROC_AVAILABLE_IN_1_0
gboolean proc_runner_stop_all (ProcRunner *self, GCancellable *cancellable, GError **error);
PROC_AVAILABLE_IN_1_0
void proc_runner_stop_all_async (ProcRunner *self,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
PROC_AVAILABLE_IN_1_0
gboolean proc_runner_stop_all_finish (ProcRunner *self, GAsyncResult *result, GError **error);

PROC_AVAILABLE_IN_1_0
ProcResult *proc_runner_get_task_result (ProcRunner *self, GAsyncResult *async_result);

G_END_DECLS
