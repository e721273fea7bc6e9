/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-outlet-private.h"

#include "proc-thread-private.h"

/* One output on its way to those who read it while the command runs: the engine puts
 * bytes in, the program takes them out. Counted and locked, since both hold it.
 *
 *   the engine:   attach → (has_room, put)* → end → detach
 *   the program:  set_use, (take)*, … abandon
 *
 * What the bytes are used for is the program's to say, and decides what the engine does
 * with them:
 *
 *   UNUSED      nobody takes them. Where the output is kept elsewhere they are not put
 *               in here; where this is the only way (exclusive), they are not even
 *               read, so that whoever comes later misses nothing
 *   UNDECIDED   until the caller has had an occasion to listen: as if it did, but an
 *               exclusive output is not read yet
 *   SIGNALS     lines and data are made of them
 *   READ        somebody asks for them
 *
 * Whoever is LIMIT bytes behind holds up the pump, and so the child; nothing is
 * dropped. Only where nobody can be waited for there is room for all: for what the pipe
 * still holds when a run has been stopped; when the one who has to take the bytes waits
 * for the run; and, while it is undecided who that is, when somebody waits who may have to
 * decide it: for the run, or for a write or a read, if what is not taken is kept elsewhere.
 *
 * ready () is called in the thread that reads, without the lock, when bytes or their end
 * have come, or wait for somebody to want them. changed () is called in the engine's main
 * loop when there may be room again. The end of the stream and how much was read are known
 * whatever the use.
 */

/* As much is taken at once, at most: a batch for the program's main loop. */
#define BLOCK_SIZE ((gsize) 64 * 1024)
#define LIMIT ((gsize) 8 * 1024 * 1024)

struct _ProcOutlet
{
  GMutex lock;
  ProcOutletUse use;
  GQueue blocks;  /* of GBytes, but for the last, which is being filled */
  GByteArray *filling;
  gsize n_held;
  gboolean waiting;   /* there is something to read, and no room for it */
  gboolean unlimited;
  gboolean unattended;          /* who has to take the bytes waits for the run */
  gboolean unlimited_undecided; /* while it is so */
  gboolean kept_undecided;      /* while it is so, what is kept elsewhere, too */
  gboolean ended;
  gboolean abandoned;

  ProcTail tail;
  guint64 size;
  gint64 last_put;

  ProcOutletFunc ready; /* from creation on */
  gpointer ready_data;

  GMainContext *engine; /* while attached */
  gboolean exclusive;
  gboolean posted;
  ProcOutletFunc changed; /* the engine thread's */
  gpointer changed_data;
};

ProcOutlet *
proc_outlet_new (ProcOutletFunc ready, gpointer user_data)
{
  ProcOutlet *self = g_atomic_rc_box_new0 (ProcOutlet);

  g_mutex_init (&self->lock);
  g_queue_init (&self->blocks);
  self->ready = ready;
  self->ready_data = user_data;
  return self;
}

ProcOutlet *
proc_outlet_ref (ProcOutlet *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
forget_bytes (ProcOutlet *self)
{
  g_queue_clear_full (&self->blocks, (GDestroyNotify) g_bytes_unref);
  g_clear_pointer (&self->filling, g_byte_array_unref);
  self->n_held = 0;
}

static void
outlet_clear (gpointer data)
{
  ProcOutlet *self = data;

  g_assert (self->engine == NULL);

  forget_bytes (self);
  proc_tail_clear (&self->tail);
  g_mutex_clear (&self->lock);
}

void
proc_outlet_unref (ProcOutlet *self)
{
  g_atomic_rc_box_release_full (self, outlet_clear);
}

/* The crossing to the engine */

static gboolean
on_changed (gpointer user_data)
{
  ProcOutlet *self = user_data;

  g_mutex_lock (&self->lock);
  self->posted = FALSE;
  g_mutex_unlock (&self->lock);

  if (self->changed != NULL)
    self->changed (self->changed_data);

  proc_outlet_unref (self);
  return G_SOURCE_REMOVE;
}

/* Under the lock. */
static void
tell_engine (ProcOutlet *self)
{
  if (self->engine == NULL || self->posted)
    return;

  self->posted = TRUE;
  proc_thread_post (self->engine, G_PRIORITY_DEFAULT, on_changed, proc_outlet_ref (self));
}

/* In the program */

static gboolean
is_wanted (const ProcOutlet *self)
{
  return self->use == PROC_OUTLET_SIGNALS || self->use == PROC_OUTLET_READ;
}

/* Who has begun to read goes on. */
void
proc_outlet_set_use (ProcOutlet *self, ProcOutletUse use)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  if (self->use == use || self->use == PROC_OUTLET_READ || self->abandoned)
    return;

  self->use = use;
  if (use == PROC_OUTLET_UNUSED && !self->exclusive)
    forget_bytes (self);

  tell_engine (self);
}

