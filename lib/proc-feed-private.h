/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _ProcFeed ProcFeed;

ProcFeed *proc_feed_new (int fd, GBytes *bytes);
void proc_feed_free (ProcFeed *self);
gboolean proc_feed_is_complete (ProcFeed *self);

G_END_DECLS
