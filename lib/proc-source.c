/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-source-private.h"

/* What the engine waits for: sources in its context, which is the thread's default. */

static GSource *
attach (GSource *source, GSourceFunc func, const char *name, gpointer user_data)
{
  g_source_set_callback (source, func, user_data, NULL);
  g_source_set_static_name (source, name);
  g_source_attach (source, g_main_context_get_thread_default ());
  return source;
}

/* The engine's loop is never run inside itself. So GLib need not take the descriptor out
 * of the loop for each dispatch, and wake the loop when it puts it back: three system
 * calls for each read. */
GSource *
proc_source_watch_fd (int fd,
                      GIOCondition condition,
                      GUnixFDSourceFunc func,
                      const char *name,
                      gpointer user_data)
{
  GSource *source = g_unix_fd_source_new (fd, condition);

  g_source_set_can_recurse (source, TRUE);
  return attach (source, G_SOURCE_FUNC (func), name, user_data);
}

GSource *
proc_source_start_timer (guint msec, GSourceFunc func, const char *name, gpointer user_data)
{
  return attach (g_timeout_source_new (msec), func, name, user_data);
}

/* Its callback may be running, or have run. */
void
proc_source_clear (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}
