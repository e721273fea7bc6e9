/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-child-private.h"

#include "exec/exec-protocol.h"
#include "proc-control-private.h"
#include "proc-group-private.h"
#include "proc-pidfd-private.h"
#include "proc-source-private.h"
#include "proc-start-error-private.h"
#include "proc-status-private.h"

#include <errno.h>
#include <gio/gio.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

/* One child, in the engine thread. GSubprocess spawns and reaps it. What happens
 * until it has become its program is told over a control socket: STARTED when
 * signals can reach it, with a pidfd of its own; then the end of file, or FAILED.
 *
 * Facts come in any order, since a child may be gone before it was heard of:
 *
 *   settled   the control socket is at its end
 *   exited    the pidfd says so; a zombie, and its status can be read
 *   reaped    GSubprocess says so
 *
 * The child is gone when it is settled and reaped. A child that never became its
 * program is reaped as well, so an error leaves no zombie behind. The status is
 * the one read from the zombie, or GSubprocess's, whichever was first. Where
 * somebody else has reaped the child, neither may be had: then it is unknown, and
 * never taken for a success.
 *
 * A supervised child is another's: what was spawned is its supervisor, which is
 * reaped, and tells the child's end before that. It is asked to signal, and stays
 * until nobody is left to be signalled or it is released.
 *
 * changed () is called after each fact, from the main loop.
 */

/* GSubprocess may never hear of a child that somebody else has reaped. */
#define REAP_WAIT_MSEC 1000
#define MAX_REAP_WAITS 10

/* How often the number of a child without a pidfd is looked at, in case that
 * somebody else reaps it. */
#define LOST_CHECK_MSEC 1000

struct _ProcChild
{
  ProcPlan *plan;
  GSubprocess *subprocess;
  ProcGroup *group; /* NULL until started */

  ProcFd control;
  GSource *control_source;
  GSource *exit_source;
  GSource *reap_timer;
  guint n_reap_waits;
  GSource *lost_timer;
  gboolean supervised;
  gboolean settled;
  gboolean prevented; /* killed before it told of a start */
  gboolean running; /* a supervised child, as its supervisor says, like: */
  gboolean ended;
  gboolean exited;
  gboolean reaped;

  ProcStatus status;
  gint64 cpu_usec;
  gint64 peak_rss;
  GError *error;

  GCancellable *waiting;
  ProcChildChanged changed;
  gpointer user_data;
};

static gboolean on_reap_timer (gpointer user_data);

static void
start_reap_timer (ProcChild *self)
{
  if (!self->reaped && self->reap_timer == NULL)
    self->reap_timer = proc_source_start_timer (REAP_WAIT_MSEC, on_reap_timer,
                                                "[procrunner] reap", self);
}

static gboolean
on_lost_timer (gpointer user_data)
{
  ProcChild *self = user_data;

  if (kill (proc_group_get_leader (self->group), 0) < 0 && errno == ESRCH)
    start_reap_timer (self);

  return G_SOURCE_CONTINUE;
}

static void
note_exit (ProcChild *self)
{
  if (self->exited)
    return;

  self->exited = TRUE;
  if (!self->status.known && !self->supervised && proc_group_get_pidfd (self->group) >= 0)
    proc_status_read (&self->status, proc_group_get_pidfd (self->group),
                      proc_group_get_leader (self->group));
  proc_group_leader_exited (self->group);

  if (!self->supervised)
    start_reap_timer (self);
}

static gboolean
on_exit_seen (int fd, GIOCondition condition, gpointer user_data)
{
  ProcChild *self = user_data;

  proc_source_clear (&self->exit_source);
  note_exit (self);
  self->changed (self->user_data);
  return G_SOURCE_REMOVE;
}

/* Takes @pidfd, which may be -1. */
static void
note_start (ProcChild *self, pid_t pid, int pidfd)
{
  self->group = proc_group_new (pid, pidfd, self->plan->session == PROC_SESSION_SHARED);

  if (self->reaped)
    {
      proc_group_leader_reaped (self->group);
      note_exit (self);
    }
  else if (pidfd >= 0 && !self->supervised)
    {
      self->exit_source = proc_source_watch_fd (pidfd, G_IO_IN, on_exit_seen,
                                                "[procrunner] exit", self);
    }
  else if (!self->supervised)
    {
      self->lost_timer = proc_source_start_timer (LOST_CHECK_MSEC, on_lost_timer,
                                                  "[procrunner] lost", self);
    }
}

static void
note_supervised_end (ProcChild *self, const ExecMessage *message)
{
  self->ended = TRUE;
  proc_status_set (&self->status, message->status);
  self->cpu_usec = message->cpu_usec;
  self->peak_rss = message->peak_rss;
}

