/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "proc-environ-private.h"
#include "proc-plan-private.h"
#include "proc-queue-private.h"
#include "proc-runner.h"

G_BEGIN_DECLS

struct _ProcRunner
{
  GObject parent_instance;

  ProcQueue *queue;

  GMutex lock; /* for the settings */
  char *cwd;
  ProcEnviron *environ_;
  guint timeout_msec;
  guint idle_timeout_msec;
  guint kill_grace_msec;
  guint drain_grace_msec;
  guint64 memory_limit;
  ProcCap cap;
  ProcSession session;
  gboolean supervise;
};

void proc_runner_install_properties (GObjectClass *object_class);
ProcPlan *proc_runner_make_plan (ProcRunner *self, ProcCommand *command, GError **error);
ProcQueue *proc_runner_get_queue (ProcRunner *self);

G_END_DECLS
