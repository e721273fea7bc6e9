/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-report-private.h"

#include "proc-buffer-private.h"

#include <sys/wait.h>

ProcReport *
proc_report_new (void)
{
  ProcReport *self = g_new0 (ProcReport, 1);

  self->exit_status = -1;
  self->cpu_usec = -1;
  self->peak_rss = -1;
  self->complete = TRUE;
  self->stdin_complete = TRUE;
  self->stdout_bytes = proc_bytes_new_empty ();
  self->stderr_bytes = proc_bytes_new_empty ();
  return self;
}

/* Nothing was started, because of @error, which is taken. */
ProcReport *
proc_report_new_error (GError *error)
{
  ProcReport *self = proc_report_new ();

  self->error = error;
  return self;
}

/* Nothing was started, because the caller cancelled before. */
ProcReport *
proc_report_new_cancelled (void)
{
  ProcReport *self = proc_report_new ();

  self->ended = TRUE;
  self->outcome = PROC_OUTCOME_CANCELLED;
  return self;
}

void
proc_report_set_wait_status (ProcReport *self, int wait_status)
{
  if (WIFEXITED (wait_status))
    self->exit_status = WEXITSTATUS (wait_status);

  if (WIFSIGNALED (wait_status))
    {
      self->term_signal = WTERMSIG (wait_status);
      self->core_dumped = WCOREDUMP (wait_status);
    }
}

void
proc_report_free (ProcReport *self)
{
  g_clear_error (&self->error);
  g_bytes_unref (self->stdout_bytes);
  g_bytes_unref (self->stderr_bytes);
  g_free (self);
}
