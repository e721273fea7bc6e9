/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-job-private.h"

#include "proc-share-private.h"
#include "proc-thread-private.h"

#include <signal.h>

/**
 * ProcJob:
 *
 * One run of a command, under way.
 *
 * [method@Proc.Runner.start] gives a job at once. It tells how far the command has
 * come, gives its output while it is written, takes its input, and can stop it.
 *
 * ```c
 * static void
 * on_lines (ProcJob *job, ProcStream stream, char **lines, gpointer user_data)
 * {
 *   for (guint i = 0; lines[i] != NULL; i++)
 *     g_print ("%s\n", lines[i]);
 * }
 *
 * static void
 * on_over (GObject *source, GAsyncResult *async_result, gpointer user_data)
 * {
 *   g_autoptr(GError) error = NULL;
 *   g_autoptr(ProcResult) result = proc_job_wait_finish (PROC_JOB (source), async_result, &error);
 *
 *   if (result == NULL || !proc_result_check (result, &error))
 *     g_printerr ("%s\n", error->message);
 * }
 *
 * static void
 * build (ProcRunner *runner)
 * {
 *   const char *argv[] = { "make", "-k", NULL };
 *   g_autoptr(ProcCommand) command = proc_command_new (argv);
 *   g_autoptr(ProcJob) job = proc_runner_start (runner, command, NULL);
 *
 *   g_signal_connect (job, "lines", G_CALLBACK (on_lines), NULL);
 *   proc_job_wait_async (job, NULL, on_over, NULL);
 * }
 * ```
 *
 * A job belongs to the main context that was the thread default when it was started.
 * All its notifications and signals come there: first the lines and data, then the
 * notification of the state, then the callbacks of those who wait. While one of them
 * runs, a main loop of its own included, nothing else of the job is told. Its methods may
 * be called from any thread.
 *
 * An output can be followed in one of two ways. Signals are made while somebody is
 * connected to [signal@Proc.Job::lines] or [signal@Proc.Job::data]; connect before you
 * return to the main loop, and nothing is missed. Or it is read, by
 * [method@Proc.Job.read_lines_async], or the stream of a piped output; from the first
 * such call on no signals are made of that output. Both hold the command up when they
 * are 8 MiB behind. What the result keeps of the output does not depend on either, but
 * for `PROC_STDIO_PIPE`, of which nothing is kept.
 *
 * Dropping the last reference to a job does not stop it.
 *
 * Since: 1.0
 */
G_DEFINE_FINAL_TYPE (ProcJob, proc_job, G_TYPE_OBJECT)

static void
proc_job_finalize (GObject *object)
{
  ProcJob *self = PROC_JOB (object);

  proc_link_close (self->link);
  g_clear_object (&self->stdin_stream);
  g_clear_object (&self->streams[PROC_STREAM_STDOUT]);
  g_clear_object (&self->streams[PROC_STREAM_STDERR]);
  proc_link_let_go (self->link);
  g_clear_pointer (&self->ticket, proc_ticket_unref);
  g_object_unref (self->command);
  g_free (self->facts.last_line);
  proc_verdict_clear (&self->verdict);
  proc_waiters_clear (&self->waiters);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (proc_job_parent_class)->finalize (object);
}

static void
proc_job_class_init (ProcJobClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = proc_job_finalize;
  proc_job_install_properties (object_class);
  proc_job_install_signals (object_class);
}

static void
proc_job_init (ProcJob *self)
{
  g_mutex_init (&self->lock);
  proc_waiters_init (&self->waiters, &self->lock);
  self->facts.last_line = g_strdup ("");
  self->heard[PROC_STREAM_STDOUT] = self->heard[PROC_STREAM_STDERR] = -1;
  self->thread = g_thread_self ();
  self->command = g_object_new (PROC_TYPE_COMMAND, NULL); /* for one that nobody submits */
  self->link = proc_link_new (proc_job_deliver, self);
}

/* From submission to end */

static ProcJobState
get_state (ProcJob *self)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->facts.state;
}

/* Takes a copy of @command. @over is called once, in the job's context, when all have
 * been told of the end. */
ProcJob *
proc_job_new (ProcCommand *command, ProcJobOver over, gpointer user_data)
{
  ProcJob *self = g_object_new (PROC_TYPE_JOB, NULL);

  g_object_unref (self->command);
  self->command = proc_command_copy (command);
  proc_link_set_charset (self->link, self->command->charset);
  self->over = over;
  self->user_data = user_data;
  return self;
}

GMainContext *
proc_job_get_context (ProcJob *self)
{
  return proc_link_get_context (self->link);
}

