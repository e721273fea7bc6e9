/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-output-private.h"

#include "proc-capture-private.h"
#include "proc-file-sink-private.h"
#include "proc-null-sink-private.h"
#include "proc-relay-private.h"
#include "proc-tee-sink-private.h"

/* One output of one child: a sink, the pump that fills it, and the outlet through which
 * it can be followed.
 *
 *   init → follow → make_pipe → start → report → clear
 *
 * What is discarded goes to /dev/null; in a sandbox without one it is read, and let go.
 * A piped output goes to the outlet alone. Its run waits for it only while signals are
 * made of it, or may yet be: for a reader it goes on as a relay when the run is over.
 */
static gboolean
is_elsewhere (const ProcRedirect *redirect)
{
  return redirect->file != NULL || redirect->output_stream != NULL;
}

/* It is read, and let go. */
static gboolean
is_not_kept (const ProcRedirect *redirect)
{
  return !is_elsewhere (redirect)
         && (redirect->kind == PROC_STDIO_PIPE
             || (redirect->kind == PROC_STDIO_DISCARD && !proc_fd_have_null ()));
}

void
proc_output_init (ProcOutput *self, const ProcRedirect *redirect, const ProcPlan *plan)
{
  self->redirect = redirect;
  self->fd = -1;
  self->piped = redirect->kind == PROC_STDIO_PIPE && !is_elsewhere (redirect);

  if (is_elsewhere (redirect))
    self->sink = self->file_sink = proc_file_sink_new (redirect);
  else if (is_not_kept (redirect))
    self->sink = proc_null_sink_new ();
  else if (redirect->kind == PROC_STDIO_CAPTURE)
    self->sink = proc_capture_new (plan->memory_limit, proc_cap_get_last (&plan->cap));

  if (redirect->file != NULL && (redirect->file_flags & PROC_FILE_FLAGS_TEE) != 0)
    self->sink = proc_tee_sink_new (self->file_sink, proc_capture_new (plan->memory_limit, 0));

  /* What the child writes by itself is not ours to bound, nor what nobody wants. */
  if (self->sink != NULL && (redirect->file_flags & PROC_FILE_FLAGS_DIRECT) == 0
      && redirect->kind != PROC_STDIO_DISCARD)
    self->sink->cap = plan->cap;
}

/* Where the program @ran, what is left goes on as a relay, which has @grace_msec for what somebody
 * else may hold open. Else the start may be tried again. */
void
proc_output_clear (ProcOutput *self, ProcLink *link, gboolean ran, guint grace_msec)
{
  gboolean goes_on = ran && self->piped && self->pump != NULL && proc_pump_is_open (self->pump);

  if (self->outlet != NULL)
    proc_outlet_detach (self->outlet);
  if (goes_on)
    proc_relay_adopt (link, self->outlet, g_steal_pointer (&self->sink),
                      g_steal_pointer (&self->pump), grace_msec);

  g_clear_pointer (&self->pump, proc_pump_free);
  g_clear_pointer (&self->sink, proc_sink_free);
  proc_fd_clear (&self->fd);
}

/* @changed is called when there may be room again, or a use for what nobody wanted. */
void
proc_output_follow (ProcOutput *self,
                    ProcOutlet *outlet,
                    ProcOutletFunc changed,
                    gpointer user_data)
{
  self->outlet = outlet;
  proc_outlet_attach (outlet, self->piped, changed, user_data);
}

gboolean
proc_output_is_local_file (const ProcOutput *self)
{
  GFile *file = self->redirect->file;

  return file != NULL && g_file_is_native (file) && g_file_peek_path (file) != NULL;
}

