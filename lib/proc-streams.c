/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-streams-private.h"

#include "proc-fd-private.h"
#include "proc-feed-private.h"
#include "proc-file-sink-private.h"
#include "proc-input-private.h"
#include "proc-output-private.h"

#include <unistd.h>

/* The three standard streams of one child, as far as they are ours: a feed, for a file
 * or a stream with an input before it, and two outputs.
 *
 *   open → make_pipes → start → settle → report
 *
 * Both outputs to one file are one stream, as if merged. That two local files are the
 * same is known only when the first is opened, in its sink's thread; the second waits
 * for that.
 *
 * With a link, the outputs can be followed through its outlets, and a piped input comes
 * from its inlet.
 *
 * Until settled, any of them may change at any time; changed () says so, from the
 * main loop, or inside open () and settle (). Asking is cheap: the run asks after
 * each change.
 */
enum
{
  OUT = PROC_STREAM_STDOUT,
  ERR = PROC_STREAM_STDERR,
  N_OUTPUTS
};

struct _ProcStreams
{
  ProcPlan *plan;
  ProcLink *link; /* NULL: nobody follows */
  ProcStreamsChanged changed;
  gpointer user_data;

  ProcOutput outputs[N_OUTPUTS];
  ProcInput *input; /* NULL: the input is no file and no stream */
  gboolean merged;  /* standard error goes where standard output goes */
  gboolean waiting; /* standard error's file, for standard output's */
  gboolean running; /* the program */
  ProcFeed *feed;
  ProcFd feed_fd; /* from make_pipes to start */
};

static void on_sink_changed (gpointer user_data);

/* Those who follow hear of the end. */
static void
end_outlets (ProcStreams *self)
{
  for (guint i = 0; i < N_OUTPUTS; i++)
    proc_output_end_outlet (&self->outputs[i]);
}

static void
resume (ProcStreams *self)
{
  for (guint i = 0; i < N_OUTPUTS; i++)
    proc_output_resume (&self->outputs[i]);
}

static void
on_pump_changed (gpointer user_data)
{
  ProcStreams *self = user_data;

  if (self->running)
    end_outlets (self);
  self->changed (self->user_data);
}

/* Standard output's file is open, or could not be opened. */
static void
open_second_file (ProcStreams *self)
{
  const ProcOutput *out = &self->outputs[OUT];
  ProcOutput *err = &self->outputs[ERR];

  self->waiting = FALSE;
  self->merged = proc_file_sink_is_twin (out->file_sink);
  if (out->sink->opened && !self->merged)
    proc_sink_open (err->sink, on_sink_changed, self);
  else
    g_clear_pointer (&err->sink, proc_sink_free);
}

static void
on_sink_changed (gpointer user_data)
{
  ProcStreams *self = user_data;
  const ProcSink *first = self->outputs[OUT].sink;

  if (self->waiting && (first->opened || first->settled))
    open_second_file (self);

  resume (self);
  self->changed (self->user_data);
}

static void
on_input_changed (gpointer user_data)
{
  ProcStreams *self = user_data;

  self->changed (self->user_data);
}

static gboolean
is_input_piped (const ProcStreams *self)
{
  return self->plan->in.kind == PROC_STDIO_PIPE
         && self->plan->in.bytes == NULL && self->input == NULL;
}

/* The program has its input from the inlet. */
static gboolean
is_inlet_attached (const ProcStreams *self)
{
  return self->running && self->feed != NULL && is_input_piped (self);
}

/* When the child reads no more, nobody is to wait for what it would have read. */
static void
on_feed_changed (gpointer user_data)
{
  ProcStreams *self = user_data;

  if (self->input != NULL)
    proc_input_stop (self->input);
  if (proc_feed_get_error (self->feed) != NULL)
    self->changed (self->user_data);
  else if (is_inlet_attached (self))
    proc_inlet_break (proc_link_get_inlet (self->link));
}

