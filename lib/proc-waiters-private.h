/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* One call that waits for something. */
typedef struct _ProcWaiter ProcWaiter;

ProcWaiter *proc_waiter_new (GTask *task);
ProcWaiter *proc_waiter_new_sync (GCancellable *cancellable);
ProcWaiter *proc_waiter_ref (ProcWaiter *self);
void proc_waiter_unref (ProcWaiter *self);

void proc_waiter_set_data (ProcWaiter *self, gpointer data, GDestroyNotify free_data);
gpointer proc_waiter_get_data (ProcWaiter *self);
gpointer proc_waiter_wait (ProcWaiter *self, GError **error);

/* Calls that wait for the same thing. */
typedef struct
{
  GMutex *lock; /* the owner's */
  GQueue queue; /* of ProcWaiter */
} ProcWaiters;

void proc_waiters_init (ProcWaiters *self, GMutex *lock);
void proc_waiters_clear (ProcWaiters *self);

/* Without the lock */
void proc_waiters_add (ProcWaiters *self, ProcWaiter *waiter);
void proc_waiter_return (ProcWaiter *self, gpointer answer, GDestroyNotify free_answer);
void proc_waiter_return_error (ProcWaiter *self, GError *error);

/* Under the lock */
ProcWaiter *proc_waiters_pop (ProcWaiters *self);
ProcWaiter *proc_waiters_peek (ProcWaiters *self);
void proc_waiters_move (ProcWaiters *self, ProcWaiters *to);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ProcWaiter, proc_waiter_unref)

G_END_DECLS
