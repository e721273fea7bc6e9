/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Those who ask for an output, and get it in the order in which they asked. The test's thread puts
 * the bytes in, as the engine does. */

#include "config.h"

#include <string.h>

#include "proc-reader-private.h"
#include "test-fixture.h"

typedef struct
{
  ProcOutlet *outlet;
  ProcReader *reader;
  GObject *object; /* whose tasks they are */
} Fixture;

static void
on_ready (gpointer user_data)
{
  proc_reader_serve (((Fixture *) user_data)->reader);
}

static void
set_up (Fixture *fixture, const char *charset)
{
  fixture->outlet = proc_outlet_new (on_ready, fixture);
  fixture->reader = proc_reader_new (fixture->outlet);
  fixture->object = g_object_new (G_TYPE_OBJECT, NULL);
  proc_reader_set_charset (fixture->reader, charset);
  test_track (fixture->object);
}

static void
tear_down (Fixture *fixture)
{
  proc_reader_free (fixture->reader);
  proc_outlet_unref (fixture->outlet);
  g_object_unref (fixture->object);
}

static void
put (Fixture *fixture, const char *text)
{
  proc_outlet_put (fixture->outlet, (const guint8 *) text, strlen (text));
}

#define LINES 0

static void
request (Fixture *fixture, gsize count, GCancellable *cancellable, TestCall *call)
{
  g_autoptr(GTask) task = NULL;
  g_autoptr(ProcWaiter) waiter = NULL;

  task = g_task_new (fixture->object, cancellable, test_call_done, test_call_begin (call));
  waiter = proc_waiter_new (task);
  proc_reader_request (fixture->reader, count, waiter);
}

static char *
finish_lines (TestCall *call)
{
  g_autoptr(GError) error = NULL;
  g_auto(GStrv) lines = g_task_propagate_pointer (G_TASK (test_call_wait (call)), &error);

  g_assert_no_error (error);
  g_assert_true (lines == NULL || lines[0] != NULL);
  return lines != NULL ? g_strjoinv ("|", lines) : NULL;
}

static void
assert_lines (TestCall *call, const char *expected)
{
  g_autofree char *lines = finish_lines (call);

  g_assert_cmpstr (lines, ==, expected);
}

static void
assert_bytes (TestCall *call, const char *expected)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) bytes = g_task_propagate_pointer (G_TASK (test_call_wait (call)), &error);

  g_assert_no_error (error);
  test_assert_bytes (bytes, expected, strlen (expected));
}