static void
take_message (ProcChild *self, const ExecMessage *message, ProcFd *pidfd)
{
  if (message->kind == EXEC_MESSAGE_STARTED && message->pid > 1 && self->group == NULL)
    note_start (self, message->pid, proc_fd_steal (pidfd));
  else if (message->kind == EXEC_MESSAGE_FAILED && self->error == NULL)
    self->error = proc_start_error_new (self->plan, message);
  else if (message->kind == EXEC_MESSAGE_RUNNING && self->supervised)
    self->running = TRUE;
  else if (message->kind == EXEC_MESSAGE_EXITED && self->supervised)
    note_supervised_end (self, message);
}

static void
settle (ProcChild *self)
{
  proc_source_clear (&self->control_source);
  proc_fd_clear (&self->control);
  self->settled = TRUE;
}

/* Takes all there is. FALSE: there will be no more. */
static gboolean
read_control (ProcChild *self)
{
  for (;;)
    {
      g_auto(ProcFd) pidfd = -1;
      ExecMessage message;
      gssize size = proc_control_receive (self->control, &message, &pidfd);

      /* ECONNRESET: it ended without having read all, and may have said why. */
      if (size < 0 && (errno == EINTR || errno == ECONNRESET))
        continue;
      if (size < 0 && (errno == EAGAIN || errno == ENOMEM || errno == ENOBUFS))
        return TRUE;
      if (size != sizeof message)
        return FALSE;

      take_message (self, &message, &pidfd);
    }
}

