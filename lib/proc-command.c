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

#define LABEL_CHARS 80
#define HIDDEN "•••"

void
proc_command_append_args (ProcCommand *self, const char *const *args)
{
  for (guint i = 0; args != NULL && args[i] != NULL; i++)
    proc_command_add_arg (self, args[i]);
}

/* With a script, argv is what runs it: $0 is "sh", the arguments are $1 and on. A script comes
 * before a line, and both before an argument vector. */
static void
proc_command_constructed (GObject *object)
{
  static const char *const shell[] = { "/bin/sh", "-c", NULL };
  ProcCommand *self = PROC_COMMAND (object);
  g_auto(GStrv) parsed = NULL;

  G_OBJECT_CLASS (proc_command_parent_class)->constructed (object);

  if (self->script != NULL || self->line != NULL)
    g_ptr_array_remove_range (self->argv, 0, self->argv->len - 1);
  if (self->script != NULL)
    {
      proc_command_append_args (self, shell);
      proc_command_add_arg (self, self->script);
      proc_command_add_arg (self, "sh");
      proc_command_append_args (self, (const char *const *) self->script_args);
    }
  else if (self->line != NULL)
    {
      g_shell_parse_argv (self->line, NULL, &parsed, &self->parse_error);
      proc_command_append_args (self, (const char *const *) parsed);
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
  proc_redirect_clear (&self->in);
  proc_redirect_clear (&self->out);
  proc_redirect_clear (&self->err);
  g_array_unref (self->success_codes);
  g_free (self->charset);
  g_clear_pointer (&self->progress_pattern, g_regex_unref);
  g_ptr_array_unref (self->secrets);

  G_OBJECT_CLASS (proc_command_parent_class)->finalize (object);
}

static void
proc_command_class_init (ProcCommandClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->constructed = proc_command_constructed;
  object_class->finalize = proc_command_finalize;
  proc_command_install_properties (object_class);
}

static void
proc_command_init (ProcCommand *self)
{
  self->argv = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (self->argv, NULL);
  self->environ_ = proc_environ_new ();
  self->timeout_msec = -1;
  self->idle_timeout_msec = -1;
  self->max_output = -1;
  self->umask_value = -1;
  self->limits = g_array_new (FALSE, FALSE, sizeof (ProcLimit));
  self->fds = g_ptr_array_new_with_free_func ((GDestroyNotify) proc_shared_fd_unref);
  self->in.kind = PROC_STDIO_DISCARD;
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

/* Gives how many bytes the longest of them has, at most, where it is shown. */
gsize
proc_command_measure_secrets (ProcCommand *self)
{
  gsize longest = 0;

  for (guint i = 0; i < self->secrets->len; i++)
    {
      g_autofree char *valid = g_utf8_make_valid (g_ptr_array_index (self->secrets, i), -1);

      longest = MAX (longest, strlen (valid));
    }

  return longest;
}

/* The command in a sentence: what the user wrote, on one line, shortened. In a line that was
 * parsed a secret may stand in quotes. */
char *
proc_command_dup_label (ProcCommand *self)
{
  g_autofree char *line = NULL;
  g_autofree char *text = NULL;

  if (self->script == NULL
      && (self->line == NULL || (self->secrets->len > 0 && self->parse_error == NULL)))
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

/**
 * proc_command_copy:
 * @self: a command
 *
 * Makes a copy, as each run takes one: the two can be changed and run apart. An input
 * stream serves one run of either.
 *
 * Returns: (transfer full): a new command
 *
 * Since: 1.0
 */
ProcCommand *
proc_command_copy (ProcCommand *self)
{
  ProcCommand *copy;

  g_return_val_if_fail (PROC_IS_COMMAND (self), NULL);

  copy = g_object_new (PROC_TYPE_COMMAND, NULL);
  proc_command_append_args (copy, (const char *const *) self->argv->pdata);
  copy->script = g_strdup (self->script);
  copy->line = g_strdup (self->line);
  copy->parse_error = self->parse_error != NULL ? g_error_copy (self->parse_error) : NULL;
  copy->cwd = g_strdup (self->cwd);
  g_clear_pointer (&copy->environ_, proc_environ_free);
  copy->environ_ = proc_environ_copy (self->environ_);
  copy->timeout_msec = self->timeout_msec;
  copy->idle_timeout_msec = self->idle_timeout_msec;
  copy->max_output = self->max_output;
  copy->overflow = self->overflow;
  copy->argv0 = g_strdup (self->argv0);
  g_array_append_vals (copy->limits, self->limits->data, self->limits->len);
  copy->nice_value = self->nice_value;
  copy->umask_value = self->umask_value;
  for (guint i = 0; i < self->fds->len; i++)
    g_ptr_array_add (copy->fds, proc_shared_fd_ref (g_ptr_array_index (self->fds, i)));
  proc_redirect_copy (&self->in, &copy->in);
  proc_redirect_copy (&self->out, &copy->out);
  proc_redirect_copy (&self->err, &copy->err);
  g_array_append_vals (copy->success_codes, self->success_codes->data, self->success_codes->len);
  copy->charset = g_strdup (self->charset);
  proc_command_set_progress_pattern (copy, self->progress_pattern, self->progress_total);
  for (guint i = 0; i < self->secrets->len; i++)
    proc_command_add_secret (copy, g_ptr_array_index (self->secrets, i));

  return copy;
}

/* Adds to a plan that holds the runner's settings. */
gboolean
proc_command_fill_plan (ProcCommand *self, ProcPlan *plan, GError **error)
{
  const char *bad_entry = proc_environ_find_bad_entry (self->environ_);
  g_autoptr(ProcVariables) inherited = NULL;

  if (self->parse_error != NULL)
    {
      g_set_error (error, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_INVALID_COMMAND,
                   _("The command line cannot be split: %s"), self->parse_error->message);
      return FALSE;
    }

  if (bad_entry != NULL)
    return proc_plan_refuse_variable (bad_entry, error);

  plan->argv = g_strdupv ((char **) self->argv->pdata);
  inherited = g_steal_pointer (&plan->variables);
  plan->variables = proc_environ_apply (self->environ_, inherited);
  if (self->cwd != NULL)
    {
      g_free (plan->cwd);
      plan->cwd = g_strdup (self->cwd);
    }
  if (self->timeout_msec >= 0)
    plan->timeout_msec = self->timeout_msec;
  if (self->idle_timeout_msec >= 0)
    plan->idle_timeout_msec = self->idle_timeout_msec;
  if (self->max_output >= 0)
    plan->cap = (ProcCap) { self->max_output, self->overflow };

  plan->argv0 = g_strdup (self->argv0);
  g_array_append_vals (plan->limits, self->limits->data, self->limits->len);
  plan->nice_value = self->nice_value;
  plan->umask_value = self->umask_value;
  for (guint i = 0; i < self->fds->len; i++)
    g_ptr_array_add (plan->fds, proc_shared_fd_ref (g_ptr_array_index (self->fds, i)));

  proc_redirect_copy (&self->in, &plan->in);
  proc_redirect_copy (&self->out, &plan->out);
  proc_redirect_copy (&self->err, &plan->err);
  g_array_append_vals (plan->success_codes, self->success_codes->data, self->success_codes->len);
  plan->charset = g_strdup (self->charset);
  return TRUE;
}
