/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Our end of a pipe, as far as its size is concerned. All zeros to begin with. */
typedef struct
{
  gboolean enlarged;
  gboolean refused;
} ProcPipe;

void proc_pipe_note (ProcPipe *self, int fd, gsize n_moved);
void proc_pipe_release (ProcPipe *self);
guint proc_pipe_get_n_enlarged (void);

G_END_DECLS
