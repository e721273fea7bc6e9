/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-tee-sink-private.h"

#include <string.h>

/* The sink that gives all output to two others: one writes a file, the other captures.
 *
 * Both can hold the pump; and what one of them took, the other gets too. When the file
 * has failed, the output goes on to the capture alone, so what belongs into the result
 * is the capture's. Each fact of a tee (opened, settled, error, cut, lost) is made of theirs.
 */
typedef struct
{
  ProcSink parent;

  ProcSink *file;
  ProcSink *capture;
  guint8 *data; /* the file's memory, from reserve to commit; NULL: it takes no more */
  guint8 *copy; /* the capture's */
  gboolean full; /* there was no room in the capture */
} TeeSink;

static gboolean
has_failed (const ProcSink *sink)
{
  return sink->error != NULL || sink->cut;
}

static void
take_error_of (TeeSink *self, const ProcSink *sink)
{
  if (self->parent.error == NULL && sink->error != NULL)
    self->parent.error = g_error_copy (sink->error);
}

static void
take_facts (TeeSink *self)
{
  take_error_of (self, self->file);
  take_error_of (self, self->capture);
  self->parent.cut = self->file->cut || self->capture->cut;
  self->parent.lost = proc_sink_is_truncated (self->capture);
  self->parent.opened = self->file->opened && self->capture->opened;
  self->parent.settled = self->file->settled && self->capture->settled;
}

static void
on_changed (gpointer user_data)
{
  TeeSink *self = user_data;

  /* The file could not be opened, so nobody will settle what is open. This comes back. */
  if (self->file->settled && !self->file->opened && !self->capture->settled)
    {
      proc_sink_settle (self->capture, FALSE);
      return;
    }

  take_facts (self);
  proc_sink_notify (&self->parent);
}

static void
tee_sink_open (ProcSink *sink)
{
  TeeSink *self = (TeeSink *) sink;

  proc_sink_open (self->capture, on_changed, self);
  proc_sink_open (self->file, on_changed, self);
}

static guint8 *
tee_sink_reserve (ProcSink *sink, gsize *size)
{
  TeeSink *self = (TeeSink *) sink;
  gsize room = G_MAXSIZE;

  self->data = NULL;
  self->full = FALSE;
  if (!has_failed (self->file))
    {
      self->data = proc_sink_reserve (self->file, &room);
      if (self->data == NULL)
        return NULL;
    }

  self->copy = proc_sink_reserve (self->capture, size);
  self->full = self->copy == NULL;
  if (self->full)
    {
      take_facts (self);
      return NULL;
    }

  *size = MIN (*size, room);
  return self->data != NULL ? self->data : self->copy;
}

static void
tee_sink_commit (ProcSink *sink, gsize size)
{
  TeeSink *self = (TeeSink *) sink;

  if (self->data != NULL)
    {
      memcpy (self->copy, self->data, size);
      proc_sink_commit (self->file, size);
    }

  proc_sink_commit (self->capture, size);
  take_facts (self);
}

/* It goes on without the file, and the file may be busy. */
static gboolean
tee_sink_is_closed (ProcSink *sink)
{
  TeeSink *self = (TeeSink *) sink;

  return self->full && proc_sink_is_closed (self->capture);
}

static void
tee_sink_abort (ProcSink *sink)
{
  TeeSink *self = (TeeSink *) sink;

  proc_sink_abort (self->file);
  proc_sink_abort (self->capture);
}

static void
tee_sink_settle (ProcSink *sink, gboolean keep)
{
  TeeSink *self = (TeeSink *) sink;

  if (!self->capture->settled)
    proc_sink_settle (self->capture, keep);
  if (!self->file->settled)
    proc_sink_settle (self->file, keep);
}

static GBytes *
tee_sink_take_bytes (ProcSink *sink)
{
  TeeSink *self = (TeeSink *) sink;

  return proc_sink_take_bytes (self->capture);
}

static void
tee_sink_free (ProcSink *sink)
{
  TeeSink *self = (TeeSink *) sink;

  proc_sink_free (self->file);
  proc_sink_free (self->capture);
  g_free (self);
}

static const ProcSinkClass tee_sink_class = {
  .open = tee_sink_open,
  .reserve = tee_sink_reserve,
  .commit = tee_sink_commit,
  .is_closed = tee_sink_is_closed,
  .abort = tee_sink_abort,
  .settle = tee_sink_settle,
  .take_bytes = tee_sink_take_bytes,
  .free = tee_sink_free,
};

/* Takes both. */
ProcSink *
proc_tee_sink_new (ProcSink *file, ProcSink *capture)
{
  TeeSink *self = g_new0 (TeeSink, 1);

  proc_sink_init (&self->parent, &tee_sink_class);
  self->file = file;
  self->capture = capture;
  return &self->parent;
}
