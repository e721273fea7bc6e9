/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-engine-private.h"

#include "proc-error-private.h"
#include "proc-launch-private.h"
#include "proc-pidfd-private.h"
#include "proc-share-private.h"
#include "proc-thread-private.h"

#include <glib/gi18n-lib.h>
#include <signal.h>
#include <unistd.h>

/* The only crossing between the callers' threads and the engine's.
 *
 * The engine is one thread with one main context, made when it is first needed,
 * for the life of the program. Everything that spawns, reads, writes, waits and
 * signals happens there. It waits for nothing but the start of the helper; where
 * there is no helper, for a fork and an exec. Plans go in; reports come out.
 *
 * A ticket is one submission on its way: counted, since the caller's thread, the
 * engine's, and whichever thread cancels may hold it at once. Its run belongs to
 * the engine thread; its done () is called once, in the caller's world, and
 * whatever the caller handed in is dropped there too. The engine keeps nothing of
 * the caller's but a pointer that it never follows.
 *
 * A job is submitted with a link, which gets the report. A caller that waits has none,
 * and takes the report from the ticket.
 */
typedef struct
{
  pid_t owner; /* a forked child has the memory, and not the thread */
  GMainContext *context;
  GThread *thread;
} Engine;

struct _ProcTicket
{
  Engine *engine;
  ProcPlan *plan;
  ProcQueue *queue;
  ProcLink *link; /* NULL: the caller waits */
  gboolean urgent;

  ProcQueueEntry *entry; /* engine thread only; NULL when done */
  ProcReport *report;    /* for a caller who waits */

  GCancellable *cancellable;
  gulong cancelled_handler;
  int cancelled; /* atomic: a cancellation may overtake the submission */

  ProcEngineDone done;
  gpointer user_data;

  GMutex lock; /* for a caller who waits */
  GCond finished;
};

static ProcTicket *
ticket_ref (ProcTicket *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
ticket_clear (gpointer data)
{
  ProcTicket *self = data;

  g_clear_pointer (&self->plan, proc_plan_unref);
  g_clear_pointer (&self->queue, proc_queue_unref);
  g_clear_pointer (&self->report, proc_report_free);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->link, proc_link_unref);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->finished);
}

void
proc_ticket_unref (ProcTicket *self)
{
  g_atomic_rc_box_release_full (self, ticket_clear);
}

/* GSubprocess makes the program ignore SIGPIPE when its class is made (GLib 2.82
 * and later). What the program does with SIGPIPE is the program's. */
static void
make_subprocess_class (void)
{
  struct sigaction before;

  sigaction (SIGPIPE, NULL, &before);
  g_type_class_unref (g_type_class_ref (G_TYPE_SUBPROCESS));
  sigaction (SIGPIPE, &before, NULL);
}

/* A caller may read it. The engine must not: the program may be changing it. */
static void
read_environment (void)
{
  proc_launch_prepare ();
  proc_pidfd_is_refused ();
  g_get_tmp_dir ();
}

static gpointer
engine_main (gpointer data)
{
  Engine *self = data;
  g_autoptr(GMainLoop) loop = g_main_loop_new (self->context, FALSE);

  g_main_context_push_thread_default (self->context);
  g_main_loop_run (loop);
  return NULL;
}

static Engine engine;
static GMutex engine_lock;

/* FALSE: this is a forked child of the program that has the engine, and here is none. */
gboolean
proc_engine_check_owner (GError **error)
{
  pid_t owner = g_atomic_int_get (&engine.owner);

  if (owner == 0 || owner == getpid ())
    return TRUE;

  g_set_error_literal (error, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_SPAWN,
                       _("Commands cannot be run in a forked child of a program that has"
                         " run some"));
  return FALSE;
}

/* TRUE: so it is, where nothing is answered; and @waiter was told. */
gboolean
proc_engine_refuse (ProcWaiter *waiter)
{
  GError *error = NULL;

  if (proc_engine_check_owner (&error))
    return FALSE;

  proc_waiter_return_error (proc_waiter_ref (waiter), error);
  return TRUE;
}

static Engine *
get_engine (GError **error)
{
  g_autoptr(GMutexLocker) locker = NULL;

  if (!proc_engine_check_owner (error))
    return NULL;

  locker = g_mutex_locker_new (&engine_lock);
  if (engine.thread == NULL)
    {
      make_subprocess_class ();
      read_environment ();
      g_atomic_int_set (&engine.owner, getpid ());
      if (engine.context == NULL)
        engine.context = g_main_context_new ();
      engine.thread = proc_thread_new ("procrunner", engine_main, &engine, error);
    }

  return engine.thread != NULL ? &engine : NULL;
}

