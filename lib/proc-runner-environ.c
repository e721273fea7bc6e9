/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The environment of ProcRunner, kept under the lock, as its settings are. */

#include "config.h"

#include "proc-runner-private.h"

/**
 * proc_runner_get_environ:
 * @self: a runner
 *
 * Gets the environment that a child would have if it were started now.
 *
 * Returns: (transfer full) (array zero-terminated=1) (element-type filename): the
 *   environment, as `NAME=value`
 *
 * Since: 1.0
 */
char **
proc_runner_get_environ (ProcRunner *self)
{
  g_autoptr(GMutexLocker) locker = NULL;

  g_return_val_if_fail (PROC_IS_RUNNER (self), NULL);

  locker = g_mutex_locker_new (&self->lock);
  return g_strdupv (proc_runner_get_variables (self)->entries);
}

/**
 * proc_runner_set_environ:
 * @self: a runner
 * @envp: (array zero-terminated=1) (element-type filename) (nullable): the
 *   environment, as `NAME=value`, or %NULL to inherit the program's
 *
 * Sets the whole environment, and forgets earlier changes to it. An empty array
 * is an empty environment. What is inherited is the program's environment when a
 * command is submitted.
 *
 * Since: 1.0
 */
void
proc_runner_set_environ (ProcRunner *self, const char *const *envp)
{
  g_autoptr(GMutexLocker) locker = NULL;

  g_return_if_fail (PROC_IS_RUNNER (self));

  locker = g_mutex_locker_new (&self->lock);
  proc_environ_replace (self->environ_, envp);
  g_clear_pointer (&self->variables, proc_variables_unref);
}

/**
 * proc_runner_setenv:
 * @self: a runner
 * @name: (type filename): a variable
 * @value: (type filename): its value
 *
 * Sets a variable of the environment. A name that is empty or holds a `=` is
 * `PROC_RUNNER_ERROR_INVALID_COMMAND` when a command is run.
 *
 * Since: 1.0
 */
void
proc_runner_setenv (ProcRunner *self, const char *name, const char *value)
{
  g_autoptr(GMutexLocker) locker = NULL;

  g_return_if_fail (PROC_IS_RUNNER (self));
  g_return_if_fail (name != NULL);
  g_return_if_fail (value != NULL);

  locker = g_mutex_locker_new (&self->lock);
  proc_environ_set (self->environ_, name, value);
  g_clear_pointer (&self->variables, proc_variables_unref);
}

/**
 * proc_runner_unsetenv:
 * @self: a runner
 * @name: (type filename): a variable
 *
 * Removes a variable from the environment.
 *
 * Since: 1.0
 */
void
proc_runner_unsetenv (ProcRunner *self, const char *name)
{
  g_autoptr(GMutexLocker) locker = NULL;

  g_return_if_fail (PROC_IS_RUNNER (self));
  g_return_if_fail (name != NULL);

  locker = g_mutex_locker_new (&self->lock);
  proc_environ_unset (self->environ_, name);
  g_clear_pointer (&self->variables, proc_variables_unref);
}