ProcOutletUse
proc_outlet_get_use (ProcOutlet *self)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->use;
}

static GBytes *
take_block (ProcOutlet *self)
{
  if (!g_queue_is_empty (&self->blocks))
    return g_queue_pop_head (&self->blocks);

  return self->filling != NULL ? g_byte_array_free_to_bytes (g_steal_pointer (&self->filling))
                               : NULL;
}

/* Gives the next bytes, or NULL if there are none; then *@ended tells whether any will
 * come. */
GBytes *
proc_outlet_take (ProcOutlet *self, gsize at_most, gboolean *ended)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  g_autoptr(GBytes) block = take_block (self);
  gsize size;

  *ended = block == NULL && self->ended;
  if (block == NULL)
    return NULL;

  size = g_bytes_get_size (block);
  self->n_held -= MIN (size, at_most);
  if (self->waiting)
    tell_engine (self);
  if (size <= at_most)
    return g_steal_pointer (&block);

  g_queue_push_head (&self->blocks, g_bytes_new_from_bytes (block, at_most, size - at_most));
  return g_bytes_new_from_bytes (block, 0, at_most);
}

/* TRUE: there is something to read, and nobody who would. */
gboolean
proc_outlet_is_waiting (ProcOutlet *self)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->waiting && self->use == PROC_OUTLET_UNUSED;
}

/* TRUE: more may come that signals are to be made of. */
gboolean
proc_outlet_is_open_for_signals (ProcOutlet *self)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->use == PROC_OUTLET_SIGNALS && !self->ended;
}

/* The last line is the caller's. */
void
proc_outlet_look (ProcOutlet *self, const ProcOutletText *text, ProcOutletFacts *facts)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  facts->size = self->size;
  facts->last_put = self->last_put;
  proc_tail_look (&self->tail, text->charset, text->pattern, text->total, &facts->tail);
}

/* Any thread. From now on there is room for all that somebody wants. */
void
proc_outlet_open (ProcOutlet *self)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  self->unlimited = TRUE;
  tell_engine (self);
}

/* In the thread that has to take the bytes: it does not until it attends again. */
void
proc_outlet_leave (ProcOutlet *self)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  self->unattended = TRUE;
  tell_engine (self);
}

/* As that: it takes bytes again. */
void
proc_outlet_attend (ProcOutlet *self)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  self->unattended = FALSE;
}

/* Any thread. There is room for all as long as it is undecided who wants them: whoever
 * could decide may be waiting for the end. */
void
proc_outlet_open_undecided (ProcOutlet *self)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  self->unlimited_undecided = TRUE;
  tell_engine (self);
}

/* Any thread. As before, but what an exclusive output has to say waits for who reads it. */
void
proc_outlet_keep_undecided (ProcOutlet *self)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  if (self->kept_undecided || self->use != PROC_OUTLET_UNDECIDED)
    return;

  self->kept_undecided = TRUE;
  tell_engine (self);
}

