/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-streams-private.h"

#include "proc-capture-private.h"
#include "proc-fd-private.h"
#include "proc-feed-private.h"
#include "proc-file-sink-private.h"
#include "proc-input-private.h"
#include "proc-null-sink-private.h"
#include "proc-pump-private.h"
#include "proc-relay-private.h"
#include "proc-tee-sink-private.h"

#include <unistd.h>

/* The three standard streams of one child, as far as they are ours: a feed, for a file
 * or a stream with an input before it, and for each output a sink with its pump.
 *
 *   open → make_pipes → start → settle → report
 *
 * Both outputs to one file are one stream, as if merged. That two local files are the
 * same is known only when the first is opened, in its sink's thread; the second waits
 * for that.
 *
 * With a link, the outputs can be followed through its outlets. A piped output goes
 * there alone, and the run waits for it only while signals are made of it: for a reader
 * it goes on as a relay when the run is over. A piped input comes from the inlet.
 *
 * Until settled, any of them may change at any time; changed () says so, from the
 * main loop, or inside open () and settle (). Asking is cheap: the run asks after
 * each change.
 */
typedef struct
{
  const ProcRedirect *redirect;
  ProcSink *sink;      /* NULL: not ours */
  ProcSink *file_sink; /* the same, or a part of it */
  ProcPump *pump;
  ProcFd fd; /* from make_pipes to start */
  ProcOutlet *outlet; /* the link's; NULL: nobody follows */
  gboolean piped;
} Output;

enum
{
  OUT,
  ERR,
  N_OUTPUTS
};

struct _ProcStreams
{
  ProcPlan *plan;
  ProcLink *link; /* NULL: nobody follows */
  ProcStreamsChanged changed;
  gpointer user_data;

  Output outputs[N_OUTPUTS];
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
    {
      const Output *output = &self->outputs[i];

      if (output->outlet != NULL && output->pump != NULL && !proc_pump_is_open (output->pump))
        proc_outlet_end (output->outlet);
    }
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
  const Output *out = &self->outputs[OUT];
  Output *err = &self->outputs[ERR];

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

