/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-runner-private.h"

#include "proc-command-private.h"
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
 * Cancelling ends the child and its process group, and is reported when the child
 * is gone. Dropping a runner leaves its commands to finish.
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
  ProcSession session;
};

G_DEFINE_FINAL_TYPE (ProcRunner, proc_runner, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_CWD,
  PROP_TIMEOUT_MSEC,
  PROP_SESSION,
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
    case PROP_SESSION:
      g_value_set_enum (value, proc_runner_get_session (self));
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
    case PROP_SESSION:
      proc_runner_set_session (self, g_value_get_enum (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

#define READWRITE (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY)

static void
proc_runner_class_init (ProcRunnerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  bindtextdomain (GETTEXT_PACKAGE, LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");

  object_class->finalize = proc_runner_finalize;
  object_class->get_property = proc_runner_get_property;
  object_class->set_property = proc_runner_set_property;

  /**
   * ProcRunner:cwd: (getter dup_cwd) (setter set_cwd)
   *
   * The working directory; %NULL for the program's.
   *
   * Since: 1.0
   */
  properties[PROP_CWD] = g_param_spec_string ("cwd", NULL, NULL, NULL, READWRITE);

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
   * ProcRunner:session: (getter get_session) (setter set_session)
   *
   * Which session and process group children belong to.
   *
   * Since: 1.0
   */
  properties[PROP_SESSION] =
    g_param_spec_enum ("session", NULL, NULL, PROC_TYPE_SESSION, PROC_SESSION_NEW, READWRITE);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
proc_runner_init (ProcRunner *self)
{
  g_mutex_init (&self->lock);
  self->queue = proc_queue_new ();
  self->environ_ = proc_environ_new ();
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
  g_autoptr(GMutexLocker) locker = NULL;

  g_return_val_if_fail (PROC_IS_RUNNER (self), 0);

  locker = g_mutex_locker_new (&self->lock);
  return self->timeout_msec;
}

/**
 * proc_runner_set_timeout_msec:
 * @self: a runner
 * @timeout_msec: milliseconds, or 0 for any time
 *
 * Sets the longest time that a command may run, from its start. When it is over,
 * the child's process group is ended, and the outcome is
 * `PROC_OUTCOME_TIMED_OUT`.
 *
 * Since: 1.0
 */
void
proc_runner_set_timeout_msec (ProcRunner *self, guint timeout_msec)
{
  gboolean changed;

  g_return_if_fail (PROC_IS_RUNNER (self));

  g_mutex_lock (&self->lock);
  changed = self->timeout_msec != timeout_msec;
  self->timeout_msec = timeout_msec;
  g_mutex_unlock (&self->lock);

  if (changed)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TIMEOUT_MSEC]);
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
  plan->session = self->session;
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