static void
assert_cancelled (TestCall *call)
{
  g_autoptr(GError) error = NULL;

  g_assert_null (g_task_propagate_pointer (G_TASK (test_call_wait (call)), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* Asks, and gets it at once: it is there. */
static void
assert_next (Fixture *fixture, const char *expected)
{
  g_auto(TestCall) call = TEST_CALL_INIT;

  request (fixture, LINES, NULL, &call);
  assert_lines (&call, expected);
}

static void
assert_next_bytes (Fixture *fixture, gsize count, const char *expected)
{
  g_auto(TestCall) call = TEST_CALL_INIT;

  request (fixture, count, NULL, &call);
  assert_bytes (&call, expected);
}

static void
test_lines (void)
{
  g_auto(TestCall) call = TEST_CALL_INIT;
  Fixture fixture;

  set_up (&fixture, NULL);
  request (&fixture, LINES, NULL, &call);
  g_assert_cmpint (proc_outlet_get_use (fixture.outlet), ==, PROC_OUTLET_READ);
  put (&fixture, "on");
  put (&fixture, "e\ntwo\nth");
  assert_lines (&call, "one|two");
  put (&fixture, "ree\nfour");
  assert_next (&fixture, "three");
  proc_outlet_end (fixture.outlet);
  assert_next (&fixture, "four");
  assert_next (&fixture, NULL);
  assert_next (&fixture, NULL);
  tear_down (&fixture);
}

/* Each block is an answer of its own, to the one that asked first. */
static void
test_in_order (void)
{
  g_auto(TestCall) first = TEST_CALL_INIT;
  g_auto(TestCall) second = TEST_CALL_INIT;
  g_auto(TestCall) third = TEST_CALL_INIT;
  Fixture fixture;

  set_up (&fixture, NULL);
  request (&fixture, LINES, NULL, &first);
  request (&fixture, LINES, NULL, &second);
  request (&fixture, LINES, NULL, &third);
  put (&fixture, "one\n");
  put (&fixture, "two\n");
  proc_outlet_end (fixture.outlet);
  assert_lines (&third, NULL);
  assert_lines (&second, "two");
  assert_lines (&first, "one");
  tear_down (&fixture);
}

static void
test_bytes (void)
{
  g_auto(TestCall) call = TEST_CALL_INIT;
  Fixture fixture;

  set_up (&fixture, NULL);
  request (&fixture, 100, NULL, &call);
  put (&fixture, "one\ntwo");
  assert_bytes (&call, "one\ntwo");
  put (&fixture, "three");
  assert_next_bytes (&fixture, 2, "th");
  assert_next_bytes (&fixture, 3, "ree");
  put (&fixture, "four");
  proc_outlet_end (fixture.outlet);
  assert_next_bytes (&fixture, 100, "four");
  assert_next_bytes (&fixture, 100, "");
  assert_next_bytes (&fixture, 100, "");
  tear_down (&fixture);
}

/* A line that was begun for one is ended for the next; what was given as bytes is in no line. */
static void
test_lines_and_bytes (void)
{
  Fixture fixture;

  set_up (&fixture, NULL);
  proc_outlet_set_use (fixture.outlet, PROC_OUTLET_READ);
  put (&fixture, "one\nbeg");
  assert_next (&fixture, "one");
  put (&fixture, "XXXun\n");
  assert_next_bytes (&fixture, 3, "XXX");
  assert_next (&fixture, "begun");
  put (&fixture, "rest");
  proc_outlet_end (fixture.outlet);
  assert_next_bytes (&fixture, 1, "r");
  assert_next (&fixture, "est");
  assert_next_bytes (&fixture, 1, "");
  assert_next (&fixture, NULL);
  tear_down (&fixture);
}

/* One answer is a batch for a main loop. */
static void
test_much (void)
{
  const gsize n = test_in_valgrind () ? 100000 : 1000000;
  g_autofree char *much = g_strnfill (n, '\n');
  gsize n_lines = 0;
  Fixture fixture;

  set_up (&fixture, NULL);
  proc_outlet_set_use (fixture.outlet, PROC_OUTLET_READ);
  put (&fixture, much);
  proc_outlet_end (fixture.outlet);
  for (gboolean more = TRUE; more;)
    {
      g_auto(TestCall) call = TEST_CALL_INIT;
      g_autofree char *lines = NULL;

      request (&fixture, LINES, NULL, &call);
      lines = finish_lines (&call);
      more = lines != NULL;
      g_assert_true (!more || strlen (lines) < 65536);
      n_lines += more ? strlen (lines) + 1 : 0;
    }
  g_assert_cmpuint (n_lines, ==, n);
  tear_down (&fixture);
}

static void
test_charset (void)
{
  g_auto(TestCall) call = TEST_CALL_INIT;
  Fixture fixture;

  set_up (&fixture, "ISO-8859-1");
  request (&fixture, LINES, NULL, &call);
  put (&fixture, "gr\374n\n\344");
  assert_lines (&call, "grün");
  proc_outlet_end (fixture.outlet);
  assert_next (&fixture, "ä");
  tear_down (&fixture);
}

/* It takes nothing: the next one gets all, and keeps its place. */
static void
test_cancelled (void)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GCancellable) before = g_cancellable_new ();
  g_auto(TestCall) first = TEST_CALL_INIT;
  g_auto(TestCall) second = TEST_CALL_INIT;
  g_auto(TestCall) third = TEST_CALL_INIT;
  Fixture fixture;

  g_cancellable_cancel (before);
  set_up (&fixture, NULL);
  request (&fixture, LINES, cancellable, &first);
  request (&fixture, LINES, NULL, &second);
  put (&fixture, "begun");
  g_cancellable_cancel (cancellable);
  assert_cancelled (&first);
  put (&fixture, " one\ntwo\n");
  assert_lines (&second, "begun one|two");

  put (&fixture, "three\n");
  request (&fixture, 100, before, &third);
  assert_cancelled (&third);
  assert_next (&fixture, "three");
  test_assert_handlers_gone (cancellable);
  test_assert_handlers_gone (before);
  tear_down (&fixture);
}

static gpointer
cancel (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
  return NULL;
}

/* At the same instant as its answer comes: what it does not get is left for the next. */
static void
test_cancelled_while_answered (void)
{
  const guint n_rounds = test_in_valgrind () ? 50 : 1000;
  guint n_cancelled = 0;
  Fixture fixture;

  set_up (&fixture, NULL);
  for (guint i = 0; i < n_rounds; i++)
    {
      g_autoptr(GCancellable) cancellable = g_cancellable_new ();
      g_auto(TestCall) call = TEST_CALL_INIT;
      g_autofree char *line = g_strdup_printf ("%u", i);
      g_autoptr(GError) error = NULL;
      g_auto(GStrv) lines = NULL;
      GThread *thread;

      request (&fixture, LINES, cancellable, &call);
      thread = g_thread_new ("cancel", cancel, cancellable);
      for (guint j = 0; j < i % 64; j++)
        g_thread_yield ();
      put (&fixture, line);
      put (&fixture, "\n");

      lines = g_task_propagate_pointer (G_TASK (test_call_wait (&call)), &error);
      if (lines != NULL)
        g_assert_cmpstr (lines[0], ==, line);
      else
        assert_next (&fixture, line);
      n_cancelled += lines == NULL;
      g_thread_join (thread);
    }

  g_test_message ("%u of %u cancelled", n_cancelled, n_rounds);
  tear_down (&fixture);
}

/* Nobody reads any more: who waits is at the end, and so is who comes later. */
static void
test_stop (void)
{
  g_auto(TestCall) lines = TEST_CALL_INIT;
  g_auto(TestCall) bytes = TEST_CALL_INIT;
  Fixture fixture;

  set_up (&fixture, NULL);
  request (&fixture, LINES, NULL, &lines);
  request (&fixture, 100, NULL, &bytes);
  put (&fixture, "begun");
  g_assert_false (proc_reader_is_stopped (fixture.reader));
  proc_reader_stop (fixture.reader);
  g_assert_true (proc_reader_is_stopped (fixture.reader));
  assert_lines (&lines, NULL);
  assert_bytes (&bytes, "");

  put (&fixture, "unheard\n");
  assert_next (&fixture, NULL);
  assert_next_bytes (&fixture, 100, "");
  g_assert_cmpint (proc_outlet_get_use (fixture.outlet), ==, PROC_OUTLET_UNUSED);
  proc_outlet_end (fixture.outlet);
  assert_next (&fixture, NULL);
  tear_down (&fixture);
}

/* In threads, without a main context: each line is had by one of them. */
static gpointer
read_in_thread (gpointer data)
{
  Fixture *fixture = data;
  GString *read = g_string_new (NULL);
  g_auto(GStrv) lines = NULL;

  do
    {
      g_autoptr(ProcWaiter) waiter = proc_waiter_new_sync (NULL);

      proc_reader_request (fixture->reader, LINES, waiter);
      g_clear_pointer (&lines, g_strfreev);
      lines = proc_waiter_wait (waiter, NULL);
      for (guint i = 0; lines != NULL && lines[i] != NULL; i++)
        g_string_append_c (read, lines[i][0]);
    }
  while (lines != NULL);

  return g_string_free (read, FALSE);
}

static void
test_sync (void)
{
  guint counts[26] = { 0 };
  GThread *threads[3];
  Fixture fixture;

  set_up (&fixture, NULL);
  proc_outlet_set_use (fixture.outlet, PROC_OUTLET_READ);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("reader", read_in_thread, &fixture);
  for (guint i = 0; i < 26 * 100; i++)
    {
      char line[] = { 'a' + i % 26, '\n', '\0' };

      put (&fixture, line);
    }
  proc_outlet_end (fixture.outlet);

  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    {
      g_autofree char *read = g_thread_join (threads[i]);

      for (const char *letter = read; *letter != '\0'; letter++)
        counts[*letter - 'a']++;
    }
  for (guint i = 0; i < 26; i++)
    g_assert_cmpuint (counts[i], ==, 100);
  tear_down (&fixture);
}

static void
test_sync_stopped (void)
{
  Fixture fixture;
  GThread *thread;
  g_autofree char *read = NULL;

  set_up (&fixture, NULL);
  thread = g_thread_new ("reader", read_in_thread, &fixture);
  put (&fixture, "a\n");
  proc_reader_stop (fixture.reader);
  read = g_thread_join (thread);
  g_assert_cmpuint (strlen (read), <=, 1);
  tear_down (&fixture);
}

/* Asks again from inside the callback, as most do. */
typedef struct
{
  Fixture *fixture;
  GString *read;
  gboolean at_end;
} Loop;

static void ask (Loop *loop);

static void
on_lines (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Loop *loop = user_data;
  g_auto(GStrv) lines = g_task_propagate_pointer (G_TASK (result), NULL);

  loop->at_end = lines == NULL;
  for (guint i = 0; lines != NULL && lines[i] != NULL; i++)
    g_string_append (loop->read, lines[i]);
  if (lines != NULL)
    ask (loop);
}

static void
ask (Loop *loop)
{
  g_autoptr(GTask) task = g_task_new (loop->fixture->object, NULL, on_lines, loop);
  g_autoptr(ProcWaiter) waiter = proc_waiter_new (task);

  proc_reader_request (loop->fixture->reader, LINES, waiter);
}

static void
test_loop (void)
{
  g_autoptr(GString) expected = g_string_new (NULL);
  Fixture fixture;
  Loop loop = { &fixture, g_string_new (NULL), FALSE };

  set_up (&fixture, NULL);
  ask (&loop);
  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *text = g_strdup_printf ("%u ", i);

      g_string_append (expected, text);
      put (&fixture, text);
      if (i % 3 == 0)
        put (&fixture, "\n");
      if (i % 7 == 0)
        g_main_context_iteration (g_main_context_get_thread_default (), FALSE);
    }
  proc_outlet_end (fixture.outlet);
  while (!loop.at_end)
    g_main_context_iteration (g_main_context_get_thread_default (), TRUE);

  g_assert_cmpstr (loop.read->str, ==, expected->str);
  g_string_free (loop.read, TRUE);
  tear_down (&fixture);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/reader/lines", test_lines);
  TEST_ADD ("/reader/in-order", test_in_order);
  TEST_ADD ("/reader/bytes", test_bytes);
  TEST_ADD ("/reader/lines-and-bytes", test_lines_and_bytes);
  TEST_ADD ("/reader/much", test_much);
  TEST_ADD ("/reader/charset", test_charset);
  TEST_ADD ("/reader/cancelled", test_cancelled);
  TEST_ADD ("/reader/cancelled-while-answered", test_cancelled_while_answered);
  TEST_ADD ("/reader/stop", test_stop);
  TEST_ADD ("/reader/sync", test_sync);
  TEST_ADD ("/reader/sync-stopped", test_sync_stopped);
  TEST_ADD ("/reader/loop", test_loop);

  return g_test_run ();
}
