/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-command-private.h"

#include "proc-environ-private.h"
#include "proc-error-private.h"
#include "proc-text-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/**
 * ProcCommand:
 *
 * One thing to run: a program with its arguments, and what is special about it.
 *
 * A command is made from an argument vector, from a script for `/bin/sh`, or
 * from a line that is split as a shell would split it. No shell is involved
 * unless [ctor@Proc.Command.new_shell] says so, and no argument needs quoting.
 *
 * ```c
 * const char *argv[] = { "grep", "-r", word, NULL };
 * g_autoptr(ProcCommand) command = proc_command_new (argv);
 *
 * proc_command_set_cwd (command, folder);
 * proc_command_add_success_code (command, 1);
 * ```
 *
 * Every setting is a construct property as well, so that in Python, JavaScript
 * and Vala a command is one expression. Properties that take file names take
 * them as UTF-8; the methods take any bytes.
 *
 * Nothing is judged before the command is run: what makes no sense is
 * `PROC_RUNNER_ERROR_INVALID_COMMAND` then. A command is copied when it is
 * submitted, so it may be changed and submitted again. It is not locked: use it
 * from one thread at a time.
 *
 * Since: 1.0
 */
G_DEFINE_FINAL_TYPE (ProcCommand, proc_command, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_ARGV,
  PROP_SCRIPT,
  PROP_SCRIPT_ARGS,
  PROP_LINE,
  PROP_CWD,
  PROP_ENVIRON,
  PROP_TIMEOUT_MSEC,
  PROP_IDLE_TIMEOUT_MSEC,
  PROP_ARGV0,
  PROP_NICE,
  PROP_UMASK,
  PROP_STDIN,
  PROP_STDIN_BYTES,
  PROP_STDIN_TEXT,
  PROP_STDOUT,
  PROP_STDOUT_FILE,
  PROP_STDOUT_FILE_FLAGS,
  PROP_STDERR,
  PROP_SUCCESS_CODE,
  PROP_SECRET,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

#define LABEL_CHARS 80
#define HIDDEN "•••"

static void
append_args (ProcCommand *self, const char *const *args)
{
  for (guint i = 0; args != NULL && args[i] != NULL; i++)
    proc_command_add_arg (self, args[i]);
}

/* With a script, argv is what runs it: $0 is "sh", the arguments are $1 and on. */
static void
proc_command_constructed (GObject *object)
{
  static const char *const shell[] = { "/bin/sh", "-c", NULL };
  ProcCommand *self = PROC_COMMAND (object);
  g_auto(GStrv) parsed = NULL;

  G_OBJECT_CLASS (proc_command_parent_class)->constructed (object);

  if (self->script != NULL)
    {
      append_args (self, shell);
      proc_command_add_arg (self, self->script);
      proc_command_add_arg (self, "sh");
      append_args (self, (const char *const *) self->script_args);
    }
  else if (self->line != NULL)
    {
      g_shell_parse_argv (self->line, NULL, &parsed, &self->parse_error);
      append_args (self, (const char *const *) parsed);
    }

  g_clear_pointer (&self->script_args, g_strfreev);
}

static void
proc_command_finalize (GObject *object)
{
  ProcCommand *self = PROC_COMMAND (object);

  g_ptr_array_unref (self->argv);
  g_free (self->script);
  g_free (self->line);
  g_clear_error (&self->parse_error);
  g_free (self->cwd);
  g_free (self->argv0);
  g_array_unref (self->limits);
  g_ptr_array_unref (self->fds);
  proc_environ_free (self->environ_);
  g_clear_pointer (&self->stdin_bytes, g_bytes_unref);
  g_clear_object (&self->stdout_file);
  g_array_unref (self->success_codes);
  g_ptr_array_unref (self->secrets);

  G_OBJECT_CLASS (proc_command_parent_class)->finalize (object);
}

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
    case PROP_STDIN:
      g_value_set_enum (value, self->stdin_kind);
      break;
    case PROP_STDIN_BYTES:
      g_value_set_boxed (value, self->stdin_bytes);
      break;
    case PROP_STDOUT:
      g_value_set_enum (value, self->stdout_kind);
      break;
    case PROP_STDOUT_FILE:
      g_value_set_object (value, self->stdout_file);
      break;
    case PROP_STDOUT_FILE_FLAGS:
      g_value_set_flags (value, self->stdout_file_flags);
      break;
    case PROP_STDERR:
      g_value_set_enum (value, self->stderr_kind);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
set_construct_property (ProcCommand *self, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_ARGV:
      append_args (self, g_value_get_boxed (value));
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
    case PROP_SECRET:
      if (g_value_get_string (value) != NULL)
        proc_command_add_secret (self, g_value_get_string (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (self, prop_id, pspec);
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
    case PROP_STDIN:
      proc_command_set_stdin (self, g_value_get_enum (value));
      break;
    case PROP_STDIN_BYTES:
      proc_command_set_stdin_bytes (self, g_value_get_boxed (value));
      break;
    case PROP_STDIN_TEXT:
      proc_command_set_stdin_text (self, g_value_get_string (value));
      break;
    case PROP_STDOUT:
      proc_command_set_stdout (self, g_value_get_enum (value));
      break;
    case PROP_STDOUT_FILE:
      proc_command_set_stdout_file (self, g_value_get_object (value), self->stdout_file_flags);
      break;
    case PROP_STDOUT_FILE_FLAGS:
      proc_command_set_stdout_file (self, self->stdout_file, g_value_get_flags (value));
      break;
    case PROP_STDERR:
      proc_command_set_stderr (self, g_value_get_enum (value));
      break;
    default:
      set_construct_property (self, prop_id, value, pspec);
    }
}

#define READWRITE (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY)
#define WRITE_ONLY (G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS)
#define CONSTRUCT_ONLY (G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS)

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
install_stream_properties (void)
{
  /**
   * ProcCommand:stdin: (getter get_stdin) (setter set_stdin)
   *
   * Where standard input comes from, if no bytes are given:
   * `PROC_STDIO_DISCARD` or `PROC_STDIO_INHERIT`.
   *
   * Since: 1.0
   */
  properties[PROP_STDIN] =
    g_param_spec_enum ("stdin", NULL, NULL, PROC_TYPE_STDIO, PROC_STDIO_DISCARD, READWRITE);

  /**
   * ProcCommand:stdin-bytes: (getter get_stdin_bytes) (setter set_stdin_bytes)
   *
   * What the child reads from its standard input, before the end of file.
   *
   * Since: 1.0
   */
  properties[PROP_STDIN_BYTES] =
    g_param_spec_boxed ("stdin-bytes", NULL, NULL, G_TYPE_BYTES, READWRITE);

  /**
   * ProcCommand:stdin-text: (setter set_stdin_text)
   *
   * What the child reads from its standard input, as text.
   *
   * Since: 1.0
   */
  properties[PROP_STDIN_TEXT] = g_param_spec_string ("stdin-text", NULL, NULL, NULL, WRITE_ONLY);
}

static void
install_output_properties (void)
{
  /**
   * ProcCommand:stdout: (getter get_stdout) (setter set_stdout)
   *
   * What becomes of standard output, if it goes to no file.
   *
   * Since: 1.0
   */
  properties[PROP_STDOUT] =
    g_param_spec_enum ("stdout", NULL, NULL, PROC_TYPE_STDIO, PROC_STDIO_CAPTURE, READWRITE);

  /**
   * ProcCommand:stdout-file: (getter get_stdout_file)
   *
   * The file that gets the standard output.
   *
   * Since: 1.0
   */
  properties[PROP_STDOUT_FILE] =
    g_param_spec_object ("stdout-file", NULL, NULL, G_TYPE_FILE, READWRITE);

  /**
   * ProcCommand:stdout-file-flags: (getter get_stdout_file_flags)
   *
   * How [property@Proc.Command:stdout-file] is written.
   *
   * Since: 1.0
   */
  properties[PROP_STDOUT_FILE_FLAGS] =
    g_param_spec_flags ("stdout-file-flags", NULL, NULL, PROC_TYPE_FILE_FLAGS,
                        PROC_FILE_FLAGS_NONE, READWRITE);

  /**
   * ProcCommand:stderr: (getter get_stderr) (setter set_stderr)
   *
   * What becomes of standard error.
   *
   * Since: 1.0
   */
  properties[PROP_STDERR] =
    g_param_spec_enum ("stderr", NULL, NULL, PROC_TYPE_STDIO, PROC_STDIO_CAPTURE, READWRITE);
}

static void
proc_command_class_init (ProcCommandClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->constructed = proc_command_constructed;
  object_class->finalize = proc_command_finalize;
  object_class->get_property = proc_command_get_property;
  object_class->set_property = proc_command_set_property;

  install_construct_properties ();
  install_addition_properties ();
  install_process_properties ();
  install_stream_properties ();
  install_output_properties ();

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

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
proc_command_init (ProcCommand *self)
{
  self->argv = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (self->argv, NULL);
  self->environ_ = proc_environ_new ();
  self->timeout_msec = -1;
  self->idle_timeout_msec = -1;
  self->umask_value = -1;
  self->limits = g_array_new (FALSE, FALSE, sizeof (ProcLimit));
  self->fds = g_ptr_array_new_with_free_func ((GDestroyNotify) proc_shared_fd_unref);
  self->stdin_kind = PROC_STDIO_DISCARD;
  self->success_codes = g_array_new (FALSE, FALSE, sizeof (int));
  self->secrets = g_ptr_array_new_with_free_func (g_free);
}

/**
 * proc_command_new:
 * @argv: (array zero-terminated=1) (element-type filename): the program and its
 *   arguments
 *
 * Makes a command of an argument vector. No shell is involved.
 *
 * A program with a slash is a path, relative to the working directory; a bare
 * name is searched in the `PATH` of the child's environment. An empty vector is
 * `PROC_RUNNER_ERROR_INVALID_COMMAND` when it is run.
 *
 * Returns: (transfer full): a new command
 *
 * Since: 1.0
 */
ProcCommand *
proc_command_new (const char *const *argv)
{
  return g_object_new (PROC_TYPE_COMMAND, "argv", argv, NULL);
}

/**
 * proc_command_new_shell:
 * @script: (type filename): a script for `/bin/sh -c`
 * @args: (array zero-terminated=1) (element-type filename) (nullable): what the
 *   script finds as `$1`, `$2` and so on
 *
 * Makes a command of a shell script.
 *
 * Values belong into @args: there they need no quoting, and cannot be taken for a
 * part of the script.
 *
 * Returns: (transfer full): a new command
 *
 * Since: 1.0
 */
ProcCommand *
proc_command_new_shell (const char *script, const char *const *args)
{
  g_return_val_if_fail (script != NULL, NULL);

  return g_object_new (PROC_TYPE_COMMAND, "script", script, "script-args", args, NULL);
}

/**
 * proc_command_new_parse:
 * @line: a command line
 *
 * Makes a command of a line, which is split into arguments as a shell would do it
 * (`g_shell_parse_argv ()`). Nothing else of a shell is involved: no variables,
 * no pipes, no wildcards.
 *
 * A line that cannot be split is `PROC_RUNNER_ERROR_INVALID_COMMAND` when it is
 * run.
 *
 * Returns: (transfer full): a new command
 *
 * Since: 1.0
 */
ProcCommand *
proc_command_new_parse (const char *line)
{
  g_return_val_if_fail (line != NULL, NULL);

  return g_object_new (PROC_TYPE_COMMAND, "line", line, NULL);
}

/**
 * proc_command_add_arg:
 * @self: a command
 * @arg: (type filename): an argument
 *
 * Adds an argument behind those that the command has.
 *
 * Since: 1.0
 */
void
proc_command_add_arg (ProcCommand *self, const char *arg)
{
  g_return_if_fail (PROC_IS_COMMAND (self));
  g_return_if_fail (arg != NULL);

  g_ptr_array_insert (self->argv, self->argv->len - 1, g_strdup (arg));
}

/**
 * proc_command_get_argv:
 * @self: a command
 *
 * Gets the program and its arguments. Those of a shell script are `/bin/sh`,
 * `-c`, the script, `sh`, and its arguments.
 *
 * Returns: (transfer none) (array zero-terminated=1) (element-type filename): the
 *   arguments, which belong to the command
 *
 * Since: 1.0
 */
const char *const *
proc_command_get_argv (ProcCommand *self)
{
  g_return_val_if_fail (PROC_IS_COMMAND (self), NULL);

  return (const char *const *) self->argv->pdata;
}

static int
compare_lengths (gconstpointer a, gconstpointer b)
{
  gsize length_a = strlen (*(char *const *) a);
  gsize length_b = strlen (*(char *const *) b);

  return (length_a < length_b) - (length_a > length_b);
}

/**
 * proc_command_add_secret:
 * @self: a command
 * @secret: a text
 *
 * Lets messages and [method@Proc.Command.to_string] show a text as `•••`. The
 * child gets it as it is, and so does everybody who may list processes: a secret
 * is safer in the child's standard input than among its arguments.
 *
 * Since: 1.0
 */
void
proc_command_add_secret (ProcCommand *self, const char *secret)
{
  g_return_if_fail (PROC_IS_COMMAND (self));
  g_return_if_fail (secret != NULL);

  if (*secret == '\0')
    return;

  g_ptr_array_add (self->secrets, g_strdup (secret));
  g_ptr_array_sort (self->secrets, compare_lengths);
}

/**
 * proc_command_to_string:
 * @self: a command
 *
 * Gives the command as a line that can be pasted into a shell: arguments are
 * quoted where they must be, and secrets hidden.
 *
 * Returns: (transfer full): the line, always valid UTF-8
 *
 * Since: 1.0
 */
char *
proc_command_to_string (ProcCommand *self)
{
  g_autoptr(GString) line = g_string_new (NULL);

  g_return_val_if_fail (PROC_IS_COMMAND (self), NULL);

  for (guint i = 0; i < self->argv->len - 1; i++)
    {
      g_autofree char *masked = proc_command_mask (self, g_ptr_array_index (self->argv, i));
      g_autofree char *shown = g_utf8_make_valid (masked, -1);

      if (i > 0)
        g_string_append_c (line, ' ');
      proc_text_append_quoted (line, shown);
    }

  return g_string_free (g_steal_pointer (&line), FALSE);
}

/* Hides the secrets in a text, which may have been made valid UTF-8. */
char *
proc_command_mask (ProcCommand *self, const char *text)
{
  g_autoptr(GString) masked = g_string_new (text);

  for (guint i = 0; i < self->secrets->len; i++)
    {
      const char *secret = g_ptr_array_index (self->secrets, i);
      g_autofree char *valid = g_utf8_make_valid (secret, -1);

      g_string_replace (masked, secret, HIDDEN, 0);
      g_string_replace (masked, valid, HIDDEN, 0);
    }

  return g_string_free (g_steal_pointer (&masked), FALSE);
}

/* The command in a sentence: what the user wrote, on one line, shortened. */
char *
proc_command_dup_label (ProcCommand *self)
{
  g_autofree char *line = NULL;
  g_autofree char *text = NULL;

  if (self->script == NULL && self->line == NULL)
    {
      line = proc_command_to_string (self);
    }
  else
    {
      text = proc_command_mask (self, self->script != NULL ? self->script : self->line);
      line = g_utf8_make_valid (text, -1);
    }

  return proc_text_shorten (proc_text_blank_controls (line), LABEL_CHARS);
}

ProcCommand *
proc_command_copy (ProcCommand *self)
{
  ProcCommand *copy = g_object_new (PROC_TYPE_COMMAND, NULL);

  append_args (copy, (const char *const *) self->argv->pdata);
  copy->script = g_strdup (self->script);
  copy->line = g_strdup (self->line);
  copy->parse_error = self->parse_error != NULL ? g_error_copy (self->parse_error) : NULL;
  copy->cwd = g_strdup (self->cwd);
  g_clear_pointer (&copy->environ_, proc_environ_free);
  copy->environ_ = proc_environ_copy (self->environ_);
  copy->timeout_msec = self->timeout_msec;
  copy->idle_timeout_msec = self->idle_timeout_msec;
  copy->argv0 = g_strdup (self->argv0);
  g_array_append_vals (copy->limits, self->limits->data, self->limits->len);
  copy->nice_value = self->nice_value;
  copy->umask_value = self->umask_value;
  for (guint i = 0; i < self->fds->len; i++)
    g_ptr_array_add (copy->fds, proc_shared_fd_ref (g_ptr_array_index (self->fds, i)));
  copy->stdin_kind = self->stdin_kind;
  copy->stdin_bytes = self->stdin_bytes != NULL ? g_bytes_ref (self->stdin_bytes) : NULL;
  copy->stdout_kind = self->stdout_kind;
  g_set_object (&copy->stdout_file, self->stdout_file);
  copy->stdout_file_flags = self->stdout_file_flags;
  copy->stderr_kind = self->stderr_kind;
  g_array_append_vals (copy->success_codes, self->success_codes->data, self->success_codes->len);
  for (guint i = 0; i < self->secrets->len; i++)
    proc_command_add_secret (copy, g_ptr_array_index (self->secrets, i));

  return copy;
}

/* Adds to a plan that holds the runner's settings. */
gboolean
proc_command_fill_plan (ProcCommand *self, ProcPlan *plan, GError **error)
{
  const char *bad_entry = proc_environ_find_bad_entry (self->environ_);

  if (self->parse_error != NULL)
    {
      g_set_error (error, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_INVALID_COMMAND,
                   _("The command line cannot be split: %s"), self->parse_error->message);
      return FALSE;
    }

  if (bad_entry != NULL)
    return proc_plan_refuse_variable (bad_entry, error);

  plan->argv = g_strdupv ((char **) self->argv->pdata);
  plan->envp = proc_environ_apply (self->environ_, g_steal_pointer (&plan->envp));
  if (self->cwd != NULL)
    {
      g_free (plan->cwd);
      plan->cwd = g_strdup (self->cwd);
    }
  if (self->timeout_msec >= 0)
    plan->timeout_msec = self->timeout_msec;
  if (self->idle_timeout_msec >= 0)
    plan->idle_timeout_msec = self->idle_timeout_msec;

  plan->argv0 = g_strdup (self->argv0);
  g_array_append_vals (plan->limits, self->limits->data, self->limits->len);
  plan->nice_value = self->nice_value;
  plan->umask_value = self->umask_value;
  for (guint i = 0; i < self->fds->len; i++)
    g_ptr_array_add (plan->fds, proc_shared_fd_ref (g_ptr_array_index (self->fds, i)));

  plan->stdin_kind = self->stdin_kind;
  plan->stdin_bytes = self->stdin_bytes != NULL ? g_bytes_ref (self->stdin_bytes) : NULL;
  plan->stdout_kind = self->stdout_kind;
  plan->stdout_file = self->stdout_file != NULL ? g_object_ref (self->stdout_file) : NULL;
  plan->stdout_file_flags = self->stdout_file_flags;
  plan->stderr_kind = self->stderr_kind;
  g_array_append_vals (plan->success_codes, self->success_codes->data, self->success_codes->len);
  return TRUE;
}
