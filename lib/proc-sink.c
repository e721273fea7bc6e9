/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-sink-private.h"

#include "proc-buffer-private.h"

/* Where a pump puts what it reads.
 *
 *   open → (reserve, commit)* → settle → take_bytes → free
 *
 * reserve () gives memory to read into, so that nothing is copied on the way;
 * NULL says "not now" (the pump waits for a change) or, if the sink is closed, "never
 * again". A sink that is lent the pump's pipe may read from it by itself, as long as
 * reserve () gives NULL; what it has read it puts into the outlet, as the pump would, and
 * commits by itself. A sink with a descriptor for the child needs no pump: the child writes there
 * by itself. abort () hurries a sink that may be blocked: the run is being stopped.
 * settle () tells whether to keep what was written; take_bytes () gives what belongs into
 * the result.
 *
 * A sink records facts (opened, settled, error, room again) and calls changed ()
 * after each. It calls it from the engine's main loop only, except for a sink
 * that opens or settles at once: that does so inside the call.
 *
 * Of what is behind the cap, or behind the end that a sink in trouble sets, the sink
 * itself never hears: it is read into scratch memory, so that the child can go on, and
 * only counted. A cap that keeps the last bytes is the sink's own matter.
 */
#define SCRATCH_SIZE ((gsize) 64 * 1024)

void
proc_sink_init (ProcSink *self, const ProcSinkClass *klass)
{
  self->klass = klass;
  self->end = G_MAXUINT64;
}

void
proc_sink_open (ProcSink *self, ProcSinkChanged changed, gpointer user_data)
{
  g_assert (!self->opened);

  self->changed = changed;
  self->user_data = user_data;
  self->klass->open (self);
}

/* Gives the sink's own descriptor, which the child is to write to; -1: there is none. */
int
proc_sink_get_child_fd (ProcSink *self)
{
  g_assert (self->opened);

  return self->klass->get_child_fd != NULL ? self->klass->get_child_fd (self) : -1;
}

/* Gives how many of the next bytes the sink gets. */
static guint64
get_room (const ProcSink *self)
{
  guint64 to_end = self->size < self->end ? self->end - self->size : 0;

  return MIN (proc_cap_get_room (&self->cap, self->size), to_end);
}

static guint8 *
reserve_scratch (ProcSink *self, gsize *size)
{
  if (self->scratch == NULL)
    self->scratch = proc_block_new (SCRATCH_SIZE);

  *size = SCRATCH_SIZE;
  return self->scratch;
}

guint8 *
proc_sink_reserve (ProcSink *self, gsize *size)
{
  guint64 room = get_room (self);
  guint8 *data;

  g_assert (self->opened && !self->settled);

  if (room == 0)
    return reserve_scratch (self, size);

  data = self->klass->reserve (self, size);
  *size = MIN (*size, room);
  return data;
}

void
proc_sink_commit (ProcSink *self, gsize size)
{
  gboolean was_broken = proc_cap_is_broken (&self->cap, self->size);
  gboolean kept = get_room (self) > 0;

  self->size += size;
  if (kept)
    self->klass->commit (self, size);
  if (!was_broken && proc_cap_is_broken (&self->cap, self->size))
    proc_sink_notify (self);
}

/* The pipe that is read for it, and its outlet, or NULL: both are there until they are taken
 * back. What counts bytes one by one is not for who reads many at once. */
void
proc_sink_lend (ProcSink *self, int fd, ProcOutlet *outlet)
{
  if (self->klass->lend != NULL && self->cap.limit == 0)
    self->klass->lend (self, fd, outlet);
}

/* What is being read from it now is read yet. */
void
proc_sink_take_back (ProcSink *self)
{
  if (self->klass->lend != NULL)
    self->klass->lend (self, -1, NULL);
}

/* TRUE: reserve () will never give anything again. That is so after an error, unless the
 * sink knows better. */
gboolean
proc_sink_is_closed (ProcSink *self)
{
  return self->klass->is_closed != NULL ? self->klass->is_closed (self) : self->error != NULL;
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

/* Who opened it is told of no more changes. */
void
proc_sink_outlive (ProcSink *self)
{
  self->changed = NULL;
}

/* TRUE: not all that was read was kept. */
gboolean
proc_sink_is_truncated (const ProcSink *self)
{
  return self->lost || self->size > self->end || proc_cap_is_exceeded (&self->cap, self->size);
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
  proc_block_free (self->scratch, SCRATCH_SIZE);
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
