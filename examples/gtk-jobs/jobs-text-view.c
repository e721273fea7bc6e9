/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "jobs-text-view.h"

/* Shows a log, and follows its end until the user scrolls away from it.
 *
 * The log can grow by more lines in a frame than a text view can take in a second. So the view
 * reads it: one piece of a few hundred lines in each frame, as long as there is one to be read. If
 * the log has dropped what would come next, that is said in a line of its own, and the view goes
 * on with the oldest that is there. As soon as the log rests, the view catches up with it within
 * the third of a second. Lines are taken away at the beginning at twice the rate, so no frame does
 * work that grows with what was written.
 */
#define MAX_LINES JOBS_LOG_MAX_LINES
#define MAX_LINES_TRIMMED 1000

struct _JobsTextView
{
  GtkTextView parent_instance;

  GtkTextMark *end;
  GtkTextTag *lost_tag;
  JobsMatches *matches;
  JobsLog *log;
  JobsPlace place;

  GtkAdjustment *vadjustment;
  double last_value;
  int last_line; /* the first one that was in sight */
  double last; /* value of the end, as far as heights are known */
  guint tick;
  guint work;
  gboolean is_following;
  gboolean has_grown;     /* so its end is somewhere else */
  gboolean is_changing;   /* it is us who scrolls */
  gboolean wants_a_match; /* the first one found is to be shown */
};

G_DEFINE_FINAL_TYPE (JobsTextView, jobs_text_view, GTK_TYPE_TEXT_VIEW)

static GtkTextBuffer *
get_buffer (JobsTextView *self)
{
  return gtk_text_view_get_buffer (GTK_TEXT_VIEW (self));
}

/* Between lines, not behind them: no empty line at the end. */
static void
append (JobsTextView *self, const char *text, gsize length, GtkTextTag *tag)
{
  GtkTextBuffer *buffer = get_buffer (self);
  GtkTextIter at;

  gtk_text_buffer_get_end_iter (buffer, &at);
  if (!gtk_text_iter_is_start (&at))
    gtk_text_buffer_insert (buffer, &at, "\n", 1);
  if (tag == NULL)
    gtk_text_buffer_insert (buffer, &at, text, length);
  else
    gtk_text_buffer_insert_with_tags (buffer, &at, text, length, tag, NULL);
}

static gboolean
feed (JobsTextView *self)
{
  gsize length;
  guint64 n_lost;
  const char *text = self->log ? jobs_log_read (self->log, &self->place, &length, &n_lost) : NULL;

  if (text == NULL)
    return FALSE;

  if (n_lost > 0)
    {
      g_autofree char *lost = g_strdup_printf ("⋯ %" G_GUINT64_FORMAT " lines passed by ⋯", n_lost);

      append (self, lost, -1, self->lost_tag);
    }
  append (self, text, length - 1, NULL);
  return TRUE;
}

static void
trim (JobsTextView *self)
{
  GtkTextBuffer *buffer = get_buffer (self);
  int n_more = gtk_text_buffer_get_line_count (buffer) - MAX_LINES;
  GtkTextIter begin, end;

  if (n_more <= 0)
    return;

  n_more = MIN (n_more, MAX_LINES_TRIMMED);
  gtk_text_buffer_get_start_iter (buffer, &begin);
  gtk_text_buffer_get_iter_at_line (buffer, &end, n_more);
  gtk_text_buffer_delete (buffer, &begin, &end);
  jobs_matches_trim (self->matches, n_more);
}

/* What is new has no height yet: the view finds it by itself. In the end, there is the margin too.
 */
static void
scroll_to_end (JobsTextView *self, gboolean has_more)
{
  GtkTextIter end;

  if (has_more)
    {
      gtk_text_buffer_get_end_iter (get_buffer (self), &end);
      gtk_text_iter_set_line_offset (&end, 0);
      gtk_text_buffer_move_mark (get_buffer (self), self->end, &end);
      gtk_text_view_scroll_to_mark (GTK_TEXT_VIEW (self), self->end, 0, TRUE, 0, 1);
    }
  else if (self->has_grown && self->vadjustment != NULL)
    gtk_adjustment_set_value (self->vadjustment, gtk_adjustment_get_upper (self->vadjustment));
  self->has_grown = FALSE;
}

static gboolean
on_work (gpointer user_data)
{
  JobsTextView *self = user_data;
  gboolean has_more;

  self->work = 0;
  self->is_changing = TRUE;
  has_more = feed (self);
  trim (self);
  if (self->is_following)
    scroll_to_end (self, has_more);
  self->is_changing = FALSE;

  has_more |= jobs_matches_scan (self->matches);
  if (self->wants_a_match && jobs_matches_get_n (self->matches) > 0)
    jobs_text_view_move (self, 0);

  if (!has_more)
    {
      gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->tick);
      self->tick = 0;
    }
  return G_SOURCE_REMOVE;
}

/* The frame gives the pace, and work is done when it is painted: what is added then has its height
 * before the next one is laid out. */
static gboolean
on_tick (GtkWidget *widget, GdkFrameClock *clock, gpointer user_data)
{
  JobsTextView *self = JOBS_TEXT_VIEW (widget);

  if (self->work == 0)
    self->work = g_idle_add_full (GTK_PRIORITY_RESIZE, on_work, self, NULL);
  return G_SOURCE_CONTINUE;
}

