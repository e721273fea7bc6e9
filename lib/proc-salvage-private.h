/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

GBytes *proc_salvage (int fd,
                      goffset start,
                      guint64 size,
                      GBytes *tail,
                      gboolean ours,
                      gboolean *whole);

G_END_DECLS
