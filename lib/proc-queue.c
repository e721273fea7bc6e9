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
 * A runner holds its queue, in any thread: it sets the limit, closes the queue for good,
 * and announces what is on its way. All else happens in the engine thread, which has to
 * look then. A run belongs to the queue from when it is added. How many run and how many wait, urgent ones apart, is known in any
 * thread: it is counted under a lock, and counted () tells of each change.
 *
 * Closed, a queue admits nothing any more: what is added is cancelled.
 */
struct _ProcQueueEntry
{
  ProcQueue *queue;
  GList link; /* in the queue's entries */
  ProcPlan *plan;
  ProcLink *job; /* NULL: nobody follows */
  ProcRun *run; /* NULL while it waits or starves */
  GArray *signals; /* of int, for when the program runs */
  gboolean urgent;
  gboolean stopped;
  gboolean has_slot; /* urgent ones never have */
  gboolean counts_as_running;
  guint64 n_ended;   /* of the pool, when it was last started */

  ProcQueueEntry **handle;
  ProcQueueDone done;
  gpointer user_data;
};

struct _ProcQueue
{
  ProcPool *pool;
  GQueue entries;  /* of ProcQueueEntry: all, in the order in which they came */
  GQueue waiting;  /* of ProcQueueEntry */
  guint n_slots;   /* taken: by those that run, or starve */
  gboolean admitting;

  int limit;       /* atomic; 0: none */
  int closed;      /* atomic */
  GMutex lock;
  ProcQueueCounts counts;
  ProcQueueCounted counted;
  gpointer user_data;
  GDestroyNotify destroy;
};

static void
queue_clear (gpointer data)
{
  ProcQueue *self = data;

  g_assert (g_queue_is_empty (&self->entries) && self->n_slots == 0);

  if (self->destroy != NULL)
    self->destroy (self->user_data);
  g_mutex_clear (&self->lock);
}

/* The pool outlives all queues. @counted, which may be NULL, is called in any thread,
 * without a lock. */
ProcQueue *
proc_queue_new (ProcPool *pool,
                ProcQueueCounted counted,
                gpointer user_data,
                GDestroyNotify destroy)
{
  ProcQueue *self = g_atomic_rc_box_new0 (ProcQueue);

  self->pool = pool;
  self->counted = counted;
  self->user_data = user_data;
  self->destroy = destroy;
  g_queue_init (&self->entries);
  g_queue_init (&self->waiting);
  g_mutex_init (&self->lock);
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

static void
count (ProcQueue *self, int n_queued, int n_running, int n_urgent)
{
  g_mutex_lock (&self->lock);
  self->counts.n_queued += n_queued;
  self->counts.n_running += n_running;
  self->counts.n_urgent += n_urgent;
  g_mutex_unlock (&self->lock);

  if (self->counted != NULL)
    self->counted (self->user_data);
}

ProcQueueCounts
proc_queue_get_counts (ProcQueue *self)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->counts;
}

/* Any thread. A run is on its way here, and counts already. */
void
proc_queue_announce (ProcQueue *self, gboolean urgent)
{
  count (self, urgent ? 0 : 1, 0, urgent ? 1 : 0);
}

/* It does not come after all. */
void
proc_queue_retract (ProcQueue *self, gboolean urgent)
{
  count (self, urgent ? 0 : -1, 0, urgent ? -1 : 0);
}

static void on_run_done (ProcRun *run, gpointer user_data);

static void
count_as_running (ProcQueueEntry *entry, gboolean running)
{
  entry->counts_as_running = running;
  if (!entry->urgent)
    count (entry->queue, running ? -1 : 1, running ? 1 : -1, 0);
}

static void
start (ProcQueueEntry *entry)
{
  ProcPool *pool = entry->queue->pool;

  pool->n_running++;
  entry->n_ended = pool->n_ended;
  entry->run = proc_run_new (entry->plan, entry->job, entry->signals);
  count_as_running (entry, TRUE);
  proc_run_start (entry->run, on_run_done, entry);
}

static gboolean
is_closed (ProcQueue *self)
{
  return g_atomic_int_get (&self->closed);
}

static gboolean
has_free_slot (ProcQueue *self)
{
  guint limit = g_atomic_int_get (&self->limit);

  return limit == 0 || self->n_slots < limit;
}

