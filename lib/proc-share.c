/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-share-private.h"

#include "proc-link-private.h"

/* What is ready in a main context when it begins to dispatch is dispatched before it polls
 * again. So ten thousand jobs that end at once, each of which tells its caller so, would
 * hold up a program's main loop for as long as all of them take.
 *
 * They share a part of a frame instead. When it is spent, a source of ours stays as it is,
 * for the next iteration, with a priority below that of redraws: there the first one gets
 * its turn, and a new share begins. Nothing is waited for that could be done.
 *
 * An iteration is known by its time, which GLib takes once for all of its sources.
 */
#define SHARE_USEC 5000

static _Thread_local gint64 iteration;
static _Thread_local gint64 begun;

/* In a source of ours, in the program's main loop. TRUE: it is to do nothing now, and to
 * stay. */
gboolean
proc_share_is_spent (void)
{
  GSource *source = g_main_current_source ();
  gint64 now = g_get_monotonic_time ();

  if (g_source_get_time (source) != iteration)
    {
      iteration = g_source_get_time (source);
      begun = now;
    }
  if (now - begun < SHARE_USEC)
    return FALSE;

  if (g_source_get_priority (source) < PROC_DELIVERY_PRIORITY)
    g_source_set_priority (source, PROC_DELIVERY_PRIORITY);
  return TRUE;
}
