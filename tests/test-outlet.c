/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The way out of the engine: who gets the bytes, and when there is room for more. The test's thread
 * is the engine's as well, unless it says otherwise. */

#include "config.h"

#include <string.h>

#include "proc-outlet-private.h"
#include "test-fixture.h"
#include "test-pattern.h"

#define BLOCK ((gsize) 64 * 1024)
#define LIMIT ((gsize) 8 * 1024 * 1024)

typedef struct
{
  ProcOutlet *outlet;
  guint n_ready;
  guint n_changed;
} Fixture;

static void
on_ready (gpointer user_data)
{
  ((Fixture *) user_data)->n_ready++;
}

static void
on_changed (gpointer user_data)
{
  ((Fixture *) user_data)->n_changed++;
}

static void
set_up (Fixture *fixture, ProcOutletUse use, gboolean exclusive)
{
  memset (fixture, 0, sizeof *fixture);
  fixture->outlet = proc_outlet_new (on_ready, fixture);
  proc_outlet_set_use (fixture->outlet, use);
  proc_outlet_attach (fixture->outlet, exclusive, on_changed, fixture);
}

static void
tear_down (Fixture *fixture)
{
  proc_outlet_detach (fixture->outlet);
  g_clear_pointer (&fixture->outlet, proc_outlet_unref);
}

static void
put (Fixture *fixture, const char *text)
{
  proc_outlet_put (fixture->outlet, (const guint8 *) text, strlen (text));
}

static void
put_much (Fixture *fixture, gsize size)
{
  g_autofree guint8 *data = g_malloc0 (size);

  proc_outlet_put (fixture->outlet, data, size);
}

static void
assert_take (Fixture *fixture, const char *expected)
{
  gboolean ended = TRUE;
  g_autoptr(GBytes) bytes = proc_outlet_take (fixture->outlet, BLOCK, &ended);

  test_assert_bytes (bytes, expected, strlen (expected));
  g_assert_false (ended);
}

static void
assert_nothing (Fixture *fixture, gboolean expect_end)
{
  gboolean ended = !expect_end;

  g_assert_null (proc_outlet_take (fixture->outlet, BLOCK, &ended));
  g_assert_cmpint (ended, ==, expect_end);
}

/* Gives how often changed () is called now: never inside another call. */
static guint
count_changed (Fixture *fixture)
{
  guint n_changed;

  g_assert_cmpuint (fixture->n_changed, ==, 0);
  while (g_main_context_iteration (g_main_context_get_thread_default (), FALSE))
    continue;

  n_changed = fixture->n_changed;
  fixture->n_changed = 0;
  return n_changed;
}

/* What the bytes are for says whether there is room, and who has them. */
typedef struct
{
  ProcOutletUse use;
  gboolean exclusive;
  gboolean has_room;
  gboolean is_kept;
} Rule;

static const Rule rules[] = {
  { PROC_OUTLET_UNUSED, FALSE, TRUE, FALSE },
  { PROC_OUTLET_UNUSED, TRUE, FALSE, TRUE },
  { PROC_OUTLET_UNDECIDED, FALSE, TRUE, TRUE },
  { PROC_OUTLET_UNDECIDED, TRUE, FALSE, TRUE },
  { PROC_OUTLET_SIGNALS, FALSE, TRUE, TRUE },
  { PROC_OUTLET_SIGNALS, TRUE, TRUE, TRUE },
  { PROC_OUTLET_READ, FALSE, TRUE, TRUE },
  { PROC_OUTLET_READ, TRUE, TRUE, TRUE },
};

static void
test_uses (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rules); i++)
    {
      const Rule *rule = &rules[i];
      Fixture fixture;

      g_test_message ("use %d, exclusive %d", rule->use, rule->exclusive);
      set_up (&fixture, rule->use, rule->exclusive);
      g_assert_cmpint (proc_outlet_get_use (fixture.outlet), ==, rule->use);
      g_assert_cmpint (proc_outlet_has_room (fixture.outlet), ==, rule->has_room);
      g_assert_cmpuint (fixture.n_ready, ==, rule->has_room ? 0 : 1);
      g_assert_false (proc_outlet_is_closed (fixture.outlet));
      put (&fixture, "text");
      g_assert_cmpuint (fixture.n_ready, ==, rule->has_room ? 1 : 2);
      if (rule->is_kept)
        assert_take (&fixture, "text");
      assert_nothing (&fixture, FALSE);
      tear_down (&fixture);
    }
}

