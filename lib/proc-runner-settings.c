/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The settings of ProcRunner: each is kept under the lock, and read at submission. */

#include "config.h"

#include "proc-runner-private.h"

/**
 * proc_runner_dup_cwd:
 * @self: a runner
 *
 * Gets the working directory. A copy, since another thread may set it.
 *
 * Returns: (transfer full) (type filename) (nullable): the directory, or %NULL for
 *   the program's
 *
 * Since: 1.0
 */
char *
proc_runner_dup_cwd (ProcRunner *self)
{
  g_autoptr(GMutexLocker) locker = NULL;

  g_return_val_if_fail (PROC_IS_RUNNER (self), NULL);

  locker = g_mutex_locker_new (&self->lock);
  return g_strdup (self->cwd);
}

/**
 * proc_runner_set_cwd:
 * @self: a runner
 * @cwd: (type filename) (nullable): a directory, or %NULL for the program's
 *
 * Sets the working directory. One that cannot be entered is
 * `PROC_RUNNER_ERROR_BAD_CWD` when a command is run.
 *
 * Since: 1.0
 */
void
proc_runner_set_cwd (ProcRunner *self, const char *cwd)
{
  gboolean changed;

  g_return_if_fail (PROC_IS_RUNNER (self));

  g_mutex_lock (&self->lock);
  changed = g_strcmp0 (self->cwd, cwd) != 0;
  if (changed)
    {
      g_free (self->cwd);
      self->cwd = g_strdup (cwd);
    }
  g_mutex_unlock (&self->lock);

  if (changed)
    g_object_notify (G_OBJECT (self), "cwd");
}

static guint
read_msec (ProcRunner *self, const guint *setting)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return *setting;
}

static void
write_msec (ProcRunner *self, guint *setting, guint msec, const char *property)
{
  gboolean changed;

  g_mutex_lock (&self->lock);
  changed = *setting != msec;
  *setting = msec;
  g_mutex_unlock (&self->lock);

  if (changed)
    g_object_notify (G_OBJECT (self), property);
}

/**
 * proc_runner_get_timeout_msec:
 * @self: a runner
 *
 * Gets the longest time that a command may run.
 *
 * Returns: milliseconds, or 0 for any time
 *
 * Since: 1.0
 */
guint
proc_runner_get_timeout_msec (ProcRunner *self)
{
  g_return_val_if_fail (PROC_IS_RUNNER (self), 0);

  return read_msec (self, &self->timeout_msec);
}

/**
 * proc_runner_set_timeout_msec:
 * @self: a runner
 * @timeout_msec: milliseconds, or 0 for any time
 *
 * Sets the longest time that a command may run, from its start. When it is over,
 * the command is stopped, and the outcome is `PROC_OUTCOME_TIMED_OUT`.
 *
 * Since: 1.0
 */
void
proc_runner_set_timeout_msec (ProcRunner *self, guint timeout_msec)
{
  g_return_if_fail (PROC_IS_RUNNER (self));

  write_msec (self, &self->timeout_msec, timeout_msec, "timeout-msec");
}

/**
 * proc_runner_get_idle_timeout_msec:
 * @self: a runner
 *
 * Gets the longest time that a command may run without output.
 *
 * Returns: milliseconds, or 0 for any time
 *
 * Since: 1.0
 */
guint
proc_runner_get_idle_timeout_msec (ProcRunner *self)
{
  g_return_val_if_fail (PROC_IS_RUNNER (self), 0);

  return read_msec (self, &self->idle_timeout_msec);
}

/**
 * proc_runner_set_idle_timeout_msec:
 * @self: a runner
 * @idle_timeout_msec: milliseconds, or 0 for any time
 *
 * Sets the longest time that a command may write nothing to those of its outputs
 * that are captured or go to a file. When it is over, the command is stopped, and
 * the outcome is `PROC_OUTCOME_IDLE`. Time in which the program itself was too slow
 * to read does not count.
 *
 * Since: 1.0
 */
void
proc_runner_set_idle_timeout_msec (ProcRunner *self, guint idle_timeout_msec)
{
  g_return_if_fail (PROC_IS_RUNNER (self));

  write_msec (self, &self->idle_timeout_msec, idle_timeout_msec, "idle-timeout-msec");
}

/**
 * proc_runner_get_kill_grace_msec:
 * @self: a runner
 *
 * Gets how long a command that is being stopped may take to end by itself.
 *
 * Returns: milliseconds
 *
 * Since: 1.0
 */
