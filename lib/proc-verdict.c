/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-verdict-private.h"

#include "proc-command-private.h"
#include "proc-error-private.h"
#include "proc-result-private.h"
#include "proc-text-private.h"

/* A report, in the caller's world: a result, or why there is none. The verbs differ in
 * what they demand of it, and in nothing else.
 */

/* A secret of the command may stand in a program's name, a line, or a file's, and so may
 * control characters. */
static void
clean (GError *error, ProcCommand *command)
{
  char *message;

  if (error->domain != PROC_RUNNER_ERROR)
    return;

  message = proc_text_blank_controls (proc_command_mask (command, error->message));
  g_free (error->message);
  error->message = message;
}

/* Takes @report, and a reference to @command, which nobody changes any more. */
void
proc_verdict_init (ProcVerdict *self, ProcReport *report, ProcCommand *command)
{
  *self = (ProcVerdict) { NULL };
  if (report->ended)
    {
      self->result = proc_result_new (report, g_object_ref (command));
      return;
    }

  self->error = g_steal_pointer (&report->error);
  clean (self->error, command);
  proc_report_free (report);
}

void
proc_verdict_clear (ProcVerdict *self)
{
  g_clear_object (&self->result);
  g_clear_error (&self->error);
}

static gboolean
meets (ProcResult *result, ProcDemand demand, GError **error)
{
  GError *failure;

  switch (demand)
    {
    case PROC_DEMAND_CHECK:
      return proc_result_check (result, error);
    case PROC_DEMAND_RUN:
      failure = proc_result_make_run_error (result);
      if (failure != NULL)
        g_propagate_error (error, failure);
      return failure == NULL;
    case PROC_DEMAND_END:
    default:
      return TRUE;
    }
}

/* Gives a reference, or NULL with @error set. */
ProcResult *
proc_verdict_answer (const ProcVerdict *self, ProcDemand demand, GError **error)
{
  if (self->result == NULL)
    {
      g_propagate_error (error, g_error_copy (self->error));
      return NULL;
    }

  return meets (self->result, demand, error) ? g_object_ref (self->result) : NULL;
}
