/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Writes on their way into a pipe of our own, without a child. The test's thread is the engine's as
 * well. */

#include "config.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "proc-fd-private.h"
#include "proc-inlet-private.h"
#include "test-fixture.h"

/* More than a pipe takes. */
#define MUCH 3000000

typedef struct
{
  ProcInlet *inlet;
  ProcFeed *feed;
  ProcFd reader;
  GString *read;
  GObject *object; /* whose tasks they are */
  int n_threads;
} Fixture;

/* As for a child that has closed its end. */
static void
on_feed_changed (gpointer fixture)
{
  proc_inlet_break (((Fixture *) fixture)->inlet);
}

static void
set_up (Fixture *fixture)
{
  memset (fixture, 0, sizeof *fixture);
  fixture->inlet = proc_inlet_new ();
  fixture->reader = -1;
  fixture->read = g_string_new (NULL);
  fixture->object = g_object_new (G_TYPE_OBJECT, NULL);
  test_track (fixture->object);
}

static void
attach (Fixture *fixture)
{
  g_autoptr(GError) error = NULL;
  int fds[2];

  g_assert_true (proc_fd_pipe (fds, &error));
  g_assert_true (proc_fd_set_nonblocking (fds[0], &error));
  g_assert_true (proc_fd_set_nonblocking (fds[1], &error));
  g_assert_no_error (error);
  fixture->reader = fds[0];
  fixture->feed = proc_feed_new (fds[1], on_feed_changed, fixture);
  proc_inlet_attach (fixture->inlet, fixture->feed);
}

static void
tear_down (Fixture *fixture)
{
  proc_inlet_break (fixture->inlet);
  g_clear_pointer (&fixture->feed, proc_feed_free);
  proc_inlet_unref (fixture->inlet);
  proc_fd_clear (&fixture->reader);
  g_string_free (fixture->read, TRUE);
  g_object_unref (fixture->object);
}

static void
write_if (Fixture *fixture, const char *text, GCancellable *cancellable, TestCall *call)
{
  g_autoptr(GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr(GTask) task = NULL;
  g_autoptr(ProcWaiter) waiter = NULL;

  task = g_task_new (fixture->object, cancellable, test_call_done, test_call_begin (call));
  waiter = proc_waiter_new (task);
  proc_inlet_write (fixture->inlet, bytes, waiter);
}

static void
write_text (Fixture *fixture, const char *text, TestCall *call)
{
  write_if (fixture, text, NULL, call);
}

/* Nothing is left to do. */
static void
iterate (void)
{
  while (g_main_context_iteration (g_main_context_get_thread_default (), FALSE))
    continue;
}

static void
assert_written (TestCall *call)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (g_task_propagate_pointer (G_TASK (test_call_wait (call)), &error) != NULL);
  g_assert_no_error (error);
}

static void
assert_failed (TestCall *call, int code)
{
  g_autoptr(GError) error = NULL;

  g_assert_false (g_task_propagate_pointer (G_TASK (test_call_wait (call)), &error) != NULL);
  g_assert_error (error, G_IO_ERROR, code);
}

/* Gives FALSE at the end of file. */
static gboolean
read_some (Fixture *fixture)
{
  char buffer[65536];
  gssize n = read (fixture->reader, buffer, sizeof buffer);

  if (n > 0)
    g_string_append_len (fixture->read, buffer, n);

  return n != 0;
}

static void
read_to_the_end (Fixture *fixture)
{
  while (read_some (fixture))
    iterate ();
}

static void
test_in_order (void)
{
  g_auto(TestCall) first = TEST_CALL_INIT;
  g_auto(TestCall) second = TEST_CALL_INIT;
  g_auto(TestCall) third = TEST_CALL_INIT;
  Fixture fixture;

  set_up (&fixture);
  attach (&fixture);
  g_assert_true (proc_inlet_is_complete (fixture.inlet));
  write_text (&fixture, "one ", &first);
  write_text (&fixture, "two ", &second);
  g_assert_false (proc_inlet_is_complete (fixture.inlet));
  assert_written (&second);
  assert_written (&first);
  write_text (&fixture, "three", &third);
  assert_written (&third);
  g_assert_true (proc_inlet_is_complete (fixture.inlet));
  read_some (&fixture);
  g_assert_cmpstr (fixture.read->str, ==, "one two three");
  tear_down (&fixture);
}

