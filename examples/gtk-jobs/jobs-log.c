/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "jobs-log.h"

/* The last lines of one job, and why it failed, if it did.
 *
 * Text is kept in pieces, each of a few hundred lines at most, since one copy for a piece is
 * cheaper than one string for a line: a command can write a million lines a second, and the
 * main loop has a window to draw. New text is put behind the last piece; when there are too
 * many lines, or too much text, the first piece goes as a whole. So there are always at least
 * as many lines as promised, and never more than a piece above that.
 */
#define MAX_BYTES (4 << 20)
#define MAX_PIECE_LINES 500
#define MAX_PIECE_BYTES (16 << 10)
/* A text view lays out a line as a whole: what is longer is cut. */
#define MAX_LINE_BYTES 4096

typedef struct
{
  GString *text;
  guint n_lines;
  guint64 n_lines_before;
} Piece;

struct _JobsLog
{
  GObject parent_instance;

  char *title;
  GError *error;
  GQueue pieces;
  guint64 first_piece;
  guint64 n_lines_ever;
  gsize n_bytes;
};

G_DEFINE_FINAL_TYPE (JobsLog, jobs_log, G_TYPE_OBJECT)

enum
{
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];
static G_DEFINE_QUARK (jobs-log, jobs_log)

static void
piece_free (gpointer data)
{
  Piece *piece = data;

  g_string_free (piece->text, TRUE);
  g_free (piece);
}

static Piece *
get_last_piece (JobsLog *self)
{
  Piece *piece = g_queue_peek_tail (&self->pieces);

  if (piece == NULL || piece->n_lines >= MAX_PIECE_LINES || piece->text->len >= MAX_PIECE_BYTES)
    {
      piece = g_new0 (Piece, 1);
      piece->text = g_string_new (NULL);
      piece->n_lines_before = self->n_lines_ever;
      g_queue_push_tail (&self->pieces, piece);
    }
  return piece;
}

static void
append_line (JobsLog *self, const char *line)
{
  Piece *piece = get_last_piece (self);
  gsize old_length = piece->text->len;
  gsize length = strlen (line);

  if (length <= MAX_LINE_BYTES)
    g_string_append_len (piece->text, line, length);
  else
    {
      const char *end = g_utf8_find_prev_char (line, line + MAX_LINE_BYTES + 1);

      g_string_append_len (piece->text, line, end - line);
      g_string_append (piece->text, "…");
    }
  g_string_append_c (piece->text, '\n');
  piece->n_lines++;
  self->n_lines_ever++;
  self->n_bytes += piece->text->len - old_length;
}

static gboolean
has_too_much (JobsLog *self)
{
  Piece *first = g_queue_peek_head (&self->pieces);

  if (self->pieces.length < 2)
    return FALSE;
  return self->n_bytes > MAX_BYTES
         || self->n_lines_ever - first->n_lines_before - first->n_lines >= JOBS_LOG_MAX_LINES;
}

void
jobs_log_append (JobsLog *self, char **lines)
{
  for (; *lines != NULL; lines++)
    append_line (self, *lines);

  while (has_too_much (self))
    {
      Piece *piece = g_queue_pop_head (&self->pieces);

      self->first_piece++;
      self->n_bytes -= piece->text->len;
      piece_free (piece);
    }
  g_signal_emit (self, signals[CHANGED], 0);
}

const char *
jobs_log_read (JobsLog *self, JobsPlace *place, gsize *length, guint64 *n_lost)
{
  Piece *piece;

  *n_lost = 0;
  if (place->piece < self->first_piece)
    {
      piece = g_queue_peek_head (&self->pieces);
      *n_lost = piece->n_lines_before - place->line;
      place->piece = self->first_piece;
      place->offset = 0;
    }

  piece = g_queue_peek_nth (&self->pieces, place->piece - self->first_piece);
  if (piece != NULL && place->offset == piece->text->len)
    {
      piece = g_queue_peek_nth (&self->pieces, place->piece + 1 - self->first_piece);
      if (piece != NULL)
        *place = (JobsPlace) { .piece = place->piece + 1 };
    }
  if (piece == NULL || place->offset == piece->text->len)
    return NULL;

  *length = piece->text->len - place->offset;
  place->offset = piece->text->len;
  place->line = piece->n_lines_before + piece->n_lines;
  return piece->text->str + piece->text->len - *length;
}

