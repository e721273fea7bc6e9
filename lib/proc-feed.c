/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-feed-private.h"

#include "proc-error-private.h"
#include "proc-fd-private.h"
#include "proc-pipe-private.h"
#include "proc-source-private.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <unistd.h>

/* Writes pieces to the child's standard input, one after the other, in the engine
 * thread, which blocks SIGPIPE: a child that has closed its end is EPIPE here, and
 * that is no error. A child need not read what it is given; whether all was handed
 * over is a fact for the result.
 *
 *   open, with pieces      waiting for room in the pipe, or writing
 *   open, without any      waiting for the next, or for the child to close its end
 *   failed                 a piece cannot be read: the pipe is held open, since its end
 *                          would pass for that of the input
 *   closed                 after the last piece, or since nobody reads any more
 *
 * accepted () is called once for each piece: when its last byte is in the pipe, or
 * when it never will be. Whoever waits for that before the next piece has
 * back-pressure. It may write and close. changed () is called when the pipe is
 * closed, and when it has failed. Both are called from the main loop only, except
 * that freeing the feed gives back what is left.
 */

/* Writes in a row before other sources get their turn, and how much at once: no pipe
 * holds more. */
#define WRITES_PER_DISPATCH 16
#define WRITE_SIZE ((gsize) 1024 * 1024)

typedef struct
{
  GBytes *bytes;
  ProcFeedAccepted accepted;
  gpointer user_data;
} Piece;

struct _ProcFeed
{
  ProcFd fd;
  ProcPipe pipe;
  GSource *source;
  GIOCondition condition; /* what the source waits for */
  GQueue pieces;
  gsize n_written; /* of the first piece */
  gboolean was_full;
  gboolean ended;  /* no piece comes after those that are here */
  gboolean lost;   /* some piece was not written */
  GError *error;   /* the child's end is open, and has nothing to come */
  ProcFeedChanged changed;
  gpointer user_data;
};

static void
finish_piece (ProcFeed *self, gboolean written)
{
  Piece *piece = g_queue_pop_head (&self->pieces);
  ProcFeedAccepted accepted = piece->accepted;
  gpointer user_data = piece->user_data;

  self->n_written = 0;
  g_bytes_unref (piece->bytes);
  g_free (piece);
  if (accepted != NULL)
    accepted (written, user_data);
}

static void
close_pipe (ProcFeed *self)
{
  proc_source_clear (&self->source);
  proc_fd_clear (&self->fd);
  proc_pipe_release (&self->pipe);
}

static void
break_pipe (ProcFeed *self)
{
  close_pipe (self);
  while (!g_queue_is_empty (&self->pieces))
    {
      self->lost = TRUE;
      finish_piece (self, FALSE);
    }
}

/* Full once, it may be that nobody reads. Then there is no use in a larger one, and less
 * is taken for handed over. */
static void
note_full (ProcFeed *self, gsize n_written)
{
  if (self->was_full && self->fd >= 0)
    proc_pipe_note (&self->pipe, self->fd, n_written);

  self->was_full = TRUE;
}

/* The piece's memory, say, is that of a file which has become shorter. The child must not
 * take a part for all. */
static void
note_failure (ProcFeed *self, int saved_errno)
{
  g_set_error (&self->error, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_INPUT_FILE,
               _("Cannot read the input stream: %s"), g_strerror (saved_errno));
  proc_error_set_errno (self->error, saved_errno);
}

/* Gives TRUE while more may be written at once. */
static gboolean
write_once (ProcFeed *self)
{
  const Piece *piece = g_queue_peek_head (&self->pieces);
  const guint8 *data;
  gsize size;
  gsize wanted;
  gssize n_written;

  if (piece == NULL)
    return FALSE;

  data = g_bytes_get_data (piece->bytes, &size);
  wanted = MIN (size - self->n_written, WRITE_SIZE);
  n_written = wanted > 0 ? write (self->fd, data + self->n_written, wanted) : 0;
  if (n_written < 0 && errno == EINTR)
    return TRUE;
  if (n_written < 0)
    {
      if (errno == EPIPE)
        break_pipe (self);
      else if (errno != EAGAIN)
        note_failure (self, errno);
      return FALSE;
    }

  self->n_written += n_written;
  if (self->n_written == size)
    finish_piece (self, TRUE);

  if ((gsize) n_written == wanted)
    return TRUE;

  note_full (self, n_written);
  return FALSE;
}

static gboolean on_ready (int fd, GIOCondition condition, gpointer user_data);

/* Waits for what there is to wait for. An error is told of unasked. */
static void
watch (ProcFeed *self)
{
  GIOCondition condition = g_queue_is_empty (&self->pieces) ? G_IO_ERR : G_IO_OUT;

  if (self->error != NULL)
    {
      proc_source_clear (&self->source);
      return;
    }

  if (self->source != NULL && self->condition == condition)
    return;

  proc_source_clear (&self->source);
  self->condition = condition;
  self->source = proc_source_watch_fd (self->fd, condition, on_ready, "[procrunner] feed", self);
}

static gboolean
on_ready (int fd, GIOCondition condition, gpointer user_data)
{
  ProcFeed *self = user_data;

  if (g_queue_is_empty (&self->pieces))
    close_pipe (self); /* by the reader */
  for (guint i = 0; i < WRITES_PER_DISPATCH && write_once (self); i++)
    ;

  if (self->fd >= 0 && self->ended && g_queue_is_empty (&self->pieces))
    close_pipe (self);
  if (self->fd >= 0)
    watch (self);
  if (self->fd < 0 || self->error != NULL)
    self->changed (self->user_data);

  return G_SOURCE_CONTINUE;
}

/* Takes @fd, which must be non-blocking. */
ProcFeed *
proc_feed_new (int fd, ProcFeedChanged changed, gpointer user_data)
{
  ProcFeed *self = g_new0 (ProcFeed, 1);

  self->fd = fd;
  self->changed = changed;
  self->user_data = user_data;
  g_queue_init (&self->pieces);
  watch (self);
  return self;
}

void
proc_feed_free (ProcFeed *self)
{
  break_pipe (self);
  g_clear_error (&self->error);
  g_free (self);
}

/* FALSE: the pipe is closed already, and @accepted, which may be NULL, is not called. */
gboolean
proc_feed_write (ProcFeed *self,
                 GBytes *bytes,
                 ProcFeedAccepted accepted,
                 gpointer user_data)
{
  Piece *piece;

  g_assert (!self->ended);

  if (self->fd < 0)
    {
      self->lost = TRUE;
      return FALSE;
    }

  piece = g_new0 (Piece, 1);
  piece->bytes = g_bytes_ref (bytes);
  piece->accepted = accepted;
  piece->user_data = user_data;
  g_queue_push_tail (&self->pieces, piece);
  watch (self);
  return TRUE;
}

/* No piece comes after those that are here. Without any the pipe is closed in here. */
void
proc_feed_close (ProcFeed *self)
{
  self->ended = TRUE;
  if (g_queue_is_empty (&self->pieces))
    close_pipe (self);
}

/* Gives why a piece could not be written, or NULL. That nobody reads it is no error. */
const GError *
proc_feed_get_error (const ProcFeed *self)
{
  return self->error;
}

gboolean
proc_feed_is_open (ProcFeed *self)
{
  return self->fd >= 0;
}

/* TRUE: all that was to be written is in the pipe. */
gboolean
proc_feed_is_complete (ProcFeed *self)
{
  return self->ended && !self->lost && g_queue_is_empty (&self->pieces);
}