/* They wait for the start. */
static void
test_before_the_start (void)
{
  g_auto(TestCall) first = TEST_CALL_INIT;
  g_auto(TestCall) second = TEST_CALL_INIT;
  Fixture fixture;

  set_up (&fixture);
  write_text (&fixture, "early ", &first);
  write_text (&fixture, "bird", &second);
  proc_inlet_close (fixture.inlet);
  iterate ();
  g_assert_cmpuint (first.n_calls + second.n_calls, ==, 0);
  g_assert_false (proc_inlet_is_complete (fixture.inlet));
  attach (&fixture);
  assert_written (&first);
  assert_written (&second);
  read_to_the_end (&fixture);
  g_assert_cmpstr (fixture.read->str, ==, "early bird");
  g_assert_true (proc_inlet_is_complete (fixture.inlet));
  tear_down (&fixture);
}

static void
test_closed_before_the_start (void)
{
  Fixture fixture;

  set_up (&fixture);
  proc_inlet_close (fixture.inlet);
  attach (&fixture);
  g_assert_false (read_some (&fixture));
  g_assert_true (proc_inlet_is_complete (fixture.inlet));
  tear_down (&fixture);
}

/* Whoever waits for a write is no faster than the reader. */
static void
test_back_pressure (void)
{
  g_autofree char *much = g_strnfill (MUCH, 'x');
  g_auto(TestCall) large = TEST_CALL_INIT;
  g_auto(TestCall) small = TEST_CALL_INIT;
  Fixture fixture;

  set_up (&fixture);
  attach (&fixture);
  write_text (&fixture, much, &large);
  write_text (&fixture, "y", &small);
  iterate ();
  while (large.n_calls == 0)
    {
      g_assert_cmpuint (small.n_calls, ==, 0);
      g_assert_true (read_some (&fixture));
      iterate ();
    }

  g_assert_cmpuint (fixture.read->len, >=, MUCH - fcntl (fixture.reader, F_GETPIPE_SZ));
  assert_written (&large);
  assert_written (&small);
  proc_inlet_close (fixture.inlet);
  read_to_the_end (&fixture);
  g_assert_cmpuint (fixture.read->len, ==, MUCH + 1);
  tear_down (&fixture);
}

/* Nothing of it is written, and it is not missing. */
static void
test_cancelled_while_waiting (void)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autofree char *much = g_strnfill (MUCH, 'x');
  g_auto(TestCall) large = TEST_CALL_INIT;
  g_auto(TestCall) cancelled = TEST_CALL_INIT;
  g_auto(TestCall) last = TEST_CALL_INIT;
  Fixture fixture;

  set_up (&fixture);
  attach (&fixture);
  write_text (&fixture, much, &large);
  write_if (&fixture, "never", cancellable, &cancelled);
  write_text (&fixture, "last", &last);
  iterate ();
  g_cancellable_cancel (cancellable);
  assert_failed (&cancelled, G_IO_ERROR_CANCELLED);
  test_assert_handlers_gone (cancellable);

  proc_inlet_close (fixture.inlet);
  read_to_the_end (&fixture);
  assert_written (&large);
  assert_written (&last);
  g_assert_cmpuint (fixture.read->len, ==, MUCH + 4);
  g_assert_cmpstr (fixture.read->str + MUCH, ==, "last");
  g_assert_true (proc_inlet_is_complete (fixture.inlet));
  tear_down (&fixture);
}

