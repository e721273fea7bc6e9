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
bench_data_get_argv (void)
{
  static char size[32];
  static const char *argv[] = { NULL, "flood", size, "out", NULL };

  g_snprintf (size, sizeof size, "%" G_GUINT64_FORMAT, bench_data_get_size ());
  argv[0] = get_child ();
  return argv;
}

const char *const *
bench_data_get_endless_argv (void)
{
  static const char *argv[] = { NULL, "flood", "18446744073709551615", "out", NULL };

  argv[0] = get_child ();
  return argv;
}

static const guint8 *
get_table (void)
{
  static guint8 table[TEST_PATTERN_PERIOD];
  static gsize filled;

  if (g_once_init_enter (&filled))
    {
      test_pattern_fill (table, STDOUT_FILENO);
      g_once_init_leave (&filled, 1);
    }

  return table;
}

/* Gives the bytes at @offset, and how many of at most @size. */
static const guint8 *
look_up (guint64 offset, gsize *size)
{
  gsize start = offset % TEST_PATTERN_PERIOD;

  *size = MIN (*size, TEST_PATTERN_PERIOD - start);
  return get_table () + start;
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
      from = look_up (at, &part);
      memcpy (data + at, from, part);
    }

  return g_bytes_new_take (data, size);
}

void
bench_data_check (guint64 offset, gconstpointer data, gsize size)
{
  gsize part;

  for (gsize at = 0; at < size; at += part)
    {
      const guint8 *expected;

      part = size - at;
      expected = look_up (offset + at, &part);
      g_assert_true (memcmp ((const guint8 *) data + at, expected, part) == 0);
    }
}

void
bench_data_check_bytes (GBytes *bytes)
{
  gsize size;
  gconstpointer data = g_bytes_get_data (bytes, &size);

  g_assert_cmpuint (size, ==, bench_data_get_size ());
  bench_data_check (0, data, size);
}

void
bench_data_check_file (const char *path)
{
  static guint8 block[BLOCK_SIZE];
  guint64 offset = 0;
  gssize n_read;
  int fd = open (path, O_RDONLY | O_CLOEXEC);

  g_assert_cmpint (fd, >=, 0);
  while ((n_read = read (fd, block, sizeof block)) > 0)
    {
      bench_data_check (offset, block, n_read);
      offset += n_read;
    }

  g_assert_cmpint (n_read, ==, 0);
  g_assert_cmpuint (offset, ==, bench_data_get_size ());
  close (fd);
}
