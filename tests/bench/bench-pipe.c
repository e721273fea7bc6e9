/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "bench-pipe.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define LARGE_PIPE (1024 * 1024)
#define FIRST_CAPACITY (64 * 1024)

void
bench_pipe_open (int fds[2], gboolean large)
{
  g_assert_cmpint (pipe2 (fds, O_CLOEXEC), ==, 0);
  if (large)
    g_assert_cmpint (fcntl (fds[0], F_SETPIPE_SZ, LARGE_PIPE), >=, 0);
}

/* Reads once. Gives FALSE at the end of file. */
gboolean
bench_buffer_read (BenchBuffer *self, int fd)
{
  gssize n_read;

  if (self->size == self->capacity)
    {
      self->capacity = MAX (2 * self->capacity, FIRST_CAPACITY);
      self->data = g_realloc (self->data, self->capacity);
    }

  n_read = read (fd, self->data + self->size, self->capacity - self->size);
  g_assert_true (n_read >= 0 || errno == EAGAIN);
  self->size += MAX (n_read, 0);
  return n_read != 0;
}
