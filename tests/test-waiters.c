/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Calls that wait: each ends once, by what it waits for or by its cancellable. */

#include "config.h"

#include "proc-waiters-private.h"
#include "test-fixture.h"

/* Whose calls they are. */
typedef struct
{
  GMutex lock;
  ProcWaiters waiters;
  GObject *object;
} Fixture;

static void
set_up (Fixture *fixture)
{
  g_mutex_init (&fixture->lock);
  proc_waiters_init (&fixture->waiters, &fixture->lock);
  fixture->object = g_object_new (G_TYPE_OBJECT, NULL);
  test_track (fixture->object);
}

static void
tear_down (Fixture *fixture)
{
  g_clear_object (&fixture->object);
  proc_waiters_clear (&fixture->waiters);
  g_mutex_clear (&fixture->lock);
}

static void
add (Fixture *fixture, TestCall *call, GCancellable *cancellable)
{
  g_autoptr(GTask) task = NULL;
  g_autoptr(ProcWaiter) waiter = NULL;

  task = g_task_new (fixture->object, cancellable, test_call_done, test_call_begin (call));
  waiter = proc_waiter_new (task);
  proc_waiter_set_data (waiter, call, NULL);
  proc_waiters_add (&fixture->waiters, waiter);
}

static ProcWaiter *
pop (Fixture *fixture)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&fixture->lock);

  return proc_waiters_pop (&fixture->waiters);
}

/* FALSE: nobody waits. */
static gboolean
answer (Fixture *fixture, int number)
{
  ProcWaiter *waiter = pop (fixture);

  if (waiter == NULL)
    return FALSE;

  proc_waiter_return (waiter, g_strdup_printf ("%d", number), g_free);
  return TRUE;
}

static void
assert_answered (TestCall *call, int number)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *answer = g_task_propagate_pointer (G_TASK (test_call_wait (call)), &error);

  g_assert_no_error (error);
  g_assert_cmpint (atoi (answer), ==, number);
}

static void
assert_cancelled (TestCall *call)
{
  g_autoptr(GError) error = NULL;

  g_assert_null (g_task_propagate_pointer (G_TASK (test_call_wait (call)), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_in_order (void)
{
  g_auto(TestCall) first = TEST_CALL_INIT;
  g_auto(TestCall) second = TEST_CALL_INIT;
  Fixture fixture;

  set_up (&fixture);
  g_assert_false (answer (&fixture, 0));
  add (&fixture, &first, NULL);
  add (&fixture, &second, NULL);
  g_assert_true (answer (&fixture, 1));
  g_assert_true (answer (&fixture, 2));
  g_assert_false (answer (&fixture, 3));
  assert_answered (&second, 2);
  assert_answered (&first, 1);
  tear_down (&fixture);
}

static void
test_peek (void)
{
  g_auto(TestCall) call = TEST_CALL_INIT;
  Fixture fixture;
  ProcWaiter *waiter;

  set_up (&fixture);
  g_assert_null (proc_waiters_peek (&fixture.waiters));
  add (&fixture, &call, NULL);
  waiter = proc_waiters_peek (&fixture.waiters);
  g_assert_true (proc_waiter_get_data (waiter) == &call);
  g_assert_true (proc_waiters_peek (&fixture.waiters) == waiter);
  g_assert_true (answer (&fixture, 1));
  assert_answered (&call, 1);
  tear_down (&fixture);
}

/* The others keep their places. */
static void
test_cancelled_while_waiting (void)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_auto(TestCall) first = TEST_CALL_INIT;
  g_auto(TestCall) second = TEST_CALL_INIT;
  g_auto(TestCall) third = TEST_CALL_INIT;
  Fixture fixture;

  set_up (&fixture);
  add (&fixture, &first, NULL);
  add (&fixture, &second, cancellable);
  add (&fixture, &third, NULL);
  g_cancellable_cancel (cancellable);
  assert_cancelled (&second);
  test_assert_handlers_gone (cancellable);

  g_assert_true (answer (&fixture, 1));
  g_assert_true (answer (&fixture, 3));
  assert_answered (&first, 1);
  assert_answered (&third, 3);
  tear_down (&fixture);
}

static void
test_cancelled_before (void)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_auto(TestCall) call = TEST_CALL_INIT;
  Fixture fixture;

  set_up (&fixture);
  g_cancellable_cancel (cancellable);
  add (&fixture, &call, cancellable);
  g_assert_false (answer (&fixture, 1));
  assert_cancelled (&call);
  test_assert_handlers_gone (cancellable);
  tear_down (&fixture);
}

static void
test_cancelled_after (void)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_auto(TestCall) call = TEST_CALL_INIT;
  Fixture fixture;

  set_up (&fixture);
  add (&fixture, &call, cancellable);
  g_assert_true (answer (&fixture, 1));
  test_assert_handlers_gone (cancellable);
  g_cancellable_cancel (cancellable);
  assert_answered (&call, 1);
  tear_down (&fixture);
}

