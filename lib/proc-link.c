/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-link-private.h"

#include "proc-share-private.h"

/* What joins one job with its run. The job is an object of the program's, in the main
 * context in which it was submitted; the run belongs to the engine. Neither knows the
 * other: both hold this, counted and locked.
 *
 *   the engine says   started, stopping, ended; and what went through the outlets
 *   the job is told   by deliver (), in its own context, that there is news
 *
 * News wake one source in that context, of a priority below that of redraws, and at most
 * once a frame, so that a command that says much does not keep a window from drawing. A
 * job that nobody can look at is not woken at all.
 *
 * The end is told in another way, by whoever submitted the run; but here is the report,
 * for those who wait without a main context.
 */

#define FRAME_USEC 16000

#define N_OUTLETS 2

struct _ProcLink
{
  GMutex lock;
  GMainContext *context;
  ProcLinkDeliver deliver;
  gpointer user_data;

  ProcOutlet *outlets[N_OUTLETS];
  ProcReader *readers[N_OUTLETS];
  ProcInlet *inlet;

  int n_holders; /* atomic; of the program's */
  int watched;   /* atomic */
  GSource *source; /* NULL: never woken, or closed */
  gboolean awake;
  gboolean closed;
  gint64 last_frame; /* monotonic; when it was last woken */

  ProcLinkFacts facts;
  ProcReport *report; /* NULL: not ended, or taken */
  gboolean ended;
  ProcWaiters waiters;
};

static void
on_ready (gpointer user_data)
{
  ProcLink *self = user_data;

  for (guint i = 0; i < N_OUTLETS; i++)
    proc_reader_serve (self->readers[i]);

  proc_link_wake (self);
}

/* The thread-default context is that of the job, which holds the link. */
ProcLink *
proc_link_new (ProcLinkDeliver deliver, gpointer user_data)
{
  ProcLink *self = g_atomic_rc_box_new0 (ProcLink);

  g_mutex_init (&self->lock);
  self->n_holders = 1;
  self->context = g_main_context_ref_thread_default ();
  self->deliver = deliver;
  self->user_data = user_data;
  for (guint i = 0; i < N_OUTLETS; i++)
    {
      self->outlets[i] = proc_outlet_new (on_ready, self);
      self->readers[i] = proc_reader_new (self->outlets[i]);
    }
  self->inlet = proc_inlet_new ();
  proc_waiters_init (&self->waiters, &self->lock);
  return self;
}

ProcLink *
proc_link_ref (ProcLink *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
link_clear (gpointer data)
{
  ProcLink *self = data;

  for (guint i = 0; i < N_OUTLETS; i++)
    {
      proc_reader_free (self->readers[i]);
      proc_outlet_unref (self->outlets[i]);
    }
  proc_inlet_unref (self->inlet);
  g_clear_pointer (&self->report, proc_report_free);
  proc_waiters_clear (&self->waiters);
  g_main_context_unref (self->context);
  g_mutex_clear (&self->lock);
}

void
proc_link_unref (ProcLink *self)
{
  g_atomic_rc_box_release_full (self, link_clear);
}

/* Before anything is read. */
void
proc_link_set_charset (ProcLink *self, const char *charset)
{
  for (guint i = 0; i < N_OUTLETS; i++)
    proc_reader_set_charset (self->readers[i], charset);
}

/* For those in the program who may read: when the last of them lets go, nobody will. */
ProcLink *
proc_link_hold (ProcLink *self)
{
  g_atomic_int_inc (&self->n_holders);
  return proc_link_ref (self);
}

void
proc_link_let_go (ProcLink *self)
{
  if (g_atomic_int_dec_and_test (&self->n_holders))
    for (guint i = 0; i < N_OUTLETS; i++)
      proc_outlet_abandon (self->outlets[i]);

  proc_link_unref (self);
}

ProcOutlet *
proc_link_get_outlet (ProcLink *self, ProcStream stream)
{
  return self->outlets[stream];
}

ProcReader *
proc_link_get_reader (ProcLink *self, ProcStream stream)
{
  return self->readers[stream];
}

ProcInlet *
proc_link_get_inlet (ProcLink *self)
{
  return self->inlet;
}

GMainContext *
proc_link_get_context (ProcLink *self)
{
  return self->context;
}

/* News */

/* In the job's context. */
static gboolean
on_awake (gpointer user_data)
{
  ProcLink *self = user_data;
  gint64 now = g_get_monotonic_time ();
  gint64 again;

  if (proc_share_is_spent ())
    return G_SOURCE_CONTINUE;

  g_mutex_lock (&self->lock);
  self->awake = FALSE;
  self->last_frame = now;
  if (self->source != NULL)
    g_source_set_ready_time (self->source, -1);
  g_mutex_unlock (&self->lock);

  again = self->deliver (self->user_data);

  g_mutex_lock (&self->lock);
  if (again >= 0 && self->source != NULL && !self->awake)
    {
      self->awake = TRUE;
      g_source_set_ready_time (self->source, now + again);
    }
  g_mutex_unlock (&self->lock);

  return G_SOURCE_CONTINUE;
}

static gboolean
dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return callback (user_data);
}

