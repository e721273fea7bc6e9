/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-call-private.h"

#include "proc-engine-private.h"
#include "proc-job-private.h"
#include "proc-runner-private.h"
#include "proc-trace-private.h"

/* One call of a verb. Asynchronous, it is a job, and a task that waits for its end; the
 * synchronous form differs in the way to wait, and in nothing else: it has no main
 * context, and so no job.
 */
static G_DEFINE_QUARK (proc-call-job, job)

ProcResult *
proc_call_sync (ProcRunner *runner,
                ProcCommand *command,
                ProcDemand demand,
                GCancellable *cancellable,
                GError **error)
{
  g_autoptr(ProcCommand) submitted = proc_command_copy (command);
  g_auto(ProcVerdict) verdict = { NULL };
  g_autoptr(ProcPlan) plan = NULL;
  ProcReport *report = NULL;

  plan = proc_runner_make_plan (runner, submitted, FALSE, &report);
  if (plan != NULL)
    report = proc_engine_run (plan, proc_runner_get_queue (runner), cancellable);

  proc_verdict_init (&verdict, report, submitted);
  proc_trace_end (submitted, &verdict);
  return proc_verdict_answer (&verdict, demand, error);
}

/* What happened is what is told, so the cancellable ends no wait: it stops the job. */
void
proc_call_async (ProcRunner *runner,
                 ProcCommand *command,
                 ProcDemand demand,
                 gpointer source_tag,
                 GCancellable *cancellable,
                 GAsyncReadyCallback callback,
                 gpointer user_data)
{
  g_autoptr(GTask) task = g_task_new (runner, NULL, callback, user_data);
  ProcJob *job = proc_runner_start_job (runner, command, PROC_START_FOR_VERB, cancellable);

  g_task_set_source_tag (task, source_tag);
  g_object_set_qdata_full (G_OBJECT (task), job_quark (), job, g_object_unref);
  proc_job_add_waiter (job, task, demand);
}

ProcResult *
proc_call_finish (ProcRunner *runner,
                  GAsyncResult *result,
                  gpointer source_tag,
                  GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, runner), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, source_tag), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* What is known of the child's end, also when the call failed, or NULL. The task
 * may be one that somebody else made for the runner. */
ProcResult *
proc_call_get_result (GTask *task)
{
  ProcJob *job = g_object_get_qdata (G_OBJECT (task), job_quark ());

  return job != NULL ? proc_job_get_result (job) : NULL;
}