/* Whoever had no occasion to say so gets what came before, or nobody does. */
static void
test_decided_later (void)
{
  static const ProcOutletUse uses[] = { PROC_OUTLET_SIGNALS, PROC_OUTLET_READ, PROC_OUTLET_UNUSED };

  for (gsize i = 0; i < G_N_ELEMENTS (uses); i++)
    {
      Fixture fixture;

      set_up (&fixture, PROC_OUTLET_UNDECIDED, FALSE);
      put (&fixture, "early");
      proc_outlet_set_use (fixture.outlet, uses[i]);
      if (uses[i] != PROC_OUTLET_UNUSED)
        assert_take (&fixture, "early");
      assert_nothing (&fixture, FALSE);
      tear_down (&fixture);
    }
}

/* What only this outlet has is never forgotten. */
static void
test_out_of_use (void)
{
  for (gboolean exclusive = FALSE; exclusive <= TRUE; exclusive++)
    {
      Fixture fixture;

      set_up (&fixture, PROC_OUTLET_SIGNALS, exclusive);
      put (&fixture, "text");
      proc_outlet_set_use (fixture.outlet, PROC_OUTLET_UNUSED);
      g_assert_cmpint (proc_outlet_has_room (fixture.outlet), ==, !exclusive);
      proc_outlet_set_use (fixture.outlet, PROC_OUTLET_SIGNALS);
      g_assert_true (proc_outlet_has_room (fixture.outlet));
      if (exclusive)
        assert_take (&fixture, "text");
      assert_nothing (&fixture, FALSE);
      tear_down (&fixture);
    }
}

static void
test_reading_goes_on (void)
{
  Fixture fixture;

  set_up (&fixture, PROC_OUTLET_READ, TRUE);
  proc_outlet_set_use (fixture.outlet, PROC_OUTLET_UNUSED);
  g_assert_cmpint (proc_outlet_get_use (fixture.outlet), ==, PROC_OUTLET_READ);
  proc_outlet_set_use (fixture.outlet, PROC_OUTLET_SIGNALS);
  g_assert_cmpint (proc_outlet_get_use (fixture.outlet), ==, PROC_OUTLET_READ);
  tear_down (&fixture);
}

/* Each change of use is told to the engine, in its main loop, and nothing else is. */
static void
test_tells_of_use (void)
{
  Fixture fixture;

  set_up (&fixture, PROC_OUTLET_UNUSED, TRUE);
  g_assert_cmpuint (count_changed (&fixture), ==, 0);
  proc_outlet_set_use (fixture.outlet, PROC_OUTLET_UNUSED);
  put (&fixture, "text");
  g_assert_cmpuint (count_changed (&fixture), ==, 0);
  proc_outlet_set_use (fixture.outlet, PROC_OUTLET_SIGNALS);
  proc_outlet_set_use (fixture.outlet, PROC_OUTLET_READ);
  g_assert_cmpuint (count_changed (&fixture), ==, 1);
  assert_take (&fixture, "text");
  g_assert_cmpuint (count_changed (&fixture), ==, 0);
  tear_down (&fixture);
}

static void
test_limit (void)
{
  Fixture fixture;
  gboolean ended;

  set_up (&fixture, PROC_OUTLET_READ, FALSE);
  put_much (&fixture, LIMIT - 1);
  g_assert_true (proc_outlet_has_room (fixture.outlet));
  put (&fixture, "x");
  g_assert_false (proc_outlet_has_room (fixture.outlet));
  g_assert_false (proc_outlet_is_waiting (fixture.outlet));
  g_assert_cmpuint (count_changed (&fixture), ==, 0);

  g_bytes_unref (proc_outlet_take (fixture.outlet, 1, &ended));
  g_bytes_unref (proc_outlet_take (fixture.outlet, 1, &ended));
  g_assert_cmpuint (count_changed (&fixture), ==, 1);
  g_assert_true (proc_outlet_has_room (fixture.outlet));
  g_bytes_unref (proc_outlet_take (fixture.outlet, BLOCK, &ended));
  g_assert_cmpuint (count_changed (&fixture), ==, 0);

  put_much (&fixture, 2 * LIMIT);
  for (gsize left = 3 * LIMIT; left > LIMIT; left -= BLOCK)
    {
      g_assert_false (proc_outlet_has_room (fixture.outlet));
      g_bytes_unref (proc_outlet_take (fixture.outlet, BLOCK, &ended));
    }
  g_assert_true (proc_outlet_has_room (fixture.outlet));
  tear_down (&fixture);
}

