/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The settings of ProcCommand: each is kept, and judged when the command is run. */

#include "config.h"

#include "proc-command-private.h"

#include <string.h>

/**
 * proc_command_get_cwd:
 * @self: a command
 *
 * Gets the working directory.
 *
 * Returns: (type filename) (nullable): the directory, or %NULL for the runner's
 *
 * Since: 1.0
 */
const char *
proc_command_get_cwd (ProcCommand *self)
{
  g_return_val_if_fail (PROC_IS_COMMAND (self), NULL);

  return self->cwd;
}

/**
 * proc_command_set_cwd:
 * @self: a command
 * @cwd: (type filename) (nullable): a directory, or %NULL for the runner's
 *
 * Sets the working directory. One that cannot be entered is
 * `PROC_RUNNER_ERROR_BAD_CWD` when the command is run.
 *
 * Since: 1.0
 */
void
proc_command_set_cwd (ProcCommand *self, const char *cwd)
{
  g_return_if_fail (PROC_IS_COMMAND (self));

  if (g_strcmp0 (self->cwd, cwd) == 0)
    return;

  g_free (self->cwd);
  self->cwd = g_strdup (cwd);
  g_object_notify (G_OBJECT (self), "cwd");
}

/**
 * proc_command_set_environ:
 * @self: a command
 * @envp: (array zero-terminated=1) (element-type filename) (nullable): the
 *   environment, as `NAME=value`, or %NULL for the runner's
 *
 * Sets the whole environment, and forgets earlier changes to it. An empty array
 * is an empty environment.
 *
 * Since: 1.0
 */
void
proc_command_set_environ (ProcCommand *self, const char *const *envp)
{
  g_return_if_fail (PROC_IS_COMMAND (self));

  proc_environ_replace (self->environ_, envp);
}

/**
 * proc_command_setenv:
 * @self: a command
 * @name: (type filename): a variable
 * @value: (type filename): its value
 *
 * Sets a variable of the environment. A name that is empty or holds a `=` is
 * `PROC_RUNNER_ERROR_INVALID_COMMAND` when the command is run.
 *
 * Since: 1.0
 */
void
proc_command_setenv (ProcCommand *self, const char *name, const char *value)
{
  g_return_if_fail (PROC_IS_COMMAND (self));
  g_return_if_fail (name != NULL);
  g_return_if_fail (value != NULL);

  proc_environ_set (self->environ_, name, value);
}

/**
 * proc_command_unsetenv:
 * @self: a command
 * @name: (type filename): a variable
 *
 * Removes a variable from the environment.
 *
 * Since: 1.0
 */
void
proc_command_unsetenv (ProcCommand *self, const char *name)
{
  g_return_if_fail (PROC_IS_COMMAND (self));
  g_return_if_fail (name != NULL);

  proc_environ_unset (self->environ_, name);
}

/**
 * proc_command_get_timeout_msec:
 * @self: a command
 *
 * Gets the longest time that the command may run.
 *
 * Returns: milliseconds, 0 for any time, or -1 for the runner's
 *
 * Since: 1.0
 */
int
proc_command_get_timeout_msec (ProcCommand *self)
{
  g_return_val_if_fail (PROC_IS_COMMAND (self), -1);

  return self->timeout_msec;
}

/**
 * proc_command_set_timeout_msec:
 * @self: a command
 * @timeout_msec: milliseconds, 0 for any time, or -1 for the runner's
 *
 * Sets the longest time that the command may run, from its start.
 *
 * Since: 1.0
 */
void
proc_command_set_timeout_msec (ProcCommand *self, int timeout_msec)
{
  g_return_if_fail (PROC_IS_COMMAND (self));
  g_return_if_fail (timeout_msec >= -1);

  if (self->timeout_msec == timeout_msec)
    return;

  self->timeout_msec = timeout_msec;
  g_object_notify (G_OBJECT (self), "timeout-msec");
}

/**
 * proc_command_get_idle_timeout_msec:
 * @self: a command
 *
 * Gets the longest time that the command may write nothing.
 *
 * Returns: milliseconds, 0 for any time, or -1 for the runner's
 *
 * Since: 1.0
 */
int
proc_command_get_idle_timeout_msec (ProcCommand *self)
{
  g_return_val_if_fail (PROC_IS_COMMAND (self), -1);

  return self->idle_timeout_msec;
}

