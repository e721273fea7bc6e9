/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* All zero until it is begun. */
typedef struct
{
  GSource *timer;  /* NULL: it stands still, or is over */
  gint64 started;  /* monotonic */
  gint64 left;     /* usec */
  gboolean over;
  GSourceFunc ended;
  gpointer user_data;
} ProcGrace;

void proc_grace_begin (ProcGrace *self, guint msec, GSourceFunc ended, gpointer user_data);
void proc_grace_run (ProcGrace *self, gboolean standing_still);
void proc_grace_end (ProcGrace *self);

G_END_DECLS