static void
start_ticking (JobsTextView *self)
{
  if (self->tick == 0)
    self->tick = gtk_widget_add_tick_callback (GTK_WIDGET (self), on_tick, NULL, NULL);
}

void
jobs_text_view_set_log (JobsTextView *self, JobsLog *log)
{
  if (self->log == log)
    return;

  if (self->log != NULL)
    g_signal_handlers_disconnect_by_data (self->log, self);
  g_set_object (&self->log, log);

  self->is_changing = TRUE;
  gtk_text_buffer_set_text (get_buffer (self), "", 0);
  self->is_changing = FALSE;
  jobs_matches_reset (self->matches);
  self->place = (JobsPlace) { 0 };
  self->is_following = TRUE;
  if (log != NULL)
    {
      g_signal_connect_object (log, "changed", G_CALLBACK (start_ticking), self,
                               G_CONNECT_SWAPPED);
      start_ticking (self);
    }
}

JobsMatches *
jobs_text_view_get_matches (JobsTextView *self)
{
  return self->matches;
}

gboolean
jobs_text_view_is_following (JobsTextView *self)
{
  return self->is_following;
}

void
jobs_text_view_search (JobsTextView *self, const char *needle)
{
  jobs_matches_set_needle (self->matches, needle);
  self->wants_a_match = needle[0] != '\0';
  start_ticking (self);
}

void
jobs_text_view_move (JobsTextView *self, int step)
{
  GtkTextIter at;

  if (!jobs_matches_move (self->matches, step, &at))
    return;

  self->wants_a_match = FALSE;
  self->is_following = FALSE;
  gtk_text_view_scroll_to_iter (GTK_TEXT_VIEW (self), &at, 0.1, FALSE, 0, 0);
}

static int
get_line_at (JobsTextView *self, double value)
{
  GtkTextIter iter;

  gtk_text_view_get_line_at_y (GTK_TEXT_VIEW (self), &iter, (int) value, NULL);
  return gtk_text_iter_get_line (&iter);
}

/* Only a user brings earlier lines back. While it measures lines, the view moves by itself
 * so that the same ones stay in sight. */
static void
on_scrolled (JobsTextView *self)
{
  double value = gtk_adjustment_get_value (self->vadjustment);
  int line = get_line_at (self, value);

  if (!self->is_changing)
    {
      if (value >= self->last - 1)
        self->is_following = TRUE;
      else if (line < self->last_line)
        self->is_following = FALSE;
    }
  self->last_value = value;
  self->last_line = line;
}

/* Lines get their height some time after they were added, or when they come in sight: so where the
 * user went may not be the end any more when that is told. */
static void
on_grown (JobsTextView *self)
{
  if (gtk_adjustment_get_value (self->vadjustment) != self->last_value)
    on_scrolled (self);
  self->last = gtk_adjustment_get_upper (self->vadjustment)
               - gtk_adjustment_get_page_size (self->vadjustment);
  if (self->is_following)
    {
      self->has_grown = TRUE;
      start_ticking (self);
    }
}

static void
on_vadjustment (JobsTextView *self)
{
  GtkAdjustment *adjustment = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (self));

  if (self->vadjustment != NULL)
    g_signal_handlers_disconnect_by_data (self->vadjustment, self);
  g_set_object (&self->vadjustment, adjustment);
  if (adjustment == NULL)
    return;

  g_signal_connect_object (adjustment, "value-changed", G_CALLBACK (on_scrolled), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (adjustment, "changed", G_CALLBACK (on_grown), self, G_CONNECT_SWAPPED);
}

static void
jobs_text_view_dispose (GObject *object)
{
  JobsTextView *self = JOBS_TEXT_VIEW (object);

  g_clear_handle_id (&self->work, g_source_remove);
  if (self->log != NULL)
    g_signal_handlers_disconnect_by_data (self->log, self);
  if (self->vadjustment != NULL)
    g_signal_handlers_disconnect_by_data (self->vadjustment, self);
  g_clear_object (&self->log);
  g_clear_object (&self->vadjustment);
  g_clear_object (&self->matches);

  G_OBJECT_CLASS (jobs_text_view_parent_class)->dispose (object);
}

static void
jobs_text_view_class_init (JobsTextViewClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = jobs_text_view_dispose;
}

static void
jobs_text_view_init (JobsTextView *self)
{
  GtkTextBuffer *buffer = get_buffer (self);
  GtkTextIter end;

  gtk_text_buffer_set_enable_undo (buffer, FALSE);
  gtk_text_buffer_get_end_iter (buffer, &end);
  self->end = gtk_text_buffer_create_mark (buffer, NULL, &end, FALSE);
  self->lost_tag = gtk_text_buffer_create_tag (buffer, NULL, "style", PANGO_STYLE_ITALIC,
                                               "justification", GTK_JUSTIFY_CENTER, NULL);
  self->matches = jobs_matches_new (buffer);
  self->is_following = TRUE;
  g_signal_connect (self, "notify::vadjustment", G_CALLBACK (on_vadjustment), NULL);
}
