/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The properties of ProcResult. */

#include "config.h"

#include "proc-result-private.h"

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
install_completeness_properties (void)
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
   * ProcResult:truncated: (getter get_truncated)
   *
   * Whether an output was longer than what was kept of it.
   *
   * Since: 1.0
   */
  properties[PROP_TRUNCATED] = g_param_spec_boolean ("truncated", NULL, NULL, FALSE, READABLE);

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
}

void
proc_result_install_properties (GObjectClass *object_class)
{
  object_class->get_property = proc_result_get_property;

  install_status_properties ();
  install_summary_properties ();
  install_usage_properties ();
  install_completeness_properties ();
  install_output_properties ();
  g_object_class_install_properties (object_class, N_PROPS, properties);
}
