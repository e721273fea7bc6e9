/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>
#include <sys/types.h>

G_BEGIN_DECLS

typedef struct _ProcGroup ProcGroup;

ProcGroup *proc_group_new (pid_t leader, int pidfd, gboolean shared);
void proc_group_free (ProcGroup *self);

pid_t proc_group_get_leader (const ProcGroup *self);
int proc_group_get_pidfd (const ProcGroup *self);
void proc_group_leader_exited (ProcGroup *self);
void proc_group_leader_reaped (ProcGroup *self);
void proc_group_signal_leader (ProcGroup *self, int signal_number);
void proc_group_signal (ProcGroup *self, int signal_number);
guint proc_group_count_members (ProcGroup *self);
void proc_group_signal_orphaned (ProcGroup *self, int signal_number);
guint proc_group_count_orphaned (ProcGroup *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ProcGroup, proc_group_free)

G_END_DECLS
