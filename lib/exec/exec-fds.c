/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The descriptors of a command on their way to the helper. Plain C without GLib. */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "exec-fds.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

typedef union
{
  struct cmsghdr header;
  char space[CMSG_SPACE (EXEC_MAX_GIVEN * sizeof (int))];
} Control;

/* The one byte is there because a message without data carries none. */
int
exec_fds_send (int socket, const int *fds, int n_fds)
{
  char byte = 0;
  Control control;
  struct iovec data = { &byte, 1 };
  struct msghdr packet = { .msg_iov = &data, .msg_iovlen = 1 };

  if (n_fds > 0)
    {
      memset (&control, 0, sizeof control);
      packet.msg_control = &control;
      packet.msg_controllen = CMSG_SPACE (n_fds * sizeof (int));
      control.header.cmsg_level = SOL_SOCKET;
      control.header.cmsg_type = SCM_RIGHTS;
      control.header.cmsg_len = CMSG_LEN (n_fds * sizeof (int));
      memcpy (CMSG_DATA (&control.header), fds, n_fds * sizeof (int));
    }

  while (sendmsg (socket, &packet, MSG_NOSIGNAL) < 0)
    if (errno != EINTR)
      return -1;

  return 0;
}

static int
receive (int socket, int *fds, int n_expected)
{
  char byte;
  Control control;
  struct iovec data = { &byte, 1 };
  struct msghdr packet = {
    .msg_iov = &data,
    .msg_iovlen = 1,
    .msg_control = &control,
    .msg_controllen = sizeof control,
  };
  struct cmsghdr *header;

  while (recvmsg (socket, &packet, MSG_CMSG_CLOEXEC) < 0)
    if (errno != EINTR)
      return -1;

  if (n_expected == 0)
    return 0;

  header = CMSG_FIRSTHDR (&packet);
  if (header == NULL || header->cmsg_type != SCM_RIGHTS
      || header->cmsg_len != CMSG_LEN (n_expected * sizeof (int)))
    {
      errno = EMFILE; /* what did not fit was cut off */
      return -1;
    }

  memcpy (fds, CMSG_DATA (header), n_expected * sizeof (int));
  return 0;
}

/* The number of each: the standard streams that are given, then the others. */
static int
list_targets (const ExecSteps *steps, int *targets)
{
  int n = 0;

  for (int fd = 0; fd < 3; fd++)
    if (steps->given[fd])
      targets[n++] = fd;
  for (int i = 0; i < steps->n_fds; i++)
    targets[n++] = steps->fds[i];

  return n;
}

/* Gives a copy that is neither a standard stream nor a target: the targets may be the
 * highest numbers that there can be. */
static int
dup_beside (int fd, const int *targets, int n_targets)
{
  int lowest = 3;
  int copy;

  for (;;)
    {
      int taken = 0;

      copy = fcntl (fd, F_DUPFD_CLOEXEC, lowest);
      for (int i = 0; i < n_targets && copy >= 0; i++)
        taken |= targets[i] == copy;
      if (!taken)
        return copy;

      close (copy);
      lowest = copy + 1;
    }
}

/* Puts @fds into their places, and the control socket out of the way. */
int
exec_fds_place (ExecSteps *steps, const int *fds)
{
  int targets[EXEC_MAX_GIVEN];
  int copies[EXEC_MAX_GIVEN];
  int n = list_targets (steps, targets);
  int control = dup_beside (steps->control_fd, targets, n);

  if (control < 0)
    return -1;
  steps->control_fd = control;

  for (int i = 0; i < n; i++)
    if ((copies[i] = dup_beside (fds[i], targets, n)) < 0)
      return -1;

  for (int i = 0; i < n; i++)
    {
      if (dup2 (copies[i], targets[i]) < 0)
        return -1;
      close (copies[i]);
    }

  return 0;
}

/* Takes the control socket from standard input, and puts what comes from there
 * into its places. */
int
exec_fds_receive (ExecSteps *steps)
{
  int targets[EXEC_MAX_GIVEN];
  int fds[EXEC_MAX_GIVEN] = { 0 };

  steps->control_fd = STDIN_FILENO;
  if (receive (STDIN_FILENO, fds, list_targets (steps, targets)) < 0)
    return -1;

  if (exec_fds_place (steps, fds) < 0)
    return -1;

  if (!steps->given[STDIN_FILENO])
    close (STDIN_FILENO);
  return 0;
}