/* NULL: there is none, or it is that of a program that forked this one. */
static Engine *
peek_engine (void)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&engine_lock);

  return engine.thread != NULL && engine.owner == getpid () ? &engine : NULL;
}

/* In the engine */

static gboolean on_delivery (gpointer user_data);

/* GLib's own thread, which waits for children, is started with the first of them and
 * would inherit the policy. */
static void
become_batch_after_a_child (const ProcReport *report)
{
  static gboolean became;

  if (became || report->pid == 0)
    return;

  became = TRUE;
  proc_thread_become_batch ();
}

/* Takes @report, and a reference. */
static void
deliver (ProcTicket *self, ProcReport *report)
{
  proc_link_end (self->link, report);
  proc_thread_post (proc_link_get_context (self->link), G_PRIORITY_DEFAULT, on_delivery, self);
}

static void
on_run_done (ProcReport *report, gpointer user_data)
{
  ProcTicket *self = user_data;

  become_batch_after_a_child (report);

  if (self->link != NULL)
    {
      deliver (self, report);
      return;
    }

  g_mutex_lock (&self->lock);
  self->report = report;
  g_cond_signal (&self->finished);
  g_mutex_unlock (&self->lock);
  proc_ticket_unref (self);
}

static gboolean
on_submission (gpointer user_data)
{
  ProcTicket *self = user_data;
  g_autoptr(ProcQueue) queue = proc_queue_ref (self->queue); /* the caller's may be the last */

  if (g_atomic_int_get (&self->cancelled))
    {
      proc_queue_retract (queue, self->urgent);
      on_run_done (proc_report_new_cancelled (), self);
      return G_SOURCE_REMOVE;
    }

  proc_queue_add (queue, self->plan, self->link, self->urgent, &self->entry, on_run_done,
                  self);
  return G_SOURCE_REMOVE;
}

static gboolean
on_cancellation (gpointer user_data)
{
  ProcTicket *self = user_data;

  if (self->entry != NULL)
    proc_queue_stop (self->entry, PROC_STOP_CANCEL);

  proc_ticket_unref (self);
  return G_SOURCE_REMOVE;
}

typedef struct
{
  ProcTicket *ticket;
  ProcOrderKind kind;
  int signal_number;
} Order;

static void
carry_out (ProcQueueEntry *entry, const Order *order)
{
  switch (order->kind)
    {
    case PROC_ORDER_STOP:
      proc_queue_stop (entry, PROC_STOP_CANCEL);
      break;
    case PROC_ORDER_KILL:
      proc_queue_kill (entry);
      break;
    case PROC_ORDER_SIGNAL:
      proc_queue_signal (entry, order->signal_number);
      break;
    default:
      g_assert_not_reached ();
    }
}

static gboolean
on_order (gpointer user_data)
{
  Order *order = user_data;

  if (order->ticket->entry != NULL)
    carry_out (order->ticket->entry, order);

  proc_ticket_unref (order->ticket);
  g_free (order);
  return G_SOURCE_REMOVE;
}

static gboolean
on_look (gpointer user_data)
{
  ProcQueue *queue = user_data;

  proc_queue_look (queue);
  proc_queue_unref (queue);
  return G_SOURCE_REMOVE;
}

/* In the callers' threads */

static void
on_cancelled (GCancellable *cancellable, gpointer user_data)
{
  ProcTicket *self = user_data;

  g_atomic_int_set (&self->cancelled, TRUE);
  proc_thread_post (self->engine->context, G_PRIORITY_DEFAULT, on_cancellation,
                    ticket_ref (self));
}

static void
release_closure_data (gpointer data, GClosure *closure)
{
  proc_ticket_unref (data);
}

/* A plain signal handler, and not g_cancellable_connect (): its disconnection
 * would wait for a handler that may be waiting for us. The closure keeps the
 * ticket for as long as it runs. */
static void
watch_cancellable (ProcTicket *self)
{
  if (self->cancellable == NULL)
    return;

  self->cancelled_handler = g_signal_connect_data (self->cancellable, "cancelled",
                                                   G_CALLBACK (on_cancelled), ticket_ref (self),
                                                   release_closure_data, G_CONNECT_DEFAULT);
}

