/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "proc-report-private.h"
#include "proc-result.h"

G_BEGIN_DECLS

struct _ProcResult
{
  GObject parent_instance;

  ProcReport *report;
  ProcCommand *command;
  GDateTime *start_time;
  char *summary;

  GMutex lock; /* for what is made when it is first asked for */
  char *stdout_text;
  char *stderr_text;
};

void proc_result_install_properties (GObjectClass *object_class);
ProcResult *proc_result_new (ProcReport *report, ProcCommand *command);
char *proc_result_decode_stdout (ProcResult *self);
char *proc_result_make_summary (ProcResult *self);
GError *proc_result_make_run_error (ProcResult *self);

G_END_DECLS
