/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "bench-data.h"

#include "bench-setting.h"

#include "../test-pattern.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_MIB 1024
#define BLOCK_SIZE 65536

guint64
bench_data_get_size (void)
{
  return bench_setting_get ("PROC_BENCH_MIB", DEFAULT_MIB) << 20;
}

static const char *
get_child (void)
{
  const char *child = g_getenv ("PROC_TEST_CHILD");

  g_assert_nonnull (child);
  return child;
}

const char *const *
bench_data_get_argv (BenchSource source)
{
  static char size[32];
  static const char *pattern[] = { NULL, "flood", size, "out", NULL };
  static const char *const zeros[] = { "head", "-c", size, "/dev/zero", NULL };

  g_snprintf (size, sizeof size, "%" G_GUINT64_FORMAT, bench_data_get_size ());
  if (source == BENCH_ZEROS)
    return zeros;

  pattern[0] = get_child ();
  return pattern;
}

const char *const *
bench_data_get_endless_argv (void)
{
  static const char *argv[] = { NULL, "flood", "18446744073709551615", "out", NULL };

  argv[0] = get_child ();
  return argv;
}

static const guint8 *
get_table (BenchSource source)
{
  static guint8 pattern[TEST_PATTERN_PERIOD];
  static const guint8 zeros[TEST_PATTERN_PERIOD];
  static gsize filled;

  if (g_once_init_enter (&filled))
    {
      test_pattern_fill (pattern, STDOUT_FILENO);
      g_once_init_leave (&filled, 1);
    }

  return source == BENCH_ZEROS ? zeros : pattern;
}

/* Gives the bytes at @offset, and how many of at most @size. */
static const guint8 *
look_up (BenchSource source, guint64 offset, gsize *size)
{
  gsize start = offset % TEST_PATTERN_PERIOD;

  *size = MIN (*size, TEST_PATTERN_PERIOD - start);
  return get_table (source) + start;
}

GBytes *
bench_data_make (void)
{
  gsize size = bench_data_get_size ();
  guint8 *data = g_malloc (size);
  gsize part;

  for (gsize at = 0; at < size; at += part)
    {
      const guint8 *from;

      part = size - at;
      from = look_up (BENCH_PATTERN, at, &part);
      memcpy (data + at, from, part);
    }

  return g_bytes_new_take (data, size);
}

void
bench_data_check (BenchSource source, guint64 offset, gconstpointer data, gsize size)
{
  gsize part;

  for (gsize at = 0; at < size; at += part)
    {
      const guint8 *expected;

      part = size - at;
      expected = look_up (source, offset + at, &part);
      g_assert_true (memcmp ((const guint8 *) data + at, expected, part) == 0);
    }
}

void
bench_data_check_bytes (BenchSource source, GBytes *bytes)
{
  gsize size;
  gconstpointer data = g_bytes_get_data (bytes, &size);

  g_assert_cmpuint (size, ==, bench_data_get_size ());
  bench_data_check (source, 0, data, size);
}

void
bench_data_check_file (BenchSource source, const char *path)
{
  static guint8 block[BLOCK_SIZE];
  guint64 offset = 0;
  gssize n_read;
  int fd = open (path, O_RDONLY | O_CLOEXEC);

  g_assert_cmpint (fd, >=, 0);
  while ((n_read = read (fd, block, sizeof block)) > 0)
    {
      bench_data_check (source, offset, block, n_read);
      offset += n_read;
    }

  g_assert_cmpint (n_read, ==, 0);
  g_assert_cmpuint (offset, ==, bench_data_get_size ());
  close (fd);
}
