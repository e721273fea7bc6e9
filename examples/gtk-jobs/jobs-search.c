/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "jobs-search.h"

/* The bar in which one types what is searched for in the text view. */
struct _JobsSearch
{
  GtkWidget parent_instance;

  GtkSearchBar *bar;
  GtkEditable *entry;
  GtkLabel *count;

  JobsTextView *view; /* not owned: both are parts of one window */
};

G_DEFINE_FINAL_TYPE (JobsSearch, jobs_search, GTK_TYPE_WIDGET)

static void
on_matches (JobsSearch *self, JobsMatches *matches)
{
  guint n = jobs_matches_get_n (matches);
  guint current = jobs_matches_get_current (matches);
  g_autofree char *count = NULL;

  if (gtk_editable_get_text (self->entry)[0] == '\0')
    count = g_strdup ("");
  else if (n == 0)
    count = g_strdup ("Not found");
  else if (current == 0)
    count = g_strdup_printf ("%u found", n);
  else
    count = g_strdup_printf ("%u of %u", current, n);
  gtk_label_set_label (self->count, count);
}

static void
search (JobsSearch *self)
{
  gboolean is_open = gtk_search_bar_get_search_mode (self->bar);

  if (self->view != NULL)
    jobs_text_view_search (self->view, is_open ? gtk_editable_get_text (self->entry) : "");
}

static void
on_next (JobsSearch *self)
{
  jobs_search_move (self, 1);
}

static void
on_previous (JobsSearch *self)
{
  jobs_search_move (self, -1);
}

/* Escape closes the bar: then the keyboard is for the text. */
static void
on_stop (JobsSearch *self)
{
  gtk_search_bar_set_search_mode (self->bar, FALSE);
  gtk_widget_grab_focus (GTK_WIDGET (self->view));
}

void
jobs_search_set_view (JobsSearch *self, JobsTextView *view)
{
  JobsMatches *matches = jobs_text_view_get_matches (view);

  self->view = view;
  g_signal_connect_object (matches, "changed", G_CALLBACK (on_matches), self, G_CONNECT_SWAPPED);
}

void
jobs_search_open (JobsSearch *self)
{
  gtk_search_bar_set_search_mode (self->bar, TRUE);
  gtk_widget_grab_focus (GTK_WIDGET (self->entry));
  gtk_editable_select_region (self->entry, 0, -1);
}

void
jobs_search_move (JobsSearch *self, int step)
{
  if (gtk_search_bar_get_search_mode (self->bar))
    jobs_text_view_move (self->view, step);
  else
    jobs_search_open (self);
}

static void
jobs_search_dispose (GObject *object)
{
  JobsSearch *self = JOBS_SEARCH (object);
  GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self));

  self->view = NULL;
  g_clear_pointer (&child, gtk_widget_unparent);

  G_OBJECT_CLASS (jobs_search_parent_class)->dispose (object);
}

static void
jobs_search_class_init (JobsSearchClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = jobs_search_dispose;

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/procrunner/Jobs/jobs-search.ui");
  gtk_widget_class_bind_template_child (widget_class, JobsSearch, bar);
  gtk_widget_class_bind_template_child (widget_class, JobsSearch, entry);
  gtk_widget_class_bind_template_child (widget_class, JobsSearch, count);
  gtk_widget_class_bind_template_callback (widget_class, search);
  gtk_widget_class_bind_template_callback (widget_class, on_next);
  gtk_widget_class_bind_template_callback (widget_class, on_previous);
  gtk_widget_class_bind_template_callback (widget_class, on_stop);
}

static void
jobs_search_init (JobsSearch *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_search_bar_connect_entry (self->bar, self->entry);
}
