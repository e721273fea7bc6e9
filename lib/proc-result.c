/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-result-private.h"

#include "proc-command-private.h"
#include "proc-error-private.h"
#include "proc-text-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

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
struct _ProcResult
{
  GObject parent_instance;

  ProcReport *report;
  ProcCommand *command;
  GDateTime *start_time;
  char *summary;

  GMutex lock; /* for what is made when it is first asked for */
  char *stdout_text;
  char *stderr_text;
};

G_DEFINE_FINAL_TYPE (ProcResult, proc_result, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_OUTCOME,
  PROP_SUCCESSFUL,
  PROP_EXIT_STATUS,
  PROP_TERM_SIGNAL,
  PROP_CORE_DUMPED,
  PROP_FORCED,
  PROP_SURVIVORS,
  PROP_STDOUT,
  PROP_STDERR,
  PROP_STDOUT_TEXT,
  PROP_STDERR_TEXT,
  PROP_STDOUT_SIZE,
  PROP_STDERR_SIZE,
  PROP_TRUNCATED,
  PROP_COMPLETE,
  PROP_STDIN_COMPLETE,
  PROP_START_TIME,
  PROP_ELAPSED_USEC,
  PROP_CPU_USEC,
  PROP_PEAK_RSS,
  PROP_COMMAND,
  PROP_SUMMARY,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

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
get_output_property (ProcResult *self, guint prop_id, GValue *value, GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_STDOUT:
      g_value_set_boxed (value, self->report->stdout_bytes);
      break;
    case PROP_STDERR:
      g_value_set_boxed (value, self->report->stderr_bytes);
      break;
    case PROP_STDOUT_TEXT:
      g_value_set_string (value, proc_result_get_stdout_text (self));
      break;
    case PROP_STDERR_TEXT:
      g_value_set_string (value, proc_result_get_stderr_text (self));
      break;
    case PROP_STDOUT_SIZE:
      g_value_set_uint64 (value, self->report->stdout_size);
      break;
    case PROP_STDERR_SIZE:
      g_value_set_uint64 (value, self->report->stderr_size);
      break;
    case PROP_TRUNCATED:
      g_value_set_boolean (value, self->report->truncated);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (self, prop_id, pspec);
    }
}

static void
proc_result_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  ProcResult *self = PROC_RESULT (object);

  switch (prop_id)
    {
    case PROP_OUTCOME:
      g_value_set_enum (value, self->report->outcome);
      break;
    case PROP_SUCCESSFUL:
      g_value_set_boolean (value, self->report->successful);
      break;
    case PROP_EXIT_STATUS:
      g_value_set_int (value, self->report->exit_status);
      break;
    case PROP_TERM_SIGNAL:
      g_value_set_int (value, self->report->term_signal);
      break;
    case PROP_CORE_DUMPED:
      g_value_set_boolean (value, self->report->core_dumped);
      break;
    case PROP_FORCED:
      g_value_set_boolean (value, self->report->forced);
      break;
    case PROP_SURVIVORS:
      g_value_set_uint (value, self->report->survivors);
      break;
    case PROP_COMPLETE:
      g_value_set_boolean (value, self->report->complete);
      break;
    case PROP_STDIN_COMPLETE:
      g_value_set_boolean (value, self->report->stdin_complete);
      break;
    case PROP_START_TIME:
      g_value_set_boxed (value, self->start_time);
      break;
    case PROP_ELAPSED_USEC:
      g_value_set_int64 (value, self->report->elapsed_usec);
      break;
    case PROP_CPU_USEC:
      g_value_set_int64 (value, self->report->cpu_usec);
      break;
    case PROP_PEAK_RSS:
      g_value_set_int64 (value, self->report->peak_rss);
      break;
    case PROP_COMMAND:
      g_value_set_object (value, self->command);
      break;
    case PROP_SUMMARY:
      g_value_set_string (value, self->summary);
      break;
    default:
      get_output_property (self, prop_id, value, pspec);
    }
}

#define READABLE (G_PARAM_READABLE | G_PARAM_STATIC_STRINGS)

