/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What tests assert about files, bytes, messages and handlers. */

#include "config.h"

#include "test-fixture.h"

#include <string.h>

#include "test-pattern.h"

void
test_assert_file (GFile *file, const char *contents)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *found = NULL;

  g_file_load_contents (file, NULL, &found, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (found, ==, contents);
}

/* Nothing is beside the file: no temporary one has been left. */
void
test_assert_alone (GFile *file)
{
  g_autofree char *base = g_file_get_basename (file);
  g_autofree char *path = g_file_get_path (file);
  g_autofree char *dirname = g_path_get_dirname (path);
  g_autoptr(GDir) dir = g_dir_open (dirname, 0, NULL);
  const char *name;

  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)) != NULL)
    if (!g_str_has_prefix (name, "fifo-"))
      g_assert_cmpstr (name, ==, base);
}

void
test_assert_bytes (GBytes *bytes, gconstpointer data, gsize size)
{
  gsize found_size = 0;
  gconstpointer found;

  g_assert_nonnull (bytes);
  found = g_bytes_get_data (bytes, &found_size);
  g_assert_cmpmem (found, found_size, data, size);
}

void
test_assert_text (GBytes *bytes, const char *text)
{
  gsize size = 0;
  const char *data;

  g_assert_nonnull (bytes);
  data = g_bytes_get_data (bytes, &size);
  g_assert_nonnull (data);
  g_assert_cmpint (data[size], ==, '\0');
  g_assert_cmpstr (data, ==, text);
  g_assert_cmpuint (size, ==, strlen (text));
}

/* The first @size bytes of what `child flood` writes to descriptor @stream. */
void
test_assert_pattern (GBytes *bytes, guint stream, guint64 size)
{
  static guint8 table[TEST_PATTERN_PERIOD];
  gsize found_size = 0;
  const guint8 *found;

  g_assert_nonnull (bytes);
  found = g_bytes_get_data (bytes, &found_size);
  g_assert_cmpuint (found_size, ==, size);
  test_pattern_fill (table, stream);

  for (gsize at = 0; at < found_size; at += sizeof table)
    g_assert_cmpint (memcmp (found + at, table, MIN (sizeof table, found_size - at)), ==, 0);
}

/* From @offset on, and with a NUL behind the end. */
void
test_assert_pattern_part (GBytes *bytes, guint stream, guint64 offset, gsize size)
{
  static guint8 table[TEST_PATTERN_PERIOD];
  gsize found_size = 0;
  const guint8 *found = g_bytes_get_data (bytes, &found_size);

  g_assert_cmpuint (found_size, ==, size);
  test_pattern_fill (table, stream);
  for (gsize at = 0; at < size;)
    {
      gsize in_table = (offset + at) % sizeof table;
      gsize piece = MIN (size - at, sizeof table - in_table);

      g_assert_cmpint (memcmp (found + at, table + in_table, piece), ==, 0);
      at += piece;
    }

  g_assert_cmpuint (found[size], ==, 0);
}

void
test_assert_in_error (const GError *error, const char *text)
{
  g_assert_nonnull (error);
  if (strstr (error->message, text) == NULL)
    g_error ("“%s” is not in the message “%s”", text, error->message);
}

void
test_assert_handlers_gone (GCancellable *cancellable)
{
  guint id = g_signal_lookup ("cancelled", G_TYPE_CANCELLABLE);

  g_assert_cmpuint (
    g_signal_handler_find (cancellable, G_SIGNAL_MATCH_ID, id, 0, NULL, NULL, NULL), ==, 0);
}
