/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-pump-private.h"

#include "proc-fd-private.h"
#include "proc-pipe-private.h"
#include "proc-source-private.h"

#include <errno.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Reads one pipe into one sink, in the engine thread.
 *
 *   open, with a source   waiting for bytes, or reading them
 *   open, without one     held: the sink has no room
 *   closed                end of file, or all was read that had to be
 *
 * Each byte read goes to the sink at once; none is kept here. changed () is
 * called when the pipe is closed and when the sink begins to hold the pump, from
 * the main loop, never inside a call.
 */

/* Reads in a row before other sources get their turn, and how much at once: no pipe
 * holds more. */
#define READS_PER_DISPATCH 16
#define READ_SIZE ((gsize) 1024 * 1024)

struct _ProcPump
{
  ProcFd fd;
  ProcPipe pipe;
  ProcSink *sink;
  GSource *source;
  ProcPumpChanged changed;
  gpointer user_data;
  gboolean limited; /* read as much as rest says, and then no more */
  gsize rest;
  gboolean saw_end;
  gint64 last_read; /* monotonic; of the last byte, or the beginning */
};

static void
close_pipe (ProcPump *self)
{
  proc_source_clear (&self->source);
  proc_pipe_release (&self->pipe);
  proc_fd_clear (&self->fd);
}

/* Nobody can write any more, and nothing is left. */
static gboolean
is_at_end (int fd)
{
  struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

  return poll (&poll_fd, 1, 0) > 0 && (poll_fd.revents & (POLLIN | POLLHUP)) == POLLHUP;
}

/* Gives TRUE while there may be more to read at once. */
static gboolean
read_once (ProcPump *self)
{
  gsize room;
  gssize n_read;
  guint8 *data;

  if (self->limited && self->rest == 0)
    {
      self->saw_end = is_at_end (self->fd);
      close_pipe (self);
      return FALSE;
    }

  data = proc_sink_reserve (self->sink, &room);
  if (data == NULL)
    {
      if (proc_sink_is_closed (self->sink))
        close_pipe (self);
      else
        proc_source_clear (&self->source);
      return FALSE;
    }

  room = MIN (room, READ_SIZE);
  if (self->limited)
    room = MIN (room, self->rest);

  n_read = read (self->fd, data, room);
  if (n_read < 0 && errno == EINTR)
    return TRUE;
  if (n_read < 0 && errno == EAGAIN && !self->limited)
    return FALSE;
  if (n_read <= 0)
    {
      self->saw_end = n_read == 0;
      close_pipe (self);
      return FALSE;
    }

  if (self->limited)
    self->rest -= n_read;
  self->last_read = g_get_monotonic_time ();
  proc_pipe_note (&self->pipe, self->fd, n_read);
  proc_sink_commit (self->sink, n_read);
  return TRUE;
}

static gboolean
on_readable (int fd, GIOCondition condition, gpointer user_data)
{
  ProcPump *self = user_data;

  for (guint i = 0; i < READS_PER_DISPATCH && read_once (self); i++)
    ;

  if (self->source != NULL)
    return G_SOURCE_CONTINUE;

  self->changed (self->user_data);
  return G_SOURCE_REMOVE;
}

static void
start_source (ProcPump *self)
{
  self->source = proc_source_watch_fd (self->fd, G_IO_IN, on_readable, "[procrunner] pump", self);
  if (self->limited)
    g_source_set_ready_time (self->source, 0); /* there may be nothing left to poll for */
}

/* Takes @fd, which must be non-blocking. The sink must outlive the pump. */
ProcPump *
proc_pump_new (int fd, ProcSink *sink, ProcPumpChanged changed, gpointer user_data)
{
  ProcPump *self = g_new0 (ProcPump, 1);

  self->fd = fd;
  self->sink = sink;
  self->changed = changed;
  self->user_data = user_data;
  self->last_read = g_get_monotonic_time ();
  start_source (self);
  return self;
}

void
proc_pump_free (ProcPump *self)
{
  close_pipe (self);
  g_free (self);
}

/* The sink may have room again. */
void
proc_pump_resume (ProcPump *self)
{
  if (proc_pump_is_held (self))
    start_source (self);
}

/* Somebody else may hold the pipe open for ever. Reads what it holds now, and
 * then closes. */
void
proc_pump_read_rest (ProcPump *self)
{
  int n_waiting = 0;

  if (!proc_pump_is_open (self) || self->limited)
    return;

  if (ioctl (self->fd, FIONREAD, &n_waiting) < 0)
    n_waiting = 0;

  self->limited = TRUE;
  self->rest = n_waiting;
  if (self->source != NULL)
    g_source_set_ready_time (self->source, 0);
}

gboolean
proc_pump_is_open (ProcPump *self)
{
  return self->fd >= 0;
}

gboolean
proc_pump_is_held (ProcPump *self)
{
  return proc_pump_is_open (self) && self->source == NULL;
}

/* TRUE: all was read that was ever written. */
gboolean
proc_pump_saw_end (ProcPump *self)
{
  return self->saw_end;
}

/* Gives when the last byte came, by the monotonic clock; without any, when reading
 * began. */
gint64
proc_pump_get_last_read (ProcPump *self)
{
  return self->last_read;
}
