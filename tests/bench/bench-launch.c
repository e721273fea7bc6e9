/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The call that spawns, as the engine makes it, without the engine around it. */

#include "config.h"

#include "bench-contender.h"
#include "bench-stats.h"
#include "proc-launch-private.h"

static ProcPlan *
make_plan (void)
{
  ProcPlan *plan = proc_plan_new ();

  plan->argv = g_strdupv ((char **) bench_argv);
  plan->variables = proc_variables_new (g_get_environ ());
  g_assert_true (proc_plan_seal (plan, NULL));
  return plan;
}

static void
launch_one (const ProcPlan *plan, BenchTimes *times)
{
  g_auto(ProcChildStreams) streams = { -1, -1, -1 };
  g_autoptr(GSubprocess) subprocess = NULL;
  g_auto(ProcControl) control = { -1, -1 };
  double begun;
  double called;

  g_assert_true (proc_control_open (&control, NULL));
  begun = bench_now_usec ();
  subprocess = proc_launch (plan, FALSE, &streams, &control, NULL);
  called = bench_now_usec () - begun;

  g_assert_nonnull (subprocess);
  g_assert_true (g_subprocess_wait_check (subprocess, NULL, NULL));
  g_array_append_val (times->call, called);
}

void
bench_launch (guint n_runs, guint n_at_once, BenchTimes *times)
{
  g_autoptr(ProcPlan) plan = make_plan ();

  proc_launch_prepare ();
  for (guint i = 0; i < n_runs; i++)
    launch_one (plan, times);
}
