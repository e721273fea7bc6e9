/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

#include "proc-outlet-private.h"
#include "proc-waiters-private.h"

G_BEGIN_DECLS

typedef struct _ProcReader ProcReader;

/* What one block of output is. */
typedef struct
{
  GBytes *bytes; /* NULL: only the end of the last line */
  char **lines;
} ProcBatch;

ProcReader *proc_reader_new (ProcOutlet *outlet);
void proc_reader_free (ProcReader *self);
void proc_reader_set_charset (ProcReader *self, const char *charset);

void proc_reader_request (ProcReader *self, gsize count, ProcWaiter *waiter);
void proc_reader_serve (ProcReader *self);
void proc_reader_stop (ProcReader *self);
gboolean proc_reader_is_stopped (ProcReader *self);

gboolean proc_reader_take_batch (ProcReader *self, gboolean split, ProcBatch *batch);
void proc_batch_clear (ProcBatch *batch);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ProcReader, proc_reader_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ProcBatch, proc_batch_clear)

G_END_DECLS