/* There may be room again, or a use for what nobody wanted. */
static void
on_outlet_changed (gpointer user_data)
{
  ProcStreams *self = user_data;

  resume (self);
  self->changed (self->user_data);
}

/* @link may be NULL if nothing is piped. */
ProcStreams *
proc_streams_new (ProcPlan *plan, ProcLink *link, ProcStreamsChanged changed, gpointer user_data)
{
  ProcStreams *self = g_new0 (ProcStreams, 1);

  self->plan = proc_plan_ref (plan);
  self->link = link != NULL ? proc_link_ref (link) : NULL;
  self->changed = changed;
  self->user_data = user_data;
  self->feed_fd = -1;
  if (plan->in.file != NULL || plan->in.stream != NULL)
    self->input = proc_input_new (plan->in.file, plan->in.stream, on_input_changed, self);
  proc_output_init (&self->outputs[OUT], &plan->out, plan);
  proc_output_init (&self->outputs[ERR], &plan->err, plan);
  self->merged = plan->err.kind == PROC_STDIO_MERGE && plan->err.file == NULL;
  for (guint i = 0; link != NULL && i < N_OUTPUTS; i++)
    proc_output_follow (&self->outputs[i], proc_link_get_outlet (link, i), on_outlet_changed,
                        self);
  return self;
}

void
proc_streams_free (ProcStreams *self)
{
  for (guint i = 0; i < N_OUTPUTS; i++)
    proc_output_clear (&self->outputs[i], self->link, self->running, self->plan->drain_grace_msec);

  if (is_inlet_attached (self))
    proc_inlet_break (proc_link_get_inlet (self->link));
  g_clear_pointer (&self->feed, proc_feed_free);
  g_clear_pointer (&self->input, proc_input_free);
  proc_fd_clear (&self->feed_fd);
  g_clear_pointer (&self->link, proc_link_unref);
  proc_plan_unref (self->plan);
  g_free (self);
}

/* Files are opened; nothing is started yet. */
void
proc_streams_open (ProcStreams *self)
{
  const ProcOutput *out = &self->outputs[OUT];
  const ProcOutput *err = &self->outputs[ERR];
  gboolean may_be_twins = proc_output_is_local_file (out) && proc_output_is_local_file (err);

  if (self->input != NULL)
    proc_input_open (self->input);

  if (may_be_twins)
    {
      self->waiting = TRUE;
      proc_file_sink_set_twin (out->file_sink, err->redirect);
    }

  if (out->sink != NULL)
    proc_sink_open (out->sink, on_sink_changed, self);
  if (err->sink != NULL && !may_be_twins)
    proc_sink_open (err->sink, on_sink_changed, self);
}

/* What could not be opened has settled at once, with an error. */
gboolean
proc_streams_are_opened (const ProcStreams *self)
{
  if (self->input != NULL
      && !proc_input_is_opened (self->input) && !proc_input_is_settled (self->input))
    return FALSE;

  for (guint i = 0; i < N_OUTPUTS; i++)
    {
      const ProcSink *sink = self->outputs[i].sink;

      if (sink != NULL && !sink->opened && !sink->settled)
        return FALSE;
    }

  return TRUE;
}

/* Gives the first failure of the input or a sink, or NULL. */
const GError *
proc_streams_get_error (const ProcStreams *self)
{
  if (self->input != NULL && proc_input_get_error (self->input) != NULL)
    return proc_input_get_error (self->input);
  if (self->feed != NULL && proc_feed_get_error (self->feed) != NULL)
    return proc_feed_get_error (self->feed);

  for (guint i = 0; i < N_OUTPUTS; i++)
    if (self->outputs[i].sink != NULL && self->outputs[i].sink->error != NULL)
      return self->outputs[i].sink->error;

  return NULL;
}

