/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-text-private.h"

#include "proc-charset-private.h"

#include <string.h>

/* Text for people and for string APIs. The bytes of a result are what the child
 * wrote; what is made of them here is always valid UTF-8 and never NULL, with
 * U+FFFD for each byte that is none, NUL included. Where a charset is asked for, NULL
 * is UTF-8.
 *
 * Pure functions: no state, any thread.
 */

/* A last line is looked for in this much of the end of the output. It is a multiple of
 * what a character takes in any charset that has them all of one size. */
#define TAIL_BYTES 4096
#define WIDEST_UNIT 4
#define LAST_LINE_CHARS 300

/* A character has at most four bytes, so what is left of one has three. */
#define MAX_CUT ((gsize) 3)
#define INCOMPLETE ((gunichar) -2)
#define REPLACEMENT "\357\277\275"

/* Gives how many bytes begin no character. */
static gsize
count_invalid (const char *data, gsize size)
{
  gsize n = 0;

  while (n < size && g_utf8_get_char_validated (data + n, size - n) >= INCOMPLETE)
    n++;

  return n;
}

static void
append_replacements (GString *text, gsize n)
{
  gsize at = text->len;

  g_string_set_size (text, at + n * strlen (REPLACEMENT));
  for (; at < text->len; at += strlen (REPLACEMENT))
    memcpy (text->str + at, REPLACEMENT, strlen (REPLACEMENT));
}

/* What g_utf8_make_valid () does, which takes 25 msec of a main loop for a line of 1 MiB
 * of NULs, and this takes 7. */
char *
proc_text_make_valid (const char *data, gsize size)
{
  GString *text = g_string_sized_new (size);

  while (size > 0)
    {
      const char *end;
      gsize n_invalid;

      g_utf8_validate_len (data, size, &end);
      g_string_append_len (text, data, end - data);
      size -= end - data;
      n_invalid = count_invalid (end, size);
      append_replacements (text, n_invalid);
      size -= n_invalid;
      data = end + n_invalid;
    }

  return g_string_free (text, FALSE);
}

static char *
decode_from (GBytes *bytes, gsize start, const char *charset)
{
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);

  if (size == start)
    return g_strdup ("");

  return charset != NULL ? proc_charset_decode (bytes, start, charset)
                         : proc_text_make_valid (data + start, size - start);
}

/* What is left of a character whose beginning was cut off. */
static gsize
count_orphans (const guint8 *data, gsize size)
{
  gsize n = 0;

  while (n < MIN (size, MAX_CUT) && (data[n] & 0xc0) == 0x80)
    n++;

  return n;
}

/* The beginning of a character whose rest was cut off. */
static gsize
count_begun (const guint8 *data, gsize size)
{
  for (gsize n = 1; n <= MIN (size, MAX_CUT); n++)
    if (data[size - n] >= 0xc0)
      return g_utf8_get_char_validated ((const char *) data + size - n, n) == INCOMPLETE ? n : 0;

  return 0;
}

/* Of output that was cut: @n_lost bytes at its start, or something at its end. Of a
 * character that was cut there nothing is shown; in another charset, what is left of it
 * may be U+FFFD. */
char *
proc_text_decode_part (GBytes *bytes, const char *charset, guint64 n_lost, gboolean cut_end)
{
  g_autoptr(GBytes) part = NULL;
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  gsize start;
  gsize n_begun;

  if (charset != NULL)
    {
      gsize unit = proc_charset_measure_unit (charset);

      start = MIN ((unit - n_lost % unit) % unit, size);
      n_begun = 0;
    }
  else
    {
      start = n_lost > 0 ? count_orphans (data, size) : 0;
      n_begun = cut_end ? count_begun (data + start, size - start) : 0;
    }

  part = g_bytes_new_from_bytes (bytes, start, size - start - n_begun);
  return decode_from (part, 0, charset);
}

/* Removes one line end, LF or CRLF, in place. */
char *
proc_text_chomp (char *text)
{
  gsize length = strlen (text);

  if (length > 0 && text[length - 1] == '\n')
    {
      text[--length] = '\0';
      if (length > 0 && text[length - 1] == '\r')
        text[--length] = '\0';
    }

  return text;
}

/* U+0080 to U+009F, some of which begin a terminal's sequences as ESC does. */
static gboolean
is_c1_control (const char *text)
{
  guint8 second = text[0] == '\xC2' ? text[1] : 0;

  return second >= 0x80 && second <= 0x9F;
}

/* Control characters would break a sentence in a log or a dialog. In place. */
char *
proc_text_blank_controls (char *text)
{
  for (char *c = text; *c != '\0'; c++)
    if (g_ascii_iscntrl (*c))
      *c = ' ';
    else if (is_c1_control (c))
      c[0] = c[1] = ' ';

  return g_strstrip (text);
}

char *
proc_text_shorten (const char *text, guint max_chars)
{
  g_autofree char *start = NULL;

  if (g_utf8_strlen (text, -1) <= max_chars)
    return g_strdup (text);

  start = g_utf8_substring (text, 0, max_chars - 1);
  return g_strconcat (g_strchomp (start), "…", NULL);
}

/* These mean nothing special to a shell, wherever they stand in an argument. */
static gboolean
needs_no_quotes (const char *arg)
{
  return *arg != '\0'
         && strspn (arg, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "%+,-./:=@^_") == strlen (arg);
}

/* Appends an argument so that a shell reads it as one word. The first of a line
 * must not look like an assignment. */
void
proc_text_append_quoted (GString *line, const char *arg)
{
  gboolean plain = needs_no_quotes (arg) && (line->len > 0 || strchr (arg, '=') == NULL);
  g_autofree char *quoted = plain ? NULL : g_shell_quote (arg);

  g_string_append (line, quoted != NULL ? quoted : arg);
}

/* The end of the output, in which a last line may be looked for, and before it what takes
 * @spare bytes. It is decoded by itself, since the output may be large: where it begins in the
 * middle of a character or a shift, no charset is wrong beyond the next line end. Before @bytes
 * there were @n_lost more. *@cut: it is not all. */
char *
proc_text_tail (GBytes *bytes, const char *charset, guint64 n_lost, gsize spare, gboolean *cut)
{
  gsize size = g_bytes_get_size (bytes);
  gsize start = size - MIN (size, TAIL_BYTES + spare);
  g_autoptr(GBytes) part = NULL;

  *cut = start > 0 || n_lost > 0;
  if (n_lost == 0)
    return decode_from (bytes, start - start % WIDEST_UNIT, charset);

  part = g_bytes_new_from_bytes (bytes, start, size - start);
  return proc_text_decode_part (part, charset, n_lost + start, FALSE);
}

/* The last line that says something, or "". */
char *
proc_text_last_line (const char *text)
{
  g_auto(GStrv) lines = g_strsplit_set (text, "\r\n", -1);

  for (guint i = g_strv_length (lines); i > 0; i--)
    if (*proc_text_blank_controls (lines[i - 1]) != '\0')
      return proc_text_shorten (lines[i - 1], LAST_LINE_CHARS);

  return g_strdup ("");
}
