/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Pipes of our own into sinks, without a child. */

#include "config.h"

#include <string.h>
#include <unistd.h>

#include "proc-buffer-private.h"
#include "proc-capture-private.h"
#include "proc-fd-private.h"
#include "proc-null-sink-private.h"
#include "proc-pump-private.h"
#include "test-fixture.h"

typedef struct
{
  ProcSink *sink;
  ProcPump *pump;
  ProcFd writer;
  guint n_changes;
} Fixture;

static void
on_changed (gpointer user_data)
{
  Fixture *fixture = user_data;

  fixture->n_changes++;
}

static void
ignore_change (gpointer user_data)
{
}

static void
make_pipe (ProcFd *reader, ProcFd *writer)
{
  g_autoptr(GError) error = NULL;
  int fds[2];

  g_assert_true (proc_fd_pipe (fds, &error));
  g_assert_no_error (error);
  *reader = fds[0];
  *writer = fds[1];
}

static void
set_up_followed (Fixture *fixture, ProcSink *sink, ProcOutlet *outlet)
{
  g_auto(ProcFd) reader = -1;

  memset (fixture, 0, sizeof *fixture);
  make_pipe (&reader, &fixture->writer);
  g_assert_true (proc_fd_set_nonblocking (reader, NULL));
  fixture->sink = sink;
  proc_sink_open (sink, ignore_change, NULL);
  fixture->pump = proc_pump_new (proc_fd_steal (&reader), sink, outlet, on_changed, fixture);
}

static void
set_up (Fixture *fixture, ProcSink *sink)
{
  set_up_followed (fixture, sink, NULL);
}

static void
tear_down (Fixture *fixture)
{
  proc_fd_clear (&fixture->writer);
  proc_pump_free (fixture->pump);
  proc_sink_free (fixture->sink);
}

static void
iterate (void)
{
  g_main_context_iteration (g_main_context_get_thread_default (), TRUE);
}

static void
assert_captured (Fixture *fixture, const char *text)
{
  g_autoptr(GBytes) bytes = NULL;

  proc_sink_settle (fixture->sink, TRUE);
  bytes = proc_sink_take_bytes (fixture->sink);
  test_assert_text (bytes, text);
}

static void
test_reads_to_the_end (void)
{
  Fixture fixture;

  set_up (&fixture, proc_capture_new (0, 0));
  g_assert_cmpint (write (fixture.writer, "one ", 4), ==, 4);
  iterate ();
  g_assert_cmpuint (fixture.sink->size, ==, 4);
  g_assert_cmpuint (fixture.n_changes, ==, 0);

  g_assert_cmpint (write (fixture.writer, "two", 3), ==, 3);
  proc_fd_clear (&fixture.writer);
  while (proc_pump_is_open (fixture.pump))
    iterate ();

  g_assert_cmpuint (fixture.n_changes, ==, 1);
  assert_captured (&fixture, "one two");
  tear_down (&fixture);
}

/* Somebody else keeps the pipe open: what is in it is read, and no more. */
static void
test_reads_the_rest (void)
{
  Fixture fixture;

  set_up (&fixture, proc_capture_new (0, 0));
  g_assert_cmpint (write (fixture.writer, "rest", 4), ==, 4);
  proc_pump_read_rest (fixture.pump);
  g_assert_cmpint (write (fixture.writer, "late", 4), ==, 4);
  while (proc_pump_is_open (fixture.pump))
    iterate ();

  assert_captured (&fixture, "rest");
  tear_down (&fixture);
}

static void
test_reads_an_empty_rest (void)
{
  Fixture fixture;

  set_up (&fixture, proc_capture_new (0, 0));
  proc_pump_read_rest (fixture.pump);
  while (proc_pump_is_open (fixture.pump))
    iterate ();

  g_assert_cmpuint (fixture.n_changes, ==, 1);
  assert_captured (&fixture, "");
  tear_down (&fixture);
}

/* A sink that takes so many bytes at a time, and then none until it is told. */
typedef struct
{
  ProcSink parent;
  ProcBuffer buffer;
  gsize room;
} NarrowSink;

static void
narrow_open (ProcSink *sink)
{
  proc_sink_set_opened (sink);
}

static guint8 *
narrow_reserve (ProcSink *sink, gsize *size)
{
  NarrowSink *self = (NarrowSink *) sink;
  guint8 *data = proc_buffer_reserve (&self->buffer, self->room, size);

  *size = self->room;
  return self->room > 0 ? data : NULL;
}

