/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

int proc_spool_open (void);
GBytes *proc_spool_map (int fd, guint64 start, gsize size);

G_END_DECLS