/* Somebody can look at it. Any thread. */
void
proc_job_watch (ProcJob *self)
{
  proc_link_watch (self->link);
}

static gboolean
on_occasion (gpointer user_data)
{
  g_autoptr(ProcJob) self = user_data;

  if (get_state (self) != PROC_JOB_STATE_FINISHED)
    proc_job_listen (self);
  return G_SOURCE_REMOVE;
}

/* Before it is submitted: somebody will have it, and has until the context is iterated to
 * connect to its signals. */
void
proc_job_follow (ProcJob *self)
{
  proc_outlet_set_use (proc_link_get_outlet (self->link, PROC_STREAM_STDOUT),
                       PROC_OUTLET_UNDECIDED);
  proc_outlet_set_use (proc_link_get_outlet (self->link, PROC_STREAM_STDERR),
                       PROC_OUTLET_UNDECIDED);
  proc_job_watch (self);
  proc_thread_post (proc_job_get_context (self), G_PRIORITY_DEFAULT, on_occasion,
                    g_object_ref (self));
}

/* In the job's context. */
static void
on_done (gpointer user_data)
{
  g_autoptr(ProcJob) self = user_data;

  proc_job_begin_end (self);
}

static gboolean
on_refused (gpointer user_data)
{
  if (proc_share_is_spent ())
    return G_SOURCE_CONTINUE;

  on_done (user_data);
  return G_SOURCE_REMOVE;
}

/* Refers to itself until it is over, whoever drops it. */
void
proc_job_submit (ProcJob *self,
                 ProcPlan *plan,
                 ProcQueue *queue,
                 gboolean urgent,
                 GCancellable *cancellable)
{
  self->ticket = proc_engine_submit (plan, queue, self->link, urgent, cancellable, on_done,
                                     g_object_ref (self));
}

/* Takes @report: nothing will be started. */
void
proc_job_refuse (ProcJob *self, ProcReport *report)
{
  proc_link_end (self->link, report);
  proc_thread_post (proc_link_get_context (self->link), G_PRIORITY_DEFAULT, on_refused,
                    g_object_ref (self));
}

/* Once the run is over; in any thread. The verdict is the job's. */
const ProcVerdict *
proc_job_judge (ProcJob *self)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  if (!self->judged)
    {
      proc_verdict_init (&self->verdict, proc_link_take_report (self->link), self->command);
      self->judged = TRUE;
    }

  return &self->verdict;
}

/* Takes @waiter. */
static void
answer (ProcJob *self, ProcWaiter *waiter)
{
  ProcDemand demand = GPOINTER_TO_INT (proc_waiter_get_data (waiter));
  GError *error = NULL;
  ProcResult *result = proc_verdict_answer (proc_job_judge (self), demand, &error);

  if (result != NULL)
    proc_waiter_return (waiter, result, g_object_unref);
  else
    proc_waiter_return_error (waiter, error);
}

static ProcWaiter *
pop_waiter (ProcJob *self)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return proc_waiters_pop (&self->waiters);
}

/* All have been told by notifications. */
void
proc_job_answer_waiters (ProcJob *self)
{
  ProcWaiter *waiter;

  g_mutex_lock (&self->lock);
  self->answering = TRUE;
  g_mutex_unlock (&self->lock);

  while ((waiter = pop_waiter (self)) != NULL)
    answer (self, waiter);
}

static gboolean
is_answering (ProcJob *self)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->answering;
}

/* Returns @task, which must keep the job, when the job is over; or earlier, by the
 * task's cancellable. */
void
proc_job_add_waiter (ProcJob *self, GTask *task, ProcDemand demand)
{
  g_autoptr(ProcWaiter) waiter = proc_waiter_new (task);

  if (!proc_link_has_ended (self->link) && proc_engine_refuse (waiter))
    return;

  proc_waiter_set_data (waiter, GINT_TO_POINTER (demand), NULL);
  proc_waiters_add (&self->waiters, waiter);
  if (is_answering (self))
    proc_job_answer_waiters (self);
}

/**
 * proc_job_stop:
 * @self: a job
 *
 * Stops the command, as cancelling does: its process group gets SIGTERM, and SIGKILL when
 * [property@Proc.Runner:kill-grace-msec] is over. One that waits to be started never is.
 *
 * Returns at once. The job is over when the group is gone; its outcome is then
 * `PROC_OUTCOME_CANCELLED`, unless the command had ended before. May be called from any
 * thread, and when the job is over, without effect.
 *
 * Since: 1.0
 */
void
proc_job_stop (ProcJob *self)
{
  g_return_if_fail (PROC_IS_JOB (self));

  if (self->ticket != NULL)
    proc_engine_order (self->ticket, PROC_ORDER_STOP, 0);
}

