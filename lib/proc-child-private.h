/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "proc-fd-private.h"
#include "proc-plan-private.h"

G_BEGIN_DECLS

typedef struct _ProcChild ProcChild;
typedef void (*ProcChildGone) (gpointer user_data);

/* The child's ends of its standard streams; -1: inherit. */
typedef struct
{
  ProcFd in;
  ProcFd out;
  ProcFd err;
} ProcChildStreams;

void proc_child_streams_clear (ProcChildStreams *self);

ProcChild *proc_child_spawn (ProcPlan *plan,
                             ProcChildStreams *streams,
                             ProcChildGone gone,
                             gpointer user_data,
                             GError **error);
void proc_child_free (ProcChild *self);

gboolean proc_child_is_gone (ProcChild *self);
gboolean proc_child_has_exited (ProcChild *self);
int proc_child_get_wait_status (ProcChild *self);
GError *proc_child_steal_error (ProcChild *self);
void proc_child_kill (ProcChild *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ProcChildStreams, proc_child_streams_clear)

G_END_DECLS
