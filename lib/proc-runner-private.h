/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "proc-environ-private.h"
#include "proc-home-private.h"
#include "proc-plan-private.h"
#include "proc-queue-private.h"
#include "proc-runner.h"

G_BEGIN_DECLS

struct _ProcRunner
{
  GObject parent_instance;

  ProcQueue *queue;
  ProcHome *home;
  GThread *thread; /* that made it */
  ProcQueueCounts told; /* of the context in which it was made */

  GMutex lock; /* for the settings */
  char *cwd;
  ProcEnviron *environ_;
  ProcVariables *inherited; /* the program's, when last looked at; NULL: not yet */
  ProcVariables *variables; /* what is made of it; NULL: not yet, or no longer */
  guint timeout_msec;
  guint idle_timeout_msec;
  guint kill_grace_msec;
  guint drain_grace_msec;
  guint64 memory_limit;
  ProcCap cap;
  ProcSession session;
  gboolean supervise;
  guint max_running;
  guint keep_finished;
};

/* What a job is there for. */
typedef enum
{
  PROC_START_FOR_VERB,  /* its end */
  PROC_START_TO_FOLLOW, /* somebody has it who can read and write */
  PROC_START_URGENTLY   /* a thread waits for its end: it passes by the queue and the list */
} ProcStartKind;

extern const ProcJobListOwner proc_runner_counts;

ProcVariables *proc_runner_get_variables (ProcRunner *self);
void proc_runner_install_properties (GObjectClass *object_class);
ProcPlan *proc_runner_make_plan (ProcRunner *self,
                                 ProcCommand *command,
                                 gboolean may_pipe,
                                 ProcReport **refusal);
ProcQueue *proc_runner_get_queue (ProcRunner *self);
ProcJob *proc_runner_start_job (ProcRunner *self,
                                ProcCommand *command,
                                ProcStartKind kind,
                                GCancellable *cancellable);

G_END_DECLS
