/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

#include "proc-fd-private.h"

G_BEGIN_DECLS

typedef struct
{
  ProcFd fd;        /* -1 until the first write */
  guint64 last;     /* how many bytes of the end matter; 0: all */
  guint64 ring;     /* where the file begins anew; 0: nowhere */
  guint64 n_written;
} ProcSpill;

void proc_spill_init (ProcSpill *self, guint64 last);
void proc_spill_clear (ProcSpill *self);
gboolean proc_spill_write (ProcSpill *self, const guint8 *data, gsize size, gsize *n_written);
GBytes *proc_spill_map (ProcSpill *self, const guint8 *rest, gsize rest_size);

G_END_DECLS
