/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _ProcBuffer ProcBuffer;

struct _ProcBuffer
{
  guint8 *data;
  gsize size;
  gsize capacity;
  gsize populated; /* pages of a mapping, up to here */
  gboolean mapped;
};

guint8 *proc_buffer_reserve (ProcBuffer *self, gsize at_least, gsize *size);
void proc_buffer_commit (ProcBuffer *self, gsize size);
gboolean proc_buffer_append (ProcBuffer *self, const guint8 *data, gsize size);
GBytes *proc_buffer_take_bytes (ProcBuffer *self);
void proc_buffer_clear (ProcBuffer *self);

guint8 *proc_block_new (gsize size);
void proc_block_free (guint8 *block, gsize size);

GBytes *proc_bytes_new_empty (void);
GBytes *proc_bytes_new_mapped (void *start, gsize length, gsize skipped, gsize size);

G_END_DECLS
