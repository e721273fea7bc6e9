/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-result-private.h"

#include "proc-command-private.h"
#include "proc-text-private.h"

/**
 * ProcResult:
 *
 * How a command ended, with its output.
 *
 * A result is immutable and may be read from any thread. It holds every byte that
 * was read, whatever the ending was.
 *
 * [method@Proc.Result.check] turns a result that is no success into an error; the
 * verbs of [class@Proc.Runner] whose names begin with `check` have done so
 * already.
 *
 * Since: 1.0
 */
G_DEFINE_FINAL_TYPE (ProcResult, proc_result, G_TYPE_OBJECT)

static void
proc_result_finalize (GObject *object)
{
  ProcResult *self = PROC_RESULT (object);

  proc_report_free (self->report);
  g_object_unref (self->command);
  g_clear_pointer (&self->start_time, g_date_time_unref);
  g_free (self->summary);
  g_free (self->stdout_text);
  g_free (self->stderr_text);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (proc_result_parent_class)->finalize (object);
}

static void
proc_result_class_init (ProcResultClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = proc_result_finalize;
  proc_result_install_properties (object_class);
}

static void
proc_result_init (ProcResult *self)
{
  g_mutex_init (&self->lock);
  self->report = proc_report_new_cancelled (); /* for one that is made without a run */
  self->command = g_object_new (PROC_TYPE_COMMAND, NULL);
  self->summary = g_strdup ("");
}

/* Takes @report, in which the child's end must be known, and @command, which
 * nobody else may change any more. */
ProcResult *
proc_result_new (ProcReport *report, ProcCommand *command)
{
  ProcResult *self = g_object_new (PROC_TYPE_RESULT, NULL);

  g_assert (report->ended);

  proc_report_free (self->report);
  self->report = report;
  g_set_object (&self->command, command);
  g_object_unref (command);
  if (report->start_usec != 0)
    {
      g_autoptr(GDateTime) second = g_date_time_new_from_unix_utc (report->start_usec
                                                                   / G_USEC_PER_SEC);

      self->start_time = g_date_time_add (second, report->start_usec % G_USEC_PER_SEC);
    }
  g_free (self->summary);
  self->summary = proc_result_make_summary (self);
  return self;
}

/**
 * proc_result_get_outcome:
 * @self: a result
 *
 * Gets how the run ended.
 *
 * Returns: the outcome
 *
 * Since: 1.0
 */
ProcOutcome
proc_result_get_outcome (ProcResult *self)
{
  g_return_val_if_fail (PROC_IS_RESULT (self), PROC_OUTCOME_EXITED);

  return self->report->outcome;
}

/**
 * proc_result_get_successful:
 * @self: a result
 *
 * Gets whether the child exited by itself with a status that counts as success, wrote
 * no more than it may, and a file for its output could be written.
 *
 * Returns: %TRUE if it is a success
 *
 * Since: 1.0
 */
gboolean
proc_result_get_successful (ProcResult *self)
{
  g_return_val_if_fail (PROC_IS_RESULT (self), FALSE);

  return self->report->successful;
}

/**
 * proc_result_get_exit_status:
 * @self: a result
 *
 * Gets the exit status.
 *
 * Returns: 0 to 255, or -1 if a signal ended the child or nothing was started
 *
 * Since: 1.0
 */
int
proc_result_get_exit_status (ProcResult *self)
{
  g_return_val_if_fail (PROC_IS_RESULT (self), -1);

  return self->report->exit_status;
}

/**
 * proc_result_get_term_signal:
 * @self: a result
 *
 * Gets the signal that ended the child.
 *
 * Returns: the signal's number, or 0 if none did
 *
 * Since: 1.0
 */
int
proc_result_get_term_signal (ProcResult *self)
{
  g_return_val_if_fail (PROC_IS_RESULT (self), 0);

  return self->report->term_signal;
}

/**
 * proc_result_get_core_dumped:
 * @self: a result
 *
 * Gets whether the child left a core dump.
 *
 * Returns: %TRUE if it did
 *
 * Since: 1.0
 */
gboolean
proc_result_get_core_dumped (ProcResult *self)
{
  g_return_val_if_fail (PROC_IS_RESULT (self), FALSE);

  return self->report->core_dumped;
}

