/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-charset-private.h"

#include <errno.h>
#include <string.h>

/* Text of another charset → valid UTF-8, with U+FFFD for what is none in that
 * charset, for what was cut off, and for NUL.
 *
 * It is what GCharsetConverter does, by the same g_iconv (), and one step more: some
 * charsets (windows-1258, TCVN) hold a letter back until they have seen what follows,
 * and GCharsetConverter never asks for the last one.
 *
 * Pure functions: no state, any thread. Only a decoder has state, the one of its stream:
 * what a piece cut off waits there for the next.
 */

#define REPLACEMENT "\357\277\275"

/* As long as the longest byte order mark. */
#define MARK_BYTES 4

typedef struct _GIConv ProcIConv;

static void
close_converter (ProcIConv *converter)
{
  g_iconv_close (converter);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ProcIConv, close_converter)

/* The C library takes "", or what is no name at all, for the locale's charset, which a
 * command cannot mean. */
static ProcIConv *
open_converter (const char *charset)
{
  GIConv converter;

  if (!g_ascii_isalnum (*charset))
    return NULL;

  converter = g_iconv_open ("UTF-8", charset);
  return converter != (GIConv) -1 ? converter : NULL;
}

gboolean
proc_charset_is_known (const char *charset)
{
  g_autoptr(ProcIConv) converter = open_converter (charset);

  return converter != NULL;
}

static gsize
measure (const char *text, const char *charset)
{
  gsize size = 0;

  g_free (g_convert (text, -1, charset, "UTF-8", NULL, &size, NULL));
  return size;
}

/* The bytes of the smallest character: as many are skipped where one is bad, so that
 * UTF-16 stays in step. A mark counts in both lines. */
gsize
proc_charset_measure_unit (const char *charset)
{
  gsize one = measure ("a", charset);
  gsize two = measure ("aa", charset);

  return MAX (two, one + 1) - one;
}

/* Converts up to the end of the input, or to what is bad or cut off: then FALSE.
 * Without input, gives what was held back. */
static gboolean
convert_run (GIConv converter, char **in, gsize *left, GString *text)
{
  char buffer[4096];
  gboolean failed;
  gboolean full;

  do
    {
      char *out = buffer;
      gsize room = sizeof buffer;

      failed = g_iconv (converter, in, left, &out, &room) == (gsize) -1;
      full = failed && errno == E2BIG;
      g_string_append_len (text, buffer, out - buffer);
    }
  while (full);

  return !failed;
}

/* What is bad there. */
static void
skip (char **in, gsize *left, gsize unit, GString *text)
{
  gsize bad = MIN (unit, *left);

  g_string_append (text, REPLACEMENT);
  *in += bad;
  *left -= bad;
}

/* Converts what is the end of the text. */
static void
convert_rest (GIConv converter, char *in, gsize left, gsize unit, GString *text)
{
  while (!convert_run (converter, &in, &left, text) && left > 0)
    skip (&in, &left, unit, text);
  convert_run (converter, NULL, NULL, text);
}

/* In the middle of a text the byte order is what the mark at its beginning says. */
static void
read_mark (GIConv converter, const char *data)
{
  static const char *const marks[] = { "\376\377", "\377\376", "\0\0\376\377" };
  static const gsize sizes[] = { 2, 2, 4 };
  g_autoptr(GString) ignored = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (marks); i++)
    if (memcmp (data, marks[i], sizes[i]) == 0)
      {
        char *in = (char *) data;
        gsize left = MARK_BYTES;

        convert_run (converter, &in, &left, ignored);
        return;
      }
}

/* Decodes from @start on, which is 0 or a multiple of four. Bytes of a charset that
 * is not known are taken for UTF-8. */
char *
proc_charset_decode (GBytes *bytes, gsize start, const char *charset)
{
  g_autoptr(ProcIConv) converter = open_converter (charset);
  g_autoptr(GString) text = g_string_new (NULL);
  gsize left;
  gsize unit;
  const char *data = g_bytes_get_data (bytes, &left);
  char *in = (char *) data + start;

  g_assert (start <= left && start % MARK_BYTES == 0);

  left -= start;
  if (converter == NULL)
    return g_utf8_make_valid (in, left);

  unit = proc_charset_measure_unit (charset);
  if (start > 0)
    read_mark (converter, data);

  convert_rest (converter, in, left, unit, text);
  return g_utf8_make_valid (text->str, text->len);
}

/* No character of any charset is longer, shifts included. */
#define LONGEST_CHARACTER 16

struct _ProcDecoder
{
  GIConv converter;
  gsize unit;
  char cut[LONGEST_CHARACTER]; /* the beginning of a character */
  gsize n_cut;
};

/* NULL: the charset is not known. */
ProcDecoder *
proc_decoder_new (const char *charset)
{
  g_autoptr(ProcIConv) converter = open_converter (charset);
  ProcDecoder *self;

  if (converter == NULL)
    return NULL;

  self = g_new0 (ProcDecoder, 1);
  self->converter = g_steal_pointer (&converter);
  self->unit = proc_charset_measure_unit (charset);
  return self;
}

void
proc_decoder_free (ProcDecoder *self)
{
  g_iconv_close (self->converter);
  g_free (self);
}

/* Converts all but a character that lacks its rest. */
static void
decode (ProcDecoder *self, char **in, gsize *left, GString *text)
{
  while (!convert_run (self->converter, in, left, text) && *left > 0)
    {
      if (errno == EINVAL && *left < LONGEST_CHARACTER)
        return;

      skip (in, left, self->unit, text);
    }
}

/* Completes the character that was cut, byte by byte. */
static void
decode_cut (ProcDecoder *self, const guint8 **data, gsize *size, GString *text)
{
  while (self->n_cut > 0 && *size > 0)
    {
      char *in = self->cut;
      gsize left;

      self->cut[self->n_cut++] = (char) *(*data)++;
      (*size)--;
      left = self->n_cut;
      decode (self, &in, &left, text);
      memmove (self->cut, in, left);
      self->n_cut = left;
    }
}

/* Appends what is known to be text; NULs too, but else valid UTF-8. */
void
proc_decoder_feed (ProcDecoder *self, const guint8 *data, gsize size, GString *text)
{
  char *in;

  decode_cut (self, &data, &size, text);
  in = (char *) data;
  decode (self, &in, &size, text);
  if (size > 0)
    {
      memcpy (self->cut, in, size);
      self->n_cut = size;
    }
}

/* Nothing comes any more: what lacks its rest is bad, and what is behind that need not
 * be. */
void
proc_decoder_finish (ProcDecoder *self, GString *text)
{
  convert_rest (self->converter, self->cut, self->n_cut, self->unit, text);
  self->n_cut = 0;
}
