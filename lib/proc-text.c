/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-text-private.h"

#include <string.h>

/* Text for people and for string APIs. The bytes of a result are what the child
 * wrote; what is made of them here is always valid UTF-8 and never NULL, with
 * U+FFFD for each byte that is none, NUL included.
 *
 * Pure functions: no state, any thread.
 */

/* A last line is looked for in this much of the end of the output. */
#define TAIL_BYTES 4096
#define LAST_LINE_CHARS 300

/* A character has at most four bytes, so what is left of one has three. */
#define MAX_CUT ((gsize) 3)
#define INCOMPLETE ((gunichar) -2)

char *
proc_text_decode (GBytes *bytes)
{
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);

  if (size == 0)
    return g_strdup ("");

  return g_utf8_make_valid (data, size);
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

/* Of a character that was cut where the output was, nothing is shown. */
char *
proc_text_decode_part (GBytes *bytes, gboolean cut_start, gboolean cut_end)
{
  g_autoptr(GBytes) part = NULL;
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  gsize n_orphans = cut_start ? count_orphans (data, size) : 0;
  gsize n_begun = cut_end ? count_begun (data + n_orphans, size - n_orphans) : 0;

  part = g_bytes_new_from_bytes (bytes, n_orphans, size - n_orphans - n_begun);
  return proc_text_decode (part);
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

/* Control characters would break a sentence in a log or a dialog. In place. */
char *
proc_text_blank_controls (char *text)
{
  for (char *c = text; *c != '\0'; c++)
    if (g_ascii_iscntrl (*c))
      *c = ' ';

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

/* The end of the output, in which a last line may be looked for. */
char *
proc_text_tail (GBytes *bytes)
{
  g_autoptr(GBytes) tail = NULL;
  gsize size = g_bytes_get_size (bytes);
  gsize tail_size = MIN (size, TAIL_BYTES);

  tail = g_bytes_new_from_bytes (bytes, size - tail_size, tail_size);
  return proc_text_decode (tail);
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
