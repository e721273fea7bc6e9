/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-file-source-private.h"

#include "proc-error-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

/* How a file is opened that a child is to read. All of it may block, and runs in a
 * thread that may wait for a disk.
 *
 * The descriptor goes to the child, so it must be a blocking one. A FIFO that nobody
 * writes is waited for, as a shell would; but in a way that can be stopped, or the
 * thread might wait for ever.
 */

/* Waiting for the writer of a FIFO, a thread looks this often whether its run has been
 * stopped: a cancellable has no descriptor to wait on that could not fail to be made. */
#define STOP_CHECK_MSEC 50

/* Whether there is a writer, or has been one. Nothing is taken from the FIFO: what is
 * copied from there goes to @scratch. */
static gboolean
has_writer (int fifo, int scratch)
{
  struct pollfd poll_fd = { .fd = fifo, .events = POLLIN };

  if (poll (&poll_fd, 1, STOP_CHECK_MSEC) > 0)
    return TRUE;

  return tee (fifo, scratch, 1, SPLICE_F_NONBLOCK) != 0;
}

static gboolean
wait_for_writer (int fifo, GCancellable *cancellable)
{
  g_auto(ProcFd) reader = -1;
  g_auto(ProcFd) scratch = -1;
  int fds[2];

  if (!proc_fd_pipe (fds, NULL))
    return FALSE;

  reader = fds[0];
  scratch = fds[1];
  while (!has_writer (fifo, scratch))
    if (g_cancellable_is_cancelled (cancellable))
      {
        errno = ECANCELED;
        return FALSE;
      }

  return TRUE;
}

static gboolean
set_blocking (int fd)
{
  int flags = fcntl (fd, F_GETFL);

  return flags >= 0 && fcntl (fd, F_SETFL, flags & ~O_NONBLOCK) == 0;
}

static gboolean
open_fifo (const char *path, GCancellable *cancellable, ProcFd *fd)
{
  *fd = proc_fd_lift (open (path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));

  return *fd >= 0 && wait_for_writer (*fd, cancellable) && set_blocking (*fd);
}

/* FALSE with errno. */
static gboolean
open_native (const char *path, GCancellable *cancellable, ProcFd *fd)
{
  struct stat info;

  if (stat (path, &info) == 0 && S_ISFIFO (info.st_mode))
    return open_fifo (path, cancellable, fd);

  *fd = proc_fd_lift (open (path, O_RDONLY | O_NOCTTY | O_CLOEXEC));
  if (*fd < 0 || fstat (*fd, &info) < 0)
    return FALSE;

  /* Opening one for reading works, and only the child would see that reading does not. */
  errno = EISDIR;
  return !S_ISDIR (info.st_mode);
}

/* Gives the descriptor of a native file, or the stream of another one. */
gboolean
proc_file_source_open (GFile *file,
                       GCancellable *cancellable,
                       ProcFd *fd,
                       GInputStream **stream,
                       GError **error)
{
  g_autofree char *name = g_file_get_parse_name (file);
  g_autofree char *path = g_file_is_native (file) ? g_file_get_path (file) : NULL;
  g_autoptr(GError) cause = NULL;

  if (path != NULL)
    {
      if (open_native (path, cancellable, fd))
        return TRUE;

      proc_set_error_from_errno (error, PROC_RUNNER_ERROR_INPUT_FILE, errno,
                                 _("Cannot read “%s”"), name);
      proc_fd_clear (fd);
      return FALSE;
    }

  *stream = (GInputStream *) g_file_read (file, cancellable, &cause);
  if (*stream != NULL)
    return TRUE;

  g_set_error (error, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_INPUT_FILE,
               _("Cannot read “%s”: %s"), name, cause->message);
  return FALSE;
}