static void
install_status_properties (void)
{
  /**
   * ProcResult:outcome: (getter get_outcome)
   *
   * How the run ended.
   *
   * Since: 1.0
   */
  properties[PROP_OUTCOME] =
    g_param_spec_enum ("outcome", NULL, NULL, PROC_TYPE_OUTCOME, PROC_OUTCOME_EXITED, READABLE);

  /**
   * ProcResult:successful: (getter get_successful)
   *
   * Whether the child exited by itself with a status that counts as success, wrote no
   * more than it may, and a file for its output could be written.
   *
   * Since: 1.0
   */
  properties[PROP_SUCCESSFUL] =
    g_param_spec_boolean ("successful", NULL, NULL, FALSE, READABLE);

  /**
   * ProcResult:exit-status: (getter get_exit_status)
   *
   * The exit status, 0 to 255, or -1 if a signal ended the child or nothing was
   * started.
   *
   * Since: 1.0
   */
  properties[PROP_EXIT_STATUS] =
    g_param_spec_int ("exit-status", NULL, NULL, -1, 255, -1, READABLE);

  /**
   * ProcResult:term-signal: (getter get_term_signal)
   *
   * The signal that ended the child, or 0.
   *
   * Since: 1.0
   */
  properties[PROP_TERM_SIGNAL] =
    g_param_spec_int ("term-signal", NULL, NULL, 0, G_MAXINT, 0, READABLE);

  /**
   * ProcResult:core-dumped: (getter get_core_dumped)
   *
   * Whether the child left a core dump.
   *
   * Since: 1.0
   */
  properties[PROP_CORE_DUMPED] =
    g_param_spec_boolean ("core-dumped", NULL, NULL, FALSE, READABLE);
}

static void
install_stop_properties (void)
{
  /**
   * ProcResult:forced: (getter get_forced)
   *
   * Whether SIGKILL was needed to stop the command.
   *
   * Since: 1.0
   */
  properties[PROP_FORCED] = g_param_spec_boolean ("forced", NULL, NULL, FALSE, READABLE);

  /**
   * ProcResult:survivors: (getter get_survivors)
   *
   * How many processes of a stopped command's group were left: we may not signal
   * them, or they outlived SIGKILL by a second.
   *
   * Since: 1.0
   */
  properties[PROP_SURVIVORS] =
    g_param_spec_uint ("survivors", NULL, NULL, 0, G_MAXUINT, 0, READABLE);

  /**
   * ProcResult:complete: (getter get_complete)
   *
   * Whether the output was read to its end: %FALSE if another process still held
   * it open some time after the child had gone.
   *
   * Since: 1.0
   */
  properties[PROP_COMPLETE] = g_param_spec_boolean ("complete", NULL, NULL, TRUE, READABLE);

  /**
   * ProcResult:stdin-complete: (getter get_stdin_complete)
   *
   * Whether the child was handed all of its standard input, as
   * [method@Proc.Result.get_stdin_complete] says.
   *
   * Since: 1.0
   */
  properties[PROP_STDIN_COMPLETE] =
    g_param_spec_boolean ("stdin-complete", NULL, NULL, TRUE, READABLE);
}

static void
install_usage_properties (void)
{
  /**
   * ProcResult:start-time: (getter get_start_time)
   *
   * When the child was started; %NULL if it never was.
   *
   * Since: 1.0
   */
  properties[PROP_START_TIME] =
    g_param_spec_boxed ("start-time", NULL, NULL, G_TYPE_DATE_TIME, READABLE);

  /**
   * ProcResult:elapsed-usec: (getter get_elapsed_usec)
   *
   * The time from the child's start to its end in microseconds, by a clock that
   * never jumps.
   *
   * Since: 1.0
   */
  properties[PROP_ELAPSED_USEC] =
    g_param_spec_int64 ("elapsed-usec", NULL, NULL, 0, G_MAXINT64, 0, READABLE);

  /**
   * ProcResult:cpu-usec: (getter get_cpu_usec)
   *
   * The processor time in microseconds of a supervised command; -1 for others.
   *
   * Since: 1.0
   */
  properties[PROP_CPU_USEC] =
    g_param_spec_int64 ("cpu-usec", NULL, NULL, -1, G_MAXINT64, -1, READABLE);

  /**
   * ProcResult:peak-rss: (getter get_peak_rss)
   *
   * The largest memory in bytes of a supervised command; -1 for others.
   *
   * Since: 1.0
   */
  properties[PROP_PEAK_RSS] =
    g_param_spec_int64 ("peak-rss", NULL, NULL, -1, G_MAXINT64, -1, READABLE);
}

