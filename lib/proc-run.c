/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-run-private.h"

#include "proc-child-private.h"
#include "proc-grace-private.h"
#include "proc-ladder-private.h"
#include "proc-source-private.h"
#include "proc-start-error-private.h"
#include "proc-streams-private.h"

#include <sys/wait.h>

/* One run of one plan, in the engine thread. It only moves forward:
 *
 *   NEW → OPENING → RUNNING → DRAINING → SETTLING → DONE
 *            └──────────────────────────────↑
 *
 *   OPENING    files are opened, for input and output; nothing is started yet
 *   RUNNING    there is a child
 *   DRAINING   the child is gone, or out of reach; the pipes may be open still
 *   SETTLING   no pipe is open; files get their content, or are left alone
 *   DONE       the report is complete
 *
 * DRAINING has a deadline, since a grandchild may hold a pipe open for ever: a clock
 * that stands still while a sink holds a pump; and the end of the ladder.
 *
 * Stopping is no state. It is a reason, which may only rise, and a ladder, which
 * stops the child's group; the run then goes on to its end as ever, but does not
 * reach it before the ladder's. A reason that comes when the child has exited
 * changes no outcome, except that output was too long: cut output is no success.
 *
 * Events record one fact and call proc_run_advance (); nothing else changes the
 * state, and only DONE calls done ().
 */
typedef enum
{
  RUN_NEW,
  RUN_OPENING,
  RUN_RUNNING,
  RUN_DRAINING,
  RUN_SETTLING,
  RUN_DONE
} RunState;

struct _ProcRun
{
  ProcPlan *plan;
  ProcLink *link; /* NULL: nobody follows */
  RunState state;
  gboolean advancing;
  ProcRunDone done;
  gpointer user_data;

  ProcStreams *streams;
  ProcChild *child;
  ProcLadder *ladder; /* NULL until something stops the run */

  gboolean running;      /* the program, as the link was told */
  GArray *signals;       /* of int, to be sent when it does; the owner's too */

  ProcStopReason stop_reason;
  gboolean no_grace;     /* SIGKILL is what stops it */
  gboolean stopped;      /* the child was alive when we first acted on the reason */
  gboolean never_ran;    /* the child could not become its program */
  GError *error;         /* the first thing that we could not do */
  gboolean status_known;
  int wait_status;

  GSource *timeout;
  GSource *idle_timeout;
  ProcGrace grace;       /* for what stays open when the child is gone */

  gint64 start_usec;
  gint64 start_monotonic;
  gint64 gone_monotonic;
  ProcReport *report;
};

static void proc_run_advance (ProcRun *self);

static void
on_changed (gpointer user_data)
{
  proc_run_advance (user_data);
}

static GSource *
start_timer (guint msec, GSourceFunc func, ProcRun *self)
{
  return proc_source_start_timer (msec, func, "[procrunner] run", self);
}

/* The first error wins; @error is taken. */
static void
take_error (ProcRun *self, GError *error)
{
  if (self->error == NULL)
    self->error = error;
  else
    g_clear_error (&error);
}

static gboolean
on_timeout (gpointer user_data)
{
  ProcRun *self = user_data;

  proc_run_stop (self, PROC_STOP_TIMEOUT);
  return G_SOURCE_REMOVE;
}

/* Without a byte for so long, and not because we did not read. */
static gboolean
on_idle_timeout (gpointer user_data)
{
  ProcRun *self = user_data;
  gint64 limit = (gint64) self->plan->idle_timeout_msec * 1000;
  gint64 left = limit - proc_streams_get_idle_usec (self->streams, self->start_monotonic);

  proc_source_clear (&self->idle_timeout);
  if (left <= 0)
    proc_run_stop (self, PROC_STOP_IDLE);
  else
    self->idle_timeout = start_timer (left / 1000 + 1, on_idle_timeout, self);

  return G_SOURCE_REMOVE;
}

static gboolean
spawn (ProcRun *self, GError **error)
{
  g_auto(ProcChildStreams) theirs = { -1, -1, -1 };

  if (!proc_streams_make_pipes (self->streams, &theirs, error))
    return FALSE;

  self->start_usec = g_get_real_time ();
  self->start_monotonic = g_get_monotonic_time ();
  self->child = proc_child_spawn (self->plan, &theirs, on_changed, self, error);
  if (self->child == NULL)
    return FALSE;

  proc_streams_start (self->streams);
  if (self->plan->timeout_msec > 0)
    self->timeout = start_timer (self->plan->timeout_msec, on_timeout, self);
  if (self->plan->idle_timeout_msec > 0)
    self->idle_timeout = start_timer (self->plan->idle_timeout_msec, on_idle_timeout, self);
  return TRUE;
}

static void
end_drain (ProcRun *self)
{
  proc_grace_end (&self->grace);
  proc_streams_read_rest (self->streams);
}

static gboolean
on_grace_over (gpointer user_data)
{
  end_drain (user_data);
  return G_SOURCE_REMOVE;
}

