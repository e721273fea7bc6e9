/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The properties of ProcCommand: every setting is one, so that a command can be one
 * expression. Those of the streams are in a file of their own. */

#include "config.h"

#include "proc-command-properties-private.h"

static GParamSpec *properties[N_PROPS];

static void
proc_command_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  ProcCommand *self = PROC_COMMAND (object);

  switch (prop_id)
    {
    case PROP_ARGV:
      g_value_set_boxed (value, self->argv->pdata);
      break;
    case PROP_CWD:
      g_value_set_string (value, self->cwd);
      break;
    case PROP_TIMEOUT_MSEC:
      g_value_set_int (value, self->timeout_msec);
      break;
    case PROP_IDLE_TIMEOUT_MSEC:
      g_value_set_int (value, self->idle_timeout_msec);
      break;
    case PROP_MAX_OUTPUT:
      g_value_set_int64 (value, self->max_output);
      break;
    case PROP_OVERFLOW:
      g_value_set_enum (value, self->overflow);
      break;
    case PROP_CHARSET:
      g_value_set_string (value, self->charset);
      break;
    default:
      proc_command_get_stream_property (self, prop_id, value, pspec);
    }
}

static void
set_construct_property (ProcCommand *self, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_ARGV:
      proc_command_append_args (self, g_value_get_boxed (value));
      break;
    case PROP_SCRIPT:
      self->script = g_value_dup_string (value);
      break;
    case PROP_SCRIPT_ARGS:
      self->script_args = g_value_dup_boxed (value);
      break;
    case PROP_LINE:
      self->line = g_value_dup_string (value);
      break;
    case PROP_ENVIRON:
      proc_command_set_environ (self, g_value_get_boxed (value));
      break;
    case PROP_SUCCESS_CODE:
      if (g_value_get_int (value) != 0)
        proc_command_add_success_code (self, g_value_get_int (value));
      break;
    case PROP_ARGV0:
      proc_command_set_argv0 (self, g_value_get_string (value));
      break;
    case PROP_NICE:
      proc_command_set_nice (self, g_value_get_int (value));
      break;
    case PROP_UMASK:
      proc_command_set_umask (self, g_value_get_int (value));
      break;
    case PROP_PROGRESS_PATTERN:
      proc_command_set_progress_pattern (self, g_value_get_boxed (value), self->progress_total);
      break;
    case PROP_PROGRESS_TOTAL:
      proc_command_set_progress_pattern (self, self->progress_pattern,
                                         g_value_get_double (value));
      break;
    case PROP_SECRET:
      if (g_value_get_string (value) != NULL)
        proc_command_add_secret (self, g_value_get_string (value));
      break;
    default:
      proc_command_set_stream_property (self, prop_id, value, pspec);
    }
}

static void
proc_command_set_property (GObject *object,
                           guint prop_id,
                           const GValue *value,
                           GParamSpec *pspec)
{
  ProcCommand *self = PROC_COMMAND (object);

  switch (prop_id)
    {
    case PROP_CWD:
      proc_command_set_cwd (self, g_value_get_string (value));
      break;
    case PROP_TIMEOUT_MSEC:
      proc_command_set_timeout_msec (self, g_value_get_int (value));
      break;
    case PROP_IDLE_TIMEOUT_MSEC:
      proc_command_set_idle_timeout_msec (self, g_value_get_int (value));
      break;
    case PROP_MAX_OUTPUT:
      proc_command_set_max_output (self, g_value_get_int64 (value), self->overflow);
      break;
    case PROP_OVERFLOW:
      proc_command_set_max_output (self, self->max_output, g_value_get_enum (value));
      break;
    case PROP_CHARSET:
      proc_command_set_charset (self, g_value_get_string (value));
      break;
    default:
      set_construct_property (self, prop_id, value, pspec);
    }
}

static void
install_construct_properties (void)
{
  /**
   * ProcCommand:argv:
   *
   * The program and its arguments. UTF-8 only: [ctor@Proc.Command.new] takes any
   * bytes.
   *
   * Since: 1.0
   */
  properties[PROP_ARGV] =
    g_param_spec_boxed ("argv", NULL, NULL, G_TYPE_STRV, CONSTRUCT_ONLY | G_PARAM_READABLE);

  /**
   * ProcCommand:script:
   *
   * A script for `/bin/sh`, instead of an argument vector.
   *
   * Since: 1.0
   */
  properties[PROP_SCRIPT] = g_param_spec_string ("script", NULL, NULL, NULL, CONSTRUCT_ONLY);

  /**
   * ProcCommand:script-args:
   *
   * The arguments of [property@Proc.Command:script]: its `$1`, `$2` and so on.
   *
   * Since: 1.0
   */
  properties[PROP_SCRIPT_ARGS] =
    g_param_spec_boxed ("script-args", NULL, NULL, G_TYPE_STRV, CONSTRUCT_ONLY);

  /**
   * ProcCommand:line:
   *
   * A line that is split as a shell would split it, instead of an argument
   * vector.
   *
   * Since: 1.0
   */
  properties[PROP_LINE] = g_param_spec_string ("line", NULL, NULL, NULL, CONSTRUCT_ONLY);
}

