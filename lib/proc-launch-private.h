/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

#include "proc-control-private.h"
#include "proc-fd-private.h"
#include "proc-plan-private.h"

G_BEGIN_DECLS

/* The child's ends of its standard streams; -1: inherit. */
typedef struct
{
  ProcFd in;
  ProcFd out;
  ProcFd err;
} ProcChildStreams;

void proc_child_streams_clear (ProcChildStreams *self);

void proc_launch_prepare (void);
GSubprocess *proc_launch (const ProcPlan *plan,
                          gboolean supervise,
                          ProcChildStreams *streams,
                          const ProcControl *control,
                          GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ProcChildStreams, proc_child_streams_clear)

G_END_DECLS