GBytes *
jobs_log_dup_text (JobsLog *self)
{
  GString *text = g_string_sized_new (self->n_bytes);

  for (GList *i = self->pieces.head; i != NULL; i = i->next)
    {
      Piece *piece = i->data;

      g_string_append_len (text, piece->text->str, piece->text->len);
    }
  return g_string_free_to_bytes (text);
}

/* The last lines, without the last line end. */
char *
jobs_log_dup_tail (JobsLog *self, guint n_lines)
{
  g_autoptr(GBytes) bytes = jobs_log_dup_text (self);
  gsize length;
  const char *text = g_bytes_get_data (bytes, &length);
  gsize begin;

  if (length == 0)
    return g_strdup ("");

  length--;
  for (begin = length; begin > 0; begin--)
    if (text[begin - 1] == '\n' && --n_lines == 0)
      break;
  return g_strndup (text + begin, length - begin);
}

const char *
jobs_log_get_title (JobsLog *self)
{
  return self->title;
}

/* Why the job is no success, NULL as long as that is not known or is not so. */
const GError *
jobs_log_get_error (JobsLog *self)
{
  return self->error;
}

guint
jobs_log_get_n_lines (JobsLog *self)
{
  Piece *first = g_queue_peek_head (&self->pieces);

  return first == NULL ? 0 : self->n_lines_ever - first->n_lines_before;
}

static void
jobs_log_finalize (GObject *object)
{
  JobsLog *self = JOBS_LOG (object);

  g_queue_clear_full (&self->pieces, piece_free);
  g_clear_error (&self->error);
  g_free (self->title);

  G_OBJECT_CLASS (jobs_log_parent_class)->finalize (object);
}

static void
jobs_log_class_init (JobsLogClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = jobs_log_finalize;

  signals[CHANGED] = g_signal_new ("changed", JOBS_TYPE_LOG, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 0);
}

static void
jobs_log_init (JobsLog *self)
{
  g_queue_init (&self->pieces);
}

static void
on_lines (ProcJob *job, ProcStream stream, char **lines, JobsLog *self)
{
  jobs_log_append (self, lines);
}

static void
on_over (GObject *source, GAsyncResult *async_result, gpointer user_data)
{
  g_autoptr(JobsLog) self = user_data;
  g_autoptr(ProcResult) result = proc_job_wait_finish (PROC_JOB (source), async_result,
                                                       &self->error);

  if (result != NULL)
    proc_result_check (result, &self->error);
  g_signal_emit (self, signals[CHANGED], 0);
}

/* To be called right after the start, so that no line is missed. The job owns its log. */
JobsLog *
jobs_log_attach (ProcJob *job, const char *title)
{
  JobsLog *self = g_object_new (JOBS_TYPE_LOG, NULL);

  self->title = g_strdup (title);
  g_object_set_qdata_full (G_OBJECT (job), jobs_log_quark (), self, g_object_unref);
  g_signal_connect_object (job, "lines", G_CALLBACK (on_lines), self, 0);
  proc_job_wait_async (job, NULL, on_over, g_object_ref (self));
  return self;
}

JobsLog *
jobs_log_get (ProcJob *job)
{
  return job == NULL ? NULL : g_object_get_qdata (G_OBJECT (job), jobs_log_quark ());
}

/* Nobody will look at it any more: so the job need not wait until all of its lines are told. */
void
jobs_log_detach (ProcJob *job)
{
  JobsLog *self = jobs_log_get (job);

  if (self != NULL)
    g_signal_handlers_disconnect_by_func (job, on_lines, self);
}
