/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-grace-private.h"

#include "proc-source-private.h"

/* Time that somebody is given, by a clock that can stand still: what we hold up does not
 * count against those who wait for us. ended () is called once, from the main loop.
 */

static gboolean
on_timer (gpointer user_data)
{
  ProcGrace *self = user_data;

  proc_grace_end (self);
  return self->ended (self->user_data);
}

/* It stands still. */
void
proc_grace_begin (ProcGrace *self, guint msec, GSourceFunc ended, gpointer user_data)
{
  self->left = (gint64) msec * 1000;
  self->ended = ended;
  self->user_data = user_data;
}

void
proc_grace_run (ProcGrace *self, gboolean standing_still)
{
  if (standing_still && self->timer != NULL)
    {
      self->left -= g_get_monotonic_time () - self->started;
      proc_source_clear (&self->timer);
    }
  else if (!standing_still && self->timer == NULL && !self->over)
    {
      self->started = g_get_monotonic_time ();
      self->timer = proc_source_start_timer (MAX (self->left, 0) / 1000, on_timer,
                                             "[procrunner] grace", self);
    }
}

/* Nobody is told. */
void
proc_grace_end (ProcGrace *self)
{
  self->over = TRUE;
  proc_source_clear (&self->timer);
}
