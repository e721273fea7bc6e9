/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a job tells, in its own main context. */

#include "config.h"

#include "proc-job-private.h"

#include "proc-trace-private.h"

/* The link wakes the job, at most once a frame. Then
 *
 *   facts    what has changed is notified
 *   lines    one block of output is delivered as signals, if anybody is connected
 *   the end  when the run is over and no block is left: the state, then the callbacks
 *
 * GObject tells nobody that a handler was connected. So that is looked at whenever the
 * job is woken, and now and then while a piped output waits for its first reader.
 *
 * Blocks are delivered one by one, at a priority below that of redraws, until a part of
 * the frame has been spent on them: handlers that are slow get one block a frame, and
 * the program has the rest of its time for other things.
 *
 * A handler or callback may have a main loop of its own. As long as it does not return,
 * nothing else of its job is told, the end neither: so all comes in order. Which jobs
 * tell in a thread is known, since nobody in there may wait for their end.
 */
#define FRAME_USEC 16000
#define SHARE_USEC 6000
#define LOOK_USEC 50000
#define WHEN_WOKEN ((gint64) -1)

enum
{
  SIGNAL_LINES,
  SIGNAL_DATA,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* The innermost job that tells in this thread. */
static _Thread_local ProcJob *innermost;

static void
begin_to_tell (ProcJob *self)
{
  self->telling = TRUE;
  self->outer = innermost;
  innermost = self;
}

static void
cease_to_tell (ProcJob *self)
{
  g_assert (innermost == self);

  innermost = g_steal_pointer (&self->outer);
  self->telling = FALSE;
}

/* Of the jobs of @context that have @user_data. */
guint
proc_job_count_telling (GMainContext *context, gpointer user_data)
{
  guint n = 0;

  for (const ProcJob *job = innermost; job != NULL; job = job->outer)
    n += job->user_data == user_data && proc_link_get_context (job->link) == context;

  return n;
}

void
proc_job_install_signals (GObjectClass *object_class)
{
  GType type = G_OBJECT_CLASS_TYPE (object_class);

  /**
   * ProcJob::lines:
   * @self: a job
   * @stream: which output they are of
   * @lines: the lines, in valid UTF-8 and without their ends
   *
   * Lines of an output have ended, or its last one has at the end of the stream.
   *
   * LF and CRLF end a line. What is written over after a carriage return is not among
   * them, as it would not stay on a terminal: [property@Proc.Job:last-line] has it
   * meanwhile. Control sequences of terminals are left out. A line of more than 1 MiB
   * comes in pieces.
   *
   * Since: 1.0
   */
  signals[SIGNAL_LINES] = g_signal_new ("lines", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                        G_TYPE_NONE, 2, PROC_TYPE_STREAM, G_TYPE_STRV);

  /**
   * ProcJob::data:
   * @self: a job
   * @stream: which output they are of
   * @bytes: what was written, at most 64 KiB
   *
   * Output was written. The bytes are those of which [signal@Proc.Job::lines] are made,
   * and come before these.
   *
   * Since: 1.0
   */
  signals[SIGNAL_DATA] = g_signal_new ("data", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                       G_TYPE_NONE, 2, PROC_TYPE_STREAM, G_TYPE_BYTES);
}

static gboolean
has_handler (ProcJob *self, guint index)
{
  return g_signal_has_handler_pending (self, signals[index], 0, FALSE);
}

/* Says what the outputs are for, unless somebody reads them. In the job's context, or
 * before that is iterated. */
void
proc_job_listen (ProcJob *self)
{
  gboolean listened = has_handler (self, SIGNAL_LINES) || has_handler (self, SIGNAL_DATA);

  for (ProcStream stream = PROC_STREAM_STDOUT; stream <= PROC_STREAM_STDERR; stream++)
    {
      ProcOutlet *outlet = proc_link_get_outlet (self->link, stream);

      proc_outlet_set_use (outlet, listened ? PROC_OUTLET_SIGNALS : PROC_OUTLET_UNUSED);
    }
}

/* Facts */

/* Only what is new: another output may have told something since. */
static void
hear_progress (ProcJob *self, ProcStream stream, const ProcTailFacts *tail, ProcJobFacts *facts)
{
  if (!tail->has_progress || tail->progress == self->heard[stream])
    return;

  self->heard[stream] = tail->progress;
  facts->progress = tail->progress;
  facts->has_progress = TRUE;
}

static void
look_at_outlets (ProcJob *self, ProcJobFacts *facts)
{
  const ProcOutletText text = {
    self->command->charset, self->command->progress_pattern, self->command->progress_total
  };
  ProcOutletFacts outlets[2];
  ProcStream newer;
  ProcStream older;

  for (ProcStream stream = PROC_STREAM_STDOUT; stream <= PROC_STREAM_STDERR; stream++)
    proc_outlet_look (proc_link_get_outlet (self->link, stream), &text, &outlets[stream]);
  newer = outlets[PROC_STREAM_STDERR].last_put > outlets[PROC_STREAM_STDOUT].last_put
            ? PROC_STREAM_STDERR : PROC_STREAM_STDOUT;
  older = newer == PROC_STREAM_STDOUT ? PROC_STREAM_STDERR : PROC_STREAM_STDOUT;

  facts->stdout_size = outlets[PROC_STREAM_STDOUT].size;
  facts->stderr_size = outlets[PROC_STREAM_STDERR].size;
  hear_progress (self, older, &outlets[older].tail, facts);
  hear_progress (self, newer, &outlets[newer].tail, facts);
  if (*outlets[newer].tail.last_line != '\0')
    facts->last_line = g_steal_pointer (&outlets[newer].tail.last_line);
  else
    facts->last_line = g_steal_pointer (&outlets[older].tail.last_line);

  g_free (outlets[older].tail.last_line);
  g_free (outlets[newer].tail.last_line);
}

static void
notify_if (ProcJob *self, gboolean changed, guint property)
{
  if (changed)
    proc_job_notify (self, property);
}

/* Notifies of what has changed; of the state only when it was reached by the run. */
static void
take_facts (ProcJob *self, ProcJobState state)
{
  const ProcLinkFacts run = proc_link_get_facts (self->link);
  ProcJobFacts old;
  ProcJobFacts new;

  g_mutex_lock (&self->lock);
  old = new = self->facts;
  g_mutex_unlock (&self->lock);

  new.state = MAX (state, run.state);
  new.pid = run.pid;
  look_at_outlets (self, &new);

  g_mutex_lock (&self->lock);
  self->facts = new;
  self->start_monotonic = run.start_monotonic;
  g_mutex_unlock (&self->lock);

  notify_if (self, new.pid != old.pid, PROC_JOB_PROP_PID);
  notify_if (self, new.stdout_size != old.stdout_size, PROC_JOB_PROP_STDOUT_SIZE);
  notify_if (self, new.stderr_size != old.stderr_size, PROC_JOB_PROP_STDERR_SIZE);
  notify_if (self, !g_str_equal (new.last_line, old.last_line), PROC_JOB_PROP_LAST_LINE);
  notify_if (self, new.progress != old.progress, PROC_JOB_PROP_PROGRESS);
  notify_if (self, new.has_progress != old.has_progress, PROC_JOB_PROP_HAS_PROGRESS);
  notify_if (self, new.state == PROC_JOB_STATE_FINISHED, PROC_JOB_PROP_RESULT);
  notify_if (self, new.state != old.state, PROC_JOB_PROP_STATE);
  g_free (old.last_line);
}

/* Lines */

/* FALSE: no block is there. */
static gboolean
deliver_block (ProcJob *self, ProcStream stream)
{
  ProcReader *reader = proc_link_get_reader (self->link, stream);
  gboolean wants_lines = has_handler (self, SIGNAL_LINES);
  g_auto(ProcBatch) batch = { NULL };

  if (proc_outlet_get_use (proc_link_get_outlet (self->link, stream)) != PROC_OUTLET_SIGNALS
      || !proc_reader_take_batch (reader, wants_lines, &batch))
    return FALSE;

  if (batch.bytes != NULL)
    g_signal_emit (self, signals[SIGNAL_DATA], 0, stream, batch.bytes);
  if (batch.lines != NULL)
    g_signal_emit (self, signals[SIGNAL_LINES], 0, stream, batch.lines);
  return TRUE;
}

/* One of each output, so that none waits for the other. */
static gboolean
deliver_blocks (ProcJob *self)
{
  gboolean out = deliver_block (self, PROC_STREAM_STDOUT);
  gboolean err = deliver_block (self, PROC_STREAM_STDERR);

  return out || err;
}

/* Gives when to go on. */
static gint64
deliver_share (ProcJob *self)
{
  gint64 begun = g_get_monotonic_time ();
  gint64 now;

  if (begun - self->frame >= FRAME_USEC)
    {
      self->frame = begun;
      self->spent_usec = 0;
    }

  if (!deliver_blocks (self))
    return WHEN_WOKEN;

  now = g_get_monotonic_time ();
  self->spent_usec += now - begun;
  return self->spent_usec < SHARE_USEC ? 0 : MAX (self->frame + FRAME_USEC - now, 0);
}

/* The end */

/* The caller holds it, too. */
static void
finish (ProcJob *self)
{
  proc_link_close (self->link);
  proc_trace_end (self->command, proc_job_judge (self));
  take_facts (self, PROC_JOB_STATE_FINISHED);
  proc_job_answer_waiters (self);
  self->over (self, self->user_data);
  g_object_unref (self);
}

/* FALSE: what is left of a piped output is still being read, to be delivered. */
static gboolean
is_all_delivered (ProcJob *self)
{
  return !proc_outlet_is_open_for_signals (proc_link_get_outlet (self->link, PROC_STREAM_STDOUT))
         && !proc_outlet_is_open_for_signals (proc_link_get_outlet (self->link,
                                                                    PROC_STREAM_STDERR));
}

static gboolean
waits_for_reader (ProcJob *self)
{
  return proc_outlet_is_waiting (proc_link_get_outlet (self->link, PROC_STREAM_STDOUT))
         || proc_outlet_is_waiting (proc_link_get_outlet (self->link, PROC_STREAM_STDERR));
}

/* Gives when to go on. */
static gint64
tell (ProcJob *self)
{
  gboolean is_last;
  gint64 again;

  proc_job_listen (self);
  take_facts (self, PROC_JOB_STATE_QUEUED);

  /* Asked before: what comes meanwhile wakes the job once more. */
  is_last = self->ending && is_all_delivered (self);
  again = deliver_share (self);
  if (again != WHEN_WOKEN)
    return again;

  if (is_last)
    finish (self);
  else if (waits_for_reader (self))
    return LOOK_USEC;

  return WHEN_WOKEN;
}

/* This thread waits no more, if it did: the job takes the bytes again. */
static void
attend (ProcJob *self)
{
  for (ProcStream stream = PROC_STREAM_STDOUT; stream <= PROC_STREAM_STDERR; stream++)
    proc_outlet_attend (proc_link_get_outlet (self->link, stream));
}

/* A link's: in the job's context. */
gint64
proc_job_deliver (gpointer job)
{
  g_autoptr(ProcJob) self = g_object_ref (job);
  gint64 again;

  attend (self);
  begin_to_tell (self);
  again = tell (self);
  cease_to_tell (self);
  return again;
}

/* The run is over. What is still to be delivered comes first, and what is being told; whoever
 * drops the job, it stays until then. */
void
proc_job_begin_end (ProcJob *self)
{
  g_object_ref (self);
  self->ending = TRUE;
  if (self->telling)
    return;

  proc_job_listen (self);
  if (has_handler (self, SIGNAL_LINES) || has_handler (self, SIGNAL_DATA))
    {
      proc_job_watch (self);
      proc_link_wake (self->link);
      return;
    }

  begin_to_tell (self);
  finish (self);
  cease_to_tell (self);
}
