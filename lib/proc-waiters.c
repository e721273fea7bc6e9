/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-waiters-private.h"

#include "proc-thread-private.h"

/* Calls that wait for the same thing, in the order in which they came. Each ends once:
 * by what it waits for, or by its own cancellable, which ends the wait and nothing else.
 *
 *   add → pop, and then end
 *       → its cancellable
 *
 * Whoever takes a waiter out of the queue, under the owner's lock, returns its task,
 * without the lock: a callback may run in there, and call back here. A synchronous call
 * is a task without a callback, and a wait for its end.
 *
 * The owner must live as long as any task does: the tasks' source object sees to that.
 */
struct _ProcWaiter
{
  GTask *task; /* until it has ended */
  GMutex *lock; /* the owner's */
  GCond cond;
  GList link;
  ProcWaiters *queued_in; /* NULL: in none */
  gboolean ended;
  GCancellable *cancellable; /* NULL: none, or the wait is over */
  gulong handler;
};

void
proc_waiters_init (ProcWaiters *self, GMutex *lock)
{
  self->lock = lock;
  g_queue_init (&self->queue);
}

void
proc_waiters_clear (ProcWaiters *self)
{
  g_assert (g_queue_is_empty (&self->queue));
}

static ProcWaiter *
waiter_ref (ProcWaiter *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
waiter_clear (gpointer data)
{
  ProcWaiter *self = data;

  g_clear_object (&self->cancellable);
  g_cond_clear (&self->cond);
}

void
proc_waiter_unref (ProcWaiter *self)
{
  g_atomic_rc_box_release_full (self, waiter_clear);
}

GTask *
proc_waiter_get_task (ProcWaiter *self)
{
  return self->task;
}

static gboolean
on_drop (gpointer user_data)
{
  g_object_unref (user_data);
  return G_SOURCE_REMOVE;
}

/* Its callback may have run by now, and have let go of the source object: the end of that
 * belongs into the caller's context. */
static void
drop_task (GTask *task)
{
  GMainContext *context = g_task_get_context (task);

  if (g_main_context_is_owner (context))
    g_object_unref (task);
  else
    proc_thread_post (context, g_task_get_priority (task), on_drop, task);
}

/* The task was returned. Takes @self. */
void
proc_waiter_end (ProcWaiter *self)
{
  if (self->handler != 0)
    g_signal_handler_disconnect (self->cancellable, self->handler);

  g_mutex_lock (self->lock);
  self->ended = TRUE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (self->lock);
  drop_task (g_steal_pointer (&self->task));
  proc_waiter_unref (self);
}

static void
on_cancelled (GCancellable *cancellable, gpointer user_data)
{
  ProcWaiter *self = user_data;
  ProcWaiters *queued_in;

  g_mutex_lock (self->lock);
  queued_in = g_steal_pointer (&self->queued_in);
  if (queued_in != NULL)
    g_queue_unlink (&queued_in->queue, &self->link);
  g_mutex_unlock (self->lock);

  if (queued_in == NULL)
    return;

  g_task_return_error_if_cancelled (self->task);
  proc_waiter_end (self);
}

static void
release_closure_data (gpointer data, GClosure *closure)
{
  proc_waiter_unref (data);
}

/* A plain signal handler, and not g_cancellable_connect (): its disconnection would wait
 * for a handler that may be waiting for our lock. The handler is there before anybody can
 * take the waiter out. */
static void
watch_cancellable (ProcWaiter *self)
{
  GCancellable *cancellable = g_task_get_cancellable (self->task);

  if (cancellable == NULL)
    return;

  self->cancellable = g_object_ref (cancellable);
  self->handler = g_signal_connect_data (cancellable, "cancelled", G_CALLBACK (on_cancelled),
                                         waiter_ref (self), release_closure_data,
                                         G_CONNECT_DEFAULT);
}

/* Refers to @task until it has ended. Gives a reference for who wants to wait. */
ProcWaiter *
proc_waiters_add (ProcWaiters *self, GTask *task)
{
  ProcWaiter *waiter = g_atomic_rc_box_new0 (ProcWaiter);

  waiter->task = g_object_ref (task);
  waiter->lock = self->lock;
  g_cond_init (&waiter->cond);
  waiter->link.data = waiter;
  watch_cancellable (waiter);

  g_mutex_lock (self->lock);
  waiter->queued_in = self;
  g_queue_push_tail_link (&self->queue, &waiter->link);
  waiter_ref (waiter);
  g_mutex_unlock (self->lock);

  /* It may have been triggered before the waiter was in the queue. */
  if (g_cancellable_is_cancelled (waiter->cancellable))
    on_cancelled (waiter->cancellable, waiter);

  return waiter;
}

/* Until it has ended. */
void
proc_waiter_wait (ProcWaiter *self)
{
  g_mutex_lock (self->lock);
  while (!self->ended)
    g_cond_wait (&self->cond, self->lock);
  g_mutex_unlock (self->lock);
}

/* Gives the first, whose task the caller returns, and then ends it. */
ProcWaiter *
proc_waiters_pop (ProcWaiters *self)
{
  GList *link = g_queue_pop_head_link (&self->queue);
  ProcWaiter *waiter = link != NULL ? link->data : NULL;

  if (waiter != NULL)
    waiter->queued_in = NULL;

  return waiter;
}

ProcWaiter *
proc_waiters_peek (ProcWaiters *self)
{
  return g_queue_peek_head (&self->queue);
}

/* The first goes to the end of another queue, which has the same lock. */
void
proc_waiters_move (ProcWaiters *self, ProcWaiters *to)
{
  GList *link = g_queue_pop_head_link (&self->queue);
  ProcWaiter *waiter = link->data;

  g_assert (self->lock == to->lock);

  waiter->queued_in = to;
  g_queue_push_tail_link (&to->queue, link);
}
