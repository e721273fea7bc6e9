/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "proc-command-private.h"
#include "proc-engine-private.h"
#include "proc-job.h"
#include "proc-link-private.h"
#include "proc-verdict-private.h"

G_BEGIN_DECLS

typedef void (*ProcJobOver) (ProcJob *job, gpointer user_data);

/* What of the run can be looked at. */
typedef struct
{
  ProcJobState state;
  int pid;
  guint64 stdout_size;
  guint64 stderr_size;
  char *last_line;
  gboolean has_progress;
  double progress;
} ProcJobFacts;

struct _ProcJob
{
  GObject parent_instance;

  ProcCommand *command;
  ProcLink *link;
  ProcTicket *ticket; /* NULL: nothing was submitted */
  GThread *thread;    /* that submitted it, and whose context is the job's */
  ProcJobOver over;
  gpointer user_data;

  GMutex lock; /* for what is below */
  ProcJobFacts facts;
  gint64 start_monotonic;
  gboolean judged;
  ProcVerdict verdict;
  ProcWaiters waiters;
  gboolean answering; /* the end has been told to all others */
  GOutputStream *stdin_stream;
  GInputStream *streams[2];

  /* Of the job's context */
  gboolean telling; /* its handlers or callbacks are being called */
  ProcJob *outer;   /* of those that tell in this thread; NULL: none */
  double heard[2];  /* the progress that each output told last; -1: none */
  gboolean ending;  /* the run is over, and the end not told yet */
  gint64 frame;     /* monotonic; when the frame began in which lines are delivered */
  gint64 spent_usec;
};

enum
{
  PROC_JOB_PROP_0,
  PROC_JOB_PROP_STATE,
  PROC_JOB_PROP_PID,
  PROC_JOB_PROP_COMMAND,
  PROC_JOB_PROP_STDOUT_SIZE,
  PROC_JOB_PROP_STDERR_SIZE,
  PROC_JOB_PROP_LAST_LINE,
  PROC_JOB_PROP_HAS_PROGRESS,
  PROC_JOB_PROP_PROGRESS,
  PROC_JOB_PROP_ELAPSED_USEC,
  PROC_JOB_PROP_RESULT,
  PROC_JOB_N_PROPS
};

/* proc-job */
ProcJob *proc_job_new (ProcCommand *command, ProcJobOver over, gpointer user_data);
GMainContext *proc_job_get_context (ProcJob *self);
void proc_job_watch (ProcJob *self);
void proc_job_follow (ProcJob *self);
void proc_job_submit (ProcJob *self,
                      ProcPlan *plan,
                      ProcQueue *queue,
                      gboolean urgent,
                      GCancellable *cancellable);
void proc_job_refuse (ProcJob *self, ProcReport *report);
void proc_job_add_waiter (ProcJob *self, GTask *task, ProcDemand demand);
void proc_job_answer_waiters (ProcJob *self);
const ProcVerdict *proc_job_judge (ProcJob *self);

/* proc-job-properties */
void proc_job_install_properties (GObjectClass *object_class);
void proc_job_notify (ProcJob *self, guint property);

/* proc-job-delivery */
void proc_job_install_signals (GObjectClass *object_class);
void proc_job_listen (ProcJob *self);
gint64 proc_job_deliver (gpointer job);
void proc_job_begin_end (ProcJob *self);
guint proc_job_count_telling (GMainContext *context, gpointer user_data);

G_END_DECLS