/**
 * proc_command_set_idle_timeout_msec:
 * @self: a command
 * @idle_timeout_msec: milliseconds, 0 for any time, or -1 for the runner's
 *
 * Sets the longest time that the command may write nothing to those of its outputs
 * that are captured or go to a file.
 *
 * Since: 1.0
 */
void
proc_command_set_idle_timeout_msec (ProcCommand *self, int idle_timeout_msec)
{
  g_return_if_fail (PROC_IS_COMMAND (self));
  g_return_if_fail (idle_timeout_msec >= -1);

  if (self->idle_timeout_msec == idle_timeout_msec)
    return;

  self->idle_timeout_msec = idle_timeout_msec;
  g_object_notify (G_OBJECT (self), "idle-timeout-msec");
}

/**
 * proc_command_get_max_output:
 * @self: a command
 *
 * Gets how much the command may write to each of its outputs.
 *
 * Returns: bytes, 0 for any number, or -1 for the runner's
 *
 * Since: 1.0
 */
gint64
proc_command_get_max_output (ProcCommand *self)
{
  g_return_val_if_fail (PROC_IS_COMMAND (self), -1);

  return self->max_output;
}

/**
 * proc_command_get_overflow:
 * @self: a command
 *
 * Gets what happens when an output is longer than its limit. With the runner's limit,
 * which is -1, the runner tells.
 *
 * Returns: what happens
 *
 * Since: 1.0
 */
ProcOverflow
proc_command_get_overflow (ProcCommand *self)
{
  g_return_val_if_fail (PROC_IS_COMMAND (self), PROC_OVERFLOW_FAIL);

  return self->overflow;
}

/**
 * proc_command_set_max_output:
 * @self: a command
 * @max_output: bytes, 0 for any number, or -1 for the runner's limit
 * @overflow: what happens when an output is longer
 *
 * Sets how much the command may write to its standard output, and how much to its
 * standard error: each has the limit for itself, and merged they have one. See
 * [method@Proc.Runner.set_max_output].
 *
 * Since: 1.0
 */
void
proc_command_set_max_output (ProcCommand *self, gint64 max_output, ProcOverflow overflow)
{
  gboolean other_limit;
  gboolean other_overflow;

  g_return_if_fail (PROC_IS_COMMAND (self));
  g_return_if_fail (max_output >= -1);

  other_limit = self->max_output != max_output;
  other_overflow = self->overflow != overflow;
  self->max_output = max_output;
  self->overflow = overflow;

  if (other_limit)
    g_object_notify (G_OBJECT (self), "max-output");
  if (other_overflow)
    g_object_notify (G_OBJECT (self), "overflow");
}

/**
 * proc_command_set_argv0:
 * @self: a command
 * @argv0: (type filename) (nullable): a name, or %NULL for the program as it was
 *   named
 *
 * Sets what the program finds as its own name. Which program is started does not
 * change.
 *
 * Since: 1.0
 */
void
proc_command_set_argv0 (ProcCommand *self, const char *argv0)
{
  g_return_if_fail (PROC_IS_COMMAND (self));

  g_free (self->argv0);
  self->argv0 = g_strdup (argv0);
}

/**
 * proc_command_set_rlimit:
 * @self: a command
 * @resource: one of the `RLIMIT_` constants
 * @soft: the limit, or %G_MAXUINT64 for none
 * @hard: how far the child may raise it, or %G_MAXUINT64 for any
 *
 * Sets a resource limit of the child, as `setrlimit ()` does. One that the system
 * refuses is `PROC_RUNNER_ERROR_SPAWN` when the command is run.
 *
 * Since: 1.0
 */
void
proc_command_set_rlimit (ProcCommand *self, int resource, guint64 soft, guint64 hard)
{
  const ProcLimit limit = { resource, soft, hard };

  g_return_if_fail (PROC_IS_COMMAND (self));
  g_return_if_fail (resource >= 0);

  for (guint i = 0; i < self->limits->len; i++)
    if (g_array_index (self->limits, ProcLimit, i).resource == resource)
      g_array_remove_index (self->limits, i--);

  g_array_append_val (self->limits, limit);
}

