/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How much memory this program takes. */

#include "config.h"

#include "test-memory.h"

#include <malloc.h>
#include <string.h>

gsize
test_memory_get_heap (void)
{
  struct mallinfo2 info = mallinfo2 ();

  return info.uordblks + info.hblkhd;
}

guint64
test_memory_get_anonymous (void)
{
  g_autofree char *status = NULL;
  const char *line;

  g_assert_true (g_file_get_contents ("/proc/self/status", &status, NULL, NULL));
  line = strstr (status, "RssAnon:");
  g_assert_nonnull (line);
  return g_ascii_strtoull (line + strlen ("RssAnon:"), NULL, 10) * 1024;
}

static gboolean
note_memory (gpointer user_data)
{
  TestPeak *self = user_data;

  self->most = MAX (self->most, test_memory_get_anonymous ());
  return G_SOURCE_CONTINUE;
}

void
test_peak_begin (TestPeak *self)
{
  self->before = self->most = test_memory_get_anonymous ();
  self->ticker = g_timeout_source_new (1);
  g_source_set_callback (self->ticker, note_memory, self, NULL);
  g_source_attach (self->ticker, g_main_context_get_thread_default ());
}

/* Gives how much more than in the beginning it was. */
guint64
test_peak_end (TestPeak *self)
{
  g_source_destroy (self->ticker);
  g_clear_pointer (&self->ticker, g_source_unref);
  note_memory (self);
  return self->most - self->before;
}