static void
narrow_commit (ProcSink *sink, gsize size)
{
  NarrowSink *self = (NarrowSink *) sink;

  proc_buffer_commit (&self->buffer, size);
  self->room -= size;
}

static void
narrow_settle (ProcSink *sink, gboolean keep)
{
  proc_sink_set_settled (sink);
}

static GBytes *
narrow_take_bytes (ProcSink *sink)
{
  return proc_buffer_take_bytes (&((NarrowSink *) sink)->buffer);
}

static void
narrow_free (ProcSink *sink)
{
  proc_buffer_clear (&((NarrowSink *) sink)->buffer);
  g_free (sink);
}

static const ProcSinkClass narrow_class = {
  .open = narrow_open,
  .reserve = narrow_reserve,
  .commit = narrow_commit,
  .settle = narrow_settle,
  .take_bytes = narrow_take_bytes,
  .free = narrow_free,
};

static NarrowSink *
narrow_new (gsize room)
{
  NarrowSink *self = g_new0 (NarrowSink, 1);

  proc_sink_init (&self->parent, &narrow_class);
  self->room = room;
  return self;
}

static void
test_is_held_by_its_sink (void)
{
  NarrowSink *sink = narrow_new (3);
  Fixture fixture;

  set_up (&fixture, &sink->parent);
  g_assert_cmpint (write (fixture.writer, "abcdef", 6), ==, 6);
  while (!proc_pump_is_held (fixture.pump))
    iterate ();
  g_assert_cmpuint (fixture.n_changes, ==, 1);
  g_assert_cmpuint (fixture.sink->size, ==, 3);

  /* Held, it waits for nothing, also not for the end of file. */
  proc_fd_clear (&fixture.writer);
  g_assert_false (g_main_context_pending (g_main_context_get_thread_default ()));

  sink->room = 100;
  proc_pump_resume (fixture.pump);
  while (proc_pump_is_open (fixture.pump))
    iterate ();

  assert_captured (&fixture, "abcdef");
  tear_down (&fixture);
}

/* Whoever looks between the end of the hold and the next read must not take the hold for the
 * command's silence. */
static void
test_hold_is_no_silence (void)
{
  NarrowSink *sink = narrow_new (3);
  Fixture fixture;
  gint64 resumed;

  set_up (&fixture, &sink->parent);
  g_assert_cmpint (write (fixture.writer, "abcdef", 6), ==, 6);
  while (!proc_pump_is_held (fixture.pump))
    iterate ();

  resumed = g_get_monotonic_time ();
  g_assert_cmpint (proc_pump_get_last_active (fixture.pump), <=, resumed);
  sink->room = 100;
  proc_pump_resume (fixture.pump);
  g_assert_false (proc_pump_is_held (fixture.pump));
  g_assert_cmpint (proc_pump_get_last_active (fixture.pump), >=, resumed);

  proc_fd_clear (&fixture.writer);
  while (proc_pump_is_open (fixture.pump))
    iterate ();
  assert_captured (&fixture, "abcdef");
  tear_down (&fixture);
}

static void
test_held_reads_the_rest (void)
{
  NarrowSink *sink = narrow_new (2);
  Fixture fixture;

  set_up (&fixture, &sink->parent);
  g_assert_cmpint (write (fixture.writer, "abcd", 4), ==, 4);
  while (!proc_pump_is_held (fixture.pump))
    iterate ();

  proc_pump_read_rest (fixture.pump);
  sink->room = 2;
  proc_pump_resume (fixture.pump);
  while (proc_pump_is_open (fixture.pump))
    iterate ();

  assert_captured (&fixture, "abcd");
  tear_down (&fixture);
}

typedef struct
{
  Fixture fixture;
  ProcOutlet *outlet;
} Followed;

/* Whoever hears of too much wants no more of it. */
static void
on_sink_changed (gpointer user_data)
{
  Followed *self = user_data;

  if (self->fixture.pump == NULL)
    return;

  proc_outlet_abandon (self->outlet);
  proc_pump_resume (self->fixture.pump);
}