static void
install_summary_properties (void)
{
  /**
   * ProcResult:command: (getter get_command)
   *
   * The command as it was submitted.
   *
   * Since: 1.0
   */
  properties[PROP_COMMAND] =
    g_param_spec_object ("command", NULL, NULL, PROC_TYPE_COMMAND, READABLE);

  /**
   * ProcResult:summary: (getter get_summary)
   *
   * The result in one sentence, as a dialog could show it.
   *
   * Since: 1.0
   */
  properties[PROP_SUMMARY] = g_param_spec_string ("summary", NULL, NULL, NULL, READABLE);
}

static void
install_output_properties (void)
{
  /**
   * ProcResult:stdout: (getter get_stdout)
   *
   * The standard output, as far as it was captured.
   *
   * Since: 1.0
   */
  properties[PROP_STDOUT] = g_param_spec_boxed ("stdout", NULL, NULL, G_TYPE_BYTES, READABLE);

  /**
   * ProcResult:stderr: (getter get_stderr)
   *
   * The standard error, as far as it was captured.
   *
   * Since: 1.0
   */
  properties[PROP_STDERR] = g_param_spec_boxed ("stderr", NULL, NULL, G_TYPE_BYTES, READABLE);

  /**
   * ProcResult:stdout-text: (getter get_stdout_text)
   *
   * The standard output as valid UTF-8.
   *
   * Since: 1.0
   */
  properties[PROP_STDOUT_TEXT] = g_param_spec_string ("stdout-text", NULL, NULL, NULL, READABLE);

  /**
   * ProcResult:stderr-text: (getter get_stderr_text)
   *
   * The standard error as valid UTF-8.
   *
   * Since: 1.0
   */
  properties[PROP_STDERR_TEXT] = g_param_spec_string ("stderr-text", NULL, NULL, NULL, READABLE);

  /**
   * ProcResult:stdout-size: (getter get_stdout_size)
   *
   * How many bytes of standard output were read, wherever they went.
   *
   * Since: 1.0
   */
  properties[PROP_STDOUT_SIZE] =
    g_param_spec_uint64 ("stdout-size", NULL, NULL, 0, G_MAXUINT64, 0, READABLE);

  /**
   * ProcResult:stderr-size: (getter get_stderr_size)
   *
   * How many bytes of standard error were read.
   *
   * Since: 1.0
   */
  properties[PROP_STDERR_SIZE] =
    g_param_spec_uint64 ("stderr-size", NULL, NULL, 0, G_MAXUINT64, 0, READABLE);

  /**
   * ProcResult:truncated: (getter get_truncated)
   *
   * Whether an output was longer than what was kept of it.
   *
   * Since: 1.0
   */
  properties[PROP_TRUNCATED] = g_param_spec_boolean ("truncated", NULL, NULL, FALSE, READABLE);
}

