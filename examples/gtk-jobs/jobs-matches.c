/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "jobs-matches.h"

/* Where in a buffer a text is found, kept while lines are added at its end and taken away at its
 * beginning.
 *
 * A few lines are looked at in each frame. Lines are counted from the first that ever was, so that
 * nothing that is kept has to be touched when the first ones go: matches in them are dropped from
 * the head of the array.
 */
#define MAX_LINES_AT_ONCE 500

typedef struct
{
  guint64 line;
  int begin;
  int end;
} Match;

struct _JobsMatches
{
  GObject parent_instance;

  GtkTextBuffer *buffer;
  GtkTextTag *tag;
  GtkTextTag *current_tag;
  char *needle;

  GArray *found;
  guint n_dropped; /* at the head of found */
  guint current;   /* an index in found, or NONE */
  guint64 n_trimmed;
  guint64 next_line;
};

#define NONE G_MAXUINT

G_DEFINE_FINAL_TYPE (JobsMatches, jobs_matches, G_TYPE_OBJECT)

enum
{
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static Match *
get_match (JobsMatches *self, guint index)
{
  return &g_array_index (self->found, Match, index);
}

static void
get_iters (JobsMatches *self, const Match *match, GtkTextIter *begin, GtkTextIter *end)
{
  int line = match->line - self->n_trimmed;

  gtk_text_buffer_get_iter_at_line_offset (self->buffer, begin, line, match->begin);
  gtk_text_buffer_get_iter_at_line_offset (self->buffer, end, line, match->end);
}

static void
say_changed (JobsMatches *self)
{
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
forget_found (JobsMatches *self)
{
  GtkTextIter begin, end;

  if (self->found->len > 0)
    {
      gtk_text_buffer_get_bounds (self->buffer, &begin, &end);
      gtk_text_buffer_remove_tag (self->buffer, self->tag, &begin, &end);
      gtk_text_buffer_remove_tag (self->buffer, self->current_tag, &begin, &end);
      g_array_set_size (self->found, 0);
    }
  self->n_dropped = 0;
  self->current = NONE;
}

void
jobs_matches_set_needle (JobsMatches *self, const char *needle)
{
  if (g_strcmp0 (self->needle, needle) == 0)
    return;

  g_free (self->needle);
  self->needle = g_strdup (needle);
  forget_found (self);
  self->next_line = self->n_trimmed;
  say_changed (self);
}

void
jobs_matches_reset (JobsMatches *self)
{
  forget_found (self);
  self->n_trimmed = 0;
  self->next_line = 0;
  say_changed (self);
}

void
jobs_matches_trim (JobsMatches *self, guint n_lines)
{
  guint n_dropped = self->n_dropped;

  self->n_trimmed += n_lines;
  self->next_line = MAX (self->next_line, self->n_trimmed);
  while (self->n_dropped < self->found->len
         && get_match (self, self->n_dropped)->line < self->n_trimmed)
    self->n_dropped++;
  if (self->n_dropped == n_dropped)
    return;

  if (self->current != NONE && self->current < self->n_dropped)
    self->current = NONE;
  if (self->n_dropped > self->found->len / 2)
    {
      g_array_remove_range (self->found, 0, self->n_dropped);
      if (self->current != NONE)
        self->current -= self->n_dropped;
      self->n_dropped = 0;
    }
  say_changed (self);
}

gboolean
jobs_matches_scan (JobsMatches *self)
{
  guint64 last = self->n_trimmed + gtk_text_buffer_get_line_count (self->buffer);
  guint64 until = MIN (self->next_line + MAX_LINES_AT_ONCE, last);
  guint n_found = self->found->len;
  GtkTextIter at, limit, begin, end;

  if (self->needle == NULL || self->needle[0] == '\0' || self->next_line >= last)
    return FALSE;

  gtk_text_buffer_get_iter_at_line (self->buffer, &at, self->next_line - self->n_trimmed);
  gtk_text_buffer_get_iter_at_line (self->buffer, &limit, until - 1 - self->n_trimmed);
  if (!gtk_text_iter_ends_line (&limit))
    gtk_text_iter_forward_to_line_end (&limit);
  while (gtk_text_iter_forward_search (&at, self->needle,
                                       GTK_TEXT_SEARCH_CASE_INSENSITIVE
                                         | GTK_TEXT_SEARCH_TEXT_ONLY,
                                       &begin, &end, &limit))
    {
      Match match = {
        .line = self->n_trimmed + gtk_text_iter_get_line (&begin),
        .begin = gtk_text_iter_get_line_offset (&begin),
        .end = gtk_text_iter_get_line_offset (&end),
      };

      g_array_append_val (self->found, match);
      gtk_text_buffer_apply_tag (self->buffer, self->tag, &begin, &end);
      at = end;
    }
  self->next_line = until;

  if (self->found->len > n_found)
    say_changed (self);
  return self->next_line < last;
}

guint
jobs_matches_get_n (JobsMatches *self)
{
  return self->found->len - self->n_dropped;
}

guint
jobs_matches_get_current (JobsMatches *self)
{
  return self->current == NONE ? 0 : self->current - self->n_dropped + 1;
}

/* The first match behind the cursor. */
static guint
find_from_cursor (JobsMatches *self)
{
  GtkTextIter cursor;
  guint low = self->n_dropped, high = self->found->len;
  guint64 line;
  int offset;

  gtk_text_buffer_get_iter_at_mark (self->buffer, &cursor,
                                    gtk_text_buffer_get_insert (self->buffer));
  line = self->n_trimmed + gtk_text_iter_get_line (&cursor);
  offset = gtk_text_iter_get_line_offset (&cursor);
  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      Match *match = get_match (self, middle);

      if (match->line < line || (match->line == line && match->begin < offset))
        low = middle + 1;
      else
        high = middle;
    }
  return low == self->found->len ? self->n_dropped : low;
}

static guint
find_next (JobsMatches *self, int step)
{
  guint first = self->n_dropped;
  guint n = self->found->len - first;

  if (self->current == NONE)
    return find_from_cursor (self);
  return first + (self->current - first + n + step) % n;
}

/* To the next match, the previous, or again to the one it is at; round at both ends. */
gboolean
jobs_matches_move (JobsMatches *self, int step, GtkTextIter *at)
{
  GtkTextIter begin, end;

  if (jobs_matches_get_n (self) == 0)
    return FALSE;

  if (self->current != NONE)
    {
      get_iters (self, get_match (self, self->current), &begin, &end);
      gtk_text_buffer_remove_tag (self->buffer, self->current_tag, &begin, &end);
    }
  self->current = find_next (self, step);
  get_iters (self, get_match (self, self->current), &begin, &end);
  gtk_text_buffer_apply_tag (self->buffer, self->current_tag, &begin, &end);
  gtk_text_buffer_place_cursor (self->buffer, &begin);
  say_changed (self);
  *at = begin;
  return TRUE;
}

static void
jobs_matches_finalize (GObject *object)
{
  JobsMatches *self = JOBS_MATCHES (object);

  g_clear_object (&self->buffer);
  g_clear_pointer (&self->found, g_array_unref);
  g_free (self->needle);

  G_OBJECT_CLASS (jobs_matches_parent_class)->finalize (object);
}

static void
jobs_matches_class_init (JobsMatchesClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = jobs_matches_finalize;

  signals[CHANGED] = g_signal_new ("changed", JOBS_TYPE_MATCHES, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 0);
}

static void
jobs_matches_init (JobsMatches *self)
{
  self->found = g_array_new (FALSE, FALSE, sizeof (Match));
  self->current = NONE;
}

/* The colours of matches are the same in light and dark: they have their own text colour. */
JobsMatches *
jobs_matches_new (GtkTextBuffer *buffer)
{
  JobsMatches *self = g_object_new (JOBS_TYPE_MATCHES, NULL);

  self->buffer = g_object_ref (buffer);
  self->tag = gtk_text_buffer_create_tag (buffer, NULL, "background", "#f9f06b",
                                          "foreground", "#241f31", NULL);
  self->current_tag = gtk_text_buffer_create_tag (buffer, NULL, "background", "#ff7800",
                                                  "foreground", "#241f31", NULL);
  return self;
}