static void
begin_drain (ProcRun *self)
{
  GError *error = proc_child_steal_error (self->child);

  self->gone_monotonic = g_get_monotonic_time ();
  proc_streams_begin_drain (self->streams);
  self->status_known = proc_child_get_wait_status (self->child, &self->wait_status);
  proc_grace_begin (&self->grace, self->plan->drain_grace_msec, on_grace_over, self);
  self->never_ran = error != NULL;
  take_error (self, error);
}

static gboolean
has_succeeded (const ProcRun *self)
{
  return self->error == NULL
         && self->child != NULL
         && !self->stopped
         && !proc_streams_have_overflowed (self->streams)
         && !proc_streams_were_cut (self->streams)
         && self->status_known && WIFEXITED (self->wait_status)
         && proc_plan_is_success (self->plan, WEXITSTATUS (self->wait_status));
}

static void
begin_settle (ProcRun *self)
{
  proc_source_clear (&self->idle_timeout);
  proc_grace_end (&self->grace);
  if (self->child != NULL)
    proc_child_release (self->child);
}

static ProcOutcome
find_outcome (const ProcRun *self)
{
  gboolean too_late = !self->stopped && !proc_streams_were_cut (self->streams);

  if (self->stop_reason == PROC_STOP_CANCEL && !too_late)
    return PROC_OUTCOME_CANCELLED;
  if (self->stop_reason == PROC_STOP_TIMEOUT && !too_late)
    return PROC_OUTCOME_TIMED_OUT;
  if (self->stop_reason == PROC_STOP_IDLE && !too_late)
    return PROC_OUTCOME_IDLE;
  if (proc_streams_have_overflowed (self->streams))
    return PROC_OUTCOME_OUTPUT_LIMIT;
  if (!self->status_known)
    return PROC_OUTCOME_UNKNOWN;

  return WIFEXITED (self->wait_status) ? PROC_OUTCOME_EXITED : PROC_OUTCOME_SIGNALED;
}

static void
report_end (ProcRun *self, ProcReport *report)
{
  report->ended = TRUE;
  report->outcome = find_outcome (self);
  if (self->status_known)
    proc_report_set_wait_status (report, self->wait_status);
  report->successful = report->outcome == PROC_OUTCOME_EXITED && has_succeeded (self);
  report->forced = self->ladder != NULL && proc_ladder_was_forced (self->ladder);
  report->survivors = self->ladder != NULL ? proc_ladder_get_survivors (self->ladder) : 0;
  report->pid = proc_child_get_pid (self->child);
  report->start_monotonic = self->start_monotonic;
  report->start_usec = self->start_usec;
  report->elapsed_usec = self->gone_monotonic - self->start_monotonic;
  proc_child_get_usage (self->child, &report->cpu_usec, &report->peak_rss);
  proc_streams_report (self->streams, report);
}

static ProcReport *
make_report (ProcRun *self)
{
  ProcReport *report;

  if (self->child == NULL && self->error == NULL)
    return proc_report_new_cancelled ();

  report = proc_report_new ();
  if (self->child != NULL && !self->never_ran)
    report_end (self, report);
  report->error = g_steal_pointer (&self->error);
  report->final = proc_streams_are_spent (self->streams);
  return report;
}

/* A file that cannot be written stops the run, and so does too much output, or input
 * that cannot be read: a part of it must not be taken for all. */
static void
note_stream_failures (ProcRun *self)
{
  const GError *error = proc_streams_get_error (self->streams);

  if (proc_streams_have_overflowed (self->streams))
    proc_run_stop (self, PROC_STOP_LIMIT);

  if (error == NULL || self->error != NULL)
    return;

  self->error = g_error_copy (error);
  proc_run_stop (self, PROC_STOP_FILE);
}

/* A signal that came earlier would have found no program. */
static void
note_program (ProcRun *self)
{
  if (self->running || self->never_ran
      || self->child == NULL || !proc_child_is_running (self->child))
    return;

  self->running = TRUE;
  proc_streams_set_running (self->streams);
  if (self->link != NULL)
    proc_link_set_started (self->link, proc_child_get_pid (self->child), self->start_monotonic);

  for (guint i = 0; i < self->signals->len; i++)
    proc_child_signal_alone (self->child, g_array_index (self->signals, int, i));
  g_array_set_size (self->signals, 0);
}

static void
leave_opening (ProcRun *self)
{
  GError *error = NULL;

  if (self->stop_reason == PROC_STOP_NONE && spawn (self, &error))
    {
      self->state = RUN_RUNNING;
      return;
    }

  if (error != NULL)
    proc_start_error_prefix (self->plan, error);

  take_error (self, error);
  self->state = RUN_SETTLING;
  begin_settle (self);
}

static gboolean
is_ladder_over (const ProcRun *self)
{
  return self->ladder != NULL && proc_ladder_is_over (self->ladder);
}

static gboolean
is_child_settled (const ProcRun *self)
{
  return self->child == NULL || proc_child_is_gone (self->child) || is_ladder_over (self);
}

