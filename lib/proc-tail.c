/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-tail-private.h"

#include "proc-charset-private.h"
#include "proc-lines-private.h"
#include "proc-progress-private.h"

#include <string.h>

/* What a stream says last, for who looks now and then: a few KiB at its end are kept,
 * and made lines when somebody asks. So a fast stream costs a short copy for each read,
 * whatever its lines. A pure room: whoever has it locks it.
 *
 * Where more came before, the text begins with the rest of something, which is left out
 * up to the first blank, or without one, as far as it is a number: half a number is no
 * progress. In another charset the first byte begins a character at least where all of
 * them have one size.
 */
#define KEPT_BYTES ((gsize) 4096)
#define WIDEST_UNIT 4

void
proc_tail_append (ProcTail *self, const guint8 *data, gsize size)
{
  gsize n_lost = size > KEPT_BYTES ? size - KEPT_BYTES : 0;

  if (self->bytes == NULL)
    self->bytes = g_byte_array_new ();

  if (n_lost > 0)
    {
      while ((self->bytes->len + n_lost) % WIDEST_UNIT != 0)
        n_lost++;
      g_byte_array_set_size (self->bytes, 0);
      self->cut = TRUE;
    }
  else if (self->bytes->len + size > 2 * KEPT_BYTES)
    {
      guint n_old = self->bytes->len - KEPT_BYTES;

      g_byte_array_remove_range (self->bytes, 0, n_old - n_old % WIDEST_UNIT);
      self->cut = TRUE;
    }

  g_byte_array_append (self->bytes, data + n_lost, size - n_lost);
}

void
proc_tail_clear (ProcTail *self)
{
  g_clear_pointer (&self->bytes, g_byte_array_unref);
  self->cut = FALSE;
}

/* Gives what is kept in UTF-8, or what is taken for that. */
static GBytes *
decode (const ProcTail *self, const char *charset)
{
  g_autoptr(GBytes) bytes = g_bytes_new_static (self->bytes->data, self->bytes->len);
  char *text;

  if (charset == NULL)
    return g_steal_pointer (&bytes);

  text = proc_charset_decode (bytes, 0, charset);
  return g_bytes_new_take (text, strlen (text));
}

static gsize
count_rest (const guint8 *text, gsize size)
{
  gsize n = 0;

  while (n < size && !g_ascii_isspace (text[n]))
    n++;
  if (n < size)
    return n;

  for (n = 0; n < size && (g_ascii_isdigit (text[n]) || text[n] == '.'); n++)
    ;
  return n;
}

/* Gives the lines that have ended, the one under way behind them, if there is one. */
static GPtrArray *
split (const ProcTail *self, const char *charset)
{
  GPtrArray *lines = g_ptr_array_new_with_free_func (g_free);
  g_autoptr(ProcLines) splitter = proc_lines_new (NULL);
  g_autoptr(GBytes) bytes = NULL;
  const guint8 *text;
  gsize size;
  gsize start;

  if (self->bytes == NULL || self->bytes->len == 0)
    return lines;

  bytes = decode (self, charset);
  text = g_bytes_get_data (bytes, &size);
  start = self->cut ? count_rest (text, size) : 0;
  proc_lines_feed (splitter, text + start, size - start, lines);
  proc_lines_finish (splitter, lines);
  return lines;
}

static gboolean
read_progress (const char *line, GRegex *pattern, double total, double *progress)
{
  return pattern != NULL ? proc_progress_read_pattern (line, pattern, total, progress)
                         : proc_progress_read (line, progress);
}

/* Gives the line under way, as it stands, or the last that has ended and says something;
 * "" if there is none. And the progress that the last line told that told any. A NULL
 * @charset is UTF-8, a NULL @pattern the usual way to tell progress. */
void
proc_tail_look (const ProcTail *self,
                const char *charset,
                GRegex *pattern,
                double total,
                ProcTailFacts *facts)
{
  g_autoptr(GPtrArray) lines = split (self, charset);

  *facts = (ProcTailFacts) { NULL };
  for (guint i = lines->len; i > 0; i--)
    {
      char **line = (char **) &g_ptr_array_index (lines, i - 1);

      if (!facts->has_progress)
        facts->has_progress = read_progress (*line, pattern, total, &facts->progress);
      if (facts->last_line == NULL && **line != '\0')
        facts->last_line = g_steal_pointer (line);
    }

  if (facts->last_line == NULL)
    facts->last_line = g_strdup ("");
}
