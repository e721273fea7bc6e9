/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Where captured output goes that is too long for memory: the file, the ring, the thread. */

#include "config.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proc-ring-private.h"
#include "proc-salvage-private.h"
#include "proc-spill-private.h"
#include "proc-spool-private.h"
#include "proc-worker-private.h"
#include "test-fixture.h"

#define PAGE 4096

static guint8
byte_at (guint64 offset)
{
  return (guint8) (offset * 31 + offset / 251);
}

static guint8 *
make_pattern (guint64 offset, gsize size)
{
  guint8 *data = g_malloc (size + 1);

  for (gsize i = 0; i < size; i++)
    data[i] = byte_at (offset + i);

  return data;
}

static void
assert_pattern (GBytes *bytes, guint64 offset, gsize size)
{
  gsize actual;
  const guint8 *data = g_bytes_get_data (bytes, &actual);

  g_assert_cmpuint (actual, ==, size);
  for (gsize i = 0; i < size; i++)
    if (data[i] != byte_at (offset + i))
      g_error ("byte %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT " is wrong", i, size);

  g_assert_cmpuint (data[size], ==, 0);
}

static void
write_pattern (ProcSpill *spill, gsize size)
{
  g_autofree guint8 *data = make_pattern (spill->n_written, size);
  gsize n_written;

  g_assert_true (proc_spill_write (spill, data, size, &n_written));
  g_assert_cmpuint (n_written, ==, size);
}

/* So much in the file, and so much behind it that never got there. */
static void
assert_maps (guint64 last, gsize in_file, gsize behind)
{
  g_autofree guint8 *rest = make_pattern (in_file, behind);
  g_autoptr(GBytes) bytes = NULL;
  gsize expected = last > 0 ? MIN (last, in_file + behind) : in_file + behind;
  ProcSpill spill;

  proc_spill_init (&spill, last);
  while (spill.n_written < in_file)
    write_pattern (&spill, MIN (100001, in_file - spill.n_written));

  bytes = proc_spill_map (&spill, rest, behind);
  proc_spill_clear (&spill);
  assert_pattern (bytes, in_file + behind - expected, expected);
}

static void
test_maps_what_was_written (void)
{
  const gsize sizes[] = { 1, PAGE - 1, PAGE, PAGE + 1, 10 * PAGE, 300001 };
  const gsize rests[] = { 0, 1, PAGE - 1, PAGE, 50000 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (guint j = 0; j < G_N_ELEMENTS (rests); j++)
      assert_maps (0, sizes[i], rests[j]);
}

/* Around the end that is kept, and around the length of the ring. */
static void
test_out6_maps_the_last_bytes (void)
{
  const gsize lasts[] = { 1, PAGE, 100000, 20 * PAGE };
  const gsize rests[] = { 0, 1, PAGE, 150000 };

  for (guint i = 0; i < G_N_ELEMENTS (lasts); i++)
    for (guint j = 0; j < G_N_ELEMENTS (rests); j++)
      {
        assert_maps (lasts[i], MAX (lasts[i] / 2, 1), rests[j]);
        assert_maps (lasts[i], lasts[i], rests[j]);
        assert_maps (lasts[i], lasts[i] + 1, rests[j]);
        assert_maps (lasts[i], lasts[i] + 64 * 1024, rests[j]);
        assert_maps (lasts[i], 1000003, rests[j]);
      }
}

static void
test_ring_bounds_the_file (void)
{
  struct stat info;
  ProcSpill spill;

  proc_spill_init (&spill, 200000);
  for (guint i = 0; i < 100; i++)
    write_pattern (&spill, 100000);

  g_assert_no_errno (fstat (spill.fd, &info));
  g_assert_cmpint (info.st_size, <=, 200000 + 128 * 1024);
  g_assert_cmpint (info.st_nlink, ==, 0);
  proc_spill_clear (&spill);
}

static void
ignore_change (gpointer user_data)
{
}

static void
assert_ring_keeps (guint64 last, guint64 size, gsize step)
{
  g_autoptr(ProcSink) sink = proc_ring_new (last);
  g_autoptr(GBytes) bytes = NULL;
  guint64 kept = MIN (last, size);

  proc_sink_open (sink, ignore_change, NULL);
  while (sink->size < size)
    {
      gsize room;
      guint8 *data = proc_sink_reserve (sink, &room);
      gsize piece = MIN (MIN (room, step), size - sink->size);

      for (gsize i = 0; i < piece; i++)
        data[i] = byte_at (sink->size + i);
      proc_sink_commit (sink, piece);
    }

  proc_sink_settle (sink, TRUE);
  bytes = proc_sink_take_bytes (sink);
  if (size > 0)
    assert_pattern (bytes, size - kept, kept);
  else
    test_assert_text (bytes, "");
}

static void
test_out6_ring_in_memory (void)
{
  const guint64 lasts[] = { 1, PAGE - 1, PAGE, 256 * 1024 - 1, 256 * 1024, 300000 };

  for (guint i = 0; i < G_N_ELEMENTS (lasts); i++)
    {
      assert_ring_keeps (lasts[i], 0, 1);
      assert_ring_keeps (lasts[i], 1, 1);
      assert_ring_keeps (lasts[i], lasts[i], 100);
      assert_ring_keeps (lasts[i], lasts[i] + 1, 1000);
      assert_ring_keeps (lasts[i], 1000003, 65536);
      assert_ring_keeps (lasts[i], 1000003, 1000003);
    }
}

static void
test_ring_too_large (void)
{
  g_autoptr(ProcSink) sink = proc_ring_new (G_MAXUINT64);

  proc_sink_open (sink, ignore_change, NULL);
  g_assert_true (sink->settled);
  g_assert_false (sink->opened);
  g_assert_error (sink->error, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_SPAWN);
}

/* What somebody has shortened is not all there. */
static void
test_salvage_tells_of_a_part (void)
{
  g_autofree guint8 *data = make_pattern (0, 20000);
  g_autoptr(GBytes) tail = g_bytes_new_static ("", 0);
  g_auto(ProcFd) fd = proc_spool_open ();

  g_assert_cmpint (write (fd, data, 20000), ==, 20000);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr(GBytes) bytes = NULL;
      gboolean whole;

      bytes = proc_salvage (fd, 0, 20000, tail, TRUE, &whole);
      g_assert_cmpint (whole, ==, i == 0);
      assert_pattern (bytes, 0, i == 0 ? 20000 : 5000);
      g_assert_no_errno (ftruncate (fd, 5000));
    }
}

/* Counts there and back, in two threads. */
typedef struct
{
  ProcWorker *worker;
  GThread *engine;
  guint n_worked;
  guint n_done;
} Work;

static void
do_work (gpointer user_data)
{
  Work *work = user_data;

  g_assert_true (g_thread_self () != work->engine);
  g_assert_cmpuint (work->n_worked++, ==, work->n_done);
}

static void
on_done (gpointer user_data)
{
  Work *work = user_data;

  g_assert_true (g_thread_self () == work->engine);
  g_assert_false (proc_worker_is_busy (work->worker));
  g_assert_cmpuint (++work->n_done, ==, work->n_worked);
  if (work->n_done < 100)
    proc_worker_send (work->worker);
}

static void
test_worker (void)
{
  Work work = { NULL, g_thread_self (), 0, 0 };
  g_autoptr(GError) error = NULL;

  work.worker = proc_worker_new ("test", do_work, on_done, &work, &error);
  g_assert_no_error (error);
  proc_worker_send (work.worker);
  g_assert_true (proc_worker_is_busy (work.worker));
  while (work.n_done < 100)
    g_main_context_iteration (g_main_context_get_thread_default (), TRUE);

  proc_worker_free (work.worker);
  g_assert_cmpuint (work.n_worked, ==, 100);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/spill/maps-what-was-written", test_maps_what_was_written);
  TEST_ADD ("/spill/out6-maps-the-last-bytes", test_out6_maps_the_last_bytes);
  TEST_ADD ("/spill/ring-bounds-the-file", test_ring_bounds_the_file);
  TEST_ADD ("/ring/out6-in-memory", test_out6_ring_in_memory);
  TEST_ADD ("/ring/too-large", test_ring_too_large);
  TEST_ADD ("/salvage/tells-of-a-part", test_salvage_tells_of_a_part);
  TEST_ADD ("/worker/there-and-back", test_worker);

  return g_test_run ();
}
