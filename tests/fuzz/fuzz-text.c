/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is decoded is text, and the same in pieces as at once. */

#include "config.h"

#include <string.h>

#include "fuzz.h"
#include "proc-charset-private.h"
#include "proc-text-private.h"

static const char *const charsets[] = {
  "ISO-8859-1", "UTF-8", "UTF-16LE", "UTF-16BE", "UTF-32LE", "SHIFT_JIS", "EUC-JP", "GB18030",
  "BIG5", "ISO-2022-JP", "WINDOWS-1258", "KOI8-R", "UTF-7",
};

static char *
decode_in_pieces (const guint8 *data, gsize size, const char *charset)
{
  ProcDecoder *decoder = proc_decoder_new (charset);
  g_autoptr(GString) text = g_string_new (NULL);
  gsize piece;

  g_assert_nonnull (decoder);
  for (gsize at = 0; at < size; at += piece)
    {
      piece = MIN (data[at] % 5 + 1, size - at);
      proc_decoder_feed (decoder, data + at, piece, text);
    }

  proc_decoder_finish (decoder, text);
  proc_decoder_free (decoder);
  return g_utf8_make_valid (text->str, text->len);
}

static void
check_charset (const guint8 *data, gsize size, const char *charset)
{
  g_autoptr(GBytes) bytes = g_bytes_new_static (data, size);
  g_autofree char *whole = proc_charset_decode (bytes, 0, charset);
  g_autofree char *pieces = decode_in_pieces (data, size, charset);

  g_assert_true (g_utf8_validate (whole, -1, NULL));
  g_assert_true (g_utf8_validate (pieces, -1, NULL));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr(GBytes) bytes = g_bytes_new_static (data, size);
  g_autofree char *text = proc_text_decode_part (bytes, NULL, 0, FALSE);
  g_autofree char *expected = g_utf8_make_valid ((const char *) data, size);
  g_autofree char *part = proc_text_decode_part (bytes, NULL, size % 7, size % 2);
  gboolean cut;
  g_autofree char *tail = proc_text_tail (bytes, NULL, 0, 0, &cut);
  g_autofree char *last = proc_text_last_line (tail);

  g_assert_cmpstr (text, ==, expected);
  g_assert_true (g_utf8_validate (text, -1, NULL));
  g_assert_true (g_utf8_validate (part, -1, NULL));
  g_assert_true (g_utf8_validate (last, -1, NULL));
  g_assert_cmpuint (strlen (text), >=, size);

  if (size > 0)
    check_charset (data + 1, size - 1, charsets[data[0] % G_N_ELEMENTS (charsets)]);
  return 0;
}