static void
install_addition_properties (void)
{
  /**
   * ProcCommand:environ:
   *
   * The environment, as `NAME=value`; %NULL for the runner's. UTF-8 only:
   * [method@Proc.Command.set_environ] takes any bytes.
   *
   * Since: 1.0
   */
  properties[PROP_ENVIRON] =
    g_param_spec_boxed ("environ", NULL, NULL, G_TYPE_STRV, CONSTRUCT_ONLY);

  /**
   * ProcCommand:success-code:
   *
   * An exit status that counts as success beside 0, as
   * [method@Proc.Command.add_success_code] adds one.
   *
   * Since: 1.0
   */
  properties[PROP_SUCCESS_CODE] =
    g_param_spec_int ("success-code", NULL, NULL, G_MININT, G_MAXINT, 0, CONSTRUCT_ONLY);

  /**
   * ProcCommand:secret:
   *
   * A text that messages hide, as [method@Proc.Command.add_secret] adds one.
   *
   * Since: 1.0
   */
  properties[PROP_SECRET] = g_param_spec_string ("secret", NULL, NULL, NULL, CONSTRUCT_ONLY);
}

static void
install_process_properties (void)
{
  /**
   * ProcCommand:argv0:
   *
   * What the program finds as its own name, as [method@Proc.Command.set_argv0] sets
   * it.
   *
   * Since: 1.0
   */
  properties[PROP_ARGV0] = g_param_spec_string ("argv0", NULL, NULL, NULL, CONSTRUCT_ONLY);

  /**
   * ProcCommand:nice:
   *
   * What is added to this program's nice value, as [method@Proc.Command.set_nice]
   * sets it.
   *
   * Since: 1.0
   */
  properties[PROP_NICE] =
    g_param_spec_int ("nice", NULL, NULL, G_MININT, G_MAXINT, 0, CONSTRUCT_ONLY);

  /**
   * ProcCommand:umask:
   *
   * The file mode creation mask, or -1 for this program's, as
   * [method@Proc.Command.set_umask] sets it.
   *
   * Since: 1.0
   */
  properties[PROP_UMASK] =
    g_param_spec_int ("umask", NULL, NULL, -1, 0777, -1, CONSTRUCT_ONLY);
}

static void
install_text_properties (void)
{
  /**
   * ProcCommand:charset: (getter get_charset) (setter set_charset)
   *
   * The charset of the output where it is read as text; %NULL for UTF-8.
   *
   * Since: 1.0
   */
  properties[PROP_CHARSET] = g_param_spec_string ("charset", NULL, NULL, NULL, READWRITE);

  /**
   * ProcCommand:progress-pattern:
   *
   * How progress is read from the output, as
   * [method@Proc.Command.set_progress_pattern] sets it.
   *
   * Since: 1.0
   */
  properties[PROP_PROGRESS_PATTERN] =
    g_param_spec_boxed ("progress-pattern", NULL, NULL, G_TYPE_REGEX, CONSTRUCT_ONLY);

  /**
   * ProcCommand:progress-total:
   *
   * How much there is to do in all, as [method@Proc.Command.set_progress_pattern] sets
   * it.
   *
   * Since: 1.0
   */
  properties[PROP_PROGRESS_TOTAL] =
    g_param_spec_double ("progress-total", NULL, NULL, 0, G_MAXDOUBLE, 0, CONSTRUCT_ONLY);
}

static void
install_policy_properties (void)
{
  /**
   * ProcCommand:cwd: (getter get_cwd) (setter set_cwd)
   *
   * The working directory; %NULL for the runner's. UTF-8 only: the method takes any
   * bytes.
   *
   * Since: 1.0
   */
  properties[PROP_CWD] = g_param_spec_string ("cwd", NULL, NULL, NULL, READWRITE);

  /**
   * ProcCommand:timeout-msec: (getter get_timeout_msec) (setter set_timeout_msec)
   *
   * The longest time in milliseconds that the command may run: 0 for any, -1 for
   * the runner's.
   *
   * Since: 1.0
   */
  properties[PROP_TIMEOUT_MSEC] =
    g_param_spec_int ("timeout-msec", NULL, NULL, -1, G_MAXINT, -1, READWRITE);

  /**
   * ProcCommand:idle-timeout-msec: (getter get_idle_timeout_msec) (setter set_idle_timeout_msec)
   *
   * The longest time in milliseconds that the command may write nothing: 0 for any,
   * -1 for the runner's.
   *
   * Since: 1.0
   */
  properties[PROP_IDLE_TIMEOUT_MSEC] =
    g_param_spec_int ("idle-timeout-msec", NULL, NULL, -1, G_MAXINT, -1, READWRITE);
}

static void
install_cap_properties (void)
{
  /**
   * ProcCommand:max-output: (getter get_max_output)
   *
   * How many bytes the command may write to each of its outputs: 0 for any number, -1
   * for the runner's limit.
   *
   * Since: 1.0
   */
  properties[PROP_MAX_OUTPUT] =
    g_param_spec_int64 ("max-output", NULL, NULL, -1, G_MAXINT64, -1, READWRITE);

  /**
   * ProcCommand:overflow: (getter get_overflow)
   *
   * What happens when an output is longer than [property@Proc.Command:max-output].
   * Where that is -1, the runner tells.
   *
   * Since: 1.0
   */
  properties[PROP_OVERFLOW] =
    g_param_spec_enum ("overflow", NULL, NULL, PROC_TYPE_OVERFLOW, PROC_OVERFLOW_FAIL, READWRITE);
}

void
proc_command_install_properties (GObjectClass *object_class)
{
  object_class->get_property = proc_command_get_property;
  object_class->set_property = proc_command_set_property;

  install_construct_properties ();
  install_addition_properties ();
  install_process_properties ();
  install_text_properties ();
  install_policy_properties ();
  install_cap_properties ();
  proc_command_fill_stream_properties (properties);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}
