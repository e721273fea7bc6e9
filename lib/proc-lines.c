/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-lines-private.h"

#include "proc-charset-private.h"
#include "proc-text-private.h"

#include <string.h>

/* Splits output into lines, as it comes, in pieces cut anywhere. A pure room: no
 * child, no source, any thread.
 *
 *   LF, CRLF     end a line
 *   lone CR      what follows is written over the line: only the last version of it
 *                stays, which is what `lines` are; until then it can be looked at
 *   BS           takes back a character
 *   ESC …        control sequences are left out, but those that erase the line do
 *
 * The line under way is kept as bytes, and made valid UTF-8 when it is given: so a
 * character that is cut by a read is whole again by then.
 *
 *   TEXT ─ ESC ─▶ ESCAPE ─ '[' ─▶ CSI ─ final byte ─▶ TEXT
 *                        ├ ']' 'P' 'X' '^' '_' ─▶ STRING ─ BEL, ESC '\' ─▶ TEXT
 *                        └ anything else, after intermediates ─▶ TEXT
 *
 * A line end ends a sequence, too: a broken one must not swallow what comes after.
 * Output of another charset is converted first, since there a line end may be any byte.
 */
typedef enum
{
  STATE_TEXT,
  STATE_ESCAPE,
  STATE_CSI,
  STATE_STRING,
  STATE_STRING_ESCAPE
} State;

struct _ProcLines
{
  State state;
  GByteArray *line;  /* as it would stay */
  gboolean returned; /* a CR, and nothing since */
  guint8 parameter;  /* of a CSI: its last digit, or 0 */
  ProcDecoder *decoder; /* NULL: UTF-8 comes in */
  GString *decoded;
};

/* NULL for UTF-8; what is not known is taken for that. */
ProcLines *
proc_lines_new (const char *charset)
{
  ProcLines *self = g_new0 (ProcLines, 1);

  if (charset != NULL)
    self->decoder = proc_decoder_new (charset);
  if (self->decoder != NULL)
    self->decoded = g_string_new (NULL);
  self->line = g_byte_array_new ();
  return self;
}

void
proc_lines_free (ProcLines *self)
{
  g_byte_array_unref (self->line);
  if (self->decoder != NULL)
    {
      proc_decoder_free (self->decoder);
      g_string_free (self->decoded, TRUE);
    }
  g_free (self);
}

static void
end_line (ProcLines *self, GPtrArray *lines)
{
  g_ptr_array_add (lines, proc_text_make_valid ((const char *) self->line->data,
                                                self->line->len));
  g_byte_array_set_size (self->line, 0);
  self->returned = FALSE;
  self->state = STATE_TEXT;
}

/* Gives how many bytes at the end are the beginning of a character that lacks the
 * rest. */
static guint
count_incomplete (const GByteArray *line)
{
  for (guint n = 1; n <= 3 && n <= line->len; n++)
    {
      guint8 byte = line->data[line->len - n];

      if ((byte & 0xC0) == 0x80)
        continue;
      if (byte >= 0xF0)
        return n < 4 ? n : 0;
      if (byte >= 0xE0)
        return n < 3 ? n : 0;
      return byte >= 0xC0 && n < 2 ? n : 0;
    }

  return 0;
}

/* What begins a character goes to the next piece. */
static void
cut_line (ProcLines *self, GPtrArray *lines)
{
  guint n_kept = count_incomplete (self->line);
  guint8 kept[4];

  memcpy (kept, self->line->data + self->line->len - n_kept, n_kept);
  g_byte_array_set_size (self->line, self->line->len - n_kept);
  end_line (self, lines);
  g_byte_array_append (self->line, kept, n_kept);
}

static void
overwrite (ProcLines *self)
{
  if (self->returned)
    g_byte_array_set_size (self->line, 0);

  self->returned = FALSE;
}

