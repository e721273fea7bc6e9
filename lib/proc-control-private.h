/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "exec/exec-protocol.h"
#include "proc-fd-private.h"

G_BEGIN_DECLS

/* The two ends of the control socket. */
typedef struct
{
  ProcFd ours;
  ProcFd theirs;
} ProcControl;

gboolean proc_control_open (ProcControl *self, GError **error);
void proc_control_clear (ProcControl *self);

gssize proc_control_receive (int fd, ExecMessage *message, ProcFd *pidfd);
void proc_control_order (int fd, ExecOrderKind kind, int signal_number);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ProcControl, proc_control_clear)

G_END_DECLS
