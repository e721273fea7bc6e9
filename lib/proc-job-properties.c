/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The properties of ProcJob, all of them to be read only. */

#include "config.h"

#include "proc-job-private.h"

static GParamSpec *properties[PROC_JOB_N_PROPS];

/**
 * proc_job_get_state:
 * @self: a job
 *
 * Gets how far the job has come, as far as its main context was told.
 *
 * Returns: the state
 *
 * Since: 1.0
 */
ProcJobState
proc_job_get_state (ProcJob *self)
{
  g_autoptr(GMutexLocker) locker = NULL;

  g_return_val_if_fail (PROC_IS_JOB (self), PROC_JOB_STATE_FINISHED);

  locker = g_mutex_locker_new (&self->lock);
  return self->facts.state;
}

/**
 * proc_job_get_pid:
 * @self: a job
 *
 * Gets the process of the program. Its number stays here when the process has ended, and
 * may be another's by then: to signal it, use [method@Proc.Job.send_signal].
 *
 * Returns: the number of the process, or 0 if none was started yet
 *
 * Since: 1.0
 */
int
proc_job_get_pid (ProcJob *self)
{
  g_autoptr(GMutexLocker) locker = NULL;

  g_return_val_if_fail (PROC_IS_JOB (self), 0);

  locker = g_mutex_locker_new (&self->lock);
  return self->facts.pid;
}

/**
 * proc_job_get_command:
 * @self: a job
 *
 * Gets the command as it was submitted. It is the job's own, and must not be changed.
 *
 * Returns: (transfer none): the command, which belongs to the job
 *
 * Since: 1.0
 */
ProcCommand *
proc_job_get_command (ProcJob *self)
{
  g_return_val_if_fail (PROC_IS_JOB (self), NULL);

  return self->command;
}

/**
 * proc_job_get_stdout_size:
 * @self: a job
 *
 * Gets how many bytes of standard output were read so far, wherever they go.
 *
 * Returns: the number of bytes
 *
 * Since: 1.0
 */
guint64
proc_job_get_stdout_size (ProcJob *self)
{
  g_autoptr(GMutexLocker) locker = NULL;

  g_return_val_if_fail (PROC_IS_JOB (self), 0);

  locker = g_mutex_locker_new (&self->lock);
  return self->facts.stdout_size;
}

/**
 * proc_job_get_stderr_size:
 * @self: a job
 *
 * Gets how many bytes of standard error were read so far, wherever they go.
 *
 * Returns: the number of bytes
 *
 * Since: 1.0
 */
guint64
proc_job_get_stderr_size (ProcJob *self)
{
  g_autoptr(GMutexLocker) locker = NULL;

  g_return_val_if_fail (PROC_IS_JOB (self), 0);

  locker = g_mutex_locker_new (&self->lock);
  return self->facts.stderr_size;
}

/**
 * proc_job_dup_last_line:
 * @self: a job
 *
 * Gets what the command said last, on either output, as it would stand on a terminal: a
 * line that has not ended yet, and one that will be written over, too. Of a very long
 * line that is the end.
 *
 * A copy, since the next one may come at any time.
 *
 * Returns: (transfer full): the line, in valid UTF-8; empty if there was none
 *
 * Since: 1.0
 */
char *
proc_job_dup_last_line (ProcJob *self)
{
  g_autoptr(GMutexLocker) locker = NULL;

  g_return_val_if_fail (PROC_IS_JOB (self), NULL);

  locker = g_mutex_locker_new (&self->lock);
  return g_strdup (self->facts.last_line);
}

/**
 * proc_job_get_has_progress:
 * @self: a job
 *
 * Gets whether the command has told of its progress, in a way that is understood: see
 * [method@Proc.Job.get_progress].
 *
 * Returns: %TRUE if it has
 *
 * Since: 1.0
 */
gboolean
proc_job_get_has_progress (ProcJob *self)
{
  g_autoptr(GMutexLocker) locker = NULL;

  g_return_val_if_fail (PROC_IS_JOB (self), FALSE);

  locker = g_mutex_locker_new (&self->lock);
  return self->facts.has_progress;
}

/**
 * proc_job_get_progress:
 * @self: a job
 *
 * Gets how far the command has come, as it told last: by a percentage, `NN%`, or a count
 * in brackets, `[N/M]` or `(N/M)`; or by what [method@Proc.Command.set_progress_pattern]
 * asks for. Many commands begin anew with each of their steps.
 *
 * Returns: 0 to 1; 0 if nothing was told
 *
 * Since: 1.0
 */
double
proc_job_get_progress (ProcJob *self)
{
  g_autoptr(GMutexLocker) locker = NULL;

  g_return_val_if_fail (PROC_IS_JOB (self), 0);

  locker = g_mutex_locker_new (&self->lock);
  return self->facts.progress;
}

/**
 * proc_job_get_elapsed_usec:
 * @self: a job
 *
 * Gets how long the command has been running, or ran, by a clock that never jumps. This
 * changes all the time, and is not notified.
 *
 * Returns: the time in microseconds; 0 while it waits
 *
 * Since: 1.0
 */
gint64
proc_job_get_elapsed_usec (ProcJob *self)
{
  g_autoptr(GMutexLocker) locker = NULL;

  g_return_val_if_fail (PROC_IS_JOB (self), 0);

  locker = g_mutex_locker_new (&self->lock);
  if (self->verdict.result != NULL)
    return proc_result_get_elapsed_usec (self->verdict.result);

  return self->start_monotonic != 0 ? g_get_monotonic_time () - self->start_monotonic : 0;
}

/**
 * proc_job_get_result:
 * @self: a job
 *
 * Gets how the command ended.
 *
 * Returns: (transfer none) (nullable): the result, which belongs to the job; %NULL while
 *   the job is not over, and if nothing could be started: then
 *   [method@Proc.Job.wait_async] tells why
 *
 * Since: 1.0
 */
