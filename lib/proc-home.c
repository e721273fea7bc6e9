/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-home-private.h"

#include "proc-engine-private.h"

/* What a runner's jobs belong to, and what outlives the runner as long as they run: the
 * list that shows them, and who waits for the end of all. Counted: held by the runner and
 * by each job until it is over; and by the queue, which calls from the engine's thread.
 * The list holds objects of the program's, so it goes with the last of the former.
 *
 * Closed, it takes no job any more. Then its end is near: nobody is left in the queue,
 * and, for who waits with a main context, the callbacks of all jobs of that context have
 * been called, but for the one in which somebody waits. A job whose context is another's,
 * and is perhaps never iterated, is over for the rest of the world when its run is.
 */
struct _ProcHome
{
  int n_holders; /* atomic; of the program's */
  ProcQueue *queue; /* the runner's, which lives while somebody waits */

  GMutex lock;
  ProcJobList *jobs; /* NULL: let go; holders need no lock */
  gboolean closed;
  GHashTable *n_live;   /* GMainContext → how many of its jobs are not over */
  ProcWaiters waiters;  /* whose data is a Wait */
};

typedef struct
{
  GMainContext *context; /* NULL: no callbacks are waited for */
  guint n_telling;       /* how many of its jobs cannot end before the wait does */
} Wait;

static void
wait_free (gpointer data)
{
  Wait *wait = data;

  g_clear_pointer (&wait->context, g_main_context_unref);
  g_free (wait);
}

/* Counting */

/* Under the lock. */
static guint
count_live (ProcHome *self, GMainContext *context)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (self->n_live, context));
}

static void
add_live (ProcHome *self, GMainContext *context, int n)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  guint n_live = count_live (self, context) + n;

  if (n_live > 0)
    g_hash_table_insert (self->n_live, g_main_context_ref (context), GUINT_TO_POINTER (n_live));
  else
    g_hash_table_remove (self->n_live, context);
}

/* Gives the queue, if somebody waits: whoever does may go on meanwhile, and take the runner
 * with it. */
static ProcQueue *
ref_awaited_queue (ProcHome *self)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return proc_waiters_peek (&self->waiters) != NULL ? proc_queue_ref (self->queue) : NULL;
}

static gboolean
is_empty (ProcQueue *queue)
{
  ProcQueueCounts counts = proc_queue_get_counts (queue);

  return counts.n_queued + counts.n_running + counts.n_urgent == 0;
}

/* Under the lock. */
static gboolean
is_satisfied (ProcHome *self, const Wait *wait)
{
  return wait->context == NULL || count_live (self, wait->context) <= wait->n_telling;
}

static ProcWaiter *
pop_satisfied (ProcHome *self)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  guint n = self->waiters.queue.length;

  /* Those that have to wait longer go to the end, and are looked at once each. */
  for (; n > 0; n--)
    {
      ProcWaiter *waiter = proc_waiters_peek (&self->waiters);

      if (is_satisfied (self, proc_waiter_get_data (waiter)))
        return proc_waiters_pop (&self->waiters);

      proc_waiters_move (&self->waiters, &self->waiters);
    }

  return NULL;
}

static void
look (ProcHome *self)
{
  g_autoptr(ProcQueue) queue = ref_awaited_queue (self);
  ProcWaiter *waiter;

  if (queue == NULL || !is_empty (queue))
    return;

  while ((waiter = pop_satisfied (self)) != NULL)
    proc_waiter_return (waiter, GINT_TO_POINTER (TRUE), NULL);
}

/* The queue's, in any thread. */
static void
on_counted (gpointer user_data)
{
  ProcHome *self = user_data;

  g_mutex_lock (&self->lock);
  if (self->jobs != NULL)
    proc_job_list_counted (self->jobs);
  g_mutex_unlock (&self->lock);

  look (self);
}

/* From beginning to end */

static void
home_clear (gpointer data)
{
  ProcHome *self = data;

  g_hash_table_unref (self->n_live);
  proc_waiters_clear (&self->waiters);
  g_mutex_clear (&self->lock);
}

static void
home_unref (gpointer self)
{
  g_atomic_rc_box_release_full (self, home_clear);
}

static ProcHome *
home_hold (ProcHome *self)
{
  g_atomic_int_inc (&self->n_holders);
  return g_atomic_rc_box_acquire (self);
}

static ProcJobList *
steal_jobs (ProcHome *self)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return g_steal_pointer (&self->jobs);
}

void
proc_home_let_go (ProcHome *self)
{
  if (g_atomic_int_dec_and_test (&self->n_holders))
    g_object_unref (steal_jobs (self));

  home_unref (self);
}

/* The owner holds it, and has to keep what it gives in @queue. */
ProcHome *
proc_home_new (GObject *owner, const ProcJobListOwner *functions, ProcQueue **queue)
{
  ProcHome *self = g_atomic_rc_box_new0 (ProcHome);

  g_mutex_init (&self->lock);
  proc_waiters_init (&self->waiters, &self->lock);
  self->n_live = g_hash_table_new_full (NULL, NULL, (GDestroyNotify) g_main_context_unref, NULL);
  self->n_holders = 1;
  self->jobs = proc_job_list_new (owner, functions);
  self->queue = *queue = proc_engine_new_queue (on_counted, g_atomic_rc_box_acquire (self),
                                                home_unref);
  return self;
}

ProcJobList *
proc_home_get_jobs (ProcHome *self)
{
  return self->jobs;
}

/* In the job's context. Its callbacks have been called. */
static void
on_over (ProcJob *job, gpointer user_data)
{
  ProcHome *self = user_data;

  add_live (self, proc_job_get_context (job), -1);
  look (self);
  proc_home_let_go (self);
}

static void
on_listed_over (ProcJob *job, gpointer user_data)
{
  ProcHome *self = user_data;

  proc_job_list_remove (self->jobs, job);
  on_over (job, self);
}

/* Makes a job of the thread's default context, which has to be submitted or refused, and
 * with @listed added to the list. */
ProcJob *
proc_home_new_job (ProcHome *self, ProcCommand *command, gboolean listed)
{
  ProcJob *job = proc_job_new (command, listed ? on_listed_over : on_over, home_hold (self));

  add_live (self, proc_job_get_context (job), 1);
  return job;
}

/* The end of all */

/* Nothing is taken any more, and the queue stops what it has. */
void
proc_home_close (ProcHome *self)
{
  g_mutex_lock (&self->lock);
  self->closed = TRUE;
  g_mutex_unlock (&self->lock);

  proc_queue_close (self->queue);
  proc_engine_look (self->queue);
}

gboolean
proc_home_is_closed (ProcHome *self)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->closed;
}

/* Returns @waiter, whose call keeps the owner, with anything but NULL: at the end of all
 * that is here; with @context also the callbacks of its jobs come first. @here: the caller
 * does not return before, and neither do the callbacks in which it may be. An error is that of
 * a forked child, where nothing ends. */
void
proc_home_wait (ProcHome *self, ProcWaiter *waiter, GMainContext *context, gboolean here)
{
  Wait *wait = g_new0 (Wait, 1);
  GError *error = NULL;

  wait->context = context != NULL ? g_main_context_ref (context) : NULL;
  wait->n_telling = here ? proc_job_count_telling (context, self) : 0;
  proc_waiter_set_data (waiter, wait, wait_free);
  if (!is_empty (self->queue) && !proc_engine_check_owner (&error))
    {
      proc_waiter_return_error (proc_waiter_ref (waiter), error);
      return;
    }

  proc_waiters_add (&self->waiters, waiter);
  look (self);
}
