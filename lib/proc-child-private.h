/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "proc-fd-private.h"
#include "proc-launch-private.h"
#include "proc-plan-private.h"

G_BEGIN_DECLS

typedef struct _ProcChild ProcChild;
typedef void (*ProcChildChanged) (gpointer user_data);

ProcChild *proc_child_spawn (ProcPlan *plan,
                             ProcChildStreams *streams,
                             ProcChildChanged changed,
                             gpointer user_data,
                             GError **error);
void proc_child_free (ProcChild *self);

gboolean proc_child_may_start (ProcChild *self);
gboolean proc_child_is_started (ProcChild *self);
gboolean proc_child_is_running (ProcChild *self);
pid_t proc_child_get_pid (ProcChild *self);
gboolean proc_child_has_exited (ProcChild *self);
gboolean proc_child_has_ended (ProcChild *self);
gboolean proc_child_is_gone (ProcChild *self);
void proc_child_release (ProcChild *self);
gboolean proc_child_get_wait_status (ProcChild *self, int *wait_status);
void proc_child_get_usage (ProcChild *self, gint64 *cpu_usec, gint64 *peak_rss);
GError *proc_child_steal_error (ProcChild *self);

void proc_child_prevent_start (ProcChild *self);
void proc_child_signal (ProcChild *self, int signal_number);
void proc_child_signal_alone (ProcChild *self, int signal_number);
guint proc_child_count_members (ProcChild *self);

G_END_DECLS
