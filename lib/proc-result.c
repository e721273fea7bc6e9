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
}

/* Takes @report, in which the child's end must be known, and @command, which
 * nobody else may change any more. */
ProcResult *
proc_result_new (ProcReport *report, ProcCommand *command)
{
  ProcResult *self = g_object_new (PROC_TYPE_RESULT, NULL);

  g_assert (report->ended);

  self->report = report;
  self->command = command;
  if (report->start_usec != 0)
    {
      g_autoptr(GDateTime) second = g_date_time_new_from_unix_utc (report->start_usec
                                                                   / G_USEC_PER_SEC);

      self->start_time = g_date_time_add (second, report->start_usec % G_USEC_PER_SEC);
    }
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
 * proc_result_get_stdout:
 * @self: a result
 *
 * Gets the standard output, as far as it was captured: to the byte what the child
 * wrote. Behind the data stands a NUL, which does not count.
 *
 * Returns: (transfer none): the bytes, which belong to the result
 *
 * Since: 1.0
 */
GBytes *
proc_result_get_stdout (ProcResult *self)
{
  g_return_val_if_fail (PROC_IS_RESULT (self), NULL);

  return self->report->stdout_bytes;
}

/**
 * proc_result_get_stderr:
 * @self: a result
 *
 * Gets the standard error, as far as it was captured: to the byte what the child
 * wrote. Behind the data stands a NUL, which does not count.
 *
 * Returns: (transfer none): the bytes, which belong to the result
 *
 * Since: 1.0
 */
GBytes *
proc_result_get_stderr (ProcResult *self)
{
  g_return_val_if_fail (PROC_IS_RESULT (self), NULL);

  return self->report->stderr_bytes;
}

static char *
decode (ProcResult *self, GBytes *bytes, const ProcCap *cap, guint64 size)
{
  gboolean is_cut = proc_cap_is_exceeded (cap, size);
  gboolean is_end = proc_cap_get_last (cap) > 0;
  guint64 n_lost = is_cut && is_end ? size - g_bytes_get_size (bytes) : 0;

  return proc_text_decode_part (bytes, self->command->charset, n_lost, is_cut && !is_end);
}

static char *
decode_stderr (ProcResult *self)
{
  const ProcReport *report = self->report;

  return decode (self, report->stderr_bytes, &report->stderr_cap, report->stderr_size);
}

char *
proc_result_decode_stdout (ProcResult *self)
{
  const ProcReport *report = self->report;

  return decode (self, report->stdout_bytes, &report->stdout_cap, report->stdout_size);
}

/* Made once: the text belongs to the result, which several threads may read. */
static const char *
decode_once (ProcResult *self, char **text, char *(*decode_it) (ProcResult *))
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  if (*text == NULL)
    *text = decode_it (self);

  return *text;
}

/**
 * proc_result_get_stdout_text:
 * @self: a result
 *
 * Gets the standard output as text: each byte that is no UTF-8, and each NUL, is
 * U+FFFD. Of a character that a limit has cut in two nothing is shown. If the command
 * has a [property@Proc.Command:charset], it is converted from that.
 *
 * Returns: the text, which belongs to the result
 *
 * Since: 1.0
 */
const char *
proc_result_get_stdout_text (ProcResult *self)
{
  g_return_val_if_fail (PROC_IS_RESULT (self), NULL);

  return decode_once (self, &self->stdout_text, proc_result_decode_stdout);
}

/**
 * proc_result_get_stderr_text:
 * @self: a result
 *
 * Gets the standard error as text: each byte that is no UTF-8, and each NUL, is
 * U+FFFD. Of a character that a limit has cut in two nothing is shown. If the command
 * has a [property@Proc.Command:charset], it is converted from that.
 *
 * Returns: the text, which belongs to the result
 *
 * Since: 1.0
 */
const char *
proc_result_get_stderr_text (ProcResult *self)
{
  g_return_val_if_fail (PROC_IS_RESULT (self), NULL);

  return decode_once (self, &self->stderr_text, decode_stderr);
}

/**
 * proc_result_get_stdout_size:
 * @self: a result
 *
 * Gets how many bytes of standard output were read, wherever they went.
 *
 * Returns: the number of bytes
 *
 * Since: 1.0
 */
guint64
proc_result_get_stdout_size (ProcResult *self)
{
  g_return_val_if_fail (PROC_IS_RESULT (self), 0);

  return self->report->stdout_size;
}

/**
 * proc_result_get_stderr_size:
 * @self: a result
 *
 * Gets how many bytes of standard error were read.
 *
 * Returns: the number of bytes
 *
 * Since: 1.0
 */
guint64
proc_result_get_stderr_size (ProcResult *self)
{
  g_return_val_if_fail (PROC_IS_RESULT (self), 0);

  return self->report->stderr_size;
}

/**
 * proc_result_get_truncated:
 * @self: a result
 *
 * Gets whether an output was longer than what was kept of it: see
 * [method@Proc.Runner.set_max_output]. Its size tells how long it was.
 *
 * Returns: %TRUE if the output was cut
 *
 * Since: 1.0
 */
gboolean
proc_result_get_truncated (ProcResult *self)
{
  g_return_val_if_fail (PROC_IS_RESULT (self), FALSE);

  return self->report->truncated;
}

/**
 * proc_result_get_complete:
 * @self: a result
 *
 * Gets whether the output was read to its end.
 *
 * Returns: %FALSE if another process still held it open some time after the child
 *   had gone
 *
 * Since: 1.0
 */
gboolean
proc_result_get_complete (ProcResult *self)
{
  g_return_val_if_fail (PROC_IS_RESULT (self), FALSE);

  return self->report->complete;
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
