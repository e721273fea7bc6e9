/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _ProcWaiter ProcWaiter;

typedef struct
{
  GMutex *lock; /* the owner's */
  GQueue queue; /* of ProcWaiter */
} ProcWaiters;

void proc_waiters_init (ProcWaiters *self, GMutex *lock);
void proc_waiters_clear (ProcWaiters *self);

/* Without the lock */
ProcWaiter *proc_waiters_add (ProcWaiters *self, GTask *task);
void proc_waiter_wait (ProcWaiter *self);

/* Under the lock */
ProcWaiter *proc_waiters_pop (ProcWaiters *self);
ProcWaiter *proc_waiters_peek (ProcWaiters *self);
void proc_waiters_move (ProcWaiters *self, ProcWaiters *to);

GTask *proc_waiter_get_task (ProcWaiter *self);
void proc_waiter_end (ProcWaiter *self);
void proc_waiter_unref (ProcWaiter *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ProcWaiter, proc_waiter_unref)

G_END_DECLS
