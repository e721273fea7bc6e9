/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Memory that grows, and the sink that captures into it. */

#include "config.h"

#include <string.h>

#include "proc-buffer-private.h"
#include "proc-capture-private.h"
#include "test-fixture.h"

static guint8
byte_at (gsize offset)
{
  return (guint8) (offset * 31 + offset / 251);
}

static void
append_pattern (ProcBuffer *buffer, gsize offset, gsize size)
{
  g_autofree guint8 *data = g_malloc (size);

  for (gsize i = 0; i < size; i++)
    data[i] = byte_at (offset + i);

  g_assert_true (proc_buffer_append (buffer, data, size));
}

static void
assert_pattern (GBytes *bytes, gsize size)
{
  gsize actual;
  const guint8 *data = g_bytes_get_data (bytes, &actual);

  g_assert_cmpuint (actual, ==, size);
  for (gsize i = 0; i < size; i++)
    if (data[i] != byte_at (i))
      g_error ("byte %" G_GSIZE_FORMAT " is wrong", i);

  /* NUL-terminated behind the data */
  g_assert_cmpuint (data[size], ==, 0);
}

static void
test_empty (void)
{
  ProcBuffer buffer = { 0 };
  g_autoptr(GBytes) bytes = proc_buffer_take_bytes (&buffer);

  g_assert_cmpuint (g_bytes_get_size (bytes), ==, 0);
  g_assert_nonnull (g_bytes_get_data (bytes, NULL));
}

/* Around the sizes where the memory changes its kind, and where a page ends. */
static void
test_sizes (void)
{
  static const gsize sizes[] = {
    1, 4095, 4096, 4097, 131071, 131072, 262143, 262144, 262145, 524287, 524288, 5000000,
    8388607, 8388608, 8388609,
  };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      ProcBuffer buffer = { 0 };
      g_autoptr(GBytes) bytes = NULL;

      append_pattern (&buffer, 0, sizes[i]);
      bytes = proc_buffer_take_bytes (&buffer);
      assert_pattern (bytes, sizes[i]);
    }
}

static void
test_grows_in_steps (void)
{
  const gsize step = 777;
  ProcBuffer buffer = { 0 };
  g_autoptr(GBytes) bytes = NULL;
  gsize size = 0;

  for (; size < 2000000; size += step)
    append_pattern (&buffer, size, step);

  bytes = proc_buffer_take_bytes (&buffer);
  assert_pattern (bytes, size);
}

static void
test_reserve_gives_what_is_asked (void)
{
  ProcBuffer buffer = { 0 };
  gsize room;

  for (gsize wanted = 1; wanted < 4 * 1024 * 1024; wanted *= 3)
    {
      g_assert_nonnull (proc_buffer_reserve (&buffer, wanted, &room));
      g_assert_cmpuint (room, >=, wanted);
      proc_buffer_commit (&buffer, room);
    }

  proc_buffer_clear (&buffer);
}

/* Where pages are asked for ahead, in steps that end nowhere near them. */
static void
test_much (void)
{
  ProcBuffer buffer = { 0 };
  g_autoptr(GBytes) bytes = NULL;
  gsize size = 0;

  for (gsize step = 1; size < 30000000; step = step * 3 % 1300021)
    {
      append_pattern (&buffer, size, step);
      size += step;
    }

  bytes = proc_buffer_take_bytes (&buffer);
  assert_pattern (bytes, size);
}

/* More than there can be: an error, and what was there stays. */
static void
test_no_memory (void)
{
  ProcBuffer buffer = { 0 };
  g_autoptr(GBytes) bytes = NULL;
  gsize room;

  append_pattern (&buffer, 0, 300000);
  g_assert_null (proc_buffer_reserve (&buffer, G_MAXSIZE / 4, &room));
  g_assert_null (proc_buffer_reserve (&buffer, G_MAXSIZE - 10, &room));

  bytes = proc_buffer_take_bytes (&buffer);
  assert_pattern (bytes, 300000);
}

static void
count_change (gpointer user_data)
{
  guint *n_changes = user_data;

  (*n_changes)++;
}

static void
test_sink (void)
{
  g_autoptr(ProcSink) sink = proc_capture_new (0, 0);
  g_autoptr(GBytes) bytes = NULL;
  guint n_changes = 0;
  gsize room;
  guint8 *data;

  proc_sink_open (sink, count_change, &n_changes);
  g_assert_true (sink->opened);
  g_assert_cmpuint (n_changes, ==, 1);

  data = proc_sink_reserve (sink, &room);
  g_assert_cmpuint (room, >=, 5);
  memcpy (data, "hello", 5);
  proc_sink_commit (sink, 5);
  g_assert_cmpuint (sink->size, ==, 5);

  proc_sink_settle (sink, FALSE);
  g_assert_true (sink->settled);
  g_assert_cmpuint (n_changes, ==, 2);

  bytes = proc_sink_take_bytes (sink);
  test_assert_text (bytes, "hello");
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/buffer/empty", test_empty);
  TEST_ADD ("/buffer/sizes", test_sizes);
  TEST_ADD ("/buffer/grows-in-steps", test_grows_in_steps);
  TEST_ADD ("/buffer/much", test_much);
  TEST_ADD ("/buffer/reserve-gives-what-is-asked", test_reserve_gives_what_is_asked);
  TEST_ADD ("/buffer/no-memory", test_no_memory);
  TEST_ADD ("/buffer/sink", test_sink);

  return g_test_run ();
}
