/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-runner-private.h"

#include "proc-command-private.h"
#include "proc-engine-private.h"
#include "proc-environ-private.h"

#include <glib/gi18n-lib.h>

/**
 * ProcRunner:
 *
 * Runs commands without blocking, and gives their output.
 *
 * A runner is policy that many runs share: the working directory, the
 * environment, a timeout. It is cheap, and may be used from any thread. Its
 * settings are read when a command is submitted; a later change touches later
 * runs only.
 *
 * There are three verbs. `run` gives a [class@Proc.Result] for any end of the
 * child, and fails only for what could not be done: starting it, writing a file,
 * or `G_IO_ERROR_CANCELLED`. `check` is `run`, and fails unless the result is a
 * success. `check_output` is `check`, and gives the bytes.
 *
 * Each has an asynchronous form, whose callback comes in the thread-default main
 * context of the caller, and a synchronous twin for any thread, which touches no
 * main context.
 *
 * ```c
 * static void
 * got_log (GObject *source, GAsyncResult *result, gpointer user_data)
 * {
 *   g_autoptr(GError) error = NULL;
 *   g_autoptr(GBytes) log = proc_runner_check_output_finish (PROC_RUNNER (source), result, &error);
 *
 *   if (log == NULL)
 *     g_warning ("%s", error->message);
 * }
 *
 * static void
 * ask_for_log (ProcRunner *runner)
 * {
 *   const char *argv[] = { "git", "log", "-1", NULL };
 *
 *   proc_runner_check_output_async (runner, argv, NULL, got_log, NULL);
 * }
 * ```
 *
 * Cancelling stops the child and its process group, first by SIGTERM and, if that
 * is not enough, by SIGKILL, and is reported when the child is gone. Dropping a
 * runner leaves its commands to finish.
 *
 * Since: 1.0
 */
struct _ProcRunner
{
  GObject parent_instance;

  ProcQueue *queue;

  GMutex lock; /* for the settings */
  char *cwd;
  ProcEnviron *environ_;
  guint timeout_msec;
  guint idle_timeout_msec;
  guint kill_grace_msec;
  guint drain_grace_msec;
  guint64 memory_limit;
  ProcCap cap;
  ProcSession session;
  gboolean supervise;
};

