/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-sink-private.h"

/* Where a pump puts what it reads.
 *
 *   open → (reserve, commit)* → settle → take_bytes → free
 *
 * reserve () gives memory to read into, so that nothing is copied on the way;
 * NULL says "not now" (the pump waits for a change) or, if there is an error,
 * "never again". abort () hurries a sink that may be blocked: the run is being
 * stopped. settle () tells whether to keep what was written; take_bytes () gives
 * what belongs into the result.
 *
 * A sink records facts (opened, settled, error, room again) and calls changed ()
 * after each. It calls it from the engine's main loop only, except for a sink
 * that opens or settles at once: that does so inside the call.
 */

void
proc_sink_init (ProcSink *self, const ProcSinkClass *klass)
{
  self->klass = klass;
}

void
proc_sink_open (ProcSink *self, ProcSinkChanged changed, gpointer user_data)
{
  g_assert (!self->opened);

  self->changed = changed;
  self->user_data = user_data;
  self->klass->open (self);
}

guint8 *
proc_sink_reserve (ProcSink *self, gsize *size)
{
  g_assert (self->opened && !self->settled);

  return self->klass->reserve (self, size);
}

void
proc_sink_commit (ProcSink *self, gsize size)
{
  self->size += size;
  self->klass->commit (self, size);
}

void
proc_sink_abort (ProcSink *self)
{
  if (self->klass->abort != NULL)
    self->klass->abort (self);
}

void
proc_sink_settle (ProcSink *self, gboolean keep)
{
  self->klass->settle (self, keep);
}

GBytes *
proc_sink_take_bytes (ProcSink *self)
{
  g_assert (self->settled);

  return self->klass->take_bytes (self);
}

void
proc_sink_free (ProcSink *self)
{
  g_clear_error (&self->error);
  self->klass->free (self);
}

void
proc_sink_notify (ProcSink *self)
{
  if (self->changed != NULL)
    self->changed (self->user_data);
}

void
proc_sink_set_opened (ProcSink *self)
{
  self->opened = TRUE;
  proc_sink_notify (self);
}

void
proc_sink_set_settled (ProcSink *self)
{
  self->settled = TRUE;
  proc_sink_notify (self);
}

/* Takes @error. The first failure wins, later ones follow from it. */
void
proc_sink_take_error (ProcSink *self, GError *error)
{
  if (self->error == NULL)
    self->error = error;
  else
    g_error_free (error);
}
