/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-feed-private.h"

#include "proc-fd-private.h"

#include <errno.h>
#include <glib-unix.h>
#include <unistd.h>

/* Writes bytes to the child's standard input and closes it, in the engine
 * thread, which blocks SIGPIPE: a child that has closed its end is EPIPE here,
 * and that is no error. A child need not read what it is given; whether all was
 * handed over is a fact for the result.
 */
struct _ProcFeed
{
  ProcFd fd;
  GBytes *bytes;
  gsize written;
  GSource *source;
};

static void
close_pipe (ProcFeed *self)
{
  if (self->source != NULL)
    {
      g_source_destroy (self->source);
      g_clear_pointer (&self->source, g_source_unref);
    }
  proc_fd_clear (&self->fd);
}

static gboolean
on_writable (int fd, GIOCondition condition, gpointer user_data)
{
  ProcFeed *self = user_data;
  gsize size;
  const guint8 *data = g_bytes_get_data (self->bytes, &size);
  gssize n_written;

  n_written = write (fd, data + self->written, size - self->written);
  if (n_written < 0 && (errno == EINTR || errno == EAGAIN))
    return G_SOURCE_CONTINUE;

  if (n_written > 0)
    self->written += n_written;
  if (n_written >= 0 && self->written < size)
    return G_SOURCE_CONTINUE;

  close_pipe (self);
  return G_SOURCE_REMOVE;
}

/* Takes @fd, which must be non-blocking. */
ProcFeed *
proc_feed_new (int fd, GBytes *bytes)
{
  ProcFeed *self = g_new0 (ProcFeed, 1);

  self->fd = fd;
  self->bytes = g_bytes_ref (bytes);

  if (proc_feed_is_complete (self))
    {
      close_pipe (self);
      return self;
    }

  self->source = g_unix_fd_source_new (self->fd, G_IO_OUT);
  g_source_set_callback (self->source, G_SOURCE_FUNC (on_writable), self, NULL);
  g_source_set_static_name (self->source, "[procrunner] feed");
  g_source_attach (self->source, g_main_context_get_thread_default ());
  return self;
}

void
proc_feed_free (ProcFeed *self)
{
  close_pipe (self);
  g_bytes_unref (self->bytes);
  g_free (self);
}

gboolean
proc_feed_is_complete (ProcFeed *self)
{
  return self->written == g_bytes_get_size (self->bytes);
}
