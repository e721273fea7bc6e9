/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-control-private.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

/* The socket between the engine and a child that is on its way to its program, or
 * its supervisor. Packets, each whole or not at all; neither side ever waits for
 * room, as what is sent is small and little.
 */

gboolean
proc_control_open (ProcControl *self, GError **error)
{
  int fds[2];

  if (!proc_fd_socketpair (fds, error))
    return FALSE;

  self->ours = fds[0];
  self->theirs = fds[1];
  return TRUE;
}

void
proc_control_clear (ProcControl *self)
{
  proc_fd_clear (&self->ours);
  proc_fd_clear (&self->theirs);
}

/* Gives the size of the message, 0 at the end of file, -1 if there is none yet. */
gssize
proc_control_receive (int fd, ExecMessage *message, ProcFd *pidfd)
{
  union
  {
    struct cmsghdr header;
    char space[CMSG_SPACE (sizeof (int))];
  } control;
  struct iovec data = { message, sizeof *message };
  struct msghdr packet = {
    .msg_iov = &data,
    .msg_iovlen = 1,
    .msg_control = &control,
    .msg_controllen = sizeof control,
  };
  struct cmsghdr *header;
  int received;
  gssize size = recvmsg (fd, &packet, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);

  header = size > 0 ? CMSG_FIRSTHDR (&packet) : NULL;
  if (header != NULL && header->cmsg_type == SCM_RIGHTS
      && header->cmsg_len == CMSG_LEN (sizeof (int)))
    {
      memcpy (&received, CMSG_DATA (header), sizeof (int));
      *pidfd = proc_fd_lift (received);
    }

  return size;
}

/* A supervisor that is gone needs no orders. */
void
proc_control_order (int fd, ExecOrderKind kind, int signal_number)
{
  const ExecOrder order = { .kind = kind, .signal_number = signal_number };

  if (fd < 0)
    return;

  while (send (fd, &order, sizeof order, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 && errno == EINTR)
    ;
}