/* One may end several, and none that waits by another. */
static void
test_one_cancellable_for_all (void)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_auto(TestCall) first = TEST_CALL_INIT;
  g_auto(TestCall) second = TEST_CALL_INIT;
  Fixture fixture;

  set_up (&fixture);
  add (&fixture, &first, cancellable);
  add (&fixture, &second, cancellable);
  g_cancellable_cancel (cancellable);
  g_assert_false (answer (&fixture, 1));
  assert_cancelled (&first);
  assert_cancelled (&second);
  test_assert_handlers_gone (cancellable);
  tear_down (&fixture);
}

static gpointer
cancel (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
  return NULL;
}

/* At the same instant: one of them wins, and the other does nothing. */
static void
test_cancelled_while_answered (void)
{
  const guint n_rounds = test_in_valgrind () ? 50 : 2000;
  guint n_answered = 0;
  Fixture fixture;

  set_up (&fixture);
  for (guint i = 0; i < n_rounds; i++)
    {
      g_autoptr(GCancellable) cancellable = g_cancellable_new ();
      g_auto(TestCall) call = TEST_CALL_INIT;
      GThread *thread;
      gboolean answered;

      add (&fixture, &call, cancellable);
      thread = g_thread_new ("cancel", cancel, cancellable);
      for (guint j = 0; j < i % 64; j++)
        g_thread_yield ();
      answered = answer (&fixture, 7);
      n_answered += answered;
      if (answered)
        assert_answered (&call, 7);
      else
        assert_cancelled (&call);
      g_thread_join (thread);
      g_assert_false (answer (&fixture, 8));
      test_assert_handlers_gone (cancellable);
    }

  g_test_message ("%u of %u answered", n_answered, n_rounds);
  tear_down (&fixture);
}

/* While it is added, too. */
static void
test_cancelled_while_added (void)
{
  const guint n_rounds = test_in_valgrind () ? 50 : 2000;
  Fixture fixture;

  set_up (&fixture);
  for (guint i = 0; i < n_rounds; i++)
    {
      g_autoptr(GCancellable) cancellable = g_cancellable_new ();
      g_auto(TestCall) call = TEST_CALL_INIT;
      GThread *thread = g_thread_new ("cancel", cancel, cancellable);

      for (guint j = 0; j < i % 64; j++)
        g_thread_yield ();
      add (&fixture, &call, cancellable);
      g_thread_join (thread);
      assert_cancelled (&call);
      g_assert_false (answer (&fixture, 7));
      test_assert_handlers_gone (cancellable);
    }

  tear_down (&fixture);
}

/* Without a main context: its own is not touched. */
typedef struct
{
  Fixture *fixture;
  GCancellable *cancellable;
  GError *error;
} Sync;

static gpointer
wait_in_thread (gpointer data)
{
  Sync *self = data;
  g_autoptr(GMainContext) context = g_main_context_new ();
  g_autoptr(ProcWaiter) waiter = proc_waiter_new_sync (self->cancellable);
  char *answer;

  g_main_context_push_thread_default (context);
  proc_waiters_add (&self->fixture->waiters, waiter);
  answer = proc_waiter_wait (waiter, &self->error);
  g_assert_false (g_main_context_pending (context));
  g_main_context_pop_thread_default (context);
  return answer;
}

static gboolean
is_somebody_waiting (gpointer data)
{
  Fixture *fixture = data;
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&fixture->lock);

  return proc_waiters_peek (&fixture->waiters) != NULL;
}

static void
test_sync (void)
{
  Fixture fixture;
  Sync sync = { &fixture, NULL, NULL };
  g_autofree char *answered = NULL;
  GThread *thread;

  set_up (&fixture);
  thread = g_thread_new ("wait", wait_in_thread, &sync);
  g_assert_true (test_eventually (is_somebody_waiting, &fixture));
  g_assert_true (answer (&fixture, 7));
  answered = g_thread_join (thread);
  g_assert_cmpstr (answered, ==, "7");
  g_assert_no_error (sync.error);
  tear_down (&fixture);
}