/* One that is waited for by nobody is over the limit as well, while nobody has decided. */
static void
test_limit_undecided (void)
{
  Fixture fixture;

  set_up (&fixture, PROC_OUTLET_UNDECIDED, FALSE);
  put_much (&fixture, LIMIT);
  g_assert_false (proc_outlet_has_room (fixture.outlet));
  proc_outlet_set_use (fixture.outlet, PROC_OUTLET_UNUSED);
  g_assert_cmpuint (count_changed (&fixture), ==, 1);
  g_assert_true (proc_outlet_has_room (fixture.outlet));
  put_much (&fixture, 2 * LIMIT);
  g_assert_true (proc_outlet_has_room (fixture.outlet));
  tear_down (&fixture);
}

/* Where nobody can be waited for. */
static void
test_open (void)
{
  static const gboolean opens[] = { FALSE, TRUE, TRUE, TRUE };

  for (ProcOutletUse use = PROC_OUTLET_UNUSED; use <= PROC_OUTLET_READ; use++)
    {
      Fixture fixture;

      set_up (&fixture, use, TRUE);
      put_much (&fixture, LIMIT);
      g_assert_false (proc_outlet_has_room (fixture.outlet));
      proc_outlet_open (fixture.outlet);
      g_assert_cmpuint (count_changed (&fixture), ==, 1);
      g_assert_cmpint (proc_outlet_has_room (fixture.outlet), ==, opens[use]);
      tear_down (&fixture);
    }
}

/* And where nobody could decide yet; then it is over. */
static void
test_open_undecided (void)
{
  for (ProcOutletUse use = PROC_OUTLET_UNUSED; use <= PROC_OUTLET_READ; use++)
    {
      Fixture fixture;

      set_up (&fixture, PROC_OUTLET_UNDECIDED, TRUE);
      put_much (&fixture, LIMIT);
      g_assert_false (proc_outlet_has_room (fixture.outlet));
      proc_outlet_open_undecided (fixture.outlet);
      g_assert_cmpuint (count_changed (&fixture), ==, 1);
      g_assert_true (proc_outlet_has_room (fixture.outlet));
      proc_outlet_set_use (fixture.outlet, use);
      count_changed (&fixture);
      g_assert_cmpint (proc_outlet_has_room (fixture.outlet), ==, use == PROC_OUTLET_UNDECIDED);
      tear_down (&fixture);
    }
}

/* Who has to take the bytes waits for the run, and then takes them again. */
static void
test_unattended (void)
{
  Fixture fixture;

  set_up (&fixture, PROC_OUTLET_SIGNALS, FALSE);
  put_much (&fixture, LIMIT);
  g_assert_false (proc_outlet_has_room (fixture.outlet));
  proc_outlet_leave (fixture.outlet);
  g_assert_cmpuint (count_changed (&fixture), ==, 1);
  g_assert_true (proc_outlet_has_room (fixture.outlet));
  proc_outlet_attend (fixture.outlet);
  g_assert_false (proc_outlet_has_room (fixture.outlet));
  tear_down (&fixture);
}

/* What is kept elsewhere does not wait for who decides; what is not waits for its reader. */
static void
test_keep_undecided (void)
{
  for (gboolean exclusive = FALSE; exclusive <= TRUE; exclusive++)
    {
      Fixture fixture;

      set_up (&fixture, PROC_OUTLET_UNDECIDED, exclusive);
      put_much (&fixture, LIMIT);
      g_assert_false (proc_outlet_has_room (fixture.outlet));
      proc_outlet_keep_undecided (fixture.outlet);
      g_assert_cmpint (proc_outlet_has_room (fixture.outlet), ==, !exclusive);
      proc_outlet_set_use (fixture.outlet, PROC_OUTLET_READ);
      g_assert_false (proc_outlet_has_room (fixture.outlet));
      tear_down (&fixture);
    }
}

