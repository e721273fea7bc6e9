/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "test-stopping.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

TestStop
test_stop_init (void)
{
  TestStop self = { proc_runner_new (), g_cancellable_new (), test_fifo_ready (), TEST_CALL_INIT };

  return self;
}

void
test_stop_clear (TestStop *self)
{
  test_assert_handlers_gone (self->cancellable);
  test_call_clear (&self->call);
  test_fifo_clear (&self->ready);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->runner);
}

/* Gives the process that is ready. */
pid_t
test_stop_start (TestStop *self, ProcCommand *command)
{
  proc_runner_run_async (self->runner, command, self->cancellable, test_call_done,
                         test_call_begin (&self->call));
  return test_fifo_wait (&self->ready);
}

ProcResult *
test_stop_finish_with_orphans (TestStop *self)
{
  g_autoptr(GError) error = NULL;
  ProcResult *result;

  test_call_wait (&self->call);
  g_assert_null (proc_runner_run_finish (self->runner, self->call.result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  result = proc_runner_get_task_result (self->runner, self->call.result);
  g_assert_cmpint (proc_result_get_outcome (result), ==, PROC_OUTCOME_CANCELLED);
  g_assert_false (proc_result_get_successful (result));
  return result;
}

ProcResult *
test_stop_finish (TestStop *self)
{
  test_call_wait (&self->call);
  test_assert_no_children ();
  test_assert_no_survivors ();
  return test_stop_finish_with_orphans (self);
}

ProcResult *
test_stop_run (TestStop *self, ProcCommand *command)
{
  test_stop_start (self, command);
  g_cancellable_cancel (self->cancellable);
  return test_stop_finish (self);
}

void
test_assert_ended (ProcResult *result, int term_signal, gboolean forced)
{
  g_assert_cmpint (proc_result_get_term_signal (result), ==, term_signal);
  g_assert_cmpint (proc_result_get_forced (result), ==, forced);
  g_assert_cmpuint (proc_result_get_survivors (result), ==, 0);
}

static gboolean
is_ours (gpointer pid)
{
  siginfo_t info;

  return waitid (P_PID, (id_t) GPOINTER_TO_INT (pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

static gboolean
is_gone (gpointer pid)
{
  return kill (GPOINTER_TO_INT (pid), 0) < 0 && errno == ESRCH;
}

void
test_wait_until_gone (pid_t pid)
{
  g_assert_true (test_eventually (is_gone, GINT_TO_POINTER (pid)));
}

/* One that comes to this program when its own parent is gone. */
void
test_wait_for_orphan (pid_t pid)
{
  g_assert_true (test_eventually (is_ours, GINT_TO_POINTER (pid)));
  g_assert_cmpint (TEMP_FAILURE_RETRY (waitpid (pid, NULL, 0)), ==, pid);
}