static gboolean
on_control (int fd, GIOCondition condition, gpointer user_data)
{
  ProcChild *self = user_data;
  gboolean more = read_control (self);

  if (!more)
    {
      settle (self);
      if (self->supervised)
        start_reap_timer (self);
    }

  self->changed (self->user_data);
  return more ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

/* Nobody else writes there, so the end need not be waited for: another thread's
 * fork may have kept a copy of the child's end. */
static void
finish_control (ProcChild *self)
{
  if (self->settled)
    return;

  read_control (self);
  settle (self);
}

/* GSubprocess may have heard of the end, and have failed to reap. */
static void
note_reaped (ProcChild *self)
{
  finish_control (self);
  if (!self->supervised && self->group != NULL)
    proc_pidfd_reap (proc_group_get_pidfd (self->group), proc_group_get_leader (self->group));
  proc_source_clear (&self->reap_timer);
  proc_source_clear (&self->exit_source);
  proc_source_clear (&self->lost_timer);

  self->reaped = TRUE;
  if (self->group != NULL)
    {
      note_exit (self);
      proc_group_leader_reaped (self->group);
    }
  self->changed (self->user_data);
}

/* GSubprocess has yet to hear of it. */
static gboolean
is_zombie (ProcChild *self)
{
  const char *pid = g_subprocess_get_identifier (self->subprocess);
  siginfo_t info = { 0 };

  return pid != NULL && proc_pidfd_peek (-1, atoi (pid), &info);
}

/* The zombie is gone, and GSubprocess did not hear of it. A busy system may take longer
 * to tell it. */
static gboolean
on_reap_timer (gpointer user_data)
{
  ProcChild *self = user_data;

  if (is_zombie (self) && self->n_reap_waits++ < MAX_REAP_WAITS)
    return G_SOURCE_CONTINUE;

  note_reaped (self);
  return G_SOURCE_REMOVE;
}

static void
on_reaped (GObject *source, GAsyncResult *result, gpointer user_data)
{
  ProcChild *self = user_data;

  /* Cancelled: the child was freed, and this is the last that is heard of it. */
  if (!g_subprocess_wait_finish (G_SUBPROCESS (source), result, NULL))
    return;

  if (self->reaped)
    return;

  finish_control (self);
  if (self->group != NULL)
    note_exit (self);
  if (!self->supervised)
    proc_status_take_reaped (&self->status, g_subprocess_get_status (self->subprocess));
  note_reaped (self);
}

/* Starts the plan's program, with the streams' ends, which are taken. */
ProcChild *
proc_child_spawn (ProcPlan *plan,
                  ProcChildStreams *streams,
                  ProcChildChanged changed,
                  gpointer user_data,
                  GError **error)
{
  g_autoptr(GSubprocess) subprocess = NULL;
  g_auto(ProcControl) control = { -1, -1 };
  gboolean supervised;
  ProcChild *self;

  if (!proc_control_open (&control, error))
    return NULL;

  supervised = plan->supervise || proc_status_is_kept_for_nobody ();
  subprocess = proc_launch (plan, supervised, streams, &control, error);
  if (subprocess == NULL)
    return NULL;

  self = g_new0 (ProcChild, 1);
  self->plan = proc_plan_ref (plan);
  self->subprocess = g_steal_pointer (&subprocess);
  self->control = proc_fd_steal (&control.ours);
  self->supervised = supervised;
  self->cpu_usec = -1;
  self->peak_rss = -1;
  self->changed = changed;
  self->user_data = user_data;
  self->waiting = g_cancellable_new ();
  self->control_source = proc_source_watch_fd (self->control, G_IO_IN, on_control,
                                               "[procrunner] control", self);
  g_subprocess_wait_async (self->subprocess, self->waiting, on_reaped, self);
  return self;
}

/* A child that still runs is left to GSubprocess, which reaps it. */
void
proc_child_free (ProcChild *self)
{
  g_cancellable_cancel (self->waiting);
  g_clear_object (&self->waiting);
  proc_source_clear (&self->control_source);
  proc_source_clear (&self->exit_source);
  proc_source_clear (&self->reap_timer);
  proc_source_clear (&self->lost_timer);
  proc_fd_clear (&self->control);
  g_clear_pointer (&self->group, proc_group_free);
  g_clear_object (&self->subprocess);
  g_clear_error (&self->error);
  proc_plan_unref (self->plan);
  g_free (self);
}

/* TRUE: signals reach it, and its group. */
gboolean
proc_child_is_started (ProcChild *self)
{
  return self->group != NULL;
}

/* TRUE: it will be started yet, or fail. */
gboolean
proc_child_may_start (ProcChild *self)
{
  return self->group == NULL && !self->settled;
}

/* TRUE: it has become its program. */
gboolean
proc_child_is_running (ProcChild *self)
{
  return self->group != NULL && self->error == NULL
         && (self->supervised ? self->running : self->settled);
}

/* 0: it has not told yet. */
pid_t
proc_child_get_pid (ProcChild *self)
{
  return self->group != NULL ? proc_group_get_leader (self->group) : 0;
}

/* Asks the kernel, which may know it sooner than we were told. */
gboolean
proc_child_has_exited (ProcChild *self)
{
  if (self->exited || self->reaped)
    return TRUE;

  /* It may have told of its start, and not been heard. */
  if (self->group == NULL && !self->settled)
    read_control (self);
  if (self->group == NULL)
    return FALSE;

  if (proc_group_get_pidfd (self->group) >= 0)
    return proc_pidfd_has_exited (proc_group_get_pidfd (self->group));

  if (g_subprocess_get_identifier (self->subprocess) == NULL)
    return TRUE;

  return !self->supervised && proc_pidfd_has_left (proc_group_get_leader (self->group));
}

/* Its end is known, or it is gone. */
gboolean
proc_child_has_ended (ProcChild *self)
{
  return self->ended || proc_child_is_gone (self);
}

gboolean
proc_child_is_gone (ProcChild *self)
{
  return self->settled && self->reaped;
}

/* Descendants that are left need nobody any more to look after them. */
void
proc_child_release (ProcChild *self)
{
  if (self->supervised && !proc_child_is_gone (self))
    proc_control_order (self->control, EXEC_ORDER_RELEASE, 0);
}

/* -1 each if it is unknown. */
void
proc_child_get_usage (ProcChild *self, gint64 *cpu_usec, gint64 *peak_rss)
{
  *cpu_usec = self->cpu_usec;
  *peak_rss = self->peak_rss;
}

/* FALSE: it is unknown. */
gboolean
proc_child_get_wait_status (ProcChild *self, int *wait_status)
{
  *wait_status = self->status.wait_status;
  return self->status.known;
}

/* Gives why the program was never started, or NULL. What ended without a word was the
 * helper, and its status is not the program's. */
GError *
proc_child_steal_error (ProcChild *self)
{
  if (self->error == NULL && self->group == NULL && !self->prevented
      && proc_child_is_gone (self))
    self->error = proc_start_error_new_silent (self->plan);

  return g_steal_pointer (&self->error);
}

/* Kills what would become the program. A start that is under way may be told of yet. */
void
proc_child_prevent_start (ProcChild *self)
{
  self->prevented = TRUE;
  g_subprocess_force_exit (self->subprocess);
}

/* It was killed when it had forked, and what was to become the program was not. */
static gboolean
has_lost_supervisor (ProcChild *self)
{
  return self->supervised && self->prevented && self->group != NULL;
}

/* Signals the child's group, or in a shared group the child alone. Nothing is
 * there to be signalled before the start, or when all are gone. */
void
proc_child_signal (ProcChild *self, int signal_number)
{
  if (has_lost_supervisor (self))
    proc_group_signal_orphaned (self->group, signal_number);
  else if (self->supervised && self->group != NULL)
    proc_control_order (self->control, EXEC_ORDER_SIGNAL, signal_number);
  else if (self->group != NULL)
    proc_group_signal (self->group, signal_number);
}

/* Signals the child, and none of its own. */
void
proc_child_signal_alone (ProcChild *self, int signal_number)
{
  if (self->group != NULL && !proc_child_has_ended (self) && !self->exited)
    proc_group_signal_leader (self->group, signal_number);
}

/* Gives how many live of those that a signal would be meant for. */
guint
proc_child_count_members (ProcChild *self)
{
  if (has_lost_supervisor (self))
    return proc_group_count_orphaned (self->group);
  if (self->group == NULL || self->supervised)
    return self->reaped ? 0 : 1;

  return proc_group_count_members (self->group);
}
