/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _ProcFeed ProcFeed;
typedef void (*ProcFeedChanged) (gpointer user_data);
typedef void (*ProcFeedAccepted) (gboolean written, gpointer user_data);

ProcFeed *proc_feed_new (int fd, ProcFeedChanged changed, gpointer user_data);
void proc_feed_free (ProcFeed *self);

gboolean proc_feed_write (ProcFeed *self,
                          GBytes *bytes,
                          ProcFeedAccepted accepted,
                          gpointer user_data);
void proc_feed_close (ProcFeed *self);
gboolean proc_feed_is_open (ProcFeed *self);
const GError *proc_feed_get_error (const ProcFeed *self);
gboolean proc_feed_is_complete (ProcFeed *self);

G_END_DECLS