/**
 * proc_job_kill:
 * @self: a job
 *
 * Stops the command by SIGKILL to its process group, without a grace. Also one that is
 * being stopped already, and has not ended yet. All else is as with
 * [method@Proc.Job.stop].
 *
 * Since: 1.0
 */
void
proc_job_kill (ProcJob *self)
{
  g_return_if_fail (PROC_IS_JOB (self));

  if (self->ticket != NULL)
    proc_engine_order (self->ticket, PROC_ORDER_KILL, 0);
}

/**
 * proc_job_send_signal:
 * @self: a job
 * @signal_number: a signal, like `SIGUSR1`
 *
 * Sends a signal to the program alone, not to its process group.
 *
 * A program that has not been started yet gets it as soon as it runs, and one that has
 * ended gets nothing: no other process is ever signalled in its place. What the signal
 * does to the program is taken for its own doing: to stop it, use
 * [method@Proc.Job.stop]. May be called from any thread.
 *
 * Since: 1.0
 */
void
proc_job_send_signal (ProcJob *self, int signal_number)
{
  g_return_if_fail (PROC_IS_JOB (self));
  g_return_if_fail (signal_number > 0 && signal_number <= SIGRTMAX);

  if (self->ticket != NULL)
    proc_engine_order (self->ticket, PROC_ORDER_SIGNAL, signal_number);
}

/* This thread is about to wait. If it is that in which the job's signals are made, none
 * will be; if it is another, that one may be waiting for this. */
static void
expect_no_delivery (ProcJob *self)
{
  gboolean here = self->thread == g_thread_self ()
                  || g_main_context_is_owner (proc_job_get_context (self));

  if (here)
    proc_job_listen (self);

  for (ProcStream stream = PROC_STREAM_STDOUT; stream <= PROC_STREAM_STDERR; stream++)
    {
      ProcOutlet *outlet = proc_link_get_outlet (self->link, stream);

      if (here)
        proc_outlet_leave (outlet);
      else
        proc_outlet_open_undecided (outlet);
    }
}

/**
 * proc_job_wait:
 * @self: a job
 * @cancellable: (nullable): ends the wait, and nothing else
 * @error: return location for an error
 *
 * Waits for the end of a job, whatever it is, as [method@Proc.Job.wait_async] does.
 *
 * The calling thread waits; no main context is iterated, and so in the job's own thread
 * no signal is made meanwhile: those of what was read come when its context is iterated
 * again, and until then all of that is kept in memory. In a forked child of the program,
 * where nothing ends, the error is `PROC_RUNNER_ERROR_SPAWN`.
 *
 * Returns: (transfer full): how the command ended, or %NULL with @error set
 *
 * Since: 1.0
 */
ProcResult *
proc_job_wait (ProcJob *self, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (PROC_IS_JOB (self), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!proc_link_has_ended (self->link) && !proc_engine_check_owner (error))
    return NULL;

  expect_no_delivery (self);
  if (!proc_link_wait (self->link, cancellable, error))
    return NULL;

  return proc_verdict_answer (proc_job_judge (self), PROC_DEMAND_END, error);
}

/**
 * proc_job_wait_async:
 * @self: a job
 * @cancellable: (nullable): ends the wait, and nothing else
 * @callback: (scope async) (nullable): called when the job is over
 * @user_data: data for @callback
 *
 * Waits for the end of a job, whatever it is. May be called often, by several, and when
 * the job is over already.
 *
 * @callback is called once, in the main context that is the caller's thread-default one
 * now, and gets the outcome from [method@Proc.Job.wait_finish]: after the job's state
 * has become `PROC_JOB_STATE_FINISHED`, or when @cancellable is triggered.
 *
 * Since: 1.0
 */
void
proc_job_wait_async (ProcJob *self,
                     GCancellable *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer user_data)
{
  g_autoptr(GTask) task = NULL;

  g_return_if_fail (PROC_IS_JOB (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, proc_job_wait_async);
  proc_job_add_waiter (self, task, PROC_DEMAND_END);
}

/**
 * proc_job_wait_finish:
 * @self: the job
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Gets the outcome of [method@Proc.Job.wait_async].
 *
 * However the command ended, that is no error here: a stopped one has a result, too, and
 * [method@Proc.Result.check] makes an error of it. The error is why nothing could be
 * started, in the domain [error@Proc.RunnerError], or `G_IO_ERROR_CANCELLED` if the wait
 * was cancelled.
 *
 * Returns: (transfer full): how the command ended, or %NULL with @error set
 *
 * Since: 1.0
 */
ProcResult *
proc_job_wait_finish (ProcJob *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (PROC_IS_JOB (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, proc_job_wait_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
