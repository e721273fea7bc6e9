/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-job-list-private.h"

#include "proc-thread-private.h"

/* The jobs of a runner, in the order in which they were submitted: those that wait and
 * run, and the last that have finished, if any are kept.
 *
 * Jobs come and go in any thread, but a list model belongs to one: that of the main
 * context in which the runner was made. So there are two lists.
 *
 *   entries   what is so, under the lock
 *   shown     what the model's users were told, touched in the model's context only
 *
 * What happens to the first is logged, and a flush in the context carries it out on the
 * second, with a signal for each step. A job that has come and gone between two flushes
 * is never shown. As long as nobody has asked for the list, nothing is logged.
 *
 * A handler may have a loop of its own, in which there are more flushes: they leave their
 * steps to the one that called it, since the other handlers have not been told yet.
 *
 * A flush lets the owner notify, too, of what it counts. Nothing is flushed for that
 * while nobody listens: asking the owner, which is no longer there when it has disowned
 * the list, under the lock.
 */
typedef struct
{
  ProcJob *job;
  GList link; /* in entries */
  GList *added; /* in the log: it is not shown yet */
  GSequenceIter *shown; /* of the context */
} Entry;

typedef struct
{
  Entry *entry;
  gboolean removed; /* else: added */
} Step;

struct _ProcJobList
{
  GObject parent_instance;

  GMainContext *context;
  GWeakRef owner;
  const ProcJobListOwner *functions;

  GMutex lock;
  GObject *asked;     /* the owner, not yet disposed of; or NULL */
  gboolean untold;    /* it has counted something while nobody listened */
  gboolean counted;   /* it has something to notify of */
  GHashTable *by_job; /* ProcJob → Entry; NULL: it was over before it came here */
  GQueue entries;     /* of Entry */
  GQueue finished;    /* of Entry, the oldest first */
  guint n_kept;
  GQueue log;         /* of Step */
  gboolean opened;
  gboolean scheduled;

  /* Of the context */
  GSequence *shown; /* of Entry */
  GQueue doing;     /* of Step, taken from the log */
  gboolean flushing;
};

static void proc_job_list_iface_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ProcJobList, proc_job_list, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL,
                                                      proc_job_list_iface_init))

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_object_unref (entry->job);
  g_free (entry);
}

/* The model */

static GType
get_item_type (GListModel *model)
{
  return PROC_TYPE_JOB;
}

static guint
get_n_items (GListModel *model)
{
  return g_sequence_get_length (PROC_JOB_LIST (model)->shown);
}

static gpointer
get_item (GListModel *model, guint position)
{
  ProcJobList *self = PROC_JOB_LIST (model);
  GSequenceIter *iter = g_sequence_get_iter_at_pos (self->shown, (int) MIN (position, G_MAXINT));

  return g_sequence_iter_is_end (iter) ? NULL
                                       : g_object_ref (((Entry *) g_sequence_get (iter))->job);
}

static void
proc_job_list_iface_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

/* In the context */

static void
show_all (ProcJobList *self, GPtrArray *added)
{
  guint position = g_sequence_get_length (self->shown);

  if (added->len == 0)
    return;

  for (guint i = 0; i < added->len; i++)
    {
      Entry *entry = g_ptr_array_index (added, i);

      entry->shown = g_sequence_append (self->shown, entry);
    }

  g_list_model_items_changed (G_LIST_MODEL (self), position, 0, added->len);
  g_ptr_array_set_size (added, 0);
}

static void
hide (ProcJobList *self, Entry *entry)
{
  guint position = g_sequence_iter_get_position (entry->shown);

  g_sequence_remove (entry->shown);
  g_list_model_items_changed (G_LIST_MODEL (self), position, 1, 0);
  entry_free (entry);
}

static void
let_owner_notify (ProcJobList *self)
{
  g_autoptr(GObject) owner = g_weak_ref_get (&self->owner);
  gboolean counted;
  gboolean all;

  g_mutex_lock (&self->lock);
  counted = self->counted;
  all = self->untold;
  self->counted = FALSE;
  self->untold = all && !counted;
  g_mutex_unlock (&self->lock);

  if (owner != NULL && counted)
    self->functions->notify (owner, all);
}

static void
take_log (ProcJobList *self)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  GList *link;

  self->scheduled = FALSE;
  while ((link = g_queue_pop_head_link (&self->log)) != NULL)
    {
      const Step *step = link->data;

      if (!step->removed)
        step->entry->added = NULL;
      g_queue_push_tail_link (&self->doing, link);
    }
}

/* Those that were added one after the other are shown at once. */
static void
carry_out (ProcJobList *self)
{
  g_autoptr(GPtrArray) added = g_ptr_array_new ();
  Step *step;

  while ((step = g_queue_pop_head (&self->doing)) != NULL)
    {
      if (step->removed)
        {
          show_all (self, added);
          hide (self, step->entry);
        }
      else
        {
          g_ptr_array_add (added, step->entry);
        }
      g_free (step);
    }

  show_all (self, added);
}

static gboolean
on_flush (gpointer user_data)
{
  g_autoptr(ProcJobList) self = user_data;

  take_log (self);
  if (!self->flushing)
    {
      self->flushing = TRUE;
      carry_out (self);
      self->flushing = FALSE;
    }

  let_owner_notify (self);
  return G_SOURCE_REMOVE;
}

