/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-fd-private.h"

#include "proc-error-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

/* Every descriptor made here is close-on-exec from birth, and at least 3: a
 * program may run with 0, 1 or 2 closed, and an end of ours that landed there
 * would be taken for a standard stream by the next child.
 */
#define LOWEST_FD 3

void
proc_fd_clear (ProcFd *fd)
{
  int owned = proc_fd_steal (fd);

  if (owned >= 0)
    g_close (owned, NULL);
}

int
proc_fd_steal (ProcFd *fd)
{
  int owned = *fd;

  *fd = -1;
  return owned;
}

/* Takes @fd, and gives the same or a higher one; -1 with errno if there is none. */
int
proc_fd_lift (int fd)
{
  g_auto(ProcFd) low = fd;

  if (fd < 0 || fd >= LOWEST_FD)
    return proc_fd_steal (&low);

  return fcntl (fd, F_DUPFD_CLOEXEC, LOWEST_FD);
}

static gboolean
lift_pair (int fds[2])
{
  int saved_errno;

  fds[0] = proc_fd_lift (fds[0]);
  fds[1] = proc_fd_lift (fds[1]);
  if (fds[0] >= 0 && fds[1] >= 0)
    return TRUE;

  saved_errno = errno;
  proc_fd_clear (&fds[0]);
  proc_fd_clear (&fds[1]);
  errno = saved_errno;
  return FALSE;
}

gboolean
proc_fd_pipe (int fds[2], GError **error)
{
  if (pipe2 (fds, O_CLOEXEC) == 0 && lift_pair (fds))
    return TRUE;

  proc_set_error_from_errno (error, PROC_RUNNER_ERROR_SPAWN, errno, _("Cannot make a pipe"));
  return FALSE;
}

gboolean
proc_fd_socketpair (int fds[2], GError **error)
{
  if (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) == 0 && lift_pair (fds))
    return TRUE;

  proc_set_error_from_errno (error, PROC_RUNNER_ERROR_SPAWN, errno, _("Cannot make a socket"));
  return FALSE;
}

static int
open_null (void)
{
  return proc_fd_lift (open ("/dev/null", O_RDWR | O_CLOEXEC | O_NOCTTY));
}

/* A sandbox may have no /dev, or one whose devices cannot be opened. Want of descriptors
 * is another matter. */
gboolean
proc_fd_have_null (void)
{
  int fd = open_null ();

  if (fd < 0)
    return errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == EINTR;

  close (fd);
  return TRUE;
}

int
proc_fd_open_null (GError **error)
{
  int fd = open_null ();

  if (fd < 0)
    proc_set_error_from_errno (error, PROC_RUNNER_ERROR_SPAWN, errno, _("Cannot open /dev/null"));
  return fd;
}

/* To be read from, and at its end from the beginning. */
gboolean
proc_fd_open_empty (int *fd, GError **error)
{
  int fds[2];

  *fd = open_null ();
  if (*fd >= 0)
    return TRUE;

  if (!proc_fd_pipe (fds, error))
    return FALSE;

  close (fds[1]);
  *fd = fds[0];
  return TRUE;
}

int
proc_fd_dup (int fd, GError **error)
{
  return proc_fd_dup_above (fd, LOWEST_FD, error);
}

/* Gives a descriptor that is at least @lowest. */
int
proc_fd_dup_above (int fd, int lowest, GError **error)
{
  int copy = fcntl (fd, F_DUPFD_CLOEXEC, lowest);

  if (copy < 0)
    proc_set_error_from_errno (error, PROC_RUNNER_ERROR_SPAWN, errno,
                               _("Cannot duplicate a descriptor"));
  return copy;
}

/* The flag belongs to the open file description. The two ends of a pipe are two
 * of them, so the child's end stays blocking. */
gboolean
proc_fd_set_nonblocking (int fd, GError **error)
{
  int flags = fcntl (fd, F_GETFL);

  if (flags >= 0 && fcntl (fd, F_SETFL, flags | O_NONBLOCK) == 0)
    return TRUE;

  proc_set_error_from_errno (error, PROC_RUNNER_ERROR_SPAWN, errno,
                             _("Cannot make a descriptor non-blocking"));
  return FALSE;
}

/* Our end of a pipe does not block. The child's end does: that is its business. */
static gboolean
make_pipe (ProcFd *reader, ProcFd *writer, ProcFd *ours, GError **error)
{
  int fds[2];

  if (!proc_fd_pipe (fds, error))
    return FALSE;

  *reader = fds[0];
  *writer = fds[1];
  return proc_fd_set_nonblocking (*ours, error);
}

gboolean
proc_fd_pipe_from_child (ProcFd *ours, ProcFd *theirs, GError **error)
{
  return make_pipe (ours, theirs, ours, error);
}

gboolean
proc_fd_pipe_to_child (ProcFd *theirs, ProcFd *ours, GError **error)
{
  return make_pipe (theirs, ours, ours, error);
}

static void
shared_fd_clear (gpointer data)
{
  ProcSharedFd *self = data;

  proc_fd_clear (&self->fd);
}

/* Takes @fd. */
ProcSharedFd *
proc_shared_fd_new (int fd, int target)
{
  ProcSharedFd *self = g_atomic_rc_box_new0 (ProcSharedFd);

  self->fd = fd;
  self->target = target;
  return self;
}

ProcSharedFd *
proc_shared_fd_ref (ProcSharedFd *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
proc_shared_fd_unref (ProcSharedFd *self)
{
  g_atomic_rc_box_release_full (self, shared_fd_clear);
}

/* A stream that waits for something takes a descriptor for the cancellable, for each read or
 * write anew, and GLib ends the program if there is none. So it is taken once, before, and
 * given back by g_cancellable_release_fd (). */
gboolean
proc_fd_reserve (GCancellable *cancellable, GError **error)
{
  g_auto(ProcFd) probe = eventfd (0, EFD_CLOEXEC);

  if (probe < 0)
    {
      proc_set_error_from_errno (error, PROC_RUNNER_ERROR_SPAWN, errno, _("Cannot make a pipe"));
      return FALSE;
    }

  proc_fd_clear (&probe);
  return g_cancellable_get_fd (cancellable) >= 0;
}