  for (guint i = 0; i < N_OUTPUTS; i++)
    if (self->outputs[i].pump != NULL)
      proc_pump_resume (self->outputs[i].pump);

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

/* When the child reads no more, nobody is to wait for what it would have read. */
static void
on_feed_changed (gpointer user_data)
{
  ProcStreams *self = user_data;

  if (self->input != NULL)
    proc_input_stop (self->input);
  if (is_input_piped (self))
    proc_inlet_break (proc_link_get_inlet (self->link));
}

/* There may be room again, or a use for what nobody wanted. */
static void
on_outlet_changed (gpointer user_data)
{
  ProcStreams *self = user_data;

  for (guint i = 0; i < N_OUTPUTS; i++)
    if (self->outputs[i].pump != NULL)
      proc_pump_resume (self->outputs[i].pump);

  self->changed (self->user_data);
}

static void
init_output (Output *output, const ProcRedirect *redirect, const ProcPlan *plan)
{
  output->redirect = redirect;
  output->fd = -1;
  output->piped = redirect->kind == PROC_STDIO_PIPE
                  && redirect->file == NULL && redirect->output_stream == NULL;

  if (output->piped)
    output->sink = proc_null_sink_new ();
  else if (redirect->file != NULL || redirect->output_stream != NULL)
    output->sink = output->file_sink = proc_file_sink_new (redirect);
  else if (redirect->kind == PROC_STDIO_CAPTURE)
    output->sink = proc_capture_new (plan->memory_limit, proc_cap_get_last (&plan->cap));

  if (redirect->file != NULL && (redirect->file_flags & PROC_FILE_FLAGS_TEE) != 0)
    output->sink = proc_tee_sink_new (output->file_sink, proc_capture_new (plan->memory_limit, 0));

  /* What the child writes by itself is not ours to bound. */
  if (output->sink != NULL && (redirect->file_flags & PROC_FILE_FLAGS_DIRECT) == 0)
    output->sink->cap = plan->cap;
}

static void
follow (ProcStreams *self, ProcStream stream)
{
  Output *output = &self->outputs[stream];

  output->outlet = proc_link_get_outlet (self->link, stream);
  proc_outlet_attach (output->outlet, output->piped, on_outlet_changed, self);
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
  init_output (&self->outputs[OUT], &plan->out, plan);
  init_output (&self->outputs[ERR], &plan->err, plan);
  self->merged = plan->err.kind == PROC_STDIO_MERGE && plan->err.file == NULL;
  if (link != NULL)
    {
      follow (self, PROC_STREAM_STDOUT);
      follow (self, PROC_STREAM_STDERR);
    }
  return self;
}

static void
free_output (ProcStreams *self, Output *output)
{
  gboolean goes_on = output->piped && output->pump != NULL && proc_pump_is_open (output->pump);

  if (output->outlet != NULL)
    proc_outlet_detach (output->outlet);
  if (goes_on)
    proc_relay_adopt (self->link, output->outlet, g_steal_pointer (&output->sink),
                      g_steal_pointer (&output->pump), self->plan->drain_grace_msec);

  g_clear_pointer (&output->pump, proc_pump_free);
  g_clear_pointer (&output->sink, proc_sink_free);
  proc_fd_clear (&output->fd);
}

void
proc_streams_free (ProcStreams *self)
{
  for (guint i = 0; i < N_OUTPUTS; i++)
    free_output (self, &self->outputs[i]);

  if (self->feed != NULL && is_input_piped (self))
    proc_inlet_break (proc_link_get_inlet (self->link));
  g_clear_pointer (&self->feed, proc_feed_free);
  g_clear_pointer (&self->input, proc_input_free);
  proc_fd_clear (&self->feed_fd);
  g_clear_pointer (&self->link, proc_link_unref);
  proc_plan_unref (self->plan);
  g_free (self);
}

static gboolean
is_local_file (const Output *output)
{
  GFile *file = output->redirect->file;

  return file != NULL && g_file_is_native (file) && g_file_peek_path (file) != NULL;
}

/* Files are opened; nothing is started yet. */
void
proc_streams_open (ProcStreams *self)
{
  const Output *out = &self->outputs[OUT];
  const Output *err = &self->outputs[ERR];
  gboolean may_be_twins = is_local_file (out) && is_local_file (err);

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

  for (guint i = 0; i < N_OUTPUTS; i++)
    if (self->outputs[i].sink != NULL && self->outputs[i].sink->error != NULL)
      return self->outputs[i].sink->error;

  return NULL;
}

/* Our end of a pipe does not block. The child's end does: that is its business. */
static gboolean
make_pipe (ProcFd *reader, ProcFd *writer, ProcFd *ours, GError **error)
{
  int fds[2];

  if (!proc_fd_pipe (fds, error))
    return FALSE;

  *reader = fds[0];
  *writer = fds[1];
  return proc_fd_set_nonblocking (*ours, error);
}

static gboolean
open_null (ProcFd *theirs, GError **error)
{
  *theirs = proc_fd_open_null (error);
  return *theirs >= 0;
}

static gboolean
make_input (ProcStreams *self, ProcFd *theirs, GError **error)
{
  if (self->input != NULL)
    *theirs = proc_input_steal_fd (self->input);
  if (*theirs >= 0)
    return TRUE;

  if (self->plan->in.bytes != NULL || self->input != NULL || is_input_piped (self))
    return make_pipe (theirs, &self->feed_fd, &self->feed_fd, error);

  return self->plan->in.kind == PROC_STDIO_INHERIT || open_null (theirs, error);
}

static gboolean
make_output (Output *output, ProcFd *theirs, GError **error)
{
  int child_fd = output->sink != NULL ? proc_sink_get_child_fd (output->sink) : -1;

  if (child_fd >= 0)
    {
      *theirs = proc_fd_dup (child_fd, error);
      return *theirs >= 0;
    }

  if (output->sink != NULL)
    return make_pipe (&output->fd, theirs, &output->fd, error);

  return output->redirect->kind == PROC_STDIO_INHERIT || open_null (theirs, error);
}

/* One open file for both, so that the kernel keeps the order. Where standard
 * output is inherited, it is the program's own. */
static gboolean
make_error (ProcStreams *self, ProcChildStreams *theirs, GError **error)
{
  if (!self->merged)
    return make_output (&self->outputs[ERR], &theirs->err, error);

  theirs->err = proc_fd_dup (theirs->out >= 0 ? theirs->out : STDOUT_FILENO, error);
  return theirs->err >= 0;
}

/* Gives the child's ends, -1 where it is to inherit the program's. */
gboolean
proc_streams_make_pipes (ProcStreams *self, ProcChildStreams *theirs, GError **error)
{
  return make_input (self, &theirs->in, error)
         && make_output (&self->outputs[OUT], &theirs->out, error)
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
    {
      proc_inlet_attach (proc_link_get_inlet (self->link), self->feed);
      return;
    }

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
    {
      Output *output = &self->outputs[i];

      if (output->fd >= 0)
        output->pump = proc_pump_new (proc_fd_steal (&output->fd), output->sink, output->outlet,
                                      on_pump_changed, self);
    }
}

/* The program runs. Before, the end of an output need not be that: a start may be tried
 * again. */
void
proc_streams_set_running (ProcStreams *self)
{
  self->running = TRUE;
  end_outlets (self);
}

/* What is piped to a reader, or to nobody, is no matter of the run. */
static gboolean
is_waited_for (const Output *output)
{
  switch (output->piped ? proc_outlet_get_use (output->outlet) : PROC_OUTLET_SIGNALS)
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

static gboolean
is_pumping (const Output *output)
{
  return output->pump != NULL && proc_pump_is_open (output->pump) && is_waited_for (output);
}

/* FALSE: each output was read to its end. */
gboolean
proc_streams_are_pumping (const ProcStreams *self)
{
  return is_pumping (&self->outputs[OUT]) || is_pumping (&self->outputs[ERR]);
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

/* TRUE: there may be something to read, and no room for it. */
gboolean
proc_streams_are_held (const ProcStreams *self)
{
  for (guint i = 0; i < N_OUTPUTS; i++)
    if (self->outputs[i].pump != NULL && proc_pump_is_held (self->outputs[i].pump))
      return TRUE;

  return FALSE;
}

/* The same of those that the run waits for. */
gboolean
proc_streams_hold_up (const ProcStreams *self)
{
  for (guint i = 0; i < N_OUTPUTS; i++)
    if (is_pumping (&self->outputs[i]) && proc_pump_is_held (self->outputs[i].pump))
      return TRUE;

  return FALSE;
}

/* Gives when the last byte of any output came, by the monotonic clock; 0 if no
 * output is ours. */
gint64
proc_streams_get_last_read (const ProcStreams *self)
{
  gint64 last_read = 0;

  for (guint i = 0; i < N_OUTPUTS; i++)
    if (self->outputs[i].pump != NULL)
      last_read = MAX (last_read, proc_pump_get_last_read (self->outputs[i].pump));

  return last_read;
}

/* What the pipes hold now is still read, and no more than that. Nobody who follows can
 * hold that up. */
void
proc_streams_read_rest (ProcStreams *self)
{
  for (guint i = 0; i < N_OUTPUTS; i++)
    {
      const Output *output = &self->outputs[i];

      if (!is_pumping (output))
        continue;

      proc_pump_read_rest (output->pump);
      if (output->outlet != NULL)
        proc_outlet_open (output->outlet);
      proc_pump_resume (output->pump);
    }
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

/* Nothing is read for the child any more. Files get their content, or with @keep FALSE
 * are left as they were. */
void
proc_streams_settle (ProcStreams *self, gboolean keep)
{
  if (self->input != NULL)
    proc_input_stop (self->input);

  for (guint i = 0; i < N_OUTPUTS; i++)
    if (self->outputs[i].sink != NULL && !self->outputs[i].sink->settled)
      proc_sink_settle (self->outputs[i].sink, keep);
}

gboolean
proc_streams_are_settled (const ProcStreams *self)
{
  if (self->input != NULL && !proc_input_is_settled (self->input))
    return FALSE;

  for (guint i = 0; i < N_OUTPUTS; i++)
    if (self->outputs[i].sink != NULL && !self->outputs[i].sink->settled)
      return FALSE;

  return TRUE;
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
  return self->plan->in.stream != NULL && self->feed != NULL;
}

static void
report_output (const Output *output,
               ProcReport *report,
               GBytes **bytes,
               guint64 *size,
               ProcCap *cap)
{
  if (output->sink == NULL)
    return;

  if (output->pump != NULL && is_waited_for (output) && !proc_pump_saw_end (output->pump))
    report->complete = FALSE;

  g_bytes_unref (*bytes);
  *bytes = proc_sink_take_bytes (output->sink);
  *size = output->sink->size;
  *cap = output->sink->cap;
  if (proc_sink_is_truncated (output->sink))
    report->truncated = TRUE;
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
  report_output (&self->outputs[OUT], report, &report->stdout_bytes, &report->stdout_size,
                 &report->stdout_cap);
  report_output (&self->outputs[ERR], report, &report->stderr_bytes, &report->stderr_size,
                 &report->stderr_cap);
}