/* In any thread */

/* Under the lock. */
static void
schedule (ProcJobList *self)
{
  if (self->scheduled)
    return;

  self->scheduled = TRUE;
  proc_thread_post (self->context, G_PRIORITY_DEFAULT, on_flush, g_object_ref (self));
}

/* The owner has something to notify of. */
void
proc_job_list_counted (ProcJobList *self)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  self->counted = self->asked != NULL && self->functions->is_watched (self->asked);
  if (self->counted)
    schedule (self);
  else
    self->untold = TRUE;
}

/* The owner is being disposed of. */
void
proc_job_list_disown (ProcJobList *self)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  self->asked = NULL;
}

/* Under the lock. */
static void
log_step (ProcJobList *self, Entry *entry, gboolean removed)
{
  Step *step = g_new (Step, 1);

  step->entry = entry;
  step->removed = removed;
  g_queue_push_tail (&self->log, step);
  if (!removed)
    entry->added = self->log.tail;

  schedule (self);
}

/* Under the lock. */
static Entry *
add_entry (ProcJobList *self, ProcJob *job)
{
  Entry *entry = g_new0 (Entry, 1);

  entry->job = g_object_ref (job);
  entry->link.data = entry;
  g_queue_push_tail_link (&self->entries, &entry->link);
  if (self->opened)
    {
      proc_job_watch (job);
      log_step (self, entry, FALSE);
    }

  return entry;
}

/* Under the lock. Gives the entry if it is to be freed, without the lock: that may be the
 * job's end. */
static Entry *
forget (ProcJobList *self, Entry *entry)
{
  g_queue_unlink (&self->entries, &entry->link);
  if (!self->opened)
    return entry;

  if (entry->added == NULL)
    {
      log_step (self, entry, TRUE);
      return NULL;
    }

  g_free (entry->added->data);
  g_queue_delete_link (&self->log, entry->added);
  return entry;
}

/* Forgets the oldest of those that have finished and are more than are kept. */
void
proc_job_list_forget_finished (ProcJobList *self)
{
  g_autoptr(GPtrArray) forgotten = g_ptr_array_new_with_free_func (entry_free);

  g_mutex_lock (&self->lock);
  while (self->finished.length > self->n_kept)
    {
      Entry *entry = forget (self, g_queue_pop_head (&self->finished));

      if (entry != NULL)
        g_ptr_array_add (forgotten, entry);
    }
  g_mutex_unlock (&self->lock);
}

/* The job has been submitted, and may be over already: its context may be another
 * thread's. */
void
proc_job_list_add (ProcJobList *self, ProcJob *job)
{
  Entry *entry;
  gboolean is_over;

  g_mutex_lock (&self->lock);
  entry = add_entry (self, job);
  is_over = g_hash_table_steal_extended (self->by_job, job, NULL, NULL);
  if (is_over)
    g_queue_push_tail (&self->finished, entry);
  else
    g_hash_table_insert (self->by_job, job, entry);
  g_mutex_unlock (&self->lock);

  proc_job_list_forget_finished (self);
}

/* The job is over. It may be kept. */
void
proc_job_list_remove (ProcJobList *self, ProcJob *job)
{
  gpointer entry;

  g_mutex_lock (&self->lock);
  if (g_hash_table_steal_extended (self->by_job, job, NULL, &entry))
    g_queue_push_tail (&self->finished, entry);
  else
    g_hash_table_insert (self->by_job, job, NULL);
  g_mutex_unlock (&self->lock);

  proc_job_list_forget_finished (self);
}

/* Those that are there already are forgotten by the next call that does that. */
void
proc_job_list_set_keep (ProcJobList *self, guint n_kept)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  self->n_kept = n_kept;
}

/* Somebody asks for the list. The first time it is filled in here: nobody has it yet. */
void
proc_job_list_open (ProcJobList *self)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  if (self->opened)
    return;

  self->opened = TRUE;
  for (GList *link = self->entries.head; link != NULL; link = link->next)
    {
      Entry *entry = link->data;

      entry->shown = g_sequence_append (self->shown, entry);
      proc_job_watch (entry->job);
    }
}

static void
proc_job_list_finalize (GObject *object)
{
  ProcJobList *self = PROC_JOB_LIST (object);

  g_sequence_free (self->shown);
  for (GList *link = self->entries.head, *next; link != NULL; link = next)
    {
      next = link->next;
      entry_free (link->data);
    }
  g_queue_clear (&self->finished);
  g_hash_table_unref (self->by_job);
  g_weak_ref_clear (&self->owner);
  g_main_context_unref (self->context);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (proc_job_list_parent_class)->finalize (object);
}

static void
proc_job_list_class_init (ProcJobListClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = proc_job_list_finalize;
}

static void
proc_job_list_init (ProcJobList *self)
{
  g_mutex_init (&self->lock);
  self->context = g_main_context_ref_thread_default ();
  self->by_job = g_hash_table_new (NULL, NULL);
  self->shown = g_sequence_new (NULL);
}

/* The model's context is the thread's default one. */
ProcJobList *
proc_job_list_new (GObject *owner, const ProcJobListOwner *functions)
{
  ProcJobList *self = g_object_new (PROC_TYPE_JOB_LIST, NULL);

  g_weak_ref_init (&self->owner, owner);
  self->asked = owner;
  self->functions = functions;
  return self;
}