/* All that was put in, once, in blocks that are not too large. */
static void
assert_taken_whole (gsize piece, gsize at_most)
{
  static guint8 table[TEST_PATTERN_PERIOD];
  const gsize size = 1000003;
  g_autoptr(GByteArray) taken = g_byte_array_new ();
  g_autoptr(GBytes) all = NULL;
  gboolean ended = FALSE;
  Fixture fixture;

  test_pattern_fill (table, 1);
  set_up (&fixture, PROC_OUTLET_READ, FALSE);
  for (gsize at = 0; at < size;)
    {
      gsize n = MIN (MIN (piece, size - at), sizeof table - at % sizeof table);

      proc_outlet_put (fixture.outlet, table + at % sizeof table, n);
      at += n;
    }
  proc_outlet_end (fixture.outlet);

  while (!ended)
    {
      g_autoptr(GBytes) bytes = proc_outlet_take (fixture.outlet, at_most, &ended);

      g_assert_true (ended == (bytes == NULL));
      if (bytes == NULL)
        break;
      g_assert_cmpuint (g_bytes_get_size (bytes), >, 0);
      g_assert_cmpuint (g_bytes_get_size (bytes), <=, MIN (at_most, BLOCK));
      g_byte_array_append (taken, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
    }

  all = g_byte_array_free_to_bytes (g_steal_pointer (&taken));
  test_assert_pattern (all, 1, size);
  tear_down (&fixture);
}

static void
test_blocks (void)
{
  assert_taken_whole (1, BLOCK);
  assert_taken_whole (65521, 1000);
  assert_taken_whole (65536, 65535);
  assert_taken_whole (4096, 1000000);
}

/* The last block is given while it is being filled. */
static void
test_taken_in_between (void)
{
  Fixture fixture;

  set_up (&fixture, PROC_OUTLET_SIGNALS, FALSE);
  put (&fixture, "one");
  put (&fixture, " two");
  assert_take (&fixture, "one two");
  assert_nothing (&fixture, FALSE);
  put (&fixture, "three");
  assert_take (&fixture, "three");
  tear_down (&fixture);
}

static void
test_end (void)
{
  Fixture fixture;

  set_up (&fixture, PROC_OUTLET_READ, FALSE);
  put (&fixture, "last");
  proc_outlet_end (fixture.outlet);
  proc_outlet_end (fixture.outlet);
  g_assert_cmpuint (fixture.n_ready, ==, 2);
  assert_take (&fixture, "last");
  assert_nothing (&fixture, TRUE);
  assert_nothing (&fixture, TRUE);
  tear_down (&fixture);
}

/* Somebody may go on putting bytes in when the run is over. */
static void
test_end_if_detached (void)
{
  Fixture fixture;

  set_up (&fixture, PROC_OUTLET_READ, TRUE);
  proc_outlet_end_if_detached (fixture.outlet);
  assert_nothing (&fixture, FALSE);
  put (&fixture, "more");
  assert_take (&fixture, "more");

  proc_outlet_detach (fixture.outlet);
  proc_outlet_end_if_detached (fixture.outlet);
  assert_nothing (&fixture, TRUE);
  g_assert_cmpuint (fixture.n_ready, ==, 2);
  tear_down (&fixture);
}

static void
test_abandon (void)
{
  for (gboolean exclusive = FALSE; exclusive <= TRUE; exclusive++)
    {
      Fixture fixture;

      set_up (&fixture, PROC_OUTLET_READ, exclusive);
      put_much (&fixture, LIMIT);
      g_assert_false (proc_outlet_has_room (fixture.outlet));
      proc_outlet_abandon (fixture.outlet);
      g_assert_cmpuint (count_changed (&fixture), ==, 1);
      g_assert_true (proc_outlet_has_room (fixture.outlet));
      g_assert_cmpint (proc_outlet_is_closed (fixture.outlet), ==, exclusive);
      assert_nothing (&fixture, FALSE);

      proc_outlet_set_use (fixture.outlet, PROC_OUTLET_READ);
      g_assert_cmpint (proc_outlet_get_use (fixture.outlet), ==, PROC_OUTLET_UNUSED);
      put (&fixture, "unheard");
      assert_nothing (&fixture, FALSE);
      tear_down (&fixture);
    }
}

/* Before it is attached, too. */
static void
test_abandoned_early (void)
{
  Fixture fixture;

  memset (&fixture, 0, sizeof fixture);
  fixture.outlet = proc_outlet_new (on_ready, &fixture);
  proc_outlet_abandon (fixture.outlet);
  proc_outlet_attach (fixture.outlet, TRUE, on_changed, &fixture);
  g_assert_true (proc_outlet_is_closed (fixture.outlet));
  tear_down (&fixture);
}

/* It says when somebody would have to come: once, until there was room again. */
static void
test_waits_for_somebody (void)
{
  Fixture fixture;

  set_up (&fixture, PROC_OUTLET_UNUSED, TRUE);
  g_assert_false (proc_outlet_is_waiting (fixture.outlet));
  for (guint i = 0; i < 3; i++)
    g_assert_false (proc_outlet_has_room (fixture.outlet));
  g_assert_cmpuint (fixture.n_ready, ==, 1);
  g_assert_true (proc_outlet_is_waiting (fixture.outlet));

  proc_outlet_set_use (fixture.outlet, PROC_OUTLET_SIGNALS);
  g_assert_false (proc_outlet_is_waiting (fixture.outlet));
  g_assert_true (proc_outlet_has_room (fixture.outlet));
  g_assert_cmpuint (fixture.n_ready, ==, 1);
  tear_down (&fixture);
}

/* Known whatever the bytes are used for. */
static void
test_facts (void)
{
  const ProcOutletText text = { NULL, NULL, 0 };

  for (ProcOutletUse use = PROC_OUTLET_UNUSED; use <= PROC_OUTLET_READ; use++)
    {
      g_autofree char *line = NULL;
      ProcOutletFacts facts;
      Fixture fixture;
      gint64 before = g_get_monotonic_time ();

      set_up (&fixture, use, FALSE);
      proc_outlet_look (fixture.outlet, &text, &facts);
      g_assert_cmpuint (facts.size, ==, 0);
      g_assert_cmpint (facts.last_put, ==, 0);
      g_assert_cmpstr (facts.tail.last_line, ==, "");
      g_free (facts.tail.last_line);

      put (&fixture, "one\n");
      put (&fixture, "two 50%\r");
      proc_outlet_look (fixture.outlet, &text, &facts);
      line = facts.tail.last_line;
      g_assert_cmpuint (facts.size, ==, 12);
      g_assert_cmpint (facts.last_put, >=, before);
      g_assert_cmpstr (line, ==, "two 50%");
      g_assert_cmpfloat (facts.tail.progress, ==, 0.5);
      tear_down (&fixture);
    }
}

/* What was on its way to the one before comes to nobody, or to the one after. */
static void
test_another_owner (void)
{
  Fixture fixture;
  Fixture other = { NULL };

  set_up (&fixture, PROC_OUTLET_UNUSED, TRUE);
  proc_outlet_set_use (fixture.outlet, PROC_OUTLET_SIGNALS);
  proc_outlet_detach (fixture.outlet);
  g_assert_cmpuint (count_changed (&fixture), ==, 0);

  proc_outlet_attach (fixture.outlet, TRUE, on_changed, &other);
  proc_outlet_set_use (fixture.outlet, PROC_OUTLET_READ);
  g_assert_cmpuint (count_changed (&fixture), ==, 0);
  g_assert_cmpuint (other.n_changed, ==, 1);
  tear_down (&fixture);
}

/* It may be the last to hold it. */
static void
test_outlived_by_what_is_posted (void)
{
  Fixture fixture;

  set_up (&fixture, PROC_OUTLET_UNUSED, TRUE);
  proc_outlet_set_use (fixture.outlet, PROC_OUTLET_SIGNALS);
  tear_down (&fixture);
  g_assert_cmpuint (count_changed (&fixture), ==, 0);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/outlet/uses", test_uses);
  TEST_ADD ("/outlet/decided-later", test_decided_later);
  TEST_ADD ("/outlet/out-of-use", test_out_of_use);
  TEST_ADD ("/outlet/reading-goes-on", test_reading_goes_on);
  TEST_ADD ("/outlet/tells-of-use", test_tells_of_use);
  TEST_ADD ("/outlet/limit", test_limit);
  TEST_ADD ("/outlet/limit-undecided", test_limit_undecided);
  TEST_ADD ("/outlet/open", test_open);
  TEST_ADD ("/outlet/open-undecided", test_open_undecided);
  TEST_ADD ("/outlet/unattended", test_unattended);
  TEST_ADD ("/outlet/keep-undecided", test_keep_undecided);
  TEST_ADD ("/outlet/blocks", test_blocks);
  TEST_ADD ("/outlet/taken-in-between", test_taken_in_between);
  TEST_ADD ("/outlet/end", test_end);
  TEST_ADD ("/outlet/end-if-detached", test_end_if_detached);
  TEST_ADD ("/outlet/abandon", test_abandon);
  TEST_ADD ("/outlet/abandoned-early", test_abandoned_early);
  TEST_ADD ("/outlet/waits-for-somebody", test_waits_for_somebody);
  TEST_ADD ("/outlet/facts", test_facts);
  TEST_ADD ("/outlet/another-owner", test_another_owner);
  TEST_ADD ("/outlet/outlived-by-what-is-posted", test_outlived_by_what_is_posted);

  return g_test_run ();
}
