/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* An output in batches, for signals: what is there, and the lines that end in it. */

#include "config.h"

#include <string.h>

#include "proc-reader-private.h"
#include "test-fixture.h"

typedef struct
{
  ProcOutlet *outlet;
  ProcReader *reader;
} Batches;

static void
ignore (gpointer user_data)
{
}

static void
set_up (Batches *self)
{
  self->outlet = proc_outlet_new (ignore, NULL);
  self->reader = proc_reader_new (self->outlet);
}

static void
tear_down (Batches *self)
{
  proc_reader_free (self->reader);
  proc_outlet_unref (self->outlet);
}

static void
put (Batches *self, const char *text)
{
  proc_outlet_put (self->outlet, (const guint8 *) text, strlen (text));
}

static void
assert_batch (Batches *self, gboolean split, const char *bytes, const char *lines)
{
  g_auto(ProcBatch) batch = { NULL };
  g_autofree char *joined = NULL;

  g_assert_true (proc_reader_take_batch (self->reader, split, &batch));
  if (bytes != NULL)
    test_assert_bytes (batch.bytes, bytes, strlen (bytes));
  else
    g_assert_null (batch.bytes);
  if (batch.lines != NULL)
    joined = g_strjoinv ("|", batch.lines);
  g_assert_cmpstr (joined, ==, lines);
}

static void
assert_no_batch (Batches *self)
{
  g_auto(ProcBatch) batch = { NULL };

  g_assert_false (proc_reader_take_batch (self->reader, TRUE, &batch));
  g_assert_null (batch.bytes);
  g_assert_null (batch.lines);
}

static void
test_bytes_and_lines (void)
{
  Batches batches;

  set_up (&batches);
  proc_outlet_set_use (batches.outlet, PROC_OUTLET_SIGNALS);
  assert_no_batch (&batches);
  put (&batches, "one\nbe");
  assert_batch (&batches, TRUE, "one\nbe", "one");
  assert_no_batch (&batches);
  put (&batches, "gun");
  assert_batch (&batches, TRUE, "gun", NULL);
  proc_outlet_end (batches.outlet);
  assert_batch (&batches, TRUE, NULL, "begun");
  assert_no_batch (&batches);
  tear_down (&batches);
}

/* Nobody wants lines, and so none is left for the end. */
static void
test_bytes_alone (void)
{
  Batches batches;

  set_up (&batches);
  proc_outlet_set_use (batches.outlet, PROC_OUTLET_SIGNALS);
  put (&batches, "one\nbegun");
  assert_batch (&batches, FALSE, "one\nbegun", NULL);
  proc_outlet_end (batches.outlet);
  assert_no_batch (&batches);
  tear_down (&batches);
}

/* Each at most 64 KiB, and all of them what was put in. */
static void
test_much (void)
{
  g_autofree char *much = g_strnfill (1000000, 'x');
  gsize size = 0;
  Batches batches;

  set_up (&batches);
  proc_outlet_set_use (batches.outlet, PROC_OUTLET_SIGNALS);
  put (&batches, much);
  for (gboolean more = TRUE; more;)
    {
      g_auto(ProcBatch) batch = { NULL };

      more = proc_reader_take_batch (batches.reader, TRUE, &batch);
      g_assert_true (!more || g_bytes_get_size (batch.bytes) <= 65536);
      size += more ? g_bytes_get_size (batch.bytes) : 0;
    }
  g_assert_cmpuint (size, ==, 1000000);
  proc_outlet_end (batches.outlet);
  assert_batch (&batches, TRUE, NULL, much);
  tear_down (&batches);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/batch/bytes-and-lines", test_bytes_and_lines);
  TEST_ADD ("/batch/bytes-alone", test_bytes_alone);
  TEST_ADD ("/batch/much", test_much);

  return g_test_run ();
}