static gboolean
make_input (ProcStreams *self, ProcFd *theirs, GError **error)
{
  if (self->input != NULL)
    *theirs = proc_input_steal_fd (self->input);
  if (*theirs >= 0)
    return TRUE;

  if (self->plan->in.bytes != NULL || self->input != NULL || is_input_piped (self))
    return proc_fd_pipe_to_child (theirs, &self->feed_fd, error);
  if (self->plan->in.kind == PROC_STDIO_INHERIT)
    return TRUE;

  return proc_fd_open_empty (theirs, error);
}

/* One open file for both, so that the kernel keeps the order. Where standard
 * output is inherited, it is the program's own. */
static gboolean
make_error (ProcStreams *self, ProcChildStreams *theirs, GError **error)
{
  if (!self->merged)
    return proc_output_make_pipe (&self->outputs[ERR], &theirs->err, error);

  theirs->err = proc_fd_dup (theirs->out >= 0 ? theirs->out : STDOUT_FILENO, error);
  return theirs->err >= 0;
}

/* Gives the child's ends, -1 where it is to inherit the program's. */
gboolean
proc_streams_make_pipes (ProcStreams *self, ProcChildStreams *theirs, GError **error)
{
  return make_input (self, &theirs->in, error)
         && proc_output_make_pipe (&self->outputs[OUT], &theirs->out, error)
         && make_error (self, theirs, error);
}

static void
start_feed (ProcStreams *self)
{
  GBytes *bytes = self->plan->in.bytes;

  self->feed = proc_feed_new (proc_fd_steal (&self->feed_fd), on_feed_changed, self);
  if (self->input != NULL)
    {
      proc_input_start (self->input, self->feed);
      return;
    }
  if (is_input_piped (self))
    return;

  if (g_bytes_get_size (bytes) > 0)
    proc_feed_write (self->feed, bytes, NULL, NULL);
  proc_feed_close (self->feed);
}

/* The child has its ends. */
void
proc_streams_start (ProcStreams *self)
{
  if (self->feed_fd >= 0)
    start_feed (self);

  for (guint i = 0; i < N_OUTPUTS; i++)
    proc_output_start (&self->outputs[i], on_pump_changed, self);
}

/* It may have closed its input by now. */
static void
attach_inlet (ProcStreams *self)
{
  ProcInlet *inlet = proc_link_get_inlet (self->link);

  if (proc_feed_is_open (self->feed))
    proc_inlet_attach (inlet, self->feed);
  else
    proc_inlet_break (inlet);
}

/* The child is gone: from now on it matters who holds up whom. */
void
proc_streams_begin_drain (ProcStreams *self)
{
  for (guint i = 0; i < N_OUTPUTS; i++)
    if (self->outputs[i].sink != NULL)
      proc_sink_take_back (self->outputs[i].sink);
}

/* The program runs. Before, the end of an output need not be that, and nothing may be
 * taken from the inlet: a start may be tried again. */
void
proc_streams_set_running (ProcStreams *self)
{
  self->running = TRUE;
  end_outlets (self);
  if (is_inlet_attached (self))
    attach_inlet (self);
}

/* FALSE: each output was read to its end. */
gboolean
proc_streams_are_pumping (const ProcStreams *self)
{
  return proc_output_is_pumping (&self->outputs[OUT])
         || proc_output_is_pumping (&self->outputs[ERR]);
}

/* TRUE: an output is longer than it may be, and the run has failed for that. */
gboolean
proc_streams_have_overflowed (const ProcStreams *self)
{
  for (guint i = 0; i < N_OUTPUTS; i++)
    {
      const ProcSink *sink = self->outputs[i].sink;

      if (sink != NULL && proc_cap_is_broken (&sink->cap, sink->size))
        return TRUE;
    }

  return FALSE;
}

/* TRUE: there may be something to read, and it is not us who read it. */
static gboolean
are_held (const ProcStreams *self)
{
  return proc_output_is_held (&self->outputs[OUT]) || proc_output_is_held (&self->outputs[ERR]);
}

