/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A view of a list model, without a window. */

#include "config.h"

#include "test-view.h"

static void
assert_same (const TestView *self)
{
  g_assert_cmpuint (g_list_model_get_n_items (self->model), ==, self->jobs->len);
  for (guint i = 0; i < self->jobs->len; i++)
    {
      g_autoptr(ProcJob) job = g_list_model_get_item (self->model, i);

      g_assert_true (job == g_ptr_array_index (self->jobs, i));
    }
}

static void
on_items_changed (GListModel *model, guint position, guint removed, guint added, gpointer user_data)
{
  TestView *self = user_data;

  g_assert_true (g_main_context_is_owner (self->context));
  g_assert_cmpuint (removed + added, >, 0);
  g_assert_cmpuint (position + removed, <=, self->jobs->len);

  if (removed > 0)
    g_ptr_array_remove_range (self->jobs, position, removed);
  for (guint i = position; i < position + added; i++)
    g_ptr_array_insert (self->jobs, (int) i, g_list_model_get_item (model, i));

  assert_same (self);
  self->n_signals++;
}

/* It holds the list, and not the runner. */
void
test_view_open (TestView *self, ProcRunner *runner)
{
  self->model = g_object_ref (proc_runner_get_jobs (runner));
  self->context = g_main_context_get_thread_default ();
  self->jobs = g_ptr_array_new_with_free_func (g_object_unref);
  self->n_signals = 0;
  for (guint i = 0; i < g_list_model_get_n_items (self->model); i++)
    g_ptr_array_add (self->jobs, g_list_model_get_item (self->model, i));

  g_signal_connect (self->model, "items-changed", G_CALLBACK (on_items_changed), self);
}

void
test_view_clear (TestView *self)
{
  g_signal_handlers_disconnect_by_data (self->model, self);
  g_clear_pointer (&self->jobs, g_ptr_array_unref);
  g_clear_object (&self->model);
}

void
test_view_assert_shown (TestView *self, ProcJob *const *jobs)
{
  guint n = 0;

  test_iterate_pending ();
  for (; jobs[n] != NULL; n++)
    {
      g_assert_cmpuint (n, <, self->jobs->len);
      g_assert_true (g_ptr_array_index (self->jobs, n) == jobs[n]);
    }

  g_assert_cmpuint (self->jobs->len, ==, n);
  assert_same (self);
}