G_DEFINE_FINAL_TYPE (ProcRunner, proc_runner, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_CWD,
  PROP_TIMEOUT_MSEC,
  PROP_IDLE_TIMEOUT_MSEC,
  PROP_KILL_GRACE_MSEC,
  PROP_DRAIN_GRACE_MSEC,
  PROP_MEMORY_LIMIT,
  PROP_MAX_OUTPUT,
  PROP_OVERFLOW,
  PROP_SESSION,
  PROP_SUPERVISE,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
proc_runner_finalize (GObject *object)
{
  ProcRunner *self = PROC_RUNNER (object);

  proc_queue_unref (self->queue);
  g_free (self->cwd);
  proc_environ_free (self->environ_);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (proc_runner_parent_class)->finalize (object);
}

static void
proc_runner_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  ProcRunner *self = PROC_RUNNER (object);

  switch (prop_id)
    {
    case PROP_CWD:
      g_value_take_string (value, proc_runner_dup_cwd (self));
      break;
    case PROP_TIMEOUT_MSEC:
      g_value_set_uint (value, proc_runner_get_timeout_msec (self));
      break;
    case PROP_IDLE_TIMEOUT_MSEC:
      g_value_set_uint (value, proc_runner_get_idle_timeout_msec (self));
      break;
    case PROP_KILL_GRACE_MSEC:
      g_value_set_uint (value, proc_runner_get_kill_grace_msec (self));
      break;
    case PROP_DRAIN_GRACE_MSEC:
      g_value_set_uint (value, proc_runner_get_drain_grace_msec (self));
      break;
    case PROP_MEMORY_LIMIT:
      g_value_set_uint64 (value, proc_runner_get_memory_limit (self));
      break;
    case PROP_MAX_OUTPUT:
      g_value_set_uint64 (value, proc_runner_get_max_output (self));
      break;
    case PROP_OVERFLOW:
      g_value_set_enum (value, proc_runner_get_overflow (self));
      break;
    case PROP_SESSION:
      g_value_set_enum (value, proc_runner_get_session (self));
      break;
    case PROP_SUPERVISE:
      g_value_set_boolean (value, proc_runner_get_supervise (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
proc_runner_set_property (GObject *object,
                          guint prop_id,
                          const GValue *value,
                          GParamSpec *pspec)
{
  ProcRunner *self = PROC_RUNNER (object);

  switch (prop_id)
    {
    case PROP_CWD:
      proc_runner_set_cwd (self, g_value_get_string (value));
      break;
    case PROP_TIMEOUT_MSEC:
      proc_runner_set_timeout_msec (self, g_value_get_uint (value));
      break;
    case PROP_IDLE_TIMEOUT_MSEC:
      proc_runner_set_idle_timeout_msec (self, g_value_get_uint (value));
      break;
    case PROP_KILL_GRACE_MSEC:
      proc_runner_set_kill_grace_msec (self, g_value_get_uint (value));
      break;
    case PROP_DRAIN_GRACE_MSEC:
      proc_runner_set_drain_grace_msec (self, g_value_get_uint (value));
      break;
    case PROP_MEMORY_LIMIT:
      proc_runner_set_memory_limit (self, g_value_get_uint64 (value));
      break;
    case PROP_MAX_OUTPUT:
      proc_runner_set_max_output (self, g_value_get_uint64 (value));
      break;
    case PROP_OVERFLOW:
      proc_runner_set_overflow (self, g_value_get_enum (value));
      break;
    case PROP_SESSION:
      proc_runner_set_session (self, g_value_get_enum (value));
      break;
    case PROP_SUPERVISE:
      proc_runner_set_supervise (self, g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

#define READWRITE (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY)

static void
install_place_properties (void)
{
  /**
   * ProcRunner:cwd: (getter dup_cwd) (setter set_cwd)
   *
   * The working directory; %NULL for the program's, and relative to that one when
   * the child is started. UTF-8 only: the method takes any bytes.
   *
   * Since: 1.0
   */
  properties[PROP_CWD] = g_param_spec_string ("cwd", NULL, NULL, NULL, READWRITE);

  /**
   * ProcRunner:session: (getter get_session) (setter set_session)
   *
   * Which session and process group children belong to.
   *
   * Since: 1.0
   */
  properties[PROP_SESSION] =
    g_param_spec_enum ("session", NULL, NULL, PROC_TYPE_SESSION, PROC_SESSION_NEW, READWRITE);

  /**
   * ProcRunner:supervise: (getter get_supervise) (setter set_supervise)
   *
   * Whether all descendants of a command are looked after.
   *
   * Since: 1.0
   */
  properties[PROP_SUPERVISE] =
    g_param_spec_boolean ("supervise", NULL, NULL, FALSE, READWRITE);
}

static void
install_time_properties (void)
{
  /**
   * ProcRunner:timeout-msec: (getter get_timeout_msec) (setter set_timeout_msec)
   *
   * The longest time in milliseconds that a command may run, from its start; 0
   * for any.
   *
   * Since: 1.0
   */
  properties[PROP_TIMEOUT_MSEC] =
    g_param_spec_uint ("timeout-msec", NULL, NULL, 0, G_MAXUINT, 0, READWRITE);

  /**
   * ProcRunner:idle-timeout-msec: (getter get_idle_timeout_msec) (setter set_idle_timeout_msec)
   *
   * The longest time in milliseconds that a command may write nothing to those of its
   * outputs that are captured or go to a file; 0 for any.
   *
   * Since: 1.0
   */
  properties[PROP_IDLE_TIMEOUT_MSEC] =
    g_param_spec_uint ("idle-timeout-msec", NULL, NULL, 0, G_MAXUINT, 0, READWRITE);

  /**
   * ProcRunner:kill-grace-msec: (getter get_kill_grace_msec) (setter set_kill_grace_msec)
   *
   * How long in milliseconds a command that is being stopped may take to end by itself,
   * between SIGTERM and SIGKILL to its process group.
   *
   * Since: 1.0
   */
  properties[PROP_KILL_GRACE_MSEC] =
    g_param_spec_uint ("kill-grace-msec", NULL, NULL, 0, G_MAXUINT,
                       PROC_DEFAULT_KILL_GRACE_MSEC, READWRITE);

  /**
   * ProcRunner:drain-grace-msec: (getter get_drain_grace_msec) (setter set_drain_grace_msec)
   *
   * How long in milliseconds output may stay open after the child has exited, because
   * another process holds it.
   *
   * Since: 1.0
   */
  properties[PROP_DRAIN_GRACE_MSEC] =
    g_param_spec_uint ("drain-grace-msec", NULL, NULL, 0, G_MAXUINT,
                       PROC_DEFAULT_DRAIN_GRACE_MSEC, READWRITE);
}

static void
install_output_properties (void)
{
  /**
   * ProcRunner:memory-limit: (getter get_memory_limit) (setter set_memory_limit)
   *
   * How many bytes of each captured stream are kept in memory; 0 for any number.
   *
   * Since: 1.0
   */
  properties[PROP_MEMORY_LIMIT] =
    g_param_spec_uint64 ("memory-limit", NULL, NULL, 0, G_MAXUINT64, PROC_DEFAULT_MEMORY_LIMIT,
                         READWRITE);

  /**
   * ProcRunner:max-output: (getter get_max_output) (setter set_max_output)
   *
   * How many bytes a command may write to each of its outputs; 0 for any number.
   *
   * Since: 1.0
   */
  properties[PROP_MAX_OUTPUT] =
    g_param_spec_uint64 ("max-output", NULL, NULL, 0, G_MAXUINT64, 0, READWRITE);

  /**
   * ProcRunner:overflow: (getter get_overflow) (setter set_overflow)
   *
   * What happens when an output is longer than [property@Proc.Runner:max-output].
   *
   * Since: 1.0
   */
  properties[PROP_OVERFLOW] =
    g_param_spec_enum ("overflow", NULL, NULL, PROC_TYPE_OVERFLOW, PROC_OVERFLOW_FAIL, READWRITE);
}

static void
proc_runner_class_init (ProcRunnerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  bindtextdomain (GETTEXT_PACKAGE, LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");

  object_class->finalize = proc_runner_finalize;
  object_class->get_property = proc_runner_get_property;
  object_class->set_property = proc_runner_set_property;

  install_place_properties ();
  install_time_properties ();
  install_output_properties ();
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
proc_runner_init (ProcRunner *self)
{
  g_mutex_init (&self->lock);
  self->queue = proc_engine_new_queue ();
  self->environ_ = proc_environ_new ();
  self->kill_grace_msec = PROC_DEFAULT_KILL_GRACE_MSEC;
  self->drain_grace_msec = PROC_DEFAULT_DRAIN_GRACE_MSEC;
  self->memory_limit = PROC_DEFAULT_MEMORY_LIMIT;
}

/**
 * proc_runner_new:
 *
 * Makes a runner.
 *
 * Returns: (transfer full): a new runner
 *
 * Since: 1.0
 */
ProcRunner *
proc_runner_new (void)
{
  return g_object_new (PROC_TYPE_RUNNER, NULL);
}

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
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CWD]);
}

static guint
read_msec (ProcRunner *self, const guint *setting)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return *setting;
}

static void
write_msec (ProcRunner *self, guint *setting, guint msec, guint prop_id)
{
  gboolean changed;

  g_mutex_lock (&self->lock);
  changed = *setting != msec;
  *setting = msec;
  g_mutex_unlock (&self->lock);

  if (changed)
    g_object_notify_by_pspec (G_OBJECT (self), properties[prop_id]);
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

  write_msec (self, &self->timeout_msec, timeout_msec, PROP_TIMEOUT_MSEC);
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

  write_msec (self, &self->idle_timeout_msec, idle_timeout_msec, PROP_IDLE_TIMEOUT_MSEC);
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

  write_msec (self, &self->kill_grace_msec, kill_grace_msec, PROP_KILL_GRACE_MSEC);
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

  write_msec (self, &self->drain_grace_msec, drain_grace_msec, PROP_DRAIN_GRACE_MSEC);
}

static guint64
read_size (ProcRunner *self, const guint64 *setting)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return *setting;
}

static void
write_size (ProcRunner *self, guint64 *setting, guint64 size, guint prop_id)
{
  gboolean changed;

  g_mutex_lock (&self->lock);
  changed = *setting != size;
  *setting = size;
  g_mutex_unlock (&self->lock);

  if (changed)
    g_object_notify_by_pspec (G_OBJECT (self), properties[prop_id]);
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

  write_size (self, &self->memory_limit, memory_limit, PROP_MEMORY_LIMIT);
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
 * are captured or go to a file, and exact to the byte.
 * [property@Proc.Runner:overflow] says what happens to one that is longer.
 *
 * Since: 1.0
 */
void
proc_runner_set_max_output (ProcRunner *self, guint64 max_output)
{
  g_return_if_fail (PROC_IS_RUNNER (self));

  write_size (self, &self->cap.limit, max_output, PROP_MAX_OUTPUT);
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
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_OVERFLOW]);
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
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SESSION]);
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
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SUPERVISE]);
}

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
  return proc_environ_apply (self->environ_, g_get_environ ());
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
}

