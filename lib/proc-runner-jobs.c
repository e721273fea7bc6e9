/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The jobs of ProcRunner: starting, listing, limiting and stopping them. */

#include "config.h"

#include "proc-runner-private.h"

/**
 * proc_runner_start:
 * @self: a runner
 * @command: what to run
 * @cancellable: (nullable): stops the command and its process group
 *
 * Starts a command, as soon as [property@Proc.Runner:max-running] allows, and gives a job
 * to follow and to stop it.
 *
 * This returns at once, and never fails: why a command could not be started is told by
 * [method@Proc.Job.wait_async]. The job belongs to the main context that is the caller's
 * thread-default one now. It goes on if nobody keeps it.
 *
 * Returns: (transfer full): a new job
 *
 * Since: 1.0
 */
ProcJob *
proc_runner_start (ProcRunner *self, ProcCommand *command, GCancellable *cancellable)
{
  g_return_val_if_fail (PROC_IS_RUNNER (self), NULL);
  g_return_val_if_fail (PROC_IS_COMMAND (command), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);

  return proc_runner_start_job (self, command, PROC_START_TO_FOLLOW, cancellable);
}

/**
 * proc_runner_submit:
 * @self: a runner
 * @command: what to run
 * @urgent: whether it passes by the queue, as a synchronous call does
 * @cancellable: (nullable): stops the command and its process group
 *
 * Begins what the verbs do, and gives the job: for languages whose verbs wait in ways of
 * their own. Programs use the verbs, or [method@Proc.Runner.start].
 *
 * As with the verbs, no stream may be `PROC_STDIO_PIPE`. What the job tells is its end, by
 * [method@Proc.Job.wait_async]; its signals and notifications are for those who find it in
 * [property@Proc.Runner:jobs]. With @urgent it is started at once, whatever
 * [property@Proc.Runner:max-running] says, takes no slot, and is in no list.
 *
 * This returns at once, and never fails. The job belongs to the main context that is the
 * caller's thread-default one now, and goes on if nobody keeps it.
 *
 * Returns: (transfer full): a new job
 *
 * Since: 1.0
 */
ProcJob *
proc_runner_submit (ProcRunner *self,
                    ProcCommand *command,
                    gboolean urgent,
                    GCancellable *cancellable)
{
  g_return_val_if_fail (PROC_IS_RUNNER (self), NULL);
  g_return_val_if_fail (PROC_IS_COMMAND (command), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);

  return proc_runner_start_job (self, command,
                                urgent ? PROC_START_URGENTLY : PROC_START_FOR_VERB, cancellable);
}

/**
 * proc_runner_get_jobs:
 * @self: a runner
 *
 * Gets the runner's jobs as a list for views: those that wait and run, in the order in
 * which they were submitted, and in their places the last
 * [property@Proc.Runner:keep-finished] that have finished. Calls of the asynchronous
 * verbs are among them; synchronous ones have no job.
 *
 * The list belongs to the main context that was the thread default when the runner was
 * made: it changes there, and may be read there only. Jobs come and go with the next
 * iteration after the fact. A job of another context notifies in that one.
 *
 * Returns: (transfer none): a list of [class@Proc.Job], which belongs to the runner
 *
 * Since: 1.0
 */
GListModel *
proc_runner_get_jobs (ProcRunner *self)
{
  ProcJobList *jobs;

  g_return_val_if_fail (PROC_IS_RUNNER (self), NULL);

  jobs = proc_home_get_jobs (self->home);
  proc_job_list_open (jobs);
  return G_LIST_MODEL (jobs);
}

/**
 * proc_runner_get_n_running:
 * @self: a runner
 *
 * Gets how many jobs run. It is what is so when it is asked for; notifications come in
 * the context in which the runner was made. Synchronous calls do not count.
 *
 * Returns: the number of jobs
 *
 * Since: 1.0
 */