/* Gives the child's end, -1 where it is to inherit the program's. */
gboolean
proc_output_make_pipe (ProcOutput *self, ProcFd *theirs, GError **error)
{
  int child_fd = self->sink != NULL ? proc_sink_get_child_fd (self->sink) : -1;

  if (child_fd >= 0)
    *theirs = proc_fd_dup (child_fd, error);
  else if (self->sink != NULL)
    return proc_fd_pipe_from_child (&self->fd, theirs, error);
  else if (self->redirect->kind == PROC_STDIO_INHERIT)
    return TRUE;
  else
    *theirs = proc_fd_open_null (error);

  return *theirs >= 0;
}

/* The child has its end. */
void
proc_output_start (ProcOutput *self, ProcPumpChanged changed, gpointer user_data)
{
  if (self->fd < 0)
    return;

  self->pump = proc_pump_new (proc_fd_steal (&self->fd), self->sink, self->outlet, changed,
                              user_data);
  proc_pump_resume (self->pump); /* nobody may want it any more */
}

/* There may be room again. */
void
proc_output_resume (ProcOutput *self)
{
  if (self->pump != NULL)
    proc_pump_resume (self->pump);
}

/* Those who follow hear of the end, if it has come. */
void
proc_output_end_outlet (ProcOutput *self)
{
  if (self->outlet != NULL && self->pump != NULL && !proc_pump_is_open (self->pump))
    proc_outlet_end (self->outlet);
}

/* What is piped to a reader, or to nobody, is no matter of the run. */
static gboolean
is_waited_for (const ProcOutput *self)
{
  switch (self->piped ? proc_outlet_get_use (self->outlet) : PROC_OUTLET_SIGNALS)
    {
    case PROC_OUTLET_SIGNALS:
    case PROC_OUTLET_UNDECIDED:
      return TRUE;
    case PROC_OUTLET_UNUSED:
    case PROC_OUTLET_READ:
    default:
      return FALSE;
    }
}

/* TRUE: the run waits for more of it. */
gboolean
proc_output_is_pumping (const ProcOutput *self)
{
  return self->pump != NULL && proc_pump_is_open (self->pump) && is_waited_for (self);
}

/* TRUE: there may be something to read, and no room for it. */
gboolean
proc_output_is_held (const ProcOutput *self)
{
  return self->pump != NULL && proc_pump_is_held (self->pump);
}

/* What the pipe holds now is still read, and no more than that. Nobody who follows can
 * hold that up. */
void
proc_output_read_rest (ProcOutput *self)
{
  if (!proc_output_is_pumping (self))
    return;

  proc_pump_read_rest (self->pump);
  if (self->outlet != NULL)
    proc_outlet_open (self->outlet);
  proc_pump_resume (self->pump);
}

/* What is piped may go on, and leaves nothing to be settled. */
gboolean
proc_output_is_settled (const ProcOutput *self)
{
  return self->sink == NULL || self->piped || self->sink->settled;
}

/* TRUE: a file gets all of its content at once, in the end. */
gboolean
proc_output_replaces (const ProcOutput *self)
{
  const ProcFileFlags in_place = PROC_FILE_FLAGS_TRUNCATE | PROC_FILE_FLAGS_APPEND;

  return self->redirect->file != NULL && (self->redirect->file_flags & in_place) == 0;
}

/* The first call counts. */
void
proc_output_settle (ProcOutput *self, gboolean keep)
{
  if (self->settling || proc_output_is_settled (self))
    return;

  self->settling = TRUE;
  proc_sink_settle (self->sink, keep);
}

/* Once, when all is settled. */
void
proc_output_report (const ProcOutput *self,
                    ProcReport *report,
                    GBytes **bytes,
                    guint64 *size,
                    ProcCap *cap)
{
  if (self->sink == NULL)
    return;

  if (self->pump != NULL && is_waited_for (self) && !proc_pump_saw_end (self->pump))
    report->complete = FALSE;

  if (!self->piped)
    {
      g_bytes_unref (*bytes);
      *bytes = proc_sink_take_bytes (self->sink);
    }
  *size = self->sink->size;
  *cap = self->sink->cap;
  if (proc_sink_is_truncated (self->sink))
    report->truncated = TRUE;
}
