/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-queue-private.h"

/* Admits the runs of one runner: in the order in which they came, at most limit
 * at once. A run's slot is free, and the run with all it held, before its done ()
 * is called: whoever hears of it may add the next, and holds the last reference
 * to what it handed in.
 *
 * Urgent runs pass by the queue and take no slot. They are those that a thread
 * waits for: were they to queue behind one that cannot end before that thread
 * goes on, neither ever would.
 *
 * Counted in any thread, since a runner holds its queue; all else happens in the
 * engine thread. A run belongs to the queue from when it is added.
 */
typedef struct
{
  ProcQueue *queue;
  ProcRun *run;
  ProcQueueDone done;
  gpointer user_data;
  gboolean urgent;
  gboolean started;
} Entry;

struct _ProcQueue
{
  GQueue waiting; /* of Entry */
  GHashTable *entries; /* run → entry, waiting ones and running ones */
  guint limit; /* 0: none */
  guint n_running; /* urgent ones apart */
};

static void
queue_clear (gpointer data)
{
  ProcQueue *self = data;

  g_assert (g_hash_table_size (self->entries) == 0);
  g_hash_table_unref (self->entries);
}

ProcQueue *
proc_queue_new (void)
{
  ProcQueue *self = g_atomic_rc_box_new0 (ProcQueue);

  g_queue_init (&self->waiting);
  self->entries = g_hash_table_new (NULL, NULL);
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

static void admit (ProcQueue *self);

static void
on_done (ProcRun *run, gpointer user_data)
{
  g_autofree Entry *entry = user_data;
  g_autoptr(ProcQueue) self = entry->queue;
  ProcReport *report = proc_run_steal_report (run);

  g_hash_table_remove (self->entries, run);
  if (entry->started && !entry->urgent)
    self->n_running--;

  proc_run_free (run);
  entry->done (report, entry->user_data);

  admit (self);
}

static void
start (ProcQueue *self, Entry *entry)
{
  entry->started = TRUE;
  if (!entry->urgent)
    self->n_running++;

  proc_run_start (entry->run, on_done, entry);
}

static void
admit (ProcQueue *self)
{
  while (!g_queue_is_empty (&self->waiting)
         && (self->limit == 0 || self->n_running < self->limit))
    start (self, g_queue_pop_head (&self->waiting));
}

static Entry *
add_entry (ProcQueue *self, ProcRun *run, ProcQueueDone done, gpointer user_data)
{
  Entry *entry = g_new0 (Entry, 1);

  entry->queue = proc_queue_ref (self);
  entry->run = run;
  entry->done = done;
  entry->user_data = user_data;
  g_hash_table_insert (self->entries, run, entry);
  return entry;
}

void
proc_queue_set_limit (ProcQueue *self, guint limit)
{
  self->limit = limit;
  admit (self);
}

/* Takes @run. @done may be called in here. */
void
proc_queue_add (ProcQueue *self, ProcRun *run, ProcQueueDone done, gpointer user_data)
{
  g_queue_push_tail (&self->waiting, add_entry (self, run, done, user_data));
  admit (self);
}

void
proc_queue_add_urgent (ProcQueue *self,
                       ProcRun *run,
                       ProcQueueDone done,
                       gpointer user_data)
{
  Entry *entry = add_entry (self, run, done, user_data);

  entry->urgent = TRUE;
  start (self, entry);
}

/* A run that waits leaves the queue, and is done without having been started. */
void
proc_queue_stop (ProcQueue *self, ProcRun *run, ProcStopReason reason)
{
  Entry *entry = g_hash_table_lookup (self->entries, run);

  g_assert (entry != NULL);

  if (entry->started)
    {
      proc_run_stop (run, reason);
      return;
    }

  g_queue_remove (&self->waiting, entry);
  proc_run_cancel_unstarted (run);
  on_done (run, entry);
}
