/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-waiters-private.h"

#include "proc-thread-private.h"

/* Calls that wait for the same thing, in the order in which they came. Each ends once:
 * by what it waits for, or by its own cancellable, which ends the wait and nothing else.
 *
 *   new → add → pop, and then return
 *             → its cancellable
 *
 * Whoever takes a waiter out of the queue, under the owner's lock, returns it, without
 * the lock: a callback may run in there, and call back here.
 *
 * An asynchronous call is a task. It is returned, and let go, in its own context: neither
 * the caller's objects nor the context itself may have their end elsewhere, or be kept by
 * what nobody comes to do. A synchronous call has no task, and no context is touched: it
 * is a wait for the answer.
 *
 * The owner must live as long as any waiter is queued: the tasks' source object, or who
 * waits, sees to that.
 */
struct _ProcWaiter
{
  GTask *task; /* NULL: somebody waits, or it has been returned */
  gpointer data;
  GDestroyNotify free_data;

  GMutex *queue_lock; /* the owner's */
  ProcWaiters *queued_in; /* under that lock; NULL: in none */
  GList link;
  GCancellable *cancellable; /* NULL: none */
  gulong handler;

  gpointer answer; /* one of both, once it is there */
  GDestroyNotify free_answer;
  GError *error;
  GMutex lock;
  GCond cond;
  gboolean returned; /* nobody looks at the owner any more */
  gboolean ended;    /* for who waits */
};

static ProcWaiter *
waiter_new (GTask *task, GCancellable *cancellable)
{
  ProcWaiter *self = g_atomic_rc_box_new0 (ProcWaiter);

  self->task = task != NULL ? g_object_ref (task) : NULL;
  self->cancellable = cancellable != NULL ? g_object_ref (cancellable) : NULL;
  self->link.data = self;
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  return self;
}

/* Returns @task, with a pointer. */
ProcWaiter *
proc_waiter_new (GTask *task)
{
  g_task_set_check_cancellable (task, FALSE);
  return waiter_new (task, g_task_get_cancellable (task));
}

/* For who calls proc_waiter_wait (). */
ProcWaiter *
proc_waiter_new_sync (GCancellable *cancellable)
{
  return waiter_new (NULL, cancellable);
}

ProcWaiter *
proc_waiter_ref (ProcWaiter *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
free_answer (ProcWaiter *self)
{
  if (self->answer != NULL && self->free_answer != NULL)
    self->free_answer (self->answer);
}

static void
waiter_clear (gpointer data)
{
  ProcWaiter *self = data;

  free_answer (self);
  g_clear_error (&self->error);
  if (self->free_data != NULL)
    self->free_data (self->data);
  g_clear_object (&self->task);
  g_clear_object (&self->cancellable);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
}

void
proc_waiter_unref (ProcWaiter *self)
{
  g_atomic_rc_box_release_full (self, waiter_clear);
}

/* What the call asks for. Before it is added. */
void
proc_waiter_set_data (ProcWaiter *self, gpointer data, GDestroyNotify free_data)
{
  self->data = data;
  self->free_data = free_data;
}

gpointer
proc_waiter_get_data (ProcWaiter *self)
{
  return self->data;
}

/* The end */

/* In the task's context. */
static gboolean
on_return (gpointer user_data)
{
  g_autoptr(ProcWaiter) self = user_data;
  g_autoptr(GTask) task = g_steal_pointer (&self->task);

  if (self->error != NULL)
    g_task_return_error (task, g_steal_pointer (&self->error));
  else
    g_task_return_pointer (task, g_steal_pointer (&self->answer), self->free_answer);

  return G_SOURCE_REMOVE;
}

static void
wake (ProcWaiter *self)
{
  g_mutex_lock (&self->lock);
  self->ended = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->lock);
  proc_waiter_unref (self);
}

/* The answer is there. Takes @self. With the call the owner may have its end: whoever is
 * about to cancel has to know. */
static void
end (ProcWaiter *self)
{
  GMainContext *context = self->task != NULL ? g_task_get_context (self->task) : NULL;

  g_mutex_lock (&self->lock);
  self->returned = TRUE;
  g_mutex_unlock (&self->lock);

  if (self->handler != 0)
    g_signal_handler_disconnect (self->cancellable, self->handler);

  if (context == NULL)
    wake (self);
  else if (g_main_context_is_owner (context))
    on_return (self);
  else
    proc_thread_post (context, g_task_get_priority (self->task), on_return, self);
}

/* Takes @self, and @answer. */
void
proc_waiter_return (ProcWaiter *self, gpointer answer, GDestroyNotify free_func)
{
  self->answer = answer;
  self->free_answer = free_func;
  end (self);
}

/* Takes @self, and @error. */
void
proc_waiter_return_error (ProcWaiter *self, GError *error)
{
  self->error = error;
  end (self);
}

/* Until the answer is there, which is the caller's; or NULL with @error set. */
gpointer
proc_waiter_wait (ProcWaiter *self, GError **error)
{
  g_mutex_lock (&self->lock);
  while (!self->ended)
    g_cond_wait (&self->cond, &self->lock);
  g_mutex_unlock (&self->lock);

  if (self->error != NULL)
    g_propagate_error (error, g_steal_pointer (&self->error));
  return g_steal_pointer (&self->answer);
}

/* The queue */

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

/* FALSE: somebody else has taken it out. */
static gboolean
take_out (ProcWaiter *self)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  ProcWaiters *queued_in;

  if (self->returned)
    return FALSE;

  g_mutex_lock (self->queue_lock);
  queued_in = g_steal_pointer (&self->queued_in);
  if (queued_in != NULL)
    g_queue_unlink (&queued_in->queue, &self->link);
  g_mutex_unlock (self->queue_lock);

  return queued_in != NULL;
}

static void
on_cancelled (GCancellable *cancellable, gpointer user_data)
{
  ProcWaiter *self = user_data;
  GError *error = NULL;

  if (!take_out (self))
    return;

  g_cancellable_set_error_if_cancelled (cancellable, &error);
  proc_waiter_return_error (self, error);
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
  if (self->cancellable != NULL)
    self->handler = g_signal_connect_data (self->cancellable, "cancelled",
                                           G_CALLBACK (on_cancelled), proc_waiter_ref (self),
                                           release_closure_data, G_CONNECT_DEFAULT);
}

/* Refers to @waiter until it has ended. */
void
proc_waiters_add (ProcWaiters *self, ProcWaiter *waiter)
{
  waiter->queue_lock = self->lock;
  watch_cancellable (waiter);

  g_mutex_lock (self->lock);
  waiter->queued_in = self;
  g_queue_push_tail_link (&self->queue, &waiter->link);
  proc_waiter_ref (waiter);
  g_mutex_unlock (self->lock);

  /* It may have been triggered before the waiter was in the queue. */
  if (g_cancellable_is_cancelled (waiter->cancellable))
    on_cancelled (waiter->cancellable, waiter);
}

/* Gives the first, which the caller returns. */
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
