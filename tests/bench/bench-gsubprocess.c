/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* GLib's own, as most programs call it. */

#include "config.h"

#include "bench-contender.h"
#include "bench-stats.h"

static GSubprocess *
spawn (void)
{
  g_autoptr(GError) error = NULL;
  GSubprocess *subprocess;

  subprocess = g_subprocess_newv (bench_argv,
                                  G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE,
                                  &error);
  g_assert_no_error (error);
  return subprocess;
}

void
bench_gsubprocess_sync (guint n_runs, guint n_at_once, BenchTimes *times)
{
  for (guint i = 0; i < n_runs; i++)
    {
      double begun = bench_now_usec ();
      g_autoptr(GSubprocess) subprocess = spawn ();
      double called = bench_now_usec () - begun;
      g_autoptr(GBytes) output = NULL;
      g_autoptr(GBytes) errors = NULL;
      g_autoptr(GError) error = NULL;
      double whole;

      g_subprocess_communicate (subprocess, NULL, NULL, &output, &errors, &error);
      g_assert_no_error (error);
      g_assert_true (g_subprocess_get_successful (subprocess));
      whole = bench_now_usec () - begun;
      g_array_append_val (times->call, called);
      g_array_append_val (times->whole, whole);
    }
}

static void
on_communicated (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GBytes) output = NULL;
  g_autoptr(GBytes) errors = NULL;
  g_autoptr(GError) error = NULL;

  g_subprocess_communicate_finish (G_SUBPROCESS (source), result, &output, &errors, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_successful (G_SUBPROCESS (source)));
  bench_flight_landed (user_data);
}

static void
start (BenchRun *run)
{
  g_autoptr(GSubprocess) subprocess = spawn ();

  g_subprocess_communicate_async (subprocess, NULL, NULL, on_communicated, run);
}

void
bench_gsubprocess_async (guint n_runs, guint n_at_once, BenchTimes *times)
{
  bench_flight (start, n_runs, n_at_once, times);
}