/* Nobody will ever take anything: an exclusive output is not even read any more. */
void
proc_outlet_abandon (ProcOutlet *self)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  self->abandoned = TRUE;
  self->use = PROC_OUTLET_UNUSED;
  forget_bytes (self);
  tell_engine (self);
}

/* In the engine */

/* @exclusive: what is not taken from here is had by nobody. */
void
proc_outlet_attach (ProcOutlet *self,
                    gboolean exclusive,
                    ProcOutletFunc changed,
                    gpointer user_data)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  g_assert (self->engine == NULL);

  self->engine = g_main_context_ref (g_main_context_get_thread_default ());
  self->exclusive = exclusive;
  self->changed = changed;
  self->changed_data = user_data;
}

/* May be attached again, to another owner. */
void
proc_outlet_detach (ProcOutlet *self)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  g_clear_pointer (&self->engine, g_main_context_unref);
  self->changed = NULL;
}

static gboolean
has_room (const ProcOutlet *self)
{
  gboolean is_undecided = self->use == PROC_OUTLET_UNDECIDED;
  gboolean is_kept = self->kept_undecided && !self->exclusive;
  gboolean is_open = self->unlimited || self->unattended
                     || (is_undecided && (self->unlimited_undecided || is_kept));
  gboolean is_read = is_wanted (self) || (is_open && is_undecided);

  if (self->abandoned)
    return TRUE;

  if (self->exclusive && !is_read)
    return FALSE;

  return is_open || self->n_held < LIMIT;
}

/* FALSE: changed () will tell. */
gboolean
proc_outlet_has_room (ProcOutlet *self)
{
  gboolean begins_to_wait;
  gboolean waiting;

  g_mutex_lock (&self->lock);
  waiting = !has_room (self);
  begins_to_wait = waiting && !self->waiting && !is_wanted (self);
  self->waiting = waiting;
  g_mutex_unlock (&self->lock);

  if (begins_to_wait)
    self->ready (self->ready_data);
  return !waiting;
}

/* Any thread. TRUE: what is put in is only counted, and there is room for any of it. */
gboolean
proc_outlet_is_passed_by (ProcOutlet *self)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->use == PROC_OUTLET_UNUSED && !self->exclusive;
}

/* TRUE: it need not be read any more. */
gboolean
proc_outlet_is_closed (ProcOutlet *self)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->abandoned && self->exclusive;
}

static void
append (ProcOutlet *self, const guint8 *data, gsize size)
{
  while (size > 0)
    {
      gsize n;

      if (self->filling == NULL)
        self->filling = g_byte_array_new ();

      n = MIN (size, BLOCK_SIZE - self->filling->len);
      g_byte_array_append (self->filling, data, n);
      self->n_held += n;
      data += n;
      size -= n;
      if (self->filling->len == BLOCK_SIZE)
        g_queue_push_tail (&self->blocks,
                           g_byte_array_free_to_bytes (g_steal_pointer (&self->filling)));
    }
}

/* By whoever reads the output: the engine, or who does so in its stead. */
void
proc_outlet_put (ProcOutlet *self, const guint8 *data, gsize size)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  self->size += size;
  self->last_put = g_get_monotonic_time ();
  proc_tail_append (&self->tail, data, size);
  if (!self->abandoned && (self->use != PROC_OUTLET_UNUSED || self->exclusive))
    append (self, data, size);
  g_clear_pointer (&locker, g_mutex_locker_free);

  self->ready (self->ready_data);
}

static void
end (ProcOutlet *self, gboolean also_attached)
{
  gboolean ends;

  g_mutex_lock (&self->lock);
  ends = !self->ended && (also_attached || self->engine == NULL);
  self->ended |= ends;
  g_mutex_unlock (&self->lock);

  if (ends)
    self->ready (self->ready_data);
}

/* No byte comes any more. */
void
proc_outlet_end (ProcOutlet *self)
{
  end (self, TRUE);
}

/* The run is over: no byte comes any more, unless somebody goes on putting them in. */
void
proc_outlet_end_if_detached (ProcOutlet *self)
{
  end (self, FALSE);
}