static void
test_sync_cancelled (void)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  Fixture fixture;
  Sync sync = { &fixture, cancellable, NULL };

  set_up (&fixture);
  for (guint i = 0; i < 2; i++)
    {
      GThread *thread = g_thread_new ("wait", wait_in_thread, &sync);

      if (i == 0)
        g_assert_true (test_eventually (is_somebody_waiting, &fixture));
      g_cancellable_cancel (cancellable);
      g_assert_null (g_thread_join (thread));
      g_assert_error (sync.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_clear_error (&sync.error);
    }

  test_assert_handlers_gone (cancellable);
  tear_down (&fixture);
}

/* To another queue of the same owner, where it can be cancelled as well. */
static void
test_move (void)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_auto(TestCall) first = TEST_CALL_INIT;
  g_auto(TestCall) second = TEST_CALL_INIT;
  ProcWaiters begun;
  Fixture fixture;

  set_up (&fixture);
  proc_waiters_init (&begun, &fixture.lock);
  add (&fixture, &first, cancellable);
  add (&fixture, &second, NULL);
  g_mutex_lock (&fixture.lock);
  proc_waiters_move (&fixture.waiters, &begun);
  g_assert_nonnull (proc_waiters_peek (&begun));
  g_mutex_unlock (&fixture.lock);

  g_cancellable_cancel (cancellable);
  assert_cancelled (&first);
  g_assert_null (proc_waiters_peek (&begun));
  g_assert_true (answer (&fixture, 2));
  assert_answered (&second, 2);
  proc_waiters_clear (&begun);
  tear_down (&fixture);
}

static gpointer
answer_in_thread (gpointer fixture)
{
  g_assert_true (answer (fixture, 7));
  return NULL;
}

static void
note_drop (gpointer data, GObject *where)
{
  *(GThread **) data = g_thread_self ();
}

/* With its callback, whoever answers: the caller's object is dropped in the caller's context, and
 * that may have its end at once. */
static void
test_dropped_by_the_caller (void)
{
  const guint n_rounds = test_in_valgrind () ? 20 : 500;
  GMainContext *context = g_main_context_get_thread_default ();

  for (guint i = 0; i < n_rounds; i++)
    {
      GThread *dropped_in = NULL;
      GThread *thread = NULL;
      Fixture fixture;

      set_up (&fixture);
      g_object_weak_ref (fixture.object, note_drop, &dropped_in);
      {
        g_auto(TestCall) call = TEST_CALL_INIT;

        add (&fixture, &call, NULL);
        g_clear_object (&fixture.object);
        if (i % 2 == 0)
          thread = g_thread_new ("answer", answer_in_thread, &fixture);
        else
          answer_in_thread (&fixture);
        assert_answered (&call, 7);
      }
      g_assert_true (dropped_in == g_thread_self ());
      g_assert_false (g_main_context_pending (context));
      g_clear_pointer (&thread, g_thread_join);
      tear_down (&fixture);
    }
}

/* What asks for it is told; its answer, if nobody comes for it, is freed. */
static void
test_data (void)
{
  GCancellable *data = g_cancellable_new ();
  GCancellable *unclaimed = g_cancellable_new ();
  ProcWaiter *waiter = proc_waiter_new_sync (NULL);

  test_track (data);
  test_track (unclaimed);
  proc_waiter_set_data (waiter, data, g_object_unref);
  g_assert_true (proc_waiter_get_data (waiter) == data);
  proc_waiter_return (proc_waiter_ref (waiter), unclaimed, g_object_unref);
  proc_waiter_unref (waiter);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/waiters/in-order", test_in_order);
  TEST_ADD ("/waiters/peek", test_peek);
  TEST_ADD ("/waiters/cancelled-while-waiting", test_cancelled_while_waiting);
  TEST_ADD ("/waiters/cancelled-before", test_cancelled_before);
  TEST_ADD ("/waiters/cancelled-after", test_cancelled_after);
  TEST_ADD ("/waiters/one-cancellable-for-all", test_one_cancellable_for_all);
  TEST_ADD ("/waiters/cancelled-while-answered", test_cancelled_while_answered);
  TEST_ADD ("/waiters/cancelled-while-added", test_cancelled_while_added);
  TEST_ADD ("/waiters/sync", test_sync);
  TEST_ADD ("/waiters/sync-cancelled", test_sync_cancelled);
  TEST_ADD ("/waiters/move", test_move);
  TEST_ADD ("/waiters/dropped-by-the-caller", test_dropped_by_the_caller);
  TEST_ADD ("/waiters/data", test_data);

  return g_test_run ();
}
