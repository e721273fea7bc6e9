/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-worker-private.h"

#include "proc-thread-private.h"

/* A thread that does for one object of the engine what may block, one request after
 * the other.
 *
 *   send () → work () in the thread → done () in the engine's main loop
 *
 * Between send () and done () it is busy, and the object's request belongs to the
 * thread; otherwise it is the engine's. The queue that hands it over is all the
 * locking there is. done () may send the next request, or free the worker.
 */
struct _ProcWorker
{
  ProcWorkerFunc work;
  ProcWorkerFunc done;
  gpointer user_data;

  GMainContext *context;
  GThread *thread;
  GAsyncQueue *requests;
  gboolean busy;
  gboolean quit; /* set before the last request */
};

static gboolean
on_done (gpointer user_data)
{
  ProcWorker *self = user_data;

  self->busy = FALSE;
  self->done (self->user_data);
  return G_SOURCE_REMOVE;
}

static gpointer
thread_main (gpointer data)
{
  ProcWorker *self = data;

  for (;;)
    {
      g_async_queue_pop (self->requests);
      if (self->quit)
        return NULL;

      self->work (self->user_data);
      proc_thread_post (self->context, G_PRIORITY_DEFAULT, on_done, self);
    }
}

static void
push_request (ProcWorker *self)
{
  g_async_queue_push (self->requests, self);
}

ProcWorker *
proc_worker_new (const char *name,
                 ProcWorkerFunc work,
                 ProcWorkerFunc done,
                 gpointer user_data,
                 GError **error)
{
  ProcWorker *self = g_new0 (ProcWorker, 1);

  self->work = work;
  self->done = done;
  self->user_data = user_data;
  self->context = g_main_context_ref (g_main_context_get_thread_default ());
  self->requests = g_async_queue_new ();
  self->thread = proc_thread_new (name, thread_main, self, error);
  if (self->thread != NULL)
    return self;

  proc_worker_free (self);
  return NULL;
}

void
proc_worker_free (ProcWorker *self)
{
  g_assert (!self->busy);

  if (self->thread != NULL)
    {
      self->quit = TRUE;
      push_request (self);
      g_thread_join (self->thread);
    }
  g_async_queue_unref (self->requests);
  g_main_context_unref (self->context);
  g_free (self);
}

void
proc_worker_send (ProcWorker *self)
{
  g_assert (!self->busy);

  self->busy = TRUE;
  push_request (self);
}

gboolean
proc_worker_is_busy (const ProcWorker *self)
{
  return self->busy;
}
