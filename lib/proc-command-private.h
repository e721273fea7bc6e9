/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "proc-command.h"
#include "proc-environ-private.h"
#include "proc-plan-private.h"
#include "proc-redirect-private.h"

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
  gint64 max_output; /* -1: the runner's, and its overflow */
  ProcOverflow overflow;

  char *argv0;    /* NULL: the program as it was named */
  GArray *limits; /* of ProcLimit */
  int nice_value;
  int umask_value; /* -1: the program's */
  GPtrArray *fds; /* of ProcSharedFd */

  ProcRedirect in;
  ProcRedirect out;
  ProcRedirect err;

  GArray *success_codes;
  char *charset;      /* of the output as text; NULL: UTF-8 */
  GRegex *progress_pattern; /* NULL: the usual way */
  double progress_total;
  GPtrArray *secrets; /* the longest first */
};

void proc_command_append_args (ProcCommand *self, const char *const *args);
void proc_command_install_properties (GObjectClass *object_class);
gboolean proc_command_fill_plan (ProcCommand *self, ProcPlan *plan, GError **error);
char *proc_command_dup_label (ProcCommand *self);
char *proc_command_mask (ProcCommand *self, const char *text);
gsize proc_command_measure_secrets (ProcCommand *self);

G_END_DECLS
