/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

#include "proc-enums.h"

G_BEGIN_DECLS

/* How much of one output is kept, and what exceeding that does. */
typedef struct
{
  guint64 limit; /* bytes; 0: all is kept */
  ProcOverflow overflow;
} ProcCap;

gboolean proc_cap_is_exceeded (const ProcCap *self, guint64 size);
gboolean proc_cap_is_broken (const ProcCap *self, guint64 size);
guint64 proc_cap_get_room (const ProcCap *self, guint64 size);
guint64 proc_cap_get_last (const ProcCap *self);
guint64 proc_cap_count_lost (const ProcCap *self, guint64 size, gsize n_kept);

G_END_DECLS
