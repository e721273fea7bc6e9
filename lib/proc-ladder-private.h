/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "proc-child-private.h"

G_BEGIN_DECLS

typedef struct _ProcLadder ProcLadder;
typedef void (*ProcLadderOver) (gpointer user_data);

ProcLadder *proc_ladder_new (ProcChild *child,
                             guint grace_msec,
                             ProcLadderOver over,
                             gpointer user_data);
void proc_ladder_free (ProcLadder *self);

void proc_ladder_look (ProcLadder *self);
void proc_ladder_hurry (ProcLadder *self);
gboolean proc_ladder_is_over (const ProcLadder *self);
gboolean proc_ladder_was_forced (const ProcLadder *self);
guint proc_ladder_get_survivors (const ProcLadder *self);

G_END_DECLS