/* The same of those that the run waits for. */
gboolean
proc_streams_hold_up (const ProcStreams *self)
{
  for (guint i = 0; i < N_OUTPUTS; i++)
    if (proc_output_is_pumping (&self->outputs[i]) && proc_output_is_held (&self->outputs[i]))
      return TRUE;

  return FALSE;
}

/* Gives for how long no byte of any output has come since @start, by the monotonic clock.
 * Time in which we did not read does not count. */
gint64
proc_streams_get_idle_usec (const ProcStreams *self, gint64 start)
{
  gint64 last_active = start;

  if (are_held (self))
    return 0;

  for (guint i = 0; i < N_OUTPUTS; i++)
    if (self->outputs[i].pump != NULL)
      last_active = MAX (last_active, proc_pump_get_last_active (self->outputs[i].pump));

  return g_get_monotonic_time () - last_active;
}

/* What the pipes hold now is still read, and no more than that. */
void
proc_streams_read_rest (ProcStreams *self)
{
  for (guint i = 0; i < N_OUTPUTS; i++)
    proc_output_read_rest (&self->outputs[i]);
}

/* The run is being stopped: nothing shall wait for a device or a remote file. */
void
proc_streams_abort (ProcStreams *self)
{
  if (self->input != NULL)
    proc_input_stop (self->input);

  for (guint i = 0; i < N_OUTPUTS; i++)
    if (self->outputs[i].sink != NULL)
      proc_sink_abort (self->outputs[i].sink);
}

/* Nothing is read for the child any more. Files get their content, or with @keep FALSE are left as
 * they were: what replaces one waits for what does not, and may yet fail or be cut. To be called
 * again after each change. */
void
proc_streams_settle (ProcStreams *self, gboolean keep)
{
  if (self->input != NULL)
    proc_input_stop (self->input);

  for (guint i = 0; i < N_OUTPUTS; i++)
    if (!proc_output_replaces (&self->outputs[i]))
      proc_output_settle (&self->outputs[i], keep);

  for (guint i = 0; i < N_OUTPUTS; i++)
    if (!proc_output_replaces (&self->outputs[i]) && !proc_output_is_settled (&self->outputs[i]))
      return;

  for (guint i = 0; i < N_OUTPUTS; i++)
    proc_output_settle (&self->outputs[i], keep);
}

gboolean
proc_streams_are_settled (const ProcStreams *self)
{
  if (self->input != NULL && !proc_input_is_settled (self->input))
    return FALSE;

  return proc_output_is_settled (&self->outputs[OUT])
         && proc_output_is_settled (&self->outputs[ERR]);
}

/* TRUE: because of an abort, not all went where it was to go. */
gboolean
proc_streams_were_cut (const ProcStreams *self)
{
  for (guint i = 0; i < N_OUTPUTS; i++)
    if (self->outputs[i].sink != NULL && self->outputs[i].sink->cut)
      return TRUE;

  return FALSE;
}

/* TRUE: something may have been read that cannot be read again. */
gboolean
proc_streams_are_spent (const ProcStreams *self)
{
  return (self->plan->in.stream != NULL && self->feed != NULL)
         || (self->input != NULL && proc_input_is_fifo (self->input));
}

static gboolean
is_stdin_complete (const ProcStreams *self)
{
  if (self->feed != NULL && is_input_piped (self))
    return proc_inlet_is_complete (proc_link_get_inlet (self->link));

  return self->feed == NULL || proc_feed_is_complete (self->feed);
}

/* Once, when all is settled. */
void
proc_streams_report (ProcStreams *self, ProcReport *report)
{
  report->stdin_complete = is_stdin_complete (self);
  proc_output_report (&self->outputs[OUT], report, &report->stdout_bytes, &report->stdout_size,
                      &report->stdout_cap);
  proc_output_report (&self->outputs[ERR], report, &report->stderr_bytes, &report->stderr_size,
                      &report->stderr_cap);
}