/* It may be written in part, or whole, and what comes behind it stays behind it. */
static void
test_cancelled_when_begun (void)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autofree char *much = g_strnfill (MUCH, 'x');
  g_auto(TestCall) begun = TEST_CALL_INIT;
  g_auto(TestCall) last = TEST_CALL_INIT;
  Fixture fixture;

  set_up (&fixture);
  attach (&fixture);
  write_if (&fixture, much, cancellable, &begun);
  write_text (&fixture, "last", &last);
  iterate ();
  g_cancellable_cancel (cancellable);
  assert_failed (&begun, G_IO_ERROR_CANCELLED);

  proc_inlet_close (fixture.inlet);
  read_to_the_end (&fixture);
  assert_written (&last);
  g_assert_cmpuint (fixture.read->len, <=, MUCH + 4);
  g_assert_cmpstr (fixture.read->str + fixture.read->len - 5, ==, "xlast");
  g_assert_true (proc_inlet_is_complete (fixture.inlet));
  tear_down (&fixture);
}

static void
test_cancelled_before (void)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_auto(TestCall) cancelled = TEST_CALL_INIT;
  g_auto(TestCall) call = TEST_CALL_INIT;
  Fixture fixture;

  set_up (&fixture);
  attach (&fixture);
  g_cancellable_cancel (cancellable);
  write_if (&fixture, "never", cancellable, &cancelled);
  write_text (&fixture, "this", &call);
  assert_written (&call);
  assert_failed (&cancelled, G_IO_ERROR_CANCELLED);
  read_some (&fixture);
  g_assert_cmpstr (fixture.read->str, ==, "this");
  tear_down (&fixture);
}

/* The end of file comes behind what was written before, and nothing behind it. */
static void
test_close (void)
{
  g_auto(TestCall) before = TEST_CALL_INIT;
  g_auto(TestCall) behind = TEST_CALL_INIT;
  Fixture fixture;

  set_up (&fixture);
  attach (&fixture);
  write_text (&fixture, "before", &before);
  proc_inlet_close (fixture.inlet);
  proc_inlet_close (fixture.inlet);
  write_text (&fixture, "behind", &behind);
  assert_failed (&behind, G_IO_ERROR_CLOSED);
  assert_written (&before);
  read_to_the_end (&fixture);
  g_assert_cmpstr (fixture.read->str, ==, "before");
  g_assert_true (proc_inlet_is_complete (fixture.inlet));
  tear_down (&fixture);
}

/* Nobody reads any more. */
static void
test_reader_goes (void)
{
  g_autofree char *much = g_strnfill (MUCH, 'x');
  g_auto(TestCall) large = TEST_CALL_INIT;
  g_auto(TestCall) small = TEST_CALL_INIT;
  g_auto(TestCall) late = TEST_CALL_INIT;
  Fixture fixture;

  set_up (&fixture);
  attach (&fixture);
  write_text (&fixture, much, &large);
  write_text (&fixture, "y", &small);
  iterate ();
  proc_fd_clear (&fixture.reader);
  assert_failed (&large, G_IO_ERROR_BROKEN_PIPE);
  assert_failed (&small, G_IO_ERROR_BROKEN_PIPE);
  write_text (&fixture, "late", &late);
  assert_failed (&late, G_IO_ERROR_BROKEN_PIPE);
  g_assert_false (proc_inlet_is_complete (fixture.inlet));
  tear_down (&fixture);
}

/* Whether that is noticed before the next write or by it: what failed is missing. */
static void
test_reader_goes_meanwhile (void)
{
  for (gboolean noticed = FALSE; noticed <= TRUE; noticed++)
    {
      g_auto(TestCall) call = TEST_CALL_INIT;
      g_auto(TestCall) late = TEST_CALL_INIT;
      Fixture fixture;

      set_up (&fixture);
      attach (&fixture);
      write_text (&fixture, "text", &call);
      assert_written (&call);
      proc_fd_clear (&fixture.reader);
      if (noticed)
        iterate ();
      g_assert_cmpint (proc_feed_is_open (fixture.feed), ==, !noticed);
      g_assert_true (proc_inlet_is_complete (fixture.inlet));

      write_text (&fixture, "late", &late);
      assert_failed (&late, G_IO_ERROR_BROKEN_PIPE);
      g_assert_false (proc_inlet_is_complete (fixture.inlet));
      tear_down (&fixture);
    }
}

