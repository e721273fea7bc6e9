/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "proc-run-private.h"

G_BEGIN_DECLS

typedef struct _ProcQueue ProcQueue;
typedef struct _ProcQueueEntry ProcQueueEntry;

/* What queues share. All zero to begin with. */
typedef struct
{
  GQueue starving; /* of ProcQueueEntry */
  guint n_running;
  guint64 n_ended; /* runs, and tries to start one */
  gboolean feeding;
  gboolean feed_again;
} ProcPool;

typedef struct
{
  guint n_queued;
  guint n_running;
  guint n_urgent;
} ProcQueueCounts;

typedef void (*ProcQueueDone) (ProcReport *report, gpointer user_data);
typedef void (*ProcQueueCounted) (gpointer user_data);

ProcQueue *proc_queue_new (ProcPool *pool,
                           ProcQueueCounted counted,
                           gpointer user_data,
                           GDestroyNotify destroy);
ProcQueue *proc_queue_ref (ProcQueue *self);
void proc_queue_unref (ProcQueue *self);

/* Any thread */
void proc_queue_announce (ProcQueue *self, gboolean urgent);
void proc_queue_retract (ProcQueue *self, gboolean urgent);
ProcQueueCounts proc_queue_get_counts (ProcQueue *self);
void proc_queue_set_limit (ProcQueue *self, guint limit);
void proc_queue_close (ProcQueue *self);

/* In the engine */
void proc_queue_look (ProcQueue *self);
void proc_queue_add (ProcQueue *self,
                     ProcPlan *plan,
                     ProcLink *job,
                     gboolean urgent,
                     ProcQueueEntry **handle,
                     ProcQueueDone done,
                     gpointer user_data);
void proc_queue_stop (ProcQueueEntry *entry, ProcStopReason reason);
void proc_queue_kill (ProcQueueEntry *entry);
void proc_queue_signal (ProcQueueEntry *entry, int signal_number);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ProcQueue, proc_queue_unref)

G_END_DECLS