static void
append_text (ProcLines *self, const guint8 *text, gsize size, GPtrArray *lines)
{
  overwrite (self);
  while (size > 0)
    {
      gsize n;

      if (self->line->len == PROC_LINES_MAX_LINE)
        cut_line (self, lines);
      n = MIN (size, PROC_LINES_MAX_LINE - self->line->len);
      g_byte_array_append (self->line, text, n);
      text += n;
      size -= n;
    }
}

static void
take_back (ProcLines *self)
{
  guint size = self->line->len;

  while (size > 0 && (self->line->data[size - 1] & 0xC0) == 0x80)
    size--;
  if (size > 0)
    g_byte_array_set_size (self->line, size - 1);
}

/* EL: at the beginning of the line all of it goes, and with 1 or 2 anywhere. */
static void
finish_csi (ProcLines *self, guint8 final)
{
  if (final == 'K' && (self->returned || self->parameter == '1' || self->parameter == '2'))
    {
      g_byte_array_set_size (self->line, 0);
      self->returned = FALSE;
    }

  self->state = STATE_TEXT;
}

static void
take_sequence (ProcLines *self, guint8 byte)
{
  switch (self->state)
    {
    case STATE_ESCAPE:
      if (byte == '[')
        self->state = STATE_CSI;
      else if (byte != '\0' && strchr ("]PX^_", byte) != NULL)
        self->state = STATE_STRING;
      else if (byte < 0x20 || byte > 0x2F)
        self->state = STATE_TEXT;
      self->parameter = 0;
      break;

    case STATE_CSI:
      if (byte >= 0x40 && byte <= 0x7E)
        finish_csi (self, byte);
      else
        self->parameter = g_ascii_isdigit (byte) ? byte : 0;
      break;

    case STATE_STRING:
      if (byte == '\a')
        self->state = STATE_TEXT;
      else if (byte == '\033')
        self->state = STATE_STRING_ESCAPE;
      break;

    case STATE_STRING_ESCAPE:
      self->state = byte == '\\' ? STATE_TEXT : STATE_STRING;
      break;

    case STATE_TEXT:
    default:
      g_assert_not_reached ();
    }
}

static void
take_control (ProcLines *self, guint8 byte, GPtrArray *lines)
{
  if (byte == '\n')
    end_line (self, lines);
  else if (byte == '\r')
    self->returned = TRUE;
  else if (byte == '\b')
    take_back (self);
  else
    self->state = STATE_ESCAPE;
}

static gboolean
is_control (guint8 byte)
{
  return byte == '\n' || byte == '\r' || byte == '\b' || byte == '\033';
}

static void
feed (ProcLines *self, const guint8 *data, gsize size, GPtrArray *lines)
{
  gsize at = 0;

  while (at < size)
    {
      gsize begin = at;

      while (self->state == STATE_TEXT && at < size && !is_control (data[at]))
        at++;
      if (at > begin)
        append_text (self, data + begin, at - begin, lines);
      if (at == size)
        return;

      if (self->state == STATE_TEXT || data[at] == '\n')
        take_control (self, data[at++], lines);
      else
        take_sequence (self, data[at++]);
    }
}

static void
feed_decoded (ProcLines *self, GPtrArray *lines)
{
  feed (self, (const guint8 *) self->decoded->str, self->decoded->len, lines);
  g_string_truncate (self->decoded, 0);
}

/* Appends to @lines those that end in here; they are the caller's, to be freed by
 * g_free (). */
void
proc_lines_feed (ProcLines *self, const guint8 *data, gsize size, GPtrArray *lines)
{
  if (self->decoder == NULL)
    {
      feed (self, data, size, lines);
      return;
    }

  proc_decoder_feed (self->decoder, data, size, self->decoded);
  feed_decoded (self, lines);
}

/* A last line without an end counts. */
void
proc_lines_finish (ProcLines *self, GPtrArray *lines)
{
  if (self->decoder != NULL)
    {
      proc_decoder_finish (self->decoder, self->decoded);
      feed_decoded (self, lines);
    }
  if (self->line->len > 0)
    end_line (self, lines);
}