ProcResult *
proc_job_get_result (ProcJob *self)
{
  g_autoptr(GMutexLocker) locker = NULL;

  g_return_val_if_fail (PROC_IS_JOB (self), NULL);

  locker = g_mutex_locker_new (&self->lock);
  return self->facts.state == PROC_JOB_STATE_FINISHED ? self->verdict.result : NULL;
}

static void
proc_job_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  ProcJob *self = PROC_JOB (object);

  switch (prop_id)
    {
    case PROC_JOB_PROP_STATE:
      g_value_set_enum (value, proc_job_get_state (self));
      break;
    case PROC_JOB_PROP_PID:
      g_value_set_int (value, proc_job_get_pid (self));
      break;
    case PROC_JOB_PROP_COMMAND:
      g_value_set_object (value, self->command);
      break;
    case PROC_JOB_PROP_STDOUT_SIZE:
      g_value_set_uint64 (value, proc_job_get_stdout_size (self));
      break;
    case PROC_JOB_PROP_STDERR_SIZE:
      g_value_set_uint64 (value, proc_job_get_stderr_size (self));
      break;
    case PROC_JOB_PROP_LAST_LINE:
      g_value_take_string (value, proc_job_dup_last_line (self));
      break;
    case PROC_JOB_PROP_HAS_PROGRESS:
      g_value_set_boolean (value, proc_job_get_has_progress (self));
      break;
    case PROC_JOB_PROP_PROGRESS:
      g_value_set_double (value, proc_job_get_progress (self));
      break;
    case PROC_JOB_PROP_ELAPSED_USEC:
      g_value_set_int64 (value, proc_job_get_elapsed_usec (self));
      break;
    case PROC_JOB_PROP_RESULT:
      g_value_set_object (value, proc_job_get_result (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

void
proc_job_notify (ProcJob *self, guint property)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

#define READABLE (G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY)

static void
install_run_properties (void)
{
  /**
   * ProcJob:state: (getter get_state)
   *
   * How far the job has come. It is told once a frame, so a short job may go from one state
   * to the last.
   *
   * Since: 1.0
   */
  properties[PROC_JOB_PROP_STATE] =
    g_param_spec_enum ("state", NULL, NULL, PROC_TYPE_JOB_STATE, PROC_JOB_STATE_QUEUED, READABLE);

  /**
   * ProcJob:pid: (getter get_pid)
   *
   * The process of the program; 0 if none was started yet.
   *
   * Since: 1.0
   */
  properties[PROC_JOB_PROP_PID] =
    g_param_spec_int ("pid", NULL, NULL, 0, G_MAXINT, 0, READABLE);

  /**
   * ProcJob:command: (getter get_command)
   *
   * The command as it was submitted.
   *
   * Since: 1.0
   */
  properties[PROC_JOB_PROP_COMMAND] =
    g_param_spec_object ("command", NULL, NULL, PROC_TYPE_COMMAND, READABLE);

  /**
   * ProcJob:elapsed-usec: (getter get_elapsed_usec)
   *
   * How long the command has been running, or ran, in microseconds. It changes all the
   * time, and is not notified.
   *
   * Since: 1.0
   */
  properties[PROC_JOB_PROP_ELAPSED_USEC] =
    g_param_spec_int64 ("elapsed-usec", NULL, NULL, 0, G_MAXINT64, 0, READABLE);

  /**
   * ProcJob:result: (getter get_result)
   *
   * How the command ended; %NULL while it has not, and if nothing could be started.
   *
   * Since: 1.0
   */
  properties[PROC_JOB_PROP_RESULT] =
    g_param_spec_object ("result", NULL, NULL, PROC_TYPE_RESULT, READABLE);
}

static void
install_output_properties (void)
{
  /**
   * ProcJob:stdout-size: (getter get_stdout_size)
   *
   * How many bytes of standard output were read so far.
   *
   * Since: 1.0
   */
  properties[PROC_JOB_PROP_STDOUT_SIZE] =
    g_param_spec_uint64 ("stdout-size", NULL, NULL, 0, G_MAXUINT64, 0, READABLE);

  /**
   * ProcJob:stderr-size: (getter get_stderr_size)
   *
   * How many bytes of standard error were read so far.
   *
   * Since: 1.0
   */
  properties[PROC_JOB_PROP_STDERR_SIZE] =
    g_param_spec_uint64 ("stderr-size", NULL, NULL, 0, G_MAXUINT64, 0, READABLE);

  /**
   * ProcJob:last-line: (getter dup_last_line)
   *
   * What the command said last.
   *
   * Since: 1.0
   */
  properties[PROC_JOB_PROP_LAST_LINE] =
    g_param_spec_string ("last-line", NULL, NULL, "", READABLE);

  /**
   * ProcJob:has-progress: (getter get_has_progress)
   *
   * Whether the command has told of its progress.
   *
   * Since: 1.0
   */
  properties[PROC_JOB_PROP_HAS_PROGRESS] =
    g_param_spec_boolean ("has-progress", NULL, NULL, FALSE, READABLE);

  /**
   * ProcJob:progress: (getter get_progress)
   *
   * How far the command has come, as it told last: 0 to 1.
   *
   * Since: 1.0
   */
  properties[PROC_JOB_PROP_PROGRESS] =
    g_param_spec_double ("progress", NULL, NULL, 0, 1, 0, READABLE);
}

void
proc_job_install_properties (GObjectClass *object_class)
{
  object_class->get_property = proc_job_get_property;

  install_run_properties ();
  install_output_properties ();
  g_object_class_install_properties (object_class, PROC_JOB_N_PROPS, properties);
}
