/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The properties of ProcRunner. */

#include "config.h"

#include "proc-runner-private.h"

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
  PROP_MAX_RUNNING,
  PROP_KEEP_FINISHED,
  PROP_JOBS,
  PROP_N_RUNNING,
  PROP_N_QUEUED,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

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
    case PROP_MAX_RUNNING:
      g_value_set_uint (value, proc_runner_get_max_running (self));
      break;
    case PROP_KEEP_FINISHED:
      g_value_set_uint (value, proc_runner_get_keep_finished (self));
      break;
    case PROP_JOBS:
      g_value_set_object (value, proc_runner_get_jobs (self));
      break;
    case PROP_N_RUNNING:
      g_value_set_uint (value, proc_runner_get_n_running (self));
      break;
    case PROP_N_QUEUED:
      g_value_set_uint (value, proc_runner_get_n_queued (self));
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
    case PROP_MAX_RUNNING:
      proc_runner_set_max_running (self, g_value_get_uint (value));
      break;
    case PROP_KEEP_FINISHED:
      proc_runner_set_keep_finished (self, g_value_get_uint (value));
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

#define READABLE (G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY)

static void
install_job_properties (void)
{
  /**
   * ProcRunner:max-running: (getter get_max_running) (setter set_max_running)
   *
   * How many jobs may run at once; 0 for any number. The others wait, first come first
   * served.
   *
   * Since: 1.0
   */
  properties[PROP_MAX_RUNNING] =
    g_param_spec_uint ("max-running", NULL, NULL, 0, G_MAXUINT, 0, READWRITE);

  /**
   * ProcRunner:keep-finished: (getter get_keep_finished) (setter set_keep_finished)
   *
   * How many jobs that have finished stay in [property@Proc.Runner:jobs].
   *
   * Since: 1.0
   */
  properties[PROP_KEEP_FINISHED] =
    g_param_spec_uint ("keep-finished", NULL, NULL, 0, G_MAXUINT, 0, READWRITE);

  /**
   * ProcRunner:jobs: (getter get_jobs)
   *
   * The jobs that wait and run, in the order in which they were submitted, and the last
   * that have finished, as many as are kept.
   *
   * Since: 1.0
   */
  properties[PROP_JOBS] =
    g_param_spec_object ("jobs", NULL, NULL, G_TYPE_LIST_MODEL, READABLE);

  /**
   * ProcRunner:n-running: (getter get_n_running)
   *
   * How many jobs run.
   *
   * Since: 1.0
   */
  properties[PROP_N_RUNNING] =
    g_param_spec_uint ("n-running", NULL, NULL, 0, G_MAXUINT, 0, READABLE);

  /**
   * ProcRunner:n-queued: (getter get_n_queued)
   *
   * How many jobs wait to be started.
   *
   * Since: 1.0
   */
  properties[PROP_N_QUEUED] =
    g_param_spec_uint ("n-queued", NULL, NULL, 0, G_MAXUINT, 0, READABLE);
}

/* By whom changes of one property are listened to, or of all: that is another question. */
static gboolean
are_counts_watched (GObject *object)
{
  guint notify = g_signal_lookup ("notify", G_TYPE_OBJECT);
  const GQuark details[] = {
    0, g_quark_from_static_string ("n-running"), g_quark_from_static_string ("n-queued")
  };

  for (guint i = 0; i < G_N_ELEMENTS (details); i++)
    if (g_signal_has_handler_pending (object, notify, details[i], TRUE))
      return TRUE;

  return FALSE;
}

/* In the context in which the runner was made. */
static void
notify_counts (GObject *object, gboolean all)
{
  ProcRunner *self = PROC_RUNNER (object);
  ProcQueueCounts old = self->told;

  self->told = proc_queue_get_counts (self->queue);
  if (all || self->told.n_running != old.n_running)
    g_object_notify_by_pspec (object, properties[PROP_N_RUNNING]);
  if (all || self->told.n_queued != old.n_queued)
    g_object_notify_by_pspec (object, properties[PROP_N_QUEUED]);
}

const ProcJobListOwner proc_runner_counts = {
  .is_watched = are_counts_watched,
  .notify = notify_counts,
};

void
proc_runner_install_properties (GObjectClass *object_class)
{
  object_class->get_property = proc_runner_get_property;
  object_class->set_property = proc_runner_set_property;

  install_place_properties ();
  install_time_properties ();
  install_output_properties ();
  install_job_properties ();
  g_object_class_install_properties (object_class, N_PROPS, properties);
}
