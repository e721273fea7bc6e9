/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A descriptor that a scope owns: g_auto(ProcFd) fd = -1; */
typedef int ProcFd;

void proc_fd_clear (ProcFd *fd);
int proc_fd_steal (ProcFd *fd);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ProcFd, proc_fd_clear)

/* A descriptor that a command, its copies and their plans own together, and the
 * number that the child is to know it by. */
typedef struct
{
  ProcFd fd;
  int target;
} ProcSharedFd;

ProcSharedFd *proc_shared_fd_new (int fd, int target);
ProcSharedFd *proc_shared_fd_ref (ProcSharedFd *self);
void proc_shared_fd_unref (ProcSharedFd *self);

gboolean proc_fd_pipe (int fds[2], GError **error);
gboolean proc_fd_socketpair (int fds[2], GError **error);
int proc_fd_lift (int fd);
gboolean proc_fd_have_null (void);
int proc_fd_open_null (GError **error);
gboolean proc_fd_open_empty (int *fd, GError **error);
int proc_fd_dup (int fd, GError **error);
int proc_fd_dup_above (int fd, int lowest, GError **error);
gboolean proc_fd_set_nonblocking (int fd, GError **error);
gboolean proc_fd_pipe_from_child (ProcFd *ours, ProcFd *theirs, GError **error);
gboolean proc_fd_pipe_to_child (ProcFd *theirs, ProcFd *ours, GError **error);
gboolean proc_fd_reserve (GCancellable *cancellable, GError **error);

G_END_DECLS
