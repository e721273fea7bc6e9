/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* OUT5: much output, kept or handed on: complete to the byte, and what is handed on takes no
 * memory. */

#include "config.h"

#include <string.h>
#include <unistd.h>

#include "test-fixture.h"
#include "test-memory.h"
#include "test-pattern.h"

#define MIB ((guint64) 1024 * 1024)
#define MOST_WHILE_STREAMING (4 * MIB)

/* Compares what is written to it with the pattern of `child flood`, and keeps nothing. */
typedef struct
{
  GOutputStream parent_instance;
  guint64 size;
} TestWitness;

typedef struct
{
  GOutputStreamClass parent_class;
} TestWitnessClass;

static guint8 table[TEST_PATTERN_PERIOD];

static GType test_witness_get_type (void);

G_DEFINE_TYPE (TestWitness, test_witness, G_TYPE_OUTPUT_STREAM)

static gssize
test_witness_write (GOutputStream *stream, const void *buffer, gsize count,
                    GCancellable *cancellable, GError **error)
{
  TestWitness *self = (TestWitness *) stream;
  const guint8 *bytes = buffer;

  for (gsize at = 0; at < count;)
    {
      gsize in_table = self->size % sizeof table;
      gsize piece = MIN (count - at, sizeof table - in_table);

      g_assert_cmpint (memcmp (bytes + at, table + in_table, piece), ==, 0);
      self->size += piece;
      at += piece;
    }

  return (gssize) count;
}

static void
test_witness_class_init (TestWitnessClass *class)
{
  GOutputStreamClass *stream_class = G_OUTPUT_STREAM_CLASS (class);

  stream_class->write_fn = test_witness_write;
}

static void
test_witness_init (TestWitness *self)
{
  test_pattern_fill (table, STDOUT_FILENO);
}

static ProcCommand *
flood (guint64 size)
{
  g_autofree char *number = g_strdup_printf ("%" G_GUINT64_FORMAT, size);

  return test_child ("flood", number, "out", NULL);
}

static guint64
measure (ProcRunner *runner, ProcCommand *command, ProcResult **result)
{
  TestPeak peak;

  test_peak_begin (&peak);
  *result = test_check (runner, command);
  return test_peak_end (&peak);
}

static void
test_out5_streamed (void)
{
  const guint64 size = test_count (4, 100, 4096) * MIB;
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = flood (size);
  TestWitness *witness = g_object_new (test_witness_get_type (), NULL);
  g_autoptr(ProcResult) result = NULL;
  guint64 growth;

  test_track (witness);
  proc_command_set_stdout_stream (command, G_OUTPUT_STREAM (witness));
  growth = measure (runner, command, &result);
  g_assert_cmpuint (witness->size, ==, size);
  g_assert_cmpuint (proc_result_get_stdout_size (result), ==, size);
  g_assert_true (proc_result_get_complete (result));
  g_object_unref (witness);

  g_test_message ("%" G_GUINT64_FORMAT " MiB, and %" G_GUINT64_FORMAT " KiB of memory", size / MIB,
                  growth / 1024);
  if (!test_in_valgrind () && !test_in_sanitizer ())
    g_assert_cmpuint (growth, <=, MOST_WHILE_STREAMING);
}

static void
test_out5_captured (void)
{
  const guint64 size = test_count (4, 100, 1024) * MIB;
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = flood (size);
  g_autoptr(ProcResult) result = NULL;
  guint64 growth;

  proc_runner_set_memory_limit (runner, 0);
  growth = measure (runner, command, &result);
  test_assert_pattern (proc_result_get_stdout (result), STDOUT_FILENO, size);
  g_assert_false (proc_result_get_truncated (result));

  g_test_message ("%" G_GUINT64_FORMAT " MiB, and %" G_GUINT64_FORMAT " MiB of memory", size / MIB,
                  growth / MIB);
  if (!test_in_valgrind () && !test_in_sanitizer ())
    g_assert_cmpuint (growth, <=, size + size / 2);
}

static void
test_out5_spilled (void)
{
  const guint64 size = test_count (4, 200, 1024) * MIB;
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = flood (size);
  g_autoptr(ProcResult) result = NULL;

  proc_runner_set_memory_limit (runner, MIB);
  measure (runner, command, &result);
  test_assert_pattern (proc_result_get_stdout (result), STDOUT_FILENO, size);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/volume/out5-streamed", test_out5_streamed);
  TEST_ADD ("/volume/out5-captured", test_out5_captured);
  TEST_ADD ("/volume/out5-spilled", test_out5_spilled);

  return g_test_run ();
}
