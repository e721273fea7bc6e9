/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The cap on an output, and a sink that has one. */

#include "config.h"

#include <string.h>

#include "proc-cap-private.h"
#include "proc-capture-private.h"
#include "test-fixture.h"

static void
test_none (void)
{
  const ProcCap cap = { 0, PROC_OVERFLOW_FAIL };

  g_assert_cmpuint (proc_cap_get_room (&cap, 0), ==, G_MAXUINT64);
  g_assert_cmpuint (proc_cap_get_room (&cap, G_MAXUINT64), ==, G_MAXUINT64);
  g_assert_false (proc_cap_is_exceeded (&cap, G_MAXUINT64));
  g_assert_false (proc_cap_is_broken (&cap, G_MAXUINT64));
}

/* As many as the limit are not too many. */
static void
test_out6_first_bytes (void)
{
  const ProcCap fail = { 10, PROC_OVERFLOW_FAIL };
  const ProcCap head = { 10, PROC_OVERFLOW_HEAD };

  g_assert_cmpuint (proc_cap_get_room (&fail, 0), ==, 10);
  g_assert_cmpuint (proc_cap_get_room (&fail, 9), ==, 1);
  g_assert_cmpuint (proc_cap_get_room (&fail, 10), ==, 0);
  g_assert_cmpuint (proc_cap_get_room (&fail, 11), ==, 0);
  g_assert_false (proc_cap_is_broken (&fail, 10));
  g_assert_true (proc_cap_is_broken (&fail, 11));

  g_assert_cmpuint (proc_cap_get_room (&head, 11), ==, 0);
  g_assert_false (proc_cap_is_exceeded (&head, 10));
  g_assert_true (proc_cap_is_exceeded (&head, 11));
  g_assert_false (proc_cap_is_broken (&head, 11));
  g_assert_cmpuint (proc_cap_get_last (&head), ==, 0);
}

static void
test_out6_last_bytes (void)
{
  const ProcCap cap = { 10, PROC_OVERFLOW_TAIL };

  g_assert_cmpuint (proc_cap_get_room (&cap, 1000), ==, G_MAXUINT64);
  g_assert_cmpuint (proc_cap_get_last (&cap), ==, 10);
  g_assert_false (proc_cap_is_exceeded (&cap, 10));
  g_assert_true (proc_cap_is_exceeded (&cap, 11));
  g_assert_false (proc_cap_is_broken (&cap, 11));
}

static void
count_change (gpointer user_data)
{
  guint *n_changes = user_data;

  (*n_changes)++;
}

static void
put (ProcSink *sink, const char *text)
{
  gsize size = strlen (text);

  while (size > 0)
    {
      gsize room = 0;
      guint8 *data = proc_sink_reserve (sink, &room);
      gsize piece = MIN (size, room);

      g_assert_nonnull (data);
      g_assert_cmpuint (room, >, 0);
      memcpy (data, text, piece);
      proc_sink_commit (sink, piece);
      text += piece;
      size -= piece;
    }
}

/* The sink gets what is in front of the cap; all is counted, and the break is told once. */
static void
test_out6_sink (void)
{
  g_autoptr(ProcSink) sink = proc_capture_new (0, 0);
  g_autoptr(GBytes) bytes = NULL;
  guint n_changes = 0;

  sink->cap = (ProcCap) { 5, PROC_OVERFLOW_FAIL };
  proc_sink_open (sink, count_change, &n_changes);
  n_changes = 0;
  put (sink, "abc");
  put (sink, "de");
  g_assert_cmpuint (n_changes, ==, 0);
  g_assert_false (proc_sink_is_truncated (sink));
  put (sink, "fg");
  put (sink, "h");
  g_assert_cmpuint (n_changes, ==, 1);
  g_assert_true (proc_sink_is_truncated (sink));
  g_assert_cmpuint (sink->size, ==, 8);

  proc_sink_settle (sink, FALSE);
  bytes = proc_sink_take_bytes (sink);
  test_assert_text (bytes, "abcde");
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/cap/none", test_none);
  TEST_ADD ("/cap/out6-first-bytes", test_out6_first_bytes);
  TEST_ADD ("/cap/out6-last-bytes", test_out6_last_bytes);
  TEST_ADD ("/cap/out6-sink", test_out6_sink);

  return g_test_run ();
}
