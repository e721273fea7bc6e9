/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-runner-private.h"

#include "proc-command-private.h"
#include "proc-engine-private.h"
#include "proc-environ-private.h"
#include "proc-trace-private.h"

#include <glib/gi18n-lib.h>
#include <unistd.h>

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
 * success. `check_output` is `check`, and gives the bytes; three more of the kind
 * give a text, run a script, or write a file.
 *
 * What a command writes while it runs is told by a [class@Proc.Job], which
 * [method@Proc.Runner.start] gives.
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
G_DEFINE_FINAL_TYPE (ProcRunner, proc_runner, G_TYPE_OBJECT)

static void
proc_runner_dispose (GObject *object)
{
  ProcRunner *self = PROC_RUNNER (object);

  proc_job_list_disown (proc_home_get_jobs (self->home));

  G_OBJECT_CLASS (proc_runner_parent_class)->dispose (object);
}

static void
proc_runner_finalize (GObject *object)
{
  ProcRunner *self = PROC_RUNNER (object);

  proc_queue_unref (self->queue);
  proc_home_let_go (self->home);
  g_free (self->cwd);
  proc_environ_free (self->environ_);
  g_clear_pointer (&self->inherited, proc_variables_unref);
  g_clear_pointer (&self->variables, proc_variables_unref);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (proc_runner_parent_class)->finalize (object);
}

static void
proc_runner_class_init (ProcRunnerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  bindtextdomain (GETTEXT_PACKAGE, LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");

  object_class->dispose = proc_runner_dispose;
  object_class->finalize = proc_runner_finalize;
  proc_runner_install_properties (object_class);
}

static void
proc_runner_init (ProcRunner *self)
{
  g_mutex_init (&self->lock);
  self->home = proc_home_new (G_OBJECT (self), &proc_runner_counts, &self->queue);
  self->thread = g_thread_self ();
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

/* Under the lock. What a child gets, unless its command has its say: the same for all
 * plans, as long as neither the program's environment nor the runner's is changed. */
ProcVariables *
proc_runner_get_variables (ProcRunner *self)
{
  if (self->inherited == NULL || !proc_variables_are (self->inherited, environ))
    {
      g_clear_pointer (&self->inherited, proc_variables_unref);
      g_clear_pointer (&self->variables, proc_variables_unref);
      self->inherited = proc_variables_new (g_get_environ ());
    }

  if (self->variables == NULL)
    self->variables = proc_environ_apply (self->environ_, self->inherited);
  return self->variables;
}

/* Under the lock. */
static ProcPlan *
begin_plan (ProcRunner *self)
{
  ProcPlan *plan = proc_plan_new ();

  plan->variables = proc_variables_ref (proc_runner_get_variables (self));
  plan->cwd = g_strdup (self->cwd);
  plan->timeout_msec = self->timeout_msec;
  plan->idle_timeout_msec = self->idle_timeout_msec;
  plan->kill_grace_msec = self->kill_grace_msec;
  plan->drain_grace_msec = self->drain_grace_msec;
  plan->memory_limit = self->memory_limit;
  plan->cap = self->cap;
  plan->session = self->session;
  plan->supervise = self->supervise;
  return plan;
}

static gboolean
complete_plan (ProcPlan *plan, ProcCommand *command, const char *bad_entry, GError **error)
{
  if (bad_entry != NULL)
    return proc_plan_refuse_variable (bad_entry, error);

  return proc_command_fill_plan (command, plan, error) && proc_plan_seal (plan, error);
}

/* The runner's settings and the command, as they are now. NULL: nothing is to be started,
 * as *@refusal says. */
ProcPlan *
proc_runner_make_plan (ProcRunner *self,
                       ProcCommand *command,
                       gboolean may_pipe,
                       ProcReport **refusal)
{
  g_autoptr(ProcPlan) plan = NULL;
  g_autofree char *bad_entry = NULL;
  GError *error = NULL;

  proc_trace_begin (command);
  if (proc_home_is_closed (self->home))
    {
      *refusal = proc_report_new_cancelled ();
      return NULL;
    }

  g_mutex_lock (&self->lock);
  plan = begin_plan (self);
  bad_entry = g_strdup (proc_environ_find_bad_entry (self->environ_));
  g_mutex_unlock (&self->lock);

  plan->may_pipe = may_pipe;
  if (complete_plan (plan, command, bad_entry, &error))
    return g_steal_pointer (&plan);

  *refusal = proc_report_new_error (error);
  return NULL;
}

/* Gives a job of the thread's default context. */
ProcJob *
proc_runner_start_job (ProcRunner *self,
                       ProcCommand *command,
                       ProcStartKind kind,
                       GCancellable *cancellable)
{
  gboolean followed = kind == PROC_START_TO_FOLLOW;
  gboolean urgent = kind == PROC_START_URGENTLY;
  ProcJob *job = proc_home_new_job (self->home, command, !urgent);
  ProcReport *refusal = NULL;
  g_autoptr(ProcPlan) plan = NULL;

  if (followed)
    proc_job_follow (job);

  plan = proc_runner_make_plan (self, proc_job_get_command (job), followed, &refusal);
  if (plan != NULL)
    proc_job_submit (job, plan, self->queue, urgent, cancellable);
  else
    proc_job_refuse (job, refusal);

  /* Whoever sees it there may stop it: so not before. */
  if (!urgent)
    proc_job_list_add (proc_home_get_jobs (self->home), job);
  return job;
}

/* Where the runner's commands are admitted. */
ProcQueue *
proc_runner_get_queue (ProcRunner *self)
{
  return self->queue;
}
