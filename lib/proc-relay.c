/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-relay-private.h"

#include "proc-source-private.h"

/* What is left of a piped output when its run is over: whoever reads it may be slower
 * than the child, or not have begun. It goes on in the engine, on its own, until
 *
 *   the pipe is at its end
 *   nobody wants it any more
 *   it was found empty for as long as the drain grace: somebody else holds it open,
 *   perhaps for ever
 *
 * and is gone then. It keeps the link, whose outlet it fills.
 */
typedef struct
{
  ProcLink *link;
  ProcOutlet *outlet;
  ProcSink *sink;
  ProcPump *pump;
  guint grace_msec;
  GSource *grace; /* NULL: the pump is held, or the grace is over */
  gboolean grace_over;
} ProcRelay;

static void
relay_free (ProcRelay *self)
{
  proc_source_clear (&self->grace);
  proc_outlet_end (self->outlet);
  proc_outlet_detach (self->outlet);
  proc_pump_free (self->pump);
  proc_sink_free (self->sink);
  proc_link_unref (self->link);
  g_free (self);
}

static void run_grace_clock (ProcRelay *self);

/* What was read since then starts it anew. */
static gboolean
on_grace_over (gpointer user_data)
{
  ProcRelay *self = user_data;
  gint64 idle_usec = g_get_monotonic_time () - proc_pump_get_last_active (self->pump);

  proc_source_clear (&self->grace);
  self->grace_over = idle_usec >= (gint64) self->grace_msec * 1000;
  if (self->grace_over)
    proc_pump_read_rest (self->pump);
  else
    run_grace_clock (self);

  return G_SOURCE_REMOVE;
}

/* It stands still while the reader holds the pump. */
static void
run_grace_clock (ProcRelay *self)
{
  gboolean held = proc_pump_is_held (self->pump);

  if (held)
    proc_source_clear (&self->grace);
  else if (self->grace == NULL && !self->grace_over)
    self->grace = proc_source_start_timer (self->grace_msec, on_grace_over,
                                           "[procrunner] relay", self);
}

static void
on_changed (gpointer user_data)
{
  ProcRelay *self = user_data;

  proc_pump_resume (self->pump);
  if (proc_pump_is_open (self->pump))
    run_grace_clock (self);
  else
    relay_free (self);
}

static void
on_pump_changed (gpointer user_data)
{
  ProcRelay *self = user_data;

  if (proc_pump_is_open (self->pump))
    run_grace_clock (self);
  else
    relay_free (self);
}

/* Takes @sink and @pump, which is open. The outlet must not be attached: what was wanted
 * since it was is made up for. */
void
proc_relay_adopt (ProcLink *link,
                  ProcOutlet *outlet,
                  ProcSink *sink,
                  ProcPump *pump,
                  guint grace_msec)
{
  ProcRelay *self = g_new0 (ProcRelay, 1);

  self->link = proc_link_ref (link);
  self->outlet = outlet;
  self->sink = sink;
  self->pump = pump;
  self->grace_msec = grace_msec;
  proc_sink_outlive (sink);
  proc_pump_hand_over (pump, on_pump_changed, self);
  proc_outlet_attach (outlet, TRUE, on_changed, self);
  if (proc_outlet_has_room (outlet))
    on_changed (self);
  else
    run_grace_clock (self);
}
