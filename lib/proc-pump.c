/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-pump-private.h"

#include "proc-error-private.h"
#include "proc-fd-private.h"
#include "proc-pipe-private.h"
#include "proc-source-private.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Reads one pipe into one sink, in the engine thread, and lets the bytes be seen by
 * those who follow the output, through its outlet.
 *
 *   open, with a source   waiting for bytes, or reading them
 *   open, without one     held: the sink has no room, or reads by itself; or the outlet
 *                         has no room
 *   closed                end of file, all was read that had to be, or nobody wants more
 *
 * Each byte read goes to both at once; none is kept here. changed () is called when the
 * pipe is closed and when something begins to hold the pump, from the main loop, never
 * inside a call.
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
  ProcOutlet *outlet; /* NULL: nobody follows */
  GSource *source;
  ProcPumpChanged changed;
  gpointer user_data;
  gboolean reading;
  gboolean resume_due; /* when that is over */
  gboolean limited; /* read as much as rest says, and then no more */
  gsize rest;
  gboolean saw_end;
  gint64 last_active; /* monotonic; of the last byte, or when reading began */
};

static void
close_pipe (ProcPump *self)
{
  if (self->fd >= 0)
    proc_sink_take_back (self->sink);
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

static void
end (ProcPump *self, gboolean saw_end)
{
  self->saw_end = saw_end;
  close_pipe (self);
}

/* What comes behind is lost, which must not pass for the end. */
static void
fail (ProcPump *self, int saved_errno)
{
  GError *error = NULL;

  proc_set_error_from_errno (&error, PROC_RUNNER_ERROR_OUTPUT_FILE, saved_errno,
                             _("Cannot read the command’s output"));
  proc_sink_take_error (self->sink, error);
}

/* Gives memory to read into. NULL: the pump is held, or the pipe closed. */
static guint8 *
reserve (ProcPump *self, gsize *room)
{
  gboolean may_read = self->outlet == NULL || proc_outlet_has_room (self->outlet);
  guint8 *data = may_read ? proc_sink_reserve (self->sink, room) : NULL;

  if (data != NULL)
    return data;

  if (may_read && proc_sink_is_closed (self->sink))
    close_pipe (self);
  else if (!may_read && is_at_end (self->fd))
    end (self, TRUE);
  else
    proc_source_clear (&self->source);
  return NULL;
}

static void
commit (ProcPump *self, const guint8 *data, gsize size)
{
  self->last_active = g_get_monotonic_time ();
  proc_pipe_note (&self->pipe, self->fd, size);
  if (self->outlet != NULL)
    proc_outlet_put (self->outlet, data, size);
  proc_sink_commit (self->sink, size);
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
      end (self, is_at_end (self->fd));
      return FALSE;
    }

  data = reserve (self, &room);
  if (data == NULL)
    return FALSE;

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
      if (n_read < 0 && errno != EAGAIN)
        fail (self, errno);
      end (self, n_read == 0);
      return FALSE;
    }

  if (self->limited)
    self->rest -= n_read;
  commit (self, data, n_read);
  return TRUE;
}

static gboolean
on_readable (int fd, GIOCondition condition, gpointer user_data)
{
  ProcPump *self = user_data;

  self->reading = TRUE;
  for (guint i = 0; i < READS_PER_DISPATCH && !self->resume_due && read_once (self); i++)
    ;
  self->reading = FALSE;

  if (self->resume_due)
    proc_pump_resume (self);
  if (self->source != NULL)
    return G_SOURCE_CONTINUE;

  self->changed (self->user_data);
  return G_SOURCE_REMOVE;
}

static void
start_source (ProcPump *self)
{
  self->last_active = g_get_monotonic_time ();
  self->source = proc_source_watch_fd (self->fd, G_IO_IN, on_readable, "[procrunner] pump", self);
  if (self->limited)
    g_source_set_ready_time (self->source, 0); /* there may be nothing left to poll for */
}

/* There may be room again, or nobody may want any more. What a read leads to may say so: that
 * is seen to when it is over. */
void
proc_pump_resume (ProcPump *self)
{
  self->resume_due = self->reading;
  if (!proc_pump_is_open (self) || self->reading)
    return;

  if (self->outlet != NULL && proc_outlet_is_closed (self->outlet))
    close_pipe (self);
  else if (self->source == NULL)
    start_source (self);
}

/* Takes @fd, which must be non-blocking. The sink must outlive the pump. @outlet may be
 * NULL. */
ProcPump *
proc_pump_new (int fd,
               ProcSink *sink,
               ProcOutlet *outlet,
               ProcPumpChanged changed,
               gpointer user_data)
{
  ProcPump *self = g_new0 (ProcPump, 1);

  self->fd = fd;
  self->sink = sink;
  self->outlet = outlet != NULL ? proc_outlet_ref (outlet) : NULL;
  self->changed = changed;
  self->user_data = user_data;
  proc_sink_lend (sink, fd, outlet);
  start_source (self);
  return self;
}

void
proc_pump_free (ProcPump *self)
{
  close_pipe (self);
  g_clear_pointer (&self->outlet, proc_outlet_unref);
  g_free (self);
}

/* Somebody else is told of changes. */
void
proc_pump_hand_over (ProcPump *self, ProcPumpChanged changed, gpointer user_data)
{
  self->changed = changed;
  self->user_data = user_data;
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

  proc_sink_take_back (self->sink);
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

/* Gives when the last byte came, by the monotonic clock, or when reading began: at first, or
 * after a hold, if that was later. So no hold is taken for silence. */
gint64
proc_pump_get_last_active (ProcPump *self)
{
  return self->last_active;
}