guint
proc_runner_get_n_running (ProcRunner *self)
{
  g_return_val_if_fail (PROC_IS_RUNNER (self), 0);

  return proc_queue_get_counts (self->queue).n_running;
}

/**
 * proc_runner_get_n_queued:
 * @self: a runner
 *
 * Gets how many jobs wait to be started. It is what is so when it is asked for;
 * notifications come in the context in which the runner was made.
 *
 * Returns: the number of jobs
 *
 * Since: 1.0
 */
guint
proc_runner_get_n_queued (ProcRunner *self)
{
  g_return_val_if_fail (PROC_IS_RUNNER (self), 0);

  return proc_queue_get_counts (self->queue).n_queued;
}

static guint
read_number (ProcRunner *self, const guint *setting)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return *setting;
}

/* In any thread, both in one go. FALSE: it was so before. */
static gboolean
write_keep_finished (ProcRunner *self, guint keep_finished)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  gboolean changed = self->keep_finished != keep_finished;

  self->keep_finished = keep_finished;
  proc_job_list_set_keep (proc_home_get_jobs (self->home), keep_finished);
  return changed;
}

/* As that. */
static gboolean
write_max_running (ProcRunner *self, guint max_running)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  gboolean changed = self->max_running != max_running;

  self->max_running = max_running;
  proc_queue_set_limit (self->queue, max_running);
  return changed;
}

/**
 * proc_runner_get_max_running:
 * @self: a runner
 *
 * Gets how many jobs may run at once.
 *
 * Returns: the number of jobs, or 0 for any number
 *
 * Since: 1.0
 */
guint
proc_runner_get_max_running (ProcRunner *self)
{
  g_return_val_if_fail (PROC_IS_RUNNER (self), 0);

  return read_number (self, &self->max_running);
}

/**
 * proc_runner_set_max_running:
 * @self: a runner
 * @max_running: the number of jobs, or 0 for any number
 *
 * Sets how many jobs may run at once. The others wait, first come first served.
 *
 * It acts at once: with a higher number jobs that wait are started; with a lower one
 * those that run go on, and none is started until there are fewer. Synchronous calls
 * pass by: they neither wait nor count.
 *
 * Since: 1.0
 */
void
proc_runner_set_max_running (ProcRunner *self, guint max_running)
{
  g_return_if_fail (PROC_IS_RUNNER (self));

  if (!write_max_running (self, max_running))
    return;

  proc_engine_look (self->queue);
  g_object_notify (G_OBJECT (self), "max-running");
}

/**
 * proc_runner_get_keep_finished:
 * @self: a runner
 *
 * Gets how many jobs that have finished stay in [property@Proc.Runner:jobs].
 *
 * Returns: the number of jobs
 *
 * Since: 1.0
 */
guint
proc_runner_get_keep_finished (ProcRunner *self)
{
  g_return_val_if_fail (PROC_IS_RUNNER (self), 0);

  return read_number (self, &self->keep_finished);
}

/**
 * proc_runner_set_keep_finished:
 * @self: a runner
 * @keep_finished: the number of jobs
 *
 * Sets how many jobs that have finished stay in [property@Proc.Runner:jobs]: the last
 * ones. A job that is kept keeps its result, and with that its output.
 *
 * Since: 1.0
 */
void
proc_runner_set_keep_finished (ProcRunner *self, guint keep_finished)
{
  g_return_if_fail (PROC_IS_RUNNER (self));

  if (!write_keep_finished (self, keep_finished))
    return;

  proc_job_list_forget_finished (proc_home_get_jobs (self->home));
  g_object_notify (G_OBJECT (self), "keep-finished");
}

static void
on_stopped_all (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
}