/* One step forward, or FALSE if the facts allow none. */
static gboolean
step (ProcRun *self)
{
  RunState before = self->state;

  switch (self->state)
    {
    case RUN_OPENING:
      if (proc_streams_are_opened (self->streams))
        leave_opening (self);
      break;

    case RUN_RUNNING:
      if (proc_child_has_ended (self->child) || is_ladder_over (self))
        {
          self->state = RUN_DRAINING;
          begin_drain (self);
        }
      break;

    case RUN_DRAINING:
      if (is_ladder_over (self) && !self->grace.over)
        end_drain (self);
      proc_grace_run (&self->grace,
                      proc_streams_hold_up (self->streams) || self->ladder != NULL);
      if (!proc_streams_are_pumping (self->streams)
          && (self->ladder == NULL || is_ladder_over (self)))
        {
          self->state = RUN_SETTLING;
          begin_settle (self);
        }
      break;

    case RUN_SETTLING:
      proc_streams_settle (self->streams, has_succeeded (self));
      if (proc_streams_are_settled (self->streams) && is_child_settled (self))
        self->state = RUN_DONE;
      break;

    case RUN_NEW:
    case RUN_DONE:
    default:
      break;
    }

  return self->state != before;
}

/* Called after each fact. May end in done (), and with that in the end of @self. */
static void
proc_run_advance (ProcRun *self)
{
  if (self->advancing)
    return;

  self->advancing = TRUE;
  if (self->ladder != NULL)
    proc_ladder_look (self->ladder);
  note_program (self);
  do
    note_stream_failures (self);
  while (step (self));
  self->advancing = FALSE;

  if (self->state != RUN_DONE)
    return;

  proc_source_clear (&self->timeout);
  self->report = make_report (self);
  self->done (self, self->user_data);
}

/* @link may be NULL if nothing is piped. @signals wait for the program, should it run. */
ProcRun *
proc_run_new (ProcPlan *plan, ProcLink *link, GArray *signals)
{
  ProcRun *self = g_new0 (ProcRun, 1);

  self->plan = proc_plan_ref (plan);
  self->link = link != NULL ? proc_link_ref (link) : NULL;
  self->streams = proc_streams_new (plan, link, on_changed, self);
  self->signals = g_array_ref (signals);
  return self;
}

/* Only a run that was never started or is done can be freed. */
void
proc_run_free (ProcRun *self)
{
  g_assert (self->state == RUN_NEW || self->state == RUN_DONE);

  proc_streams_free (self->streams);
  g_clear_pointer (&self->ladder, proc_ladder_free);
  g_clear_pointer (&self->child, proc_child_free);
  g_clear_pointer (&self->report, proc_report_free);
  g_array_unref (self->signals);
  g_clear_pointer (&self->link, proc_link_unref);
  proc_plan_unref (self->plan);
  g_free (self);
}

/* @done is called once. It may be called in here. */
void
proc_run_start (ProcRun *self, ProcRunDone done, gpointer user_data)
{
  g_assert (self->state == RUN_NEW);

  self->done = done;
  self->user_data = user_data;
  self->state = RUN_OPENING;

  /* What opens at once says so in here, and must not run to the end in here. */
  self->advancing = TRUE;
  proc_streams_open (self->streams);
  self->advancing = FALSE;
  proc_run_advance (self);
}

/* A child that had exited before gives its real result, and yet others of its
 * group may hold up the end. */
static void
start_ladder (ProcRun *self)
{
  guint grace_msec = self->no_grace ? 0 : self->plan->kill_grace_msec;

  self->stopped = !proc_child_has_exited (self->child);
  self->ladder = proc_ladder_new (self->child, grace_msec, on_changed, self);
  if (self->link != NULL)
    proc_link_set_stopping (self->link);
}

/* A higher reason replaces a lower one. After the start, done () may be called
 * in here. */
void
proc_run_stop (ProcRun *self, ProcStopReason reason)
{
  if (self->state == RUN_NEW || self->state == RUN_DONE || reason <= self->stop_reason)
    return;

  self->stop_reason = reason;
  if (self->ladder == NULL && (self->state == RUN_RUNNING || self->state == RUN_DRAINING))
    start_ladder (self);

  /* Before the start, what one file lacks need not wait for another one. */
  if (reason > PROC_STOP_LIMIT || self->state == RUN_OPENING)
    proc_streams_abort (self->streams);

  proc_run_advance (self);
}

/* As if cancelled, but by SIGKILL, and now. done () may be called in here. */
void
proc_run_kill (ProcRun *self)
{
  self->no_grace = TRUE;
  if (self->ladder != NULL)
    proc_ladder_hurry (self->ladder);

  if (self->stop_reason < PROC_STOP_CANCEL)
    proc_run_stop (self, PROC_STOP_CANCEL);
  else
    proc_run_advance (self);
}

/* To the program alone, when it runs. */
void
proc_run_signal (ProcRun *self, int signal_number)
{
  if (self->running)
    proc_child_signal_alone (self->child, signal_number);
  else
    g_array_append_val (self->signals, signal_number);
}

ProcReport *
proc_run_steal_report (ProcRun *self)
{
  return g_steal_pointer (&self->report);
}
