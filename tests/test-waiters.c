/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Calls that wait: whose thread ends them, and whose lets go of them. */

#include "config.h"

#include "proc-waiters-private.h"
#include "test-fixture.h"

/* One waiter, served by a thread that plays the engine. */
typedef struct
{
  GMutex lock;
  ProcWaiters waiters;
  GMutex gate;
  GCond changed;
  gboolean called;  /* the task's callback, in the caller's thread */
  GThread *gone_in; /* where the last reference to the source object was dropped */
} Owner;

static void
owner_init (Owner *owner)
{
  *owner = (Owner) { 0 };
  g_mutex_init (&owner->lock);
  g_mutex_init (&owner->gate);
  g_cond_init (&owner->changed);
  proc_waiters_init (&owner->waiters, &owner->lock);
}

static void
owner_clear (Owner *owner)
{
  proc_waiters_clear (&owner->waiters);
  g_cond_clear (&owner->changed);
  g_mutex_clear (&owner->gate);
  g_mutex_clear (&owner->lock);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Owner, owner_clear)

static void
on_gone (gpointer user_data, GObject *where_it_was)
{
  Owner *owner = user_data;

  owner->gone_in = g_thread_self ();
}

static void
on_returned (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Owner *owner = user_data;

  g_assert_true (g_task_propagate_boolean (G_TASK (result), NULL));
  g_mutex_lock (&owner->gate);
  owner->called = TRUE;
  g_cond_signal (&owner->changed);
  g_mutex_unlock (&owner->gate);
}

/* Gives a source object that only the task keeps. */
static void
add_waiter (Owner *owner, GAsyncReadyCallback callback)
{
  g_autoptr(GObject) source = g_object_new (G_TYPE_OBJECT, NULL);
  g_autoptr(GTask) task = g_task_new (source, NULL, callback, owner);
  g_autoptr(ProcWaiter) waiter G_GNUC_UNUSED = NULL;

  g_object_weak_ref (source, on_gone, owner);
  waiter = proc_waiters_add (&owner->waiters, task);
}

static ProcWaiter *
pop (Owner *owner)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&owner->lock);

  return proc_waiters_pop (&owner->waiters);
}

/* As slow as a thread may be between the two: the callback has come and gone meanwhile. */
static gpointer
serve_slowly (gpointer user_data)
{
  Owner *owner = user_data;
  ProcWaiter *waiter = pop (owner);

  g_task_return_boolean (proc_waiter_get_task (waiter), TRUE);
  g_mutex_lock (&owner->gate);
  while (!owner->called)
    g_cond_wait (&owner->changed, &owner->gate);
  g_mutex_unlock (&owner->gate);
  proc_waiter_end (waiter);
  return NULL;
}

/* The source object is the program's, and must not end in a thread of ours. */
static void
test_last_reference (void)
{
  GMainContext *context = g_main_context_get_thread_default ();
  g_auto(Owner) owner;
  GThread *thread;

  owner_init (&owner);
  add_waiter (&owner, on_returned);
  thread = g_thread_new ("engine", serve_slowly, &owner);
  while (!owner.called)
    g_main_context_iteration (context, TRUE);
  while (g_main_context_iteration (context, FALSE))
    ;
  g_thread_join (thread);
  while (owner.gone_in == NULL)
    g_main_context_iteration (context, TRUE);
  g_assert_true (owner.gone_in == g_thread_self ());
}

/* In the caller's own thread there is nothing to wait for. */
static void
test_same_thread (void)
{
  GMainContext *context = g_main_context_get_thread_default ();
  g_auto(Owner) owner;
  ProcWaiter *waiter;

  owner_init (&owner);
  add_waiter (&owner, on_returned);
  waiter = pop (&owner);
  g_task_return_boolean (proc_waiter_get_task (waiter), TRUE);
  proc_waiter_end (waiter);
  g_assert_null (owner.gone_in);
  while (g_main_context_iteration (context, FALSE))
    ;
  g_assert_true (owner.called);
  g_assert_true (owner.gone_in == g_thread_self ());
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/waiters/last-reference", test_last_reference);
  TEST_ADD ("/waiters/same-thread", test_same_thread);

  return g_test_run ();
}
