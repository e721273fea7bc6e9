/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "bench-run.h"

static void
on_checked (GObject *source, GAsyncResult *async_result, gpointer user_data)
{
  ProcResult **result = user_data;
  g_autoptr(GError) error = NULL;

  *result = proc_runner_check_finish (PROC_RUNNER (source), async_result, &error);
  g_assert_no_error (error);
}

void
bench_run_begin (ProcRunner *runner, ProcCommand *command, ProcResult **result)
{
  proc_runner_check_async (runner, command, NULL, on_checked, result);
}

ProcResult *
bench_run (ProcRunner *runner, ProcCommand *command)
{
  ProcResult *result = NULL;

  bench_run_begin (runner, command, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);

  return result;
}