/* The runner's settings and the command, as they are now. */
ProcPlan *
proc_runner_make_plan (ProcRunner *self, ProcCommand *command, GError **error)
{
  g_autoptr(ProcPlan) plan = proc_plan_new ();
  g_autofree char *bad_entry = NULL;

  g_mutex_lock (&self->lock);
  bad_entry = g_strdup (proc_environ_find_bad_entry (self->environ_));
  plan->envp = proc_environ_apply (self->environ_, g_get_environ ());
  plan->cwd = g_strdup (self->cwd);
  plan->timeout_msec = self->timeout_msec;
  plan->idle_timeout_msec = self->idle_timeout_msec;
  plan->kill_grace_msec = self->kill_grace_msec;
  plan->drain_grace_msec = self->drain_grace_msec;
  plan->memory_limit = self->memory_limit;
  plan->cap = self->cap;
  plan->session = self->session;
  plan->supervise = self->supervise;
  g_mutex_unlock (&self->lock);

  if (bad_entry != NULL)
    {
      proc_plan_refuse_variable (bad_entry, error);
      return NULL;
    }

  if (!proc_command_fill_plan (command, plan, error) || !proc_plan_seal (plan, error))
    return NULL;

  return g_steal_pointer (&plan);
}

/* Where the runner's commands are admitted. */
ProcQueue *
proc_runner_get_queue (ProcRunner *self)
{
  return self->queue;
}