static void
proc_result_class_init (ProcResultClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = proc_result_finalize;
  object_class->get_property = proc_result_get_property;

  install_status_properties ();
  install_summary_properties ();
  install_usage_properties ();
  install_stop_properties ();
  install_output_properties ();
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
proc_result_init (ProcResult *self)
{
  g_mutex_init (&self->lock);
}

/* Hides secrets before the line is cut: part of one is one. */
static char *
find_last_line (ProcResult *self, GBytes *output)
{
  g_autofree char *tail = proc_text_tail (output, self->command->charset);
  g_autofree char *masked = proc_command_mask (self->command, tail);

  return proc_text_last_line (masked);
}

/* What the child said last, of its errors if it spoke of any. */
static char *
find_last_words (ProcResult *self)
{
  g_autofree char *line = find_last_line (self, self->report->stderr_bytes);

  return *line != '\0' ? g_steal_pointer (&line)
                       : find_last_line (self, self->report->stdout_bytes);
}

/* Names the stream that was too long, and its limit. The number is no part of the text
 * to translate, which has no way to name its type. */
static char *
describe_overflow (const ProcReport *report, const char *label)
{
  gboolean on_stdout = proc_cap_is_broken (&report->stdout_cap, report->stdout_size);
  guint64 limit = on_stdout ? report->stdout_cap.limit : report->stderr_cap.limit;
  g_autofree char *number = g_strdup_printf ("%" G_GUINT64_FORMAT, limit);

  if (on_stdout)
    return g_strdup_printf (ngettext ("“%s” wrote more than %s byte to standard output",
                                      "“%s” wrote more than %s bytes to standard output", limit),
                            label, number);

  return g_strdup_printf (ngettext ("“%s” wrote more than %s byte to standard error",
                                    "“%s” wrote more than %s bytes to standard error", limit),
                          label, number);
}

static char *
describe_end (ProcResult *self, const char *label)
{
  const ProcReport *report = self->report;

  switch (report->outcome)
    {
    case PROC_OUTCOME_SIGNALED:
      return g_strdup_printf (_("“%s” was ended by signal %d (%s)"), label, report->term_signal,
                              g_strsignal (report->term_signal));
    case PROC_OUTCOME_TIMED_OUT:
      return g_strdup_printf (_("“%s” was stopped because its time was over"), label);
    case PROC_OUTCOME_IDLE:
      return g_strdup_printf (_("“%s” was stopped because it had written nothing for too long"),
                              label);
    case PROC_OUTCOME_OUTPUT_LIMIT:
      return describe_overflow (report, label);
    case PROC_OUTCOME_CANCELLED:
      return g_strdup_printf (_("“%s” was cancelled"), label);
    case PROC_OUTCOME_UNKNOWN:
      return g_strdup_printf (_("“%s” ended with an unknown status: it was taken by another part of"
                                " the program"), label);
    case PROC_OUTCOME_EXITED:
    default:
      return g_strdup_printf (_("“%s” exited with status %d"), label, report->exit_status);
    }
}

static char *
make_summary (ProcResult *self)
{
  g_autofree char *label = proc_command_dup_label (self->command);
  g_autofree char *end = NULL;
  g_autofree char *last_words = NULL;

  if (self->report->error != NULL)
    return proc_command_mask (self->command, self->report->error->message);

  end = describe_end (self, label);
  if (self->report->successful
      || self->report->outcome == PROC_OUTCOME_CANCELLED
      || self->report->outcome == PROC_OUTCOME_OUTPUT_LIMIT)
    return g_steal_pointer (&end);

  last_words = find_last_words (self);
  if (*last_words == '\0')
    return g_steal_pointer (&end);

  /* Translators: how a command ended, then what it said last */
  return g_strdup_printf (_("%s: %s"), end, last_words);
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
  self->summary = make_summary (self);
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

static GError *
make_error (ProcResult *self)
{
  switch (self->report->outcome)
    {
    case PROC_OUTCOME_SIGNALED:
      return g_error_new_literal (PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_SIGNALED, self->summary);
    case PROC_OUTCOME_TIMED_OUT:
    case PROC_OUTCOME_IDLE:
      return g_error_new_literal (PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_TIMED_OUT, self->summary);
    case PROC_OUTCOME_OUTPUT_LIMIT:
      return g_error_new_literal (PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_OUTPUT_LIMIT,
                                  self->summary);
    case PROC_OUTCOME_UNKNOWN:
      return g_error_new_literal (PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_UNKNOWN_STATUS,
                                  self->summary);
    case PROC_OUTCOME_CANCELLED:
      return g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, self->summary);
    case PROC_OUTCOME_EXITED:
    default:
      return g_error_new_literal (PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_EXIT_STATUS,
                                  self->summary);
    }
}

/* Gives what the run itself fails with, whatever the child's end: NULL if we could
 * do all we were to do. */
GError *
proc_result_make_run_error (ProcResult *self)
{
  g_autoptr(GError) error = NULL;

  if (self->report->error != NULL)
    error = g_error_new_literal (self->report->error->domain, self->report->error->code,
                                 self->summary);
  else if (self->report->outcome == PROC_OUTCOME_CANCELLED)
    error = make_error (self);

  if (error != NULL && error->domain == PROC_RUNNER_ERROR)
    proc_error_set_result (error, self);

  return g_steal_pointer (&error);
}

/**
 * proc_result_check:
 * @self: a result
 * @error: return location for an error
 *
 * Fails unless the result is a success.
 *
 * The error is `EXIT_STATUS`, `SIGNALED`, `TIMED_OUT`, `OUTPUT_LIMIT`, `UNKNOWN_STATUS`,
 * `OUTPUT_FILE` or `INPUT_FILE` of [error@Proc.RunnerError], and carries this result; or it is
 * `G_IO_ERROR_CANCELLED`.
 *
 * Returns: %TRUE if the result is a success
 *
 * Since: 1.0
 */
gboolean
proc_result_check (ProcResult *self, GError **error)
{
  g_autoptr(GError) failure = NULL;

  g_return_val_if_fail (PROC_IS_RESULT (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (self->report->successful)
    return TRUE;

  failure = proc_result_make_run_error (self);
  if (failure == NULL)
    {
      failure = make_error (self);
      proc_error_set_result (failure, self);
    }

  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}