/**
 * proc_command_set_nice:
 * @self: a command
 * @nice_value: what is added to this program's nice value
 *
 * Sets the child's scheduling priority, as `nice ()` does: a higher value is nicer
 * to other processes. A lower one needs a privilege; without it, the command fails
 * with `PROC_RUNNER_ERROR_SPAWN`.
 *
 * Since: 1.0
 */
void
proc_command_set_nice (ProcCommand *self, int nice_value)
{
  g_return_if_fail (PROC_IS_COMMAND (self));

  self->nice_value = CLAMP (nice_value, -40, 40);
}

/**
 * proc_command_set_umask:
 * @self: a command
 * @umask_value: a file mode creation mask, or -1 for this program's
 *
 * Sets the child's file mode creation mask.
 *
 * Since: 1.0
 */
void
proc_command_set_umask (ProcCommand *self, int umask_value)
{
  g_return_if_fail (PROC_IS_COMMAND (self));

  self->umask_value = umask_value;
}

/**
 * proc_command_take_fd:
 * @self: a command
 * @source_fd: a descriptor, which the command takes and closes in the end
 * @target_fd: the number by which the child knows it, at least 3
 *
 * Gives the child a descriptor beside its standard streams. It is duplicated for
 * each run of the command; the open file is shared by all of them.
 *
 * Since: 1.0
 */
void
proc_command_take_fd (ProcCommand *self, int source_fd, int target_fd)
{
  g_return_if_fail (PROC_IS_COMMAND (self));

  g_ptr_array_add (self->fds, proc_shared_fd_new (source_fd, target_fd));
}

/**
 * proc_command_get_charset:
 * @self: a command
 *
 * Gets the charset of the output.
 *
 * Returns: (nullable): the charset, or %NULL for UTF-8
 *
 * Since: 1.0
 */
const char *
proc_command_get_charset (ProcCommand *self)
{
  g_return_val_if_fail (PROC_IS_COMMAND (self), NULL);

  return self->charset;
}

/**
 * proc_command_set_charset:
 * @self: a command
 * @charset: (nullable): a name as `iconv ()` knows it, such as `ISO-8859-1` or
 *   `Shift_JIS`, or %NULL for UTF-8
 *
 * Sets the charset in which the command writes. The texts of the result, and the line
 * that a message quotes, are converted from it: what is no character in it, what is cut
 * off at the end, and NUL are U+FFFD there. The result's bytes, and files, stay as the
 * command wrote them. A byte order mark is kept where the charset gives it no
 * meaning.
 *
 * A charset that the system does not know is `PROC_RUNNER_ERROR_INVALID_COMMAND` when
 * the command is run.
 *
 * Since: 1.0
 */
void
proc_command_set_charset (ProcCommand *self, const char *charset)
{
  g_return_if_fail (PROC_IS_COMMAND (self));

  if (g_strcmp0 (self->charset, charset) == 0)
    return;

  g_free (self->charset);
  self->charset = g_strdup (charset);
  g_object_notify (G_OBJECT (self), "charset");
}

/**
 * proc_command_add_success_code:
 * @self: a command
 * @exit_status: an exit status, 0 to 255
 *
 * Lets an exit status count as success, as 1 of `grep` may. 0 always counts.
 *
 * Since: 1.0
 */
void
proc_command_add_success_code (ProcCommand *self, int exit_status)
{
  g_return_if_fail (PROC_IS_COMMAND (self));

  g_array_append_val (self->success_codes, exit_status);
}

/**
 * proc_command_set_progress_pattern:
 * @self: a command
 * @pattern: (nullable): an expression, or %NULL for the usual ways to tell progress
 * @total: how much there is to do in all, where the expression does not say
 *
 * Sets how [property@Proc.Job:progress] is read from the lines of the output.
 *
 * What the first group of @pattern matches is how much has been done, and what the second
 * one does, if there is one and it matches a number, how much there is to do; otherwise
 * that is @total. A line that does not match tells nothing.
 *
 * Since: 1.0
 */
void
proc_command_set_progress_pattern (ProcCommand *self, GRegex *pattern, double total)
{
  GRegex *old;

  g_return_if_fail (PROC_IS_COMMAND (self));

  old = self->progress_pattern;
  self->progress_pattern = pattern != NULL ? g_regex_ref (pattern) : NULL;
  self->progress_total = total;
  g_clear_pointer (&old, g_regex_unref);
}
