/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-queue-private.h"

#include "proc-error-private.h"

/* Admits the runs of one runner: in the order in which they came, at most limit
 * at once. A run's slot is free, and the run with all it held, before its done ()
 * is called: whoever hears of it may add the next, and holds the last reference
 * to what it handed in.
 *
 * Urgent runs pass by the queue and take no slot. They are those that a thread
 * waits for: were they to queue behind one that cannot end before that thread
 * goes on, neither ever would.
 *
 * A run that could not start for want of processes, descriptors or memory starves:
 * it waits until any run of the pool ends, and is made anew from its plan; at once, if
 * one has ended since it tried, be it in want as well. When it had been alone, and so
 * nothing will be given back, the want is an error. All queues of a
 * program share one pool, since the want is the program's.
 *
 * Counted in any thread, since a runner holds its queue; all else happens in the
 * engine thread. A run belongs to the queue from when it is added.
 */
struct _ProcQueueEntry
{
  ProcQueue *queue;
  ProcPlan *plan;
  ProcRun *run; /* NULL while it waits or starves */
  gboolean has_slot; /* urgent ones never have */
  guint64 n_ended;   /* of the pool, when it was last started */

  ProcQueueEntry **handle;
  ProcQueueDone done;
  gpointer user_data;
};

struct _ProcQueue
{
  ProcPool *pool;
  GQueue waiting;  /* of ProcQueueEntry */
  guint limit;     /* 0: none */
  guint n_slots;   /* taken: by those that run, or starve */
  gboolean admitting;
};

static void
queue_clear (gpointer data)
{
  ProcQueue *self = data;

  g_assert (g_queue_is_empty (&self->waiting) && self->n_slots == 0);
}

/* The pool outlives all queues. */
ProcQueue *
proc_queue_new (ProcPool *pool)
{
  ProcQueue *self = g_atomic_rc_box_new0 (ProcQueue);

  self->pool = pool;
  g_queue_init (&self->waiting);
  return self;
}

ProcQueue *
proc_queue_ref (ProcQueue *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
proc_queue_unref (ProcQueue *self)
{
  g_atomic_rc_box_release_full (self, queue_clear);
}

static void on_run_done (ProcRun *run, gpointer user_data);

static void
start (ProcQueueEntry *entry)
{
  ProcPool *pool = entry->queue->pool;

  pool->n_running++;
  entry->n_ended = pool->n_ended;
  entry->run = proc_run_new (entry->plan);
  proc_run_start (entry->run, on_run_done, entry);
}

/* A start may fail at once, and end in here again: then the loop goes on. */
static void
admit (ProcQueue *self)
{
  if (self->admitting)
    return;

  self->admitting = TRUE;
  while (!g_queue_is_empty (&self->waiting) && (self->limit == 0 || self->n_slots < self->limit))
    {
      ProcQueueEntry *entry = g_queue_pop_head (&self->waiting);

      entry->has_slot = TRUE;
      self->n_slots++;
      start (entry);
    }
  self->admitting = FALSE;
}

/* What one run gave back is tried by one that starves. */
static void
feed_one (ProcPool *pool)
{
  pool->feed_again = TRUE;
  if (pool->feeding)
    return;

  pool->feeding = TRUE;
  while (pool->feed_again && !g_queue_is_empty (&pool->starving))
    {
      pool->feed_again = FALSE;
      start (g_queue_pop_head (&pool->starving));
    }
  pool->feeding = FALSE;
}

static void
finish (ProcQueueEntry *entry, ProcReport *report)
{
  g_autoptr(ProcQueue) queue = entry->queue;

  *entry->handle = NULL;
  if (entry->has_slot)
    queue->n_slots--;

  proc_plan_unref (entry->plan);
  entry->done (report, entry->user_data);
  g_free (entry);

  admit (queue);
}

/* Others run that will give something back, or have given it since. */
static gboolean
can_try_again (const ProcQueueEntry *entry)
{
  const ProcPool *pool = entry->queue->pool;

  return pool->n_running > 0 || pool->n_ended != entry->n_ended;
}

static void
starve (ProcQueueEntry *entry)
{
  ProcPool *pool = entry->queue->pool;

  g_queue_push_tail (&pool->starving, entry);
  if (pool->n_running == 0)
    feed_one (pool);
}

static void
on_run_done (ProcRun *run, gpointer user_data)
{
  ProcQueueEntry *entry = user_data;
  ProcReport *report = proc_run_steal_report (run);
  ProcPool *pool = entry->queue->pool;
  gboolean try_again;
  gboolean in_want = report->error != NULL && proc_error_is_exhaustion (report->error);

  proc_run_free (run);
  entry->run = NULL;
  pool->n_running--;

  try_again = in_want && !report->final && can_try_again (entry);
  pool->n_ended++;
  if (try_again)
    {
      proc_report_free (report);
      starve (entry);
      return;
    }

  if (in_want)
    proc_error_name_limit (report->error);
  finish (entry, report);
  feed_one (pool);
}

void
proc_queue_set_limit (ProcQueue *self, guint limit)
{
  self->limit = limit;
  admit (self);
}

/* Adds a run of @plan. While it is here, *@handle is what it can be stopped by;
 * then it is NULL. @done may be called in here. */
void
proc_queue_add (ProcQueue *self,
                ProcPlan *plan,
                gboolean urgent,
                ProcQueueEntry **handle,
                ProcQueueDone done,
                gpointer user_data)
{
  ProcQueueEntry *entry = g_new0 (ProcQueueEntry, 1);

  entry->queue = proc_queue_ref (self);
  entry->plan = proc_plan_ref (plan);
  entry->handle = handle;
  entry->done = done;
  entry->user_data = user_data;
  *handle = entry;

  if (urgent)
    {
      start (entry);
      return;
    }

  g_queue_push_tail (&self->waiting, entry);
  admit (self);
}

/* One that has not been started is done at once. */
void
proc_queue_stop (ProcQueueEntry *entry, ProcStopReason reason)
{
  if (entry->run != NULL)
    {
      proc_run_stop (entry->run, reason);
      return;
    }

  if (!g_queue_remove (&entry->queue->pool->starving, entry))
    g_queue_remove (&entry->queue->waiting, entry);
  finish (entry, proc_report_new_cancelled ());
}
