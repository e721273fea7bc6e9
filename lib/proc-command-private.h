/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "proc-command.h"
#include "proc-environ-private.h"
#include "proc-plan-private.h"

G_BEGIN_DECLS

struct _ProcCommand
{
  GObject parent_instance;

  GPtrArray *argv; /* NULL-terminated */
  char *script;
  char *line;
  char **script_args; /* only until constructed */
  GError *parse_error;

  char *cwd;
  ProcEnviron *environ_;
  int timeout_msec;
  int idle_timeout_msec;

  char *argv0;    /* NULL: the program as it was named */
  GArray *limits; /* of ProcLimit */
  int nice_value;
  int umask_value; /* -1: the program's */
  GPtrArray *fds; /* of ProcSharedFd */

  ProcStdio stdin_kind;
  GBytes *stdin_bytes;
  ProcStdio stdout_kind;
  GFile *stdout_file;
  ProcFileFlags stdout_file_flags;
  ProcStdio stderr_kind;

  GArray *success_codes;
  GPtrArray *secrets; /* the longest first */
};

ProcCommand *proc_command_copy (ProcCommand *self);
gboolean proc_command_fill_plan (ProcCommand *self, ProcPlan *plan, GError **error);
char *proc_command_dup_label (ProcCommand *self);
char *proc_command_mask (ProcCommand *self, const char *text);

G_END_DECLS