/* The caller's world gets back what it handed in. A cancellation may still be on
 * its way to the engine with a ticket that has nothing left to stop. */
static void
release_callers_things (ProcTicket *self)
{
  if (self->cancelled_handler != 0)
    g_clear_signal_handler (&self->cancelled_handler, self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->plan, proc_plan_unref);
  g_clear_pointer (&self->queue, proc_queue_unref);
}

/* In the caller's context. */
static gboolean
on_delivery (gpointer user_data)
{
  ProcTicket *self = user_data;

  if (proc_share_is_spent ())
    return G_SOURCE_CONTINUE;

  release_callers_things (self);
  self->done (self->user_data);
  proc_ticket_unref (self);
  return G_SOURCE_REMOVE;
}

static ProcTicket *
ticket_new (ProcPlan *plan,
            ProcQueue *queue,
            ProcLink *link,
            gboolean urgent,
            GCancellable *cancellable)
{
  ProcTicket *self = g_atomic_rc_box_new0 (ProcTicket);

  self->plan = proc_plan_ref (plan);
  self->queue = proc_queue_ref (queue);
  self->link = link != NULL ? proc_link_ref (link) : NULL;
  self->urgent = urgent;
  self->cancellable = cancellable != NULL ? g_object_ref (cancellable) : NULL;
  g_mutex_init (&self->lock);
  g_cond_init (&self->finished);
  return self;
}

/* Gives a report if nothing is to be started at all. Otherwise the ticket is the
 * engine's from here on, and its report may be there before this returns. */
static ProcReport *
hand_over (ProcTicket *self)
{
  GError *error = NULL;

  if (g_cancellable_is_cancelled (self->cancellable))
    return proc_report_new_cancelled ();

  self->engine = get_engine (&error);
  if (self->engine == NULL)
    return proc_report_new_error (error);

  watch_cancellable (self);
  if (g_cancellable_is_cancelled (self->cancellable))
    return proc_report_new_cancelled ();

  proc_queue_announce (self->queue, self->urgent);
  proc_thread_post (self->engine->context, G_PRIORITY_DEFAULT, on_submission, ticket_ref (self));
  return NULL;
}

ProcQueue *
proc_engine_new_queue (ProcQueueCounted counted, gpointer user_data, GDestroyNotify destroy)
{
  static ProcPool pool; /* the engine thread's */

  return proc_queue_new (&pool, counted, user_data, destroy);
}

/* A limit has changed, or the queue was closed. Without an engine it is empty. */
void
proc_engine_look (ProcQueue *queue)
{
  Engine *self = peek_engine ();

  if (self != NULL)
    proc_thread_post (self->context, G_PRIORITY_DEFAULT, on_look, proc_queue_ref (queue));
}

/* @done is called once, in the link's context, never in here. With @urgent it passes by
 * the queue. Gives what orders can be sent by. */
ProcTicket *
proc_engine_submit (ProcPlan *plan,
                    ProcQueue *queue,
                    ProcLink *link,
                    gboolean urgent,
                    GCancellable *cancellable,
                    ProcEngineDone done,
                    gpointer user_data)
{
  ProcTicket *self = ticket_new (plan, queue, link, urgent, cancellable);
  ProcReport *report;

  self->done = done;
  self->user_data = user_data;
  report = hand_over (self);
  if (report != NULL)
    deliver (ticket_ref (self), report);

  return self;
}

/* Any thread. Without effect when the run is over. */
void
proc_engine_order (ProcTicket *ticket, ProcOrderKind kind, int signal_number)
{
  Order *order;

  if (ticket->engine == NULL)
    return;

  order = g_new (Order, 1);
  order->ticket = ticket_ref (ticket);
  order->kind = kind;
  order->signal_number = signal_number;
  proc_thread_post (ticket->engine->context, G_PRIORITY_DEFAULT, on_order, order);
}

/* Waits for the end, whatever it is, without a main context. */
ProcReport *
proc_engine_run (ProcPlan *plan, ProcQueue *queue, GCancellable *cancellable)
{
  ProcTicket *self = ticket_new (plan, queue, NULL, TRUE, cancellable);
  ProcReport *report = hand_over (self);

  if (report == NULL)
    {
      g_mutex_lock (&self->lock);
      while (self->report == NULL)
        g_cond_wait (&self->finished, &self->lock);
      report = g_steal_pointer (&self->report);
      g_mutex_unlock (&self->lock);
    }

  release_callers_things (self);
  proc_ticket_unref (self);
  return report;
}