/**
 * proc_result_get_forced:
 * @self: a result
 *
 * Gets whether SIGKILL was needed to stop the command.
 *
 * Returns: %TRUE if it was
 *
 * Since: 1.0
 */
gboolean
proc_result_get_forced (ProcResult *self)
{
  g_return_val_if_fail (PROC_IS_RESULT (self), FALSE);

  return self->report->forced;
}

/**
 * proc_result_get_survivors:
 * @self: a result
 *
 * Gets how many processes of a stopped command's group were left: this program may
 * not signal them (another user's, after `sudo`), or they outlived SIGKILL by a
 * second (stuck in the kernel).
 *
 * Returns: the number of processes
 *
 * Since: 1.0
 */
guint
proc_result_get_survivors (ProcResult *self)
{
  g_return_val_if_fail (PROC_IS_RESULT (self), 0);

  return self->report->survivors;
}

/**
 * proc_result_get_stdin_complete:
 * @self: a result
 *
 * Gets whether the child was handed all of its standard input. A child need not
 * read it, so this is no error.
 *
 * Bytes and text are handed over when the last byte is in the pipe, which may be more
 * than the child read. So is what a stream gave, or a file that is not native, if its
 * end was seen. A native file is handed over whole, and so is the program's own
 * standard input, and none.
 *
 * Returns: %FALSE if the child closed its standard input, or ended, before that
 *
 * Since: 1.0
 */
gboolean
proc_result_get_stdin_complete (ProcResult *self)
{
  g_return_val_if_fail (PROC_IS_RESULT (self), FALSE);

  return self->report->stdin_complete;
}

/**
 * proc_result_get_start_time:
 * @self: a result
 *
 * Gets when the child was started.
 *
 * Returns: (transfer none) (nullable): the time in UTC, which belongs to the
 *   result, or %NULL if nothing was started
 *
 * Since: 1.0
 */
GDateTime *
proc_result_get_start_time (ProcResult *self)
{
  g_return_val_if_fail (PROC_IS_RESULT (self), NULL);

  return self->start_time;
}

/**
 * proc_result_get_elapsed_usec:
 * @self: a result
 *
 * Gets the time from the child's start to its end, by a clock that never jumps.
 *
 * Returns: the time in microseconds
 *
 * Since: 1.0
 */
gint64
proc_result_get_elapsed_usec (ProcResult *self)
{
  g_return_val_if_fail (PROC_IS_RESULT (self), 0);

  return self->report->elapsed_usec;
}

/**
 * proc_result_get_cpu_usec:
 * @self: a result
 *
 * Gets the processor time that a supervised command took, with that of those
 * descendants that it waited for.
 *
 * Returns: the time in microseconds, or -1 if the command was not supervised
 *
 * Since: 1.0
 */
gint64
proc_result_get_cpu_usec (ProcResult *self)
{
  g_return_val_if_fail (PROC_IS_RESULT (self), -1);

  return self->report->cpu_usec;
}

/**
 * proc_result_get_peak_rss:
 * @self: a result
 *
 * Gets the largest resident memory that a supervised command had, or one of those
 * descendants that it waited for.
 *
 * Returns: the memory in bytes, or -1 if the command was not supervised
 *
 * Since: 1.0
 */
gint64
proc_result_get_peak_rss (ProcResult *self)
{
  g_return_val_if_fail (PROC_IS_RESULT (self), -1);

  return self->report->peak_rss;
}

/**
 * proc_result_get_command:
 * @self: a result
 *
 * Gets the command as it was submitted. It is the result's own, and must not be
 * changed.
 *
 * Returns: (transfer none): the command, which belongs to the result
 *
 * Since: 1.0
 */
ProcCommand *
proc_result_get_command (ProcResult *self)
{
  g_return_val_if_fail (PROC_IS_RESULT (self), NULL);

  return self->command;
}

/**
 * proc_result_get_summary:
 * @self: a result
 *
 * Gets the result in one sentence, as a dialog could show it.
 *
 * Returns: the sentence, translated, which belongs to the result
 *
 * Since: 1.0
 */
const char *
proc_result_get_summary (ProcResult *self)
{
  g_return_val_if_fail (PROC_IS_RESULT (self), NULL);

  return self->summary;
}