static void
test_out6_closed_by_what_it_read (void)
{
  Followed self = { .outlet = proc_outlet_new (ignore_change, NULL) };
  ProcSink *sink = proc_null_sink_new ();

  proc_outlet_attach (self.outlet, TRUE, ignore_change, NULL);
  proc_outlet_set_use (self.outlet, PROC_OUTLET_READ);
  sink->cap = (ProcCap) { 3, PROC_OVERFLOW_FAIL };
  set_up_followed (&self.fixture, sink, self.outlet);
  sink->changed = on_sink_changed;
  sink->user_data = &self;

  g_assert_cmpint (write (self.fixture.writer, "abcdef", 6), ==, 6);
  while (proc_pump_is_open (self.fixture.pump))
    iterate ();
  g_assert_no_error (sink->error);
  g_assert_cmpuint (self.fixture.n_changes, ==, 1);

  proc_outlet_detach (self.outlet);
  tear_down (&self.fixture);
  while (g_main_context_iteration (g_main_context_get_thread_default (), FALSE))
    continue;
  proc_outlet_unref (self.outlet);
}

/* All is seen there, and nobody's room but the outlet's holds the pump up. */
static void
test_is_held_by_its_outlet (void)
{
  g_autoptr(ProcOutlet) outlet = proc_outlet_new (ignore_change, NULL);
  g_autoptr(GBytes) bytes = NULL;
  gboolean ended;
  Fixture fixture;

  proc_outlet_attach (outlet, TRUE, ignore_change, NULL);
  set_up_followed (&fixture, proc_capture_new (0, 0), outlet);
  g_assert_cmpint (write (fixture.writer, "abc", 3), ==, 3);
  while (!proc_pump_is_held (fixture.pump))
    iterate ();
  g_assert_cmpuint (fixture.n_changes, ==, 1);
  g_assert_cmpuint (fixture.sink->size, ==, 0);

  proc_outlet_set_use (outlet, PROC_OUTLET_READ);
  proc_pump_resume (fixture.pump);
  proc_fd_clear (&fixture.writer);
  while (proc_pump_is_open (fixture.pump))
    iterate ();

  g_assert_true (proc_pump_saw_end (fixture.pump));
  bytes = proc_outlet_take (outlet, 100, &ended);
  test_assert_bytes (bytes, "abc", 3);
  assert_captured (&fixture, "abc");
  proc_outlet_detach (outlet);
  tear_down (&fixture);
}

/* No room is needed for that. */
static void
test_held_sees_the_end (void)
{
  g_autoptr(ProcOutlet) outlet = proc_outlet_new (ignore_change, NULL);
  Fixture fixture;

  proc_outlet_attach (outlet, TRUE, ignore_change, NULL);
  set_up_followed (&fixture, proc_capture_new (0, 0), outlet);
  proc_fd_clear (&fixture.writer);
  while (proc_pump_is_open (fixture.pump))
    iterate ();

  g_assert_true (proc_pump_saw_end (fixture.pump));
  g_assert_cmpuint (fixture.n_changes, ==, 1);
  assert_captured (&fixture, "");
  proc_outlet_detach (outlet);
  tear_down (&fixture);
}

/* Nobody wants more, and nobody has to wait for that. */
static void
test_closed_by_its_outlet (void)
{
  g_autoptr(ProcOutlet) outlet = proc_outlet_new (ignore_change, NULL);
  Fixture fixture;

  proc_outlet_attach (outlet, TRUE, ignore_change, NULL);
  set_up_followed (&fixture, proc_capture_new (0, 0), outlet);
  proc_outlet_abandon (outlet);
  g_assert_true (proc_pump_is_open (fixture.pump));
  proc_pump_resume (fixture.pump);
  g_assert_false (proc_pump_is_open (fixture.pump));
  g_assert_false (proc_pump_saw_end (fixture.pump));
  proc_outlet_detach (outlet);
  tear_down (&fixture);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/pump/reads-to-the-end", test_reads_to_the_end);
  TEST_ADD ("/pump/reads-the-rest", test_reads_the_rest);
  TEST_ADD ("/pump/reads-an-empty-rest", test_reads_an_empty_rest);
  TEST_ADD ("/pump/is-held-by-its-sink", test_is_held_by_its_sink);
  TEST_ADD ("/pump/hold-is-no-silence", test_hold_is_no_silence);
  TEST_ADD ("/pump/held-reads-the-rest", test_held_reads_the_rest);
  TEST_ADD ("/pump/out6-closed-by-what-it-read", test_out6_closed_by_what_it_read);
  TEST_ADD ("/pump/is-held-by-its-outlet", test_is_held_by_its_outlet);
  TEST_ADD ("/pump/held-sees-the-end", test_held_sees_the_end);
  TEST_ADD ("/pump/closed-by-its-outlet", test_closed_by_its_outlet);

  return g_test_run ();
}