/* A start may fail at once, and end in here again: then the loop goes on. */
static void
admit (ProcQueue *self)
{
  if (self->admitting || is_closed (self))
    return;

  self->admitting = TRUE;
  while (!g_queue_is_empty (&self->waiting) && has_free_slot (self))
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
  g_queue_unlink (&queue->entries, &entry->link);
  if (entry->has_slot)
    queue->n_slots--;
  if (entry->urgent)
    count (queue, 0, 0, -1);
  else
    count (queue, entry->counts_as_running ? 0 : -1, entry->counts_as_running ? -1 : 0, 0);

  proc_plan_unref (entry->plan);
  g_clear_pointer (&entry->job, proc_link_unref);
  g_array_unref (entry->signals);
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

  count_as_running (entry, FALSE);
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
  gboolean in_want = report->error != NULL && !report->ended
                     && proc_error_is_exhaustion (report->error);
  gboolean never_ran = in_want && entry->stopped;

  proc_run_free (run);
  entry->run = NULL;
  pool->n_running--;

  try_again = in_want && !report->final && !entry->stopped && !is_closed (entry->queue)
              && can_try_again (entry);
  pool->n_ended++;
  if (try_again || never_ran)
    proc_report_free (report);
  if (try_again)
    {
      starve (entry);
      return;
    }

  if (never_ran)
    report = proc_report_new_cancelled ();
  else if (in_want)
    proc_error_name_limit (report->error);
  finish (entry, report);
  feed_one (pool);
}

/* Any thread. The engine has to look then. */
void
proc_queue_set_limit (ProcQueue *self, guint limit)
{
  g_atomic_int_set (&self->limit, (int) limit);
}

/* Any thread. The engine has to look then. */
void
proc_queue_close (ProcQueue *self)
{
  g_atomic_int_set (&self->closed, TRUE);
}

/* Adds a run of @plan, which has been announced. While it is here,
 * *@handle is what it can be stopped by; then it is NULL. @job may be NULL if nothing is
 * piped. @done may be called in here. */
void
proc_queue_add (ProcQueue *self,
                ProcPlan *plan,
                ProcLink *job,
                gboolean urgent,
                ProcQueueEntry **handle,
                ProcQueueDone done,
                gpointer user_data)
{
  ProcQueueEntry *entry = g_new0 (ProcQueueEntry, 1);

  entry->queue = proc_queue_ref (self);
  entry->link.data = entry;
  entry->plan = proc_plan_ref (plan);
  entry->job = job != NULL ? proc_link_ref (job) : NULL;
  entry->urgent = urgent;
  entry->signals = g_array_new (FALSE, FALSE, sizeof (int));
  entry->handle = handle;
  entry->done = done;
  entry->user_data = user_data;
  *handle = entry;
  g_queue_push_tail_link (&self->entries, &entry->link);

  if (is_closed (self))
    {
      finish (entry, proc_report_new_cancelled ());
    }
  else if (urgent)
    {
      start (entry);
    }
  else
    {
      g_queue_push_tail (&self->waiting, entry);
      admit (self);
    }
}

/* One that has not been started is done at once. */
void
proc_queue_stop (ProcQueueEntry *entry, ProcStopReason reason)
{
  entry->stopped = TRUE;
  if (entry->run != NULL)
    {
      proc_run_stop (entry->run, reason);
      return;
    }

  if (!g_queue_remove (&entry->queue->pool->starving, entry))
    g_queue_remove (&entry->queue->waiting, entry);
  finish (entry, proc_report_new_cancelled ());
}

/* The same, by SIGKILL, and now. */
void
proc_queue_kill (ProcQueueEntry *entry)
{
  entry->stopped = TRUE;
  if (entry->run != NULL)
    proc_run_kill (entry->run);
  else
    proc_queue_stop (entry, PROC_STOP_CANCEL);
}

/* For the program, when it runs. */
void
proc_queue_signal (ProcQueueEntry *entry, int signal_number)
{
  if (entry->run != NULL)
    proc_run_signal (entry->run, signal_number);
  else
    g_array_append_val (entry->signals, signal_number);
}

static void
stop_those (ProcQueue *self, gboolean running)
{
  for (GList *link = self->entries.head, *next; link != NULL; link = next)
    {
      ProcQueueEntry *entry = link->data;

      next = link->next;
      if ((entry->run != NULL) == running)
        proc_queue_stop (entry, PROC_STOP_CANCEL);
    }
}

/* The limit has changed, or the queue was closed, which stops all that is here. Those
 * that wait come first: the end of one that runs may start another that starves. */
void
proc_queue_look (ProcQueue *self)
{
  admit (self);
  if (!is_closed (self))
    return;

  stop_those (self, FALSE);
  stop_those (self, TRUE);
}
