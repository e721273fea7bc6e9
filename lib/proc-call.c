/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-call-private.h"

#include "proc-command-private.h"
#include "proc-engine-private.h"
#include "proc-error-private.h"
#include "proc-result-private.h"
#include "proc-runner-private.h"

/* One call of a verb: a plan is made of the runner and the command, the engine
 * gives a report, and the report becomes a result or an error. The verbs differ in
 * what they ask for and what they hand out; the synchronous form of each differs
 * from the asynchronous one in the way to wait for the report, and in nothing else.
 */
typedef struct
{
  ProcCommand *command; /* as it was submitted */
  gboolean check;
  ProcResult *result; /* NULL if nothing was started */
} ProcCall;

static G_DEFINE_QUARK (proc-call, call)

static ProcCall *
call_new (ProcCommand *command, gboolean check)
{
  ProcCall *self = g_new0 (ProcCall, 1);

  self->command = proc_command_copy (command);
  self->check = check;
  return self;
}

static void
call_free (gpointer data)
{
  ProcCall *self = data;

  g_clear_object (&self->command);
  g_clear_object (&self->result);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ProcCall, call_free)

/* Takes @failure. A secret of the command may stand in a program's name, a line, or
 * a file's. */
static void
fail (ProcCall *call, GError *failure, GError **error)
{
  g_autofree char *message = proc_command_mask (call->command, failure->message);

  if (failure->domain == PROC_RUNNER_ERROR)
    {
      g_free (failure->message);
      failure->message = g_steal_pointer (&message);
    }

  g_propagate_error (error, failure);
}

static ProcPlan *
make_plan (ProcCall *call, ProcRunner *runner, GError **error)
{
  GError *failure = NULL;
  ProcPlan *plan = proc_runner_make_plan (runner, call->command, &failure);

  if (plan == NULL)
    fail (call, failure, error);

  return plan;
}

/* Takes @report. FALSE if the call fails. */
static gboolean
conclude (ProcCall *call, ProcReport *report, GError **error)
{
  GError *failure = NULL;

  if (!report->ended)
    {
      failure = g_steal_pointer (&report->error);
      proc_report_free (report);
      fail (call, failure, error);
      return FALSE;
    }

  call->result = proc_result_new (report, g_object_ref (call->command));
  if (call->check)
    return proc_result_check (call->result, error);

  failure = proc_result_make_run_error (call->result);
  if (failure == NULL)
    return TRUE;

  g_propagate_error (error, failure);
  return FALSE;
}

ProcResult *
proc_call_sync (ProcRunner *runner,
                ProcCommand *command,
                gboolean check,
                GCancellable *cancellable,
                GError **error)
{
  g_autoptr(ProcCall) call = call_new (command, check);
  g_autoptr(ProcPlan) plan = make_plan (call, runner, error);
  ProcReport *report;

  if (plan == NULL)
    return NULL;

  report = proc_engine_run (plan, proc_runner_get_queue (runner), cancellable);
  if (!conclude (call, report, error))
    return NULL;

  return g_steal_pointer (&call->result);
}

static void
on_report (ProcReport *report, gpointer user_data)
{
  g_autoptr(GTask) task = user_data;
  ProcCall *call = g_task_get_task_data (task);
  GError *error = NULL;

  if (conclude (call, report, &error))
    g_task_return_pointer (task, g_object_ref (call->result), g_object_unref);
  else
    g_task_return_error (task, error);
}

/* What happened is what is told, so the cancellable is not asked at the end. */
void
proc_call_async (ProcRunner *runner,
                 ProcCommand *command,
                 gboolean check,
                 gpointer source_tag,
                 GCancellable *cancellable,
                 GAsyncReadyCallback callback,
                 gpointer user_data)
{
  g_autoptr(GTask) task = g_task_new (runner, cancellable, callback, user_data);
  g_autoptr(ProcPlan) plan = NULL;
  ProcCall *call = call_new (command, check);
  GError *error = NULL;

  g_task_set_source_tag (task, source_tag);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, call, call_free);
  g_object_set_qdata (G_OBJECT (task), call_quark (), call);

  plan = make_plan (call, runner, &error);
  if (plan == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  proc_engine_submit (plan, proc_runner_get_queue (runner), cancellable,
                      g_task_get_context (task), on_report, g_object_ref (task));
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
  ProcCall *call = g_object_get_qdata (G_OBJECT (task), call_quark ());

  return call != NULL ? call->result : NULL;
}
