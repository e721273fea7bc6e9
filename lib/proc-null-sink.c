/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-null-sink-private.h"

#include "proc-buffer-private.h"

/* The sink of an output that is not kept: those who follow it have seen the bytes
 * already, or nobody wants them. Nothing comes back. Its memory is there from the first
 * read on.
 */
#define BLOCK_SIZE ((gsize) 64 * 1024)

typedef struct
{
  ProcSink parent;
  guint8 *block;
} NullSink;

static void
null_sink_open (ProcSink *sink)
{
  proc_sink_set_opened (sink);
}

static guint8 *
null_sink_reserve (ProcSink *sink, gsize *size)
{
  NullSink *self = (NullSink *) sink;

  if (self->block == NULL)
    self->block = proc_block_new (BLOCK_SIZE);

  *size = BLOCK_SIZE;
  return self->block;
}

static void
null_sink_commit (ProcSink *sink, gsize size)
{
}

static void
null_sink_settle (ProcSink *sink, gboolean keep)
{
  proc_sink_set_settled (sink);
}

static GBytes *
null_sink_take_bytes (ProcSink *sink)
{
  return g_bytes_new_static ("", 0);
}

static void
null_sink_free (ProcSink *sink)
{
  NullSink *self = (NullSink *) sink;

  proc_block_free (self->block, BLOCK_SIZE);
  g_free (self);
}

static const ProcSinkClass null_sink_class = {
  .open = null_sink_open,
  .reserve = null_sink_reserve,
  .commit = null_sink_commit,
  .settle = null_sink_settle,
  .take_bytes = null_sink_take_bytes,
  .free = null_sink_free,
};

ProcSink *
proc_null_sink_new (void)
{
  NullSink *self = g_new0 (NullSink, 1);

  proc_sink_init (&self->parent, &null_sink_class);
  return &self->parent;
}