/* The thread that made the runner has its callbacks to call. */
static gboolean
stop_and_iterate (ProcRunner *self,
                  GMainContext *context,
                  GCancellable *cancellable,
                  GError **error)
{
  gboolean stopped = FALSE;
  g_autoptr(GTask) task = g_task_new (self, cancellable, on_stopped_all, &stopped);
  g_autoptr(ProcWaiter) waiter = proc_waiter_new (task);

  g_task_set_source_tag (task, proc_runner_stop_all);
  proc_home_close (self->home);
  proc_home_wait (self->home, waiter, context, TRUE);
  while (!stopped)
    g_main_context_iteration (context, TRUE);

  return g_task_propagate_pointer (task, error) != NULL;
}

static gboolean
stop_and_wait (ProcRunner *self, GCancellable *cancellable, GError **error)
{
  g_autoptr(ProcWaiter) waiter = proc_waiter_new_sync (cancellable);

  proc_home_close (self->home);
  proc_home_wait (self->home, waiter, NULL, FALSE);
  return proc_waiter_wait (waiter, error) != NULL;
}

/**
 * proc_runner_stop_all:
 * @self: a runner
 * @cancellable: (nullable): ends the wait, and nothing else
 * @error: return location for an error
 *
 * Stops all that runs and waits, and waits for the end: one line behind
 * `g_application_run ()`, and nothing is left behind. From now on the runner takes no
 * command any more: what is submitted is cancelled.
 *
 * In the thread that made the runner, the thread-default main context is iterated, so that
 * the callbacks of the jobs come first. In any other, no main context is iterated, and
 * nobody's callbacks are waited for. Called in a handler or a callback of a job, it does
 * not wait for what that job still has to tell: that comes when the handler has returned.
 *
 * Returns: %TRUE, or %FALSE with `G_IO_ERROR_CANCELLED` set if the wait was cancelled, or
 *   `PROC_RUNNER_ERROR_SPAWN` in a forked child of the program, where nothing ends
 *
 * Since: 1.0
 */
gboolean
proc_runner_stop_all (ProcRunner *self, GCancellable *cancellable, GError **error)
{
  g_autoptr(GMainContext) context = NULL;
  gboolean stopped;

  g_return_val_if_fail (PROC_IS_RUNNER (self), FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  context = g_main_context_ref_thread_default ();
  if (g_thread_self () != self->thread || !g_main_context_acquire (context))
    return stop_and_wait (self, cancellable, error);

  stopped = stop_and_iterate (self, context, cancellable, error);
  g_main_context_release (context);
  return stopped;
}

/**
 * proc_runner_stop_all_async:
 * @self: a runner
 * @cancellable: (nullable): ends the wait, and nothing else
 * @callback: (scope async) (nullable): called when all has ended
 * @user_data: data for @callback
 *
 * Stops all that runs and waits, synchronous calls in other threads too. From now on the
 * runner takes no command any more: what is submitted is cancelled.
 *
 * @callback is called in the main context that is the caller's thread-default one now,
 * after the callbacks of all jobs of that context.
 *
 * Since: 1.0
 */
void
proc_runner_stop_all_async (ProcRunner *self,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_autoptr(GTask) task = NULL;
  g_autoptr(ProcWaiter) waiter = NULL;

  g_return_if_fail (PROC_IS_RUNNER (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, proc_runner_stop_all_async);
  waiter = proc_waiter_new (task);
  proc_home_close (self->home);
  proc_home_wait (self->home, waiter, g_task_get_context (task), FALSE);
}

/**
 * proc_runner_stop_all_finish:
 * @self: the runner
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Gets the outcome of [method@Proc.Runner.stop_all_async].
 *
 * Returns: %TRUE, or %FALSE with `G_IO_ERROR_CANCELLED` set if the wait was cancelled, or
 *   `PROC_RUNNER_ERROR_SPAWN` in a forked child of the program, where nothing ends
 *
 * Since: 1.0
 */
gboolean
proc_runner_stop_all_finish (ProcRunner *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (PROC_IS_RUNNER (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, proc_runner_stop_all_async), FALSE);

  return g_task_propagate_pointer (G_TASK (result), error) != NULL;
}
