/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#if !defined(PROC_INSIDE) && !defined(PROC_COMPILATION)
# error "Only <procrunner.h> can be included directly."
#endif

#include <gio/gio.h>

#include "proc-enums.h"

G_BEGIN_DECLS

#define PROC_TYPE_COMMAND (proc_command_get_type ())

PROC_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (ProcCommand, proc_command, PROC, COMMAND, GObject)

PROC_AVAILABLE_IN_1_0
ProcCommand *proc_command_new (const char *const *argv);
PROC_AVAILABLE_IN_1_0
ProcCommand *proc_command_new_shell (const char *script, const char *const *args);
PROC_AVAILABLE_IN_1_0
ProcCommand *proc_command_new_parse (const char *line);
PROC_AVAILABLE_IN_1_0
ProcCommand *proc_command_copy (ProcCommand *self);

PROC_AVAILABLE_IN_1_0
void proc_command_add_arg (ProcCommand *self, const char *arg);
PROC_AVAILABLE_IN_1_0
const char *const *proc_command_get_argv (ProcCommand *self);

PROC_AVAILABLE_IN_1_0
const char *proc_command_get_cwd (ProcCommand *self);
PROC_AVAILABLE_IN_1_0
void proc_command_set_cwd (ProcCommand *self, const char *cwd);

PROC_AVAILABLE_IN_1_0
void proc_command_set_environ (ProcCommand *self, const char *const *envp);
PROC_AVAILABLE_IN_1_0
void proc_command_setenv (ProcCommand *self, const char *name, const char *value);
PROC_AVAILABLE_IN_1_0
void proc_command_unsetenv (ProcCommand *self, const char *name);

PROC_AVAILABLE_IN_1_0
int proc_command_get_timeout_msec (ProcCommand *self);
PROC_AVAILABLE_IN_1_0
void proc_command_set_timeout_msec (ProcCommand *self, int timeout_msec);

PROC_AVAILABLE_IN_1_0
int proc_command_get_idle_timeout_msec (ProcCommand *self);
PROC_AVAILABLE_IN_1_0
void proc_command_set_idle_timeout_msec (ProcCommand *self, int idle_timeout_msec);

PROC_AVAILABLE_IN_1_0
gint64 proc_command_get_max_output (ProcCommand *self);
PROC_AVAILABLE_IN_1_0
ProcOverflow proc_command_get_overflow (ProcCommand *self);
PROC_AVAILABLE_IN_1_0
void proc_command_set_max_output (ProcCommand *self, gint64 max_output, ProcOverflow overflow);

PROC_AVAILABLE_IN_1_0
void proc_command_set_argv0 (ProcCommand *self, const char *argv0);
PROC_AVAILABLE_IN_1_0
void proc_command_set_rlimit (ProcCommand *self, int resource, guint64 soft, guint64 hard);
PROC_AVAILABLE_IN_1_0
void proc_command_set_nice (ProcCommand *self, int nice_value);
PROC_AVAILABLE_IN_1_0
void proc_command_set_umask (ProcCommand *self, int umask_value);
PROC_AVAILABLE_IN_1_0
void proc_command_take_fd (ProcCommand *self, int source_fd, int target_fd);

PROC_AVAILABLE_IN_1_0
ProcStdio proc_command_get_stdin (ProcCommand *self);
PROC_AVAILABLE_IN_1_0
void proc_command_set_stdin (ProcCommand *self, ProcStdio stdio);
PROC_AVAILABLE_IN_1_0
GBytes *proc_command_get_stdin_bytes (ProcCommand *self);
PROC_AVAILABLE_IN_1_0
void proc_command_set_stdin_bytes (ProcCommand *self, GBytes *bytes);
PROC_AVAILABLE_IN_1_0
void proc_command_set_stdin_text (ProcCommand *self, const char *text);
PROC_AVAILABLE_IN_1_0
GFile *proc_command_get_stdin_file (ProcCommand *self);
PROC_AVAILABLE_IN_1_0
void proc_command_set_stdin_file (ProcCommand *self, GFile *file);
PROC_AVAILABLE_IN_1_0
GInputStream *proc_command_get_stdin_stream (ProcCommand *self);
PROC_AVAILABLE_IN_1_0
void proc_command_set_stdin_stream (ProcCommand *self, GInputStream *stream);

PROC_AVAILABLE_IN_1_0
ProcStdio proc_command_get_stdout (ProcCommand *self);
PROC_AVAILABLE_IN_1_0
void proc_command_set_stdout (ProcCommand *self, ProcStdio stdio);
PROC_AVAILABLE_IN_1_0
GFile *proc_command_get_stdout_file (ProcCommand *self);
PROC_AVAILABLE_IN_1_0
ProcFileFlags proc_command_get_stdout_file_flags (ProcCommand *self);
PROC_AVAILABLE_IN_1_0
void proc_command_set_stdout_file (ProcCommand *self, GFile *file, ProcFileFlags flags);
PROC_AVAILABLE_IN_1_0
GOutputStream *proc_command_get_stdout_stream (ProcCommand *self);
PROC_AVAILABLE_IN_1_0
void proc_command_set_stdout_stream (ProcCommand *self, GOutputStream *stream);

PROC_AVAILABLE_IN_1_0
ProcStdio proc_command_get_stderr (ProcCommand *self);
PROC_AVAILABLE_IN_1_0
void proc_command_set_stderr (ProcCommand *self, ProcStdio stdio);
PROC_AVAILABLE_IN_1_0
GFile *proc_command_get_stderr_file (ProcCommand *self);
PROC_AVAILABLE_IN_1_0
ProcFileFlags proc_command_get_stderr_file_flags (ProcCommand *self);
PROC_AVAILABLE_IN_1_0
void proc_command_set_stderr_file (ProcCommand *self, GFile *file, ProcFileFlags flags);

PROC_AVAILABLE_IN_1_0
const char *proc_command_get_charset (ProcCommand *self);
PROC_AVAILABLE_IN_1_0
void proc_command_set_charset (ProcCommand *self, const char *charset);

PROC_AVAILABLE_IN_1_0
void proc_command_set_progress_pattern (ProcCommand *self, GRegex *pattern, double total);

PROC_AVAILABLE_IN_1_0
void proc_command_add_success_code (ProcCommand *self, int exit_status);
PROC_AVAILABLE_IN_1_0
void proc_command_add_secret (ProcCommand *self, const char *secret);
PROC_AVAILABLE_IN_1_0
char *proc_command_to_string (ProcCommand *self);

G_END_DECLS
