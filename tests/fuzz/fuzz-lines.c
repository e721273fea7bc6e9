/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Lines are the same wherever the output was cut, and always text. */

#include "config.h"

#include <string.h>

#include "fuzz.h"
#include "proc-lines-private.h"
#include "proc-tail-private.h"

static GPtrArray *
split (const guint8 *data, gsize size, const guint8 *pieces, gsize n_pieces)
{
  GPtrArray *lines = g_ptr_array_new_with_free_func (g_free);
  g_autoptr(ProcLines) splitter = proc_lines_new (NULL);
  gsize piece;

  for (gsize at = 0, i = 0; at < size; at += piece, i++)
    {
      piece = n_pieces > 0 ? MIN (pieces[i % n_pieces] % 16 + 1, size - at) : size;
      proc_lines_feed (splitter, data + at, piece, lines);
    }

  proc_lines_finish (splitter, lines);
  return lines;
}

static void
check_tail (const guint8 *data, gsize size)
{
  ProcTail tail = { NULL };
  ProcTailFacts facts;

  proc_tail_append (&tail, data, size);
  proc_tail_look (&tail, NULL, NULL, 0, &facts);
  g_assert_true (g_utf8_validate (facts.last_line, -1, NULL));
  g_assert_true (facts.progress >= 0 && facts.progress <= 1);
  g_free (facts.last_line);
  proc_tail_clear (&tail);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr(GPtrArray) whole = split (data, size, NULL, 0);
  g_autoptr(GPtrArray) pieces = split (data, size, data, size);

  g_assert_cmpuint (whole->len, ==, pieces->len);
  for (guint i = 0; i < whole->len; i++)
    {
      const char *line = g_ptr_array_index (whole, i);

      g_assert_cmpstr (line, ==, g_ptr_array_index (pieces, i));
      g_assert_true (g_utf8_validate (line, -1, NULL));
      g_assert_null (strpbrk (line, "\n\r\b\033"));
    }

  check_tail (data, size);
  return 0;
}
