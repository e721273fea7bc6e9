/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-ladder-private.h"

#include "proc-source-private.h"

#include <signal.h>

/* Stops a child and its group, by steps that grow harder. What each step sends and
 * how long it waits is a table; the rest is the same for all:
 *
 *   a step begins by sending its signals, once there is somebody to get them
 *   the ladder is over when nobody is left, at whichever step
 *   a step whose time is over gives way to the next, the last one to the end
 *
 * The time of a step begins with its signals. Nobody can get them before the start, so
 * a child that a busy system has not started yet is waited for as long as all steps take
 * together. Then it is killed before it starts, and that is the last step.
 *
 * A stopped child gets SIGCONT, or it could not act on SIGTERM. SIGKILL is sent
 * again at each look, since one can miss a fork that is under way. Whoever is left
 * at the end may not be signalled by us, or is stuck in the kernel.
 */
typedef struct
{
  int signals[2]; /* 0: none */
  gboolean repeated;
} Step;

static const Step steps[] = {
  { { SIGTERM, SIGCONT }, FALSE },
  { { SIGKILL }, TRUE },
};

enum
{
  STEP_TERM,
  STEP_KILL,
  N_STEPS
};

#define KILL_WAIT_MSEC 1000

/* Between looks, in milliseconds: the next is twice as far away, up to a limit. */
#define FIRST_LOOK_MSEC 1
#define LAST_LOOK_MSEC 50

struct _ProcLadder
{
  ProcChild *child;
  ProcLadderOver over;
  gpointer user_data;

  guint waits_msec[N_STEPS];
  gint64 start_ends; /* monotonic; who has not started by then never will */
  guint step;
  gboolean sent; /* the signals of this step */
  gint64 step_ends; /* monotonic, once they are sent */
  guint look_msec;
  GSource *timer;

  gboolean is_over;
  gboolean forced;
  guint survivors;
};

static void
send_signals (ProcLadder *self)
{
  const Step *step = &steps[self->step];

  if (proc_child_may_start (self->child) || (self->sent && !step->repeated))
    return;

  for (guint i = 0; i < G_N_ELEMENTS (step->signals) && step->signals[i] != 0; i++)
    proc_child_signal (self->child, step->signals[i]);

  if (!self->sent)
    self->step_ends = g_get_monotonic_time () + (gint64) self->waits_msec[self->step] * 1000;
  self->sent = TRUE;
  self->forced |= self->step == STEP_KILL && proc_child_is_started (self->child);
}

static void
enter_step (ProcLadder *self, guint step)
{
  self->step = step;
  self->sent = FALSE;
  self->look_msec = FIRST_LOOK_MSEC;
}

static void
set_start_wait (ProcLadder *self, gint64 wait_msec)
{
  self->start_ends = g_get_monotonic_time () + wait_msec * 1000;
}

static void
prevent_start (ProcLadder *self)
{
  proc_child_prevent_start (self->child);
  enter_step (self, STEP_KILL);
  self->sent = TRUE;
  self->forced = TRUE;
  self->step_ends = g_get_monotonic_time () + (gint64) self->waits_msec[STEP_KILL] * 1000;
}

static gboolean
is_nobody_left (ProcLadder *self)
{
  return proc_child_is_gone (self->child) && proc_child_count_members (self->child) == 0;
}

static void
end (ProcLadder *self, guint survivors)
{
  proc_source_clear (&self->timer);
  self->is_over = TRUE;
  self->survivors = survivors;
}

static gboolean
on_timer (gpointer user_data)
{
  ProcLadder *self = user_data;

  proc_ladder_look (self);
  if (self->is_over)
    self->over (self->user_data);

  return G_SOURCE_REMOVE;
}

/* While the child lives, its end is told to us, as is its start: only the step's own end
 * is waited for, except by the step that repeats its signal. */
static void
start_timer (ProcLadder *self)
{
  gint64 end = self->sent ? self->step_ends : self->start_ends;
  gint64 left_msec = (end - g_get_monotonic_time ()) / 1000 + 1;
  gint64 wait_msec = left_msec;

  if (self->sent && (proc_child_is_gone (self->child) || steps[self->step].repeated))
    {
      wait_msec = MIN (left_msec, self->look_msec);
      self->look_msec = MIN (self->look_msec * 2, LAST_LOOK_MSEC);
    }

  proc_source_clear (&self->timer);
  self->timer = proc_source_start_timer (MAX (wait_msec, 1), on_timer, "[procrunner] ladder", self);
}

/* Begins at once. @over is called from the main loop, unless a look by the owner
 * finds the end first. */
ProcLadder *
proc_ladder_new (ProcChild *child, guint grace_msec, ProcLadderOver over, gpointer user_data)
{
  ProcLadder *self = g_new0 (ProcLadder, 1);

  self->child = child;
  self->over = over;
  self->user_data = user_data;
  self->waits_msec[STEP_TERM] = grace_msec;
  self->waits_msec[STEP_KILL] = KILL_WAIT_MSEC;
  set_start_wait (self, (gint64) grace_msec + KILL_WAIT_MSEC);
  enter_step (self, grace_msec > 0 ? STEP_TERM : STEP_KILL);
  proc_ladder_look (self);
  return self;
}

void
proc_ladder_free (ProcLadder *self)
{
  proc_source_clear (&self->timer);
  g_free (self);
}

/* The child may have changed. */
void
proc_ladder_look (ProcLadder *self)
{
  gint64 now = g_get_monotonic_time ();

  if (self->is_over)
    return;

  if (is_nobody_left (self))
    {
      end (self, 0);
      return;
    }

  if (!self->sent && now >= self->start_ends && proc_child_may_start (self->child))
    prevent_start (self);
  else if (self->sent && now >= self->step_ends)
    {
      if (self->step + 1 == N_STEPS)
        {
          end (self, proc_child_count_members (self->child));
          return;
        }
      enter_step (self, self->step + 1);
    }

  send_signals (self);
  start_timer (self);
}

/* SIGKILL now, whatever is left of the grace. */
void
proc_ladder_hurry (ProcLadder *self)
{
  if (self->is_over || self->step == STEP_KILL)
    return;

  enter_step (self, STEP_KILL);
  set_start_wait (self, KILL_WAIT_MSEC);
  proc_ladder_look (self);
}

gboolean
proc_ladder_is_over (const ProcLadder *self)
{
  return self->is_over;
}

/* TRUE: SIGKILL was needed. */
gboolean
proc_ladder_was_forced (const ProcLadder *self)
{
  return self->forced;
}

/* Gives how many were left in the end. */
guint
proc_ladder_get_survivors (const ProcLadder *self)
{
  return self->survivors;
}