/* Nothing was started, and nothing will be. */
static void
test_never_started (void)
{
  g_auto(TestCall) early = TEST_CALL_INIT;
  g_auto(TestCall) late = TEST_CALL_INIT;
  Fixture fixture;

  set_up (&fixture);
  write_text (&fixture, "early", &early);
  proc_inlet_break (fixture.inlet);
  write_text (&fixture, "late", &late);
  assert_failed (&early, G_IO_ERROR_BROKEN_PIPE);
  assert_failed (&late, G_IO_ERROR_BROKEN_PIPE);
  tear_down (&fixture);
}

static void
test_empty (void)
{
  g_auto(TestCall) first = TEST_CALL_INIT;
  g_auto(TestCall) text = TEST_CALL_INIT;
  g_auto(TestCall) last = TEST_CALL_INIT;
  Fixture fixture;

  set_up (&fixture);
  write_text (&fixture, "", &first);
  attach (&fixture);
  assert_written (&first);
  write_text (&fixture, "text", &text);
  write_text (&fixture, "", &last);
  proc_inlet_close (fixture.inlet);
  assert_written (&last);
  assert_written (&text);
  read_to_the_end (&fixture);
  g_assert_cmpstr (fixture.read->str, ==, "text");
  tear_down (&fixture);
}

/* Each write is whole, and those of one thread are in order. */
static gpointer
write_in_thread (gpointer data)
{
  Fixture *fixture = data;
  char letter = (char) ('a' + g_atomic_int_add (&fixture->n_threads, 1));

  for (guint i = 0; i < 200; i++)
    {
      g_autofree char *line = g_strdup_printf ("%c%03u", letter, i);
      g_autoptr(GBytes) bytes = g_bytes_new (line, strlen (line));
      g_autoptr(ProcWaiter) waiter = proc_waiter_new_sync (NULL);

      proc_inlet_write (fixture->inlet, bytes, waiter);
      g_assert_nonnull (proc_waiter_wait (waiter, NULL));
    }

  return NULL;
}

static void
test_sync (void)
{
  GThread *threads[3];
  int next[G_N_ELEMENTS (threads)] = { 0 };
  Fixture fixture;

  set_up (&fixture);
  attach (&fixture);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("writer", write_in_thread, &fixture);
  while (fixture.read->len < 3 * 200 * 4)
    {
      g_main_context_iteration (g_main_context_get_thread_default (), TRUE);
      read_some (&fixture);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);

  for (gsize at = 0; at < fixture.read->len; at += 4)
    {
      char letter = fixture.read->str[at];
      g_autofree char *line = g_strdup_printf ("%c%03d", letter, next[letter - 'a']++);

      g_assert_cmpmem (fixture.read->str + at, 4, line, 4);
    }
  tear_down (&fixture);
}

/* As the engine's thread does. */
static void
block_sigpipe (void)
{
  sigset_t mask;

  sigemptyset (&mask);
  sigaddset (&mask, SIGPIPE);
  g_assert_cmpint (pthread_sigmask (SIG_BLOCK, &mask, NULL), ==, 0);
}

int
main (int argc, char **argv)
{
  block_sigpipe ();
  test_init (&argc, &argv);

  TEST_ADD ("/inlet/in-order", test_in_order);
  TEST_ADD ("/inlet/before-the-start", test_before_the_start);
  TEST_ADD ("/inlet/closed-before-the-start", test_closed_before_the_start);
  TEST_ADD ("/inlet/back-pressure", test_back_pressure);
  TEST_ADD ("/inlet/cancelled-while-waiting", test_cancelled_while_waiting);
  TEST_ADD ("/inlet/cancelled-when-begun", test_cancelled_when_begun);
  TEST_ADD ("/inlet/cancelled-before", test_cancelled_before);
  TEST_ADD ("/inlet/close", test_close);
  TEST_ADD ("/inlet/reader-goes", test_reader_goes);
  TEST_ADD ("/inlet/reader-goes-meanwhile", test_reader_goes_meanwhile);
  TEST_ADD ("/inlet/never-started", test_never_started);
  TEST_ADD ("/inlet/empty", test_empty);
  TEST_ADD ("/inlet/sync", test_sync);

  return g_test_run ();
}