guint
proc_runner_get_kill_grace_msec (ProcRunner *self)
{
  g_return_val_if_fail (PROC_IS_RUNNER (self), 0);

  return read_msec (self, &self->kill_grace_msec);
}

/**
 * proc_runner_set_kill_grace_msec:
 * @self: a runner
 * @kill_grace_msec: milliseconds
 *
 * Sets how long a command that is being stopped may take to end by itself: the time
 * between SIGTERM and SIGKILL to its process group. With 0 there is no SIGTERM.
 *
 * Since: 1.0
 */
void
proc_runner_set_kill_grace_msec (ProcRunner *self, guint kill_grace_msec)
{
  g_return_if_fail (PROC_IS_RUNNER (self));

  write_msec (self, &self->kill_grace_msec, kill_grace_msec, "kill-grace-msec");
}

/**
 * proc_runner_get_drain_grace_msec:
 * @self: a runner
 *
 * Gets how long output may stay open after the child has exited.
 *
 * Returns: milliseconds
 *
 * Since: 1.0
 */
guint
proc_runner_get_drain_grace_msec (ProcRunner *self)
{
  g_return_val_if_fail (PROC_IS_RUNNER (self), 0);

  return read_msec (self, &self->drain_grace_msec);
}

/**
 * proc_runner_set_drain_grace_msec:
 * @self: a runner
 * @drain_grace_msec: milliseconds
 *
 * Sets how long output may stay open after the child has exited, because another
 * process holds it. What was written until then is read; if it was not the end,
 * [property@Proc.Result:complete] is %FALSE. The other process is left alone.
 *
 * Since: 1.0
 */
void
proc_runner_set_drain_grace_msec (ProcRunner *self, guint drain_grace_msec)
{
  g_return_if_fail (PROC_IS_RUNNER (self));

  write_msec (self, &self->drain_grace_msec, drain_grace_msec, "drain-grace-msec");
}

static guint64
read_size (ProcRunner *self, const guint64 *setting)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return *setting;
}

static void
write_size (ProcRunner *self, guint64 *setting, guint64 size, const char *property)
{
  gboolean changed;

  g_mutex_lock (&self->lock);
  changed = *setting != size;
  *setting = size;
  g_mutex_unlock (&self->lock);

  if (changed)
    g_object_notify (G_OBJECT (self), property);
}

/**
 * proc_runner_get_memory_limit:
 * @self: a runner
 *
 * Gets how much of each captured stream is kept in memory.
 *
 * Returns: bytes, or 0 for any number
 *
 * Since: 1.0
 */
guint64
proc_runner_get_memory_limit (ProcRunner *self)
{
  g_return_val_if_fail (PROC_IS_RUNNER (self), 0);

  return read_size (self, &self->memory_limit);
}

/**
 * proc_runner_set_memory_limit:
 * @self: a runner
 * @memory_limit: bytes, or 0 for any number
 *
 * Sets how much of each captured stream is kept in memory. A stream that is longer
 * goes to an unlinked file in the folder for temporary files (`TMPDIR`), and comes back
 * as bytes that are mapped from it. By default the limit is 64 MiB.
 *
 * If that file cannot be written, the command is stopped, and the error is
 * `PROC_RUNNER_ERROR_OUTPUT_FILE`. What was read is in the result; of what comes after
 * the failure, as much as this limit.
 *
 * Since: 1.0
 */
void
proc_runner_set_memory_limit (ProcRunner *self, guint64 memory_limit)
{
  g_return_if_fail (PROC_IS_RUNNER (self));

  write_size (self, &self->memory_limit, memory_limit, "memory-limit");
}

/**
 * proc_runner_get_max_output:
 * @self: a runner
 *
 * Gets how much a command may write to each of its outputs.
 *
 * Returns: bytes, or 0 for any number
 *
 * Since: 1.0
 */
guint64
proc_runner_get_max_output (ProcRunner *self)
{
  g_return_val_if_fail (PROC_IS_RUNNER (self), 0);

  return read_size (self, &self->cap.limit);
}

/**
 * proc_runner_set_max_output:
 * @self: a runner
 * @max_output: bytes, or 0 for any number
 *
 * Sets how much a command may write to its standard output, and how much to its standard
 * error: each has the limit for itself, and merged they have one. It is for outputs that
 * are captured or go to a file, and exact to the byte; not for one that the command writes
 * by itself (`PROC_FILE_FLAGS_DIRECT`).
 * [property@Proc.Runner:overflow] says what happens to one that is longer.
 *
 * Since: 1.0
 */
