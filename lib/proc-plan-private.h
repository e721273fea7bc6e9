/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

#include "proc-enums.h"

G_BEGIN_DECLS

typedef struct _ProcPlan ProcPlan;

/* What one run is to do. Filled by the command and the runner, then sealed; a
 * sealed plan never changes, so threads share it without a lock. */
struct _ProcPlan
{
  char **argv;
  char **envp;
  char *cwd;
  char **candidates; /* the paths to try, in order; made by sealing */

  ProcSession session;
  guint timeout_msec;
  guint drain_grace_msec;

  ProcStdio stdin_kind;
  ProcStdio stdout_kind;
  ProcStdio stderr_kind;
  GBytes *stdin_bytes; /* wins over stdin_kind */
  GFile *stdout_file;  /* wins over stdout_kind */
  ProcFileFlags stdout_file_flags;

  GArray *success_codes; /* of int; 0 need not be among them */
};

ProcPlan *proc_plan_new (void);
ProcPlan *proc_plan_ref (ProcPlan *self);
void proc_plan_unref (ProcPlan *self);
gboolean proc_plan_refuse_variable (const char *entry, GError **error);
gboolean proc_plan_seal (ProcPlan *self, GError **error);
gboolean proc_plan_is_success (const ProcPlan *self, int exit_status);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ProcPlan, proc_plan_unref)

G_END_DECLS