static GSourceFuncs source_funcs = { .dispatch = dispatch };

static GSource *
make_source (ProcLink *self)
{
  GSource *source = g_source_new (&source_funcs, sizeof (GSource));

  g_source_set_priority (source, PROC_DELIVERY_PRIORITY);
  g_source_set_static_name (source, "[procrunner] job");
  g_source_set_callback (source, on_awake, proc_link_ref (self),
                         (GDestroyNotify) proc_link_unref);
  g_source_attach (source, self->context);
  return source;
}

static void
wake (ProcLink *self, gint64 ready_time)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  if (self->awake || self->closed || !g_atomic_int_get (&self->watched))
    return;

  if (self->source == NULL)
    self->source = make_source (self);

  self->awake = TRUE;
  g_source_set_ready_time (self->source, MAX (ready_time, self->last_frame + FRAME_USEC));
}

/* Any thread. There is something new. */
void
proc_link_wake (ProcLink *self)
{
  wake (self, g_get_monotonic_time ());
}

/* Any thread. Somebody can look at the job, which was not told of what was before. */
void
proc_link_watch (ProcLink *self)
{
  if (!g_atomic_int_exchange (&self->watched, TRUE)
      && proc_link_get_facts (self).state > PROC_JOB_STATE_QUEUED)
    proc_link_wake (self);
}

/* Any thread. Somebody writes or reads, and may wait for that where it could decide what
 * the outputs are for. */
void
proc_link_expect_wait (ProcLink *self)
{
  for (guint i = 0; i < N_OUTLETS; i++)
    proc_outlet_keep_undecided (self->outlets[i]);
}

/* The job is not told of anything any more. */
void
proc_link_close (ProcLink *self)
{
  GSource *source;

  g_mutex_lock (&self->lock);
  self->closed = TRUE;
  source = g_steal_pointer (&self->source);
  g_mutex_unlock (&self->lock);

  if (source != NULL)
    g_source_destroy (source);
  g_clear_pointer (&source, g_source_unref);
}

/* Facts */

ProcLinkFacts
proc_link_get_facts (ProcLink *self)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->facts;
}

void
proc_link_set_started (ProcLink *self, pid_t pid, gint64 start_monotonic)
{
  g_mutex_lock (&self->lock);
  self->facts.pid = pid;
  self->facts.start_monotonic = start_monotonic;
  self->facts.state = MAX (self->facts.state, PROC_JOB_STATE_RUNNING);
  g_mutex_unlock (&self->lock);

  proc_link_wake (self);
}

void
proc_link_set_stopping (ProcLink *self)
{
  g_mutex_lock (&self->lock);
  self->facts.state = PROC_JOB_STATE_STOPPING;
  g_mutex_unlock (&self->lock);

  proc_link_wake (self);
}

/* The end */

static ProcWaiter *
pop_waiter (ProcLink *self)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->ended ? proc_waiters_pop (&self->waiters) : NULL;
}

static void
release_waiters (ProcLink *self)
{
  ProcWaiter *waiter;

  while ((waiter = pop_waiter (self)) != NULL)
    proc_waiter_return (waiter, GINT_TO_POINTER (TRUE), NULL);
}

/* Takes @report. Nothing can be written any more; but a piped output may still be read. */
void
proc_link_end (ProcLink *self, ProcReport *report)
{
  proc_inlet_break (self->inlet);
  for (guint i = 0; i < N_OUTLETS; i++)
    proc_outlet_end_if_detached (self->outlets[i]);

  g_mutex_lock (&self->lock);
  self->report = report;
  self->ended = TRUE;
  g_mutex_unlock (&self->lock);

  release_waiters (self);
}

/* Once. */
ProcReport *
proc_link_take_report (ProcLink *self)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return g_steal_pointer (&self->report);
}

gboolean
proc_link_has_ended (ProcLink *self)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->ended;
}

/* Waits for the end, without a main context. @cancellable ends the wait, and nothing
 * else. */
gboolean
proc_link_wait (ProcLink *self, GCancellable *cancellable, GError **error)
{
  g_autoptr(ProcWaiter) waiter = proc_waiter_new_sync (cancellable);

  proc_waiters_add (&self->waiters, waiter);
  release_waiters (self);
  return proc_waiter_wait (waiter, error) != NULL;
}
