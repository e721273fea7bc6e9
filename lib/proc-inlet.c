/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-inlet-private.h"

#include "proc-thread-private.h"

#include <glib/gi18n-lib.h>

/* The way into a command's standard input for a program that writes while it runs.
 * Counted and locked, since the program and the engine hold it.
 *
 *   the program:  write* → close
 *   the engine:   attach → break
 *
 * A write waits until its last byte is in the pipe, so who waits for one before the next
 * has back-pressure. Those that came before the start wait for it. One is with the feed
 * at a time: the others can still be taken back, which is what cancelling does. What was
 * begun may be written in part.
 *
 * Broken, nobody reads any more, or nobody ever will: all that waits has failed.
 */
struct _ProcInlet
{
  GMutex lock;
  ProcWaiters waiting; /* whose data is GBytes */
  ProcWaiters begun;   /* the one that the feed has, unless it was cancelled */
  gboolean closed;
  gboolean broken;
  gboolean lost;       /* something was not written */

  GMainContext *engine; /* from attaching on */
  gboolean posted;
  ProcFeed *feed;       /* the engine thread's; NULL: none yet, or broken */
  gboolean feeding;
};

ProcInlet *
proc_inlet_new (void)
{
  ProcInlet *self = g_atomic_rc_box_new0 (ProcInlet);

  g_mutex_init (&self->lock);
  proc_waiters_init (&self->waiting, &self->lock);
  proc_waiters_init (&self->begun, &self->lock);
  return self;
}

ProcInlet *
proc_inlet_ref (ProcInlet *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
inlet_clear (gpointer data)
{
  ProcInlet *self = data;

  g_assert (self->feed == NULL);

  proc_waiters_clear (&self->waiting);
  proc_waiters_clear (&self->begun);
  g_clear_pointer (&self->engine, g_main_context_unref);
  g_mutex_clear (&self->lock);
}

void
proc_inlet_unref (ProcInlet *self)
{
  g_atomic_rc_box_release_full (self, inlet_clear);
}

static void
fail (ProcWaiter *waiter)
{
  proc_waiter_return_error (
    waiter, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE,
                                 _("The command does not read its standard input any more")));
}

/* Gives one that will never be written. */
static ProcWaiter *
pop_lost (ProcInlet *self)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  ProcWaiter *waiter = proc_waiters_pop (&self->begun);

  if (waiter == NULL)
    waiter = proc_waiters_pop (&self->waiting);
  if (waiter != NULL)
    self->lost = TRUE;
  return waiter;
}

static void
fail_waiting (ProcInlet *self)
{
  ProcWaiter *waiter;

  while ((waiter = pop_lost (self)) != NULL)
    fail (waiter);
}

/* In the engine */

/* Gives whose bytes the feed had, or NULL if that was cancelled. */
static ProcWaiter *
pop_begun (ProcInlet *self, gboolean written)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  if (!written)
    self->lost = TRUE;
  return proc_waiters_pop (&self->begun);
}

static void feed_next (ProcInlet *self);

static void
on_accepted (gboolean written, gpointer user_data)
{
  ProcInlet *self = user_data;
  ProcWaiter *waiter = pop_begun (self, written);

  self->feeding = FALSE;
  if (waiter != NULL && written)
    proc_waiter_return (waiter, GINT_TO_POINTER (TRUE), NULL);
  else if (waiter != NULL)
    fail (waiter);

  feed_next (self);
}

/* Gives the bytes of the one that is next, or NULL; then *@close tells whether none will
 * come. */
static GBytes *
begin_next (ProcInlet *self, gboolean *close)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  ProcWaiter *waiter = proc_waiters_peek (&self->waiting);

  *close = waiter == NULL && self->closed;
  if (waiter == NULL)
    return NULL;

  proc_waiters_move (&self->waiting, &self->begun);
  return g_bytes_ref (proc_waiter_get_data (waiter));
}

static void
feed_next (ProcInlet *self)
{
  g_autoptr(GBytes) bytes = NULL;
  gboolean close = FALSE;

  if (self->feed == NULL || self->feeding || !proc_feed_is_open (self->feed))
    return;

  bytes = begin_next (self, &close);
  if (bytes != NULL)
    {
      self->feeding = TRUE;
      proc_feed_write (self->feed, bytes, on_accepted, self);
    }
  else if (close)
    {
      proc_feed_close (self->feed);
      proc_inlet_break (self); /* who was about to write when it was closed */
    }
}

static gboolean
on_post (gpointer user_data)
{
  ProcInlet *self = user_data;

  g_mutex_lock (&self->lock);
  self->posted = FALSE;
  g_mutex_unlock (&self->lock);

  feed_next (self);
  proc_inlet_unref (self);
  return G_SOURCE_REMOVE;
}

/* @feed must live until proc_inlet_break (). */
void
proc_inlet_attach (ProcInlet *self, ProcFeed *feed)
{
  self->feed = feed;
  g_mutex_lock (&self->lock);
  self->engine = g_main_context_ref (g_main_context_get_thread_default ());
  g_mutex_unlock (&self->lock);

  feed_next (self);
}

/* Nobody reads any more, or nobody ever will. Need not have been attached. */
void
proc_inlet_break (ProcInlet *self)
{
  self->feed = NULL;
  g_mutex_lock (&self->lock);
  self->broken = TRUE;
  g_mutex_unlock (&self->lock);

  fail_waiting (self);
}

/* TRUE: all that was to be written is in the pipe. */
gboolean
proc_inlet_is_complete (ProcInlet *self)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return !self->lost && !self->feeding && proc_waiters_peek (&self->waiting) == NULL;
}

/* In the program */

/* Under the lock. */
static void
tell_engine (ProcInlet *self)
{
  if (self->engine == NULL || self->posted)
    return;

  self->posted = TRUE;
  proc_thread_post (self->engine, G_PRIORITY_DEFAULT, on_post, proc_inlet_ref (self));
}

static gboolean
is_closed (ProcInlet *self)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->closed;
}

/* Returns @waiter, with anything but NULL, when all of @bytes is in the pipe. Whose it is
 * keeps @self. */
void
proc_inlet_write (ProcInlet *self, GBytes *bytes, ProcWaiter *waiter)
{
  gboolean broken;

  if (is_closed (self))
    {
      proc_waiter_return_error (
        proc_waiter_ref (waiter),
        g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CLOSED,
                             _("The command’s standard input has been closed")));
      return;
    }

  proc_waiter_set_data (waiter, g_bytes_ref (bytes), (GDestroyNotify) g_bytes_unref);
  proc_waiters_add (&self->waiting, waiter);
  g_mutex_lock (&self->lock);
  broken = self->broken;
  tell_engine (self);
  g_mutex_unlock (&self->lock);

  if (broken)
    fail_waiting (self);
}

/* The end of file comes behind what has been written. */
void
proc_inlet_close (ProcInlet *self)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  self->closed = TRUE;
  tell_engine (self);
}
