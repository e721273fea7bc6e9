/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

#include "proc-cap-private.h"
#include "proc-outlet-private.h"

G_BEGIN_DECLS

typedef struct _ProcSink ProcSink;
typedef struct _ProcSinkClass ProcSinkClass;
typedef void (*ProcSinkChanged) (gpointer user_data);

struct _ProcSinkClass
{
  void (*open) (ProcSink *self);
  int (*get_child_fd) (ProcSink *self);
  guint8 *(*reserve) (ProcSink *self, gsize *size);
  void (*commit) (ProcSink *self, gsize size);
  void (*lend) (ProcSink *self, int fd, ProcOutlet *outlet);
  gboolean (*is_closed) (ProcSink *self);
  void (*abort) (ProcSink *self);
  void (*settle) (ProcSink *self, gboolean keep);
  GBytes *(*take_bytes) (ProcSink *self);
  void (*free) (ProcSink *self);
};

struct _ProcSink
{
  const ProcSinkClass *klass;
  ProcSinkChanged changed;
  gpointer user_data;

  ProcCap cap;
  guint64 end; /* what is read behind it is not kept */
  guint8 *scratch; /* for what is read and not kept */
  guint64 size;  /* bytes committed */
  GError *error; /* the first failure */
  gboolean opened;
  gboolean settled;
  gboolean cut;  /* abort () kept it from writing all */
  gboolean lost; /* not all that it took can be had from it */
};

void proc_sink_init (ProcSink *self, const ProcSinkClass *klass);
void proc_sink_open (ProcSink *self, ProcSinkChanged changed, gpointer user_data);
int proc_sink_get_child_fd (ProcSink *self);
guint8 *proc_sink_reserve (ProcSink *self, gsize *size);
void proc_sink_commit (ProcSink *self, gsize size);
void proc_sink_lend (ProcSink *self, int fd, ProcOutlet *outlet);
void proc_sink_take_back (ProcSink *self);
gboolean proc_sink_is_closed (ProcSink *self);
void proc_sink_abort (ProcSink *self);
void proc_sink_settle (ProcSink *self, gboolean keep);
void proc_sink_outlive (ProcSink *self);
gboolean proc_sink_is_truncated (const ProcSink *self);
GBytes *proc_sink_take_bytes (ProcSink *self);
void proc_sink_free (ProcSink *self);

/* For the sinks themselves. */
void proc_sink_set_opened (ProcSink *self);
void proc_sink_set_settled (ProcSink *self);
void proc_sink_take_error (ProcSink *self, GError *error);
void proc_sink_notify (ProcSink *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ProcSink, proc_sink_free)

G_END_DECLS