void
proc_runner_set_max_output (ProcRunner *self, guint64 max_output)
{
  g_return_if_fail (PROC_IS_RUNNER (self));

  write_size (self, &self->cap.limit, max_output, "max-output");
}

/**
 * proc_runner_get_overflow:
 * @self: a runner
 *
 * Gets what happens when an output is longer than its limit.
 *
 * Returns: what happens
 *
 * Since: 1.0
 */
ProcOverflow
proc_runner_get_overflow (ProcRunner *self)
{
  g_autoptr(GMutexLocker) locker = NULL;

  g_return_val_if_fail (PROC_IS_RUNNER (self), PROC_OVERFLOW_FAIL);

  locker = g_mutex_locker_new (&self->lock);
  return self->cap.overflow;
}

/**
 * proc_runner_set_overflow:
 * @self: a runner
 * @overflow: what happens
 *
 * Sets what happens when an output is longer than [property@Proc.Runner:max-output].
 *
 * With `PROC_OVERFLOW_FAIL` the command is stopped, the outcome is
 * `PROC_OUTCOME_OUTPUT_LIMIT`, also where the command had ended by itself before that
 * was seen, and the first bytes are kept. With the others the command goes on, and its
 * first or last bytes are kept. [property@Proc.Result:truncated] tells in each case.
 *
 * Since: 1.0
 */
void
proc_runner_set_overflow (ProcRunner *self, ProcOverflow overflow)
{
  gboolean changed;

  g_return_if_fail (PROC_IS_RUNNER (self));

  g_mutex_lock (&self->lock);
  changed = self->cap.overflow != overflow;
  self->cap.overflow = overflow;
  g_mutex_unlock (&self->lock);

  if (changed)
    g_object_notify (G_OBJECT (self), "overflow");
}

/**
 * proc_runner_get_session:
 * @self: a runner
 *
 * Gets which session and process group children belong to.
 *
 * Returns: the kind of session
 *
 * Since: 1.0
 */
ProcSession
proc_runner_get_session (ProcRunner *self)
{
  g_autoptr(GMutexLocker) locker = NULL;

  g_return_val_if_fail (PROC_IS_RUNNER (self), PROC_SESSION_NEW);

  locker = g_mutex_locker_new (&self->lock);
  return self->session;
}

/**
 * proc_runner_set_session:
 * @self: a runner
 * @session: the kind of session
 *
 * Sets which session and process group children belong to.
 *
 * Since: 1.0
 */
void
proc_runner_set_session (ProcRunner *self, ProcSession session)
{
  gboolean changed;

  g_return_if_fail (PROC_IS_RUNNER (self));

  g_mutex_lock (&self->lock);
  changed = self->session != session;
  self->session = session;
  g_mutex_unlock (&self->lock);

  if (changed)
    g_object_notify (G_OBJECT (self), "session");
}

/**
 * proc_runner_get_supervise:
 * @self: a runner
 *
 * Gets whether all descendants of a command are looked after.
 *
 * Returns: %TRUE if they are
 *
 * Since: 1.0
 */
gboolean
proc_runner_get_supervise (ProcRunner *self)
{
  g_autoptr(GMutexLocker) locker = NULL;

  g_return_val_if_fail (PROC_IS_RUNNER (self), FALSE);

  locker = g_mutex_locker_new (&self->lock);
  return self->supervise;
}

/**
 * proc_runner_set_supervise:
 * @self: a runner
 * @supervise: whether to look after all descendants
 *
 * Sets whether a supervisor, a small process of its own for each command, looks
 * after all of the command's descendants, also those that left its process group
 * and session.
 *
 * When the command is stopped, all of them are; when this program dies, by
 * whatever signal, all of them are killed. What outlives a command that ended by
 * itself is left alone. The exit status is true even if another part of this
 * program waits for children that are not its own, and the result has
 * [property@Proc.Result:cpu-usec] and [property@Proc.Result:peak-rss].
 *
 * Where this program ignores SIGCHLD, all commands are supervised: the system
 * would tell nobody else how they ended.
 *
 * Since: 1.0
 */
void
proc_runner_set_supervise (ProcRunner *self, gboolean supervise)
{
  gboolean changed;

  g_return_if_fail (PROC_IS_RUNNER (self));

  g_mutex_lock (&self->lock);
  changed = self->supervise != supervise;
  self->supervise = supervise;
  g_mutex_unlock (&self->lock);

  if (changed)
    g_object_notify (G_OBJECT (self), "supervise");
}
