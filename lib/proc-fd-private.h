/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A descriptor that a scope owns: g_auto(ProcFd) fd = -1; */
typedef int ProcFd;

void proc_fd_clear (ProcFd *fd);
int proc_fd_steal (ProcFd *fd);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ProcFd, proc_fd_clear)

gboolean proc_fd_pipe (int fds[2], GError **error);
gboolean proc_fd_socketpair (int fds[2], GError **error);
int proc_fd_open_null (GError **error);
int proc_fd_dup (int fd, GError **error);
gboolean proc_fd_set_nonblocking (int fd, GError **error);

G_END_DECLS
