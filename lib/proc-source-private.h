/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib-unix.h>

G_BEGIN_DECLS

GSource *proc_source_watch_fd (int fd,
                               GIOCondition condition,
                               GUnixFDSourceFunc func,
                               const char *name,
                               gpointer user_data);
GSource *proc_source_start_timer (guint msec,
                                  GSourceFunc func,
                                  const char *name,
                                  gpointer user_data);
void proc_source_clear (GSource **source);

G_END_DECLS
