/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

#include "proc-job-private.h"

G_BEGIN_DECLS

#define PROC_TYPE_JOB_LIST (proc_job_list_get_type ())
G_DECLARE_FINAL_TYPE (ProcJobList, proc_job_list, PROC, JOB_LIST, GObject)

/* What the list's owner counts, and notifies of in the list's context; of all, if @all:
 * something may have changed while nobody listened. */
typedef struct
{
  gboolean (*is_watched) (GObject *owner); /* any thread, under a lock */
  void (*notify) (GObject *owner, gboolean all);
} ProcJobListOwner;

ProcJobList *proc_job_list_new (GObject *owner, const ProcJobListOwner *functions);
void proc_job_list_disown (ProcJobList *self);

/* Any thread */
void proc_job_list_add (ProcJobList *self, ProcJob *job);
void proc_job_list_remove (ProcJobList *self, ProcJob *job);
void proc_job_list_set_keep (ProcJobList *self, guint n_kept);
void proc_job_list_forget_finished (ProcJobList *self);
void proc_job_list_open (ProcJobList *self);
void proc_job_list_counted (ProcJobList *self);

G_END_DECLS
