/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "bench-contender.h"
#include "bench-stats.h"

#include <procrunner.h>

static ProcRunner *
get_runner (void)
{
  static ProcRunner *runner;

  if (runner == NULL)
    runner = proc_runner_new ();

  return runner;
}

void
bench_sync (guint n_runs, guint n_at_once, BenchTimes *times)
{
  for (guint i = 0; i < n_runs; i++)
    {
      double begun = bench_now_usec ();
      g_autoptr(GBytes) output = NULL;
      g_autoptr(GError) error = NULL;
      double whole;

      output = proc_runner_check_output (get_runner (), bench_argv, NULL, &error);
      g_assert_no_error (error);
      whole = bench_now_usec () - begun;
      g_array_append_val (times->whole, whole);
    }
}

static void
on_output (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) output = NULL;

  output = proc_runner_check_output_finish (PROC_RUNNER (source), result, &error);
  g_assert_no_error (error);
  bench_flight_landed (user_data);
}

static void
start (BenchRun *run)
{
  proc_runner_check_output_async (get_runner (), bench_argv, NULL, on_output, run);
}

void
bench_async (guint n_runs, guint n_at_once, BenchTimes *times)
{
  bench_flight (start, n_runs, n_at_once, times);
}
