/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a start costs: how long it holds the caller's thread, and how many there
 * are in a second, from small and large programs and beside others.
 */

#include "config.h"

#include "bench-contender.h"
#include "bench-table.h"
#include "bench-worker.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#define SPARE_MIB 1024

const char *const bench_argv[] = { "true", NULL };

static const guint sizes[] = { 0, 256, 1024, 4096 };

typedef struct
{
  const char *name;
  BenchContender contender;
  guint mib;
  guint n_runs;
  guint n_at_once;
} Series;

static const Series all_series[] = {
  { "ours-async-0", bench_async, 0, 300, 1 },
  { "ours-async-256", bench_async, 256, 300, 1 },
  { "ours-async-1024", bench_async, 1024, 300, 1 },
  { "ours-async-4096", bench_async, 4096, 300, 1 },
  { "launch-0", bench_launch, 0, 100, 1 },
  { "launch-256", bench_launch, 256, 100, 1 },
  { "launch-1024", bench_launch, 1024, 100, 1 },
  { "launch-4096", bench_launch, 4096, 100, 1 },
  { "posix-0", bench_posix_spawn, 0, 200, 1 },
  { "posix-256", bench_posix_spawn, 256, 100, 1 },
  { "posix-1024", bench_posix_spawn, 1024, 100, 1 },
  { "posix-4096", bench_posix_spawn, 4096, 100, 1 },
  { "ours-0", bench_sync, 0, 200, 1 },
  { "gsubprocess-0", bench_gsubprocess_sync, 0, 200, 1 },
  { "gsubprocess-async-0", bench_gsubprocess_async, 0, 200, 1 },
  { "gsubprocess-async-256", bench_gsubprocess_async, 256, 20, 1 },
  { "gsubprocess-async-1024", bench_gsubprocess_async, 1024, 10, 1 },
  { "gsubprocess-async-4096", bench_gsubprocess_async, 4096, 4, 1 },
  { "ours-1024", bench_sync, 1024, 100, 1 },
  { "gsubprocess-1024", bench_gsubprocess_sync, 1024, 20, 1 },
  { "ours-16-0", bench_async, 0, 320, 16 },
  { "gsubprocess-16-0", bench_gsubprocess_async, 0, 320, 16 },
  { "ours-16-1024", bench_async, 1024, 160, 16 },
  { "gsubprocess-16-1024", bench_gsubprocess_async, 1024, 32, 16 },
};

#define CALL_P99 offsetof (BenchFigures, call_p99)
#define CALL offsetof (BenchFigures, call_median)
#define WHOLE offsetof (BenchFigures, whole_median)
#define RATE offsetof (BenchFigures, runs_per_sec)

static const BenchRow rows[] = {
  { "async call, 99th percentile, usec, 0 MiB", CALL_P99, "ours-async-0", NULL, AT_MOST, 200 },
  { "async call, 99th percentile, usec, 256 MiB", CALL_P99, "ours-async-256", NULL, AT_MOST, 200 },
  { "async call, 99th percentile, usec, 1 GiB", CALL_P99, "ours-async-1024", NULL, AT_MOST, 200 },
  { "async call, 99th percentile, usec, 4 GiB", CALL_P99, "ours-async-4096", NULL, AT_MOST, 200 },
  { "engine's spawn call, usec, 0 MiB", CALL, "launch-0", NULL, NO_TARGET, 0 },
  { "engine's spawn call, 256 MiB to 0", CALL, "launch-256", "launch-0", AT_MOST, 1.25 },
  { "engine's spawn call, 1 GiB to 0", CALL, "launch-1024", "launch-0", AT_MOST, 1.25 },
  { "engine's spawn call, 4 GiB to 0", CALL, "launch-4096", "launch-0", AT_MOST, 1.25 },
  { "whole run, usec, 0 MiB", WHOLE, "ours-async-0", NULL, NO_TARGET, 0 },
  { "whole run, 256 MiB to 0", WHOLE, "ours-async-256", "ours-async-0", AT_MOST, 1.25 },
  { "whole run, 1 GiB to 0", WHOLE, "ours-async-1024", "ours-async-0", AT_MOST, 1.25 },
  { "whole run, 4 GiB to 0", WHOLE, "ours-async-4096", "ours-async-0", AT_MOST, 1.25 },
  { "whole run, usec, 4 GiB", WHOLE, "ours-async-4096", NULL, NO_TARGET, 0 },
  { "  to posix_spawn", WHOLE, "ours-async-4096", "posix-4096", NO_TARGET, 0 },
  { "  to GSubprocess", WHOLE, "ours-async-4096", "gsubprocess-async-4096", NO_TARGET, 0 },
  { "GSubprocess's spawn call, usec, 0 MiB", CALL, "gsubprocess-0", NULL, NO_TARGET, 0 },
  { "GSubprocess's spawn call, usec, 1 GiB", CALL, "gsubprocess-1024", NULL, NO_TARGET, 0 },
  { "runs/s, posix_spawn", RATE, "posix-0", NULL, NO_TARGET, 0 },
  { "runs/s, GSubprocess", RATE, "gsubprocess-0", NULL, NO_TARGET, 0 },
  { "runs/s, ours", RATE, "ours-0", NULL, NO_TARGET, 0 },
  { "  to posix_spawn", RATE, "ours-0", "posix-0", AT_LEAST, 0.6 },
  { "  to GSubprocess", RATE, "ours-0", "gsubprocess-0", AT_LEAST, 1.0 },
  { "runs/s, GSubprocess, main loop", RATE, "gsubprocess-async-0", NULL, NO_TARGET, 0 },
  { "runs/s, ours, main loop", RATE, "ours-async-0", NULL, NO_TARGET, 0 },
  { "  to posix_spawn", RATE, "ours-async-0", "posix-0", AT_LEAST, 0.6 },
  { "  to GSubprocess, main loop", RATE, "ours-async-0", "gsubprocess-async-0", AT_LEAST, 1.0 },
  { "runs/s, GSubprocess, 1 GiB", RATE, "gsubprocess-1024", NULL, NO_TARGET, 0 },
  { "runs/s, ours, 1 GiB", RATE, "ours-1024", NULL, NO_TARGET, 0 },
  { "  to GSubprocess", RATE, "ours-1024", "gsubprocess-1024", AT_LEAST, 12 },
  { "runs/s, GSubprocess, 16 at once", RATE, "gsubprocess-16-0", NULL, NO_TARGET, 0 },
  { "runs/s, ours, 16 at once", RATE, "ours-16-0", NULL, NO_TARGET, 0 },
  { "  to GSubprocess", RATE, "ours-16-0", "gsubprocess-16-0", AT_LEAST, 1.6 },
  { "runs/s, ours, 16 at once, 1 GiB", RATE, "ours-16-1024", NULL, NO_TARGET, 0 },
  { "  to GSubprocess", RATE, "ours-16-1024", "gsubprocess-16-1024", AT_LEAST, 12 },
};

static const BenchColumn columns[] = {
  { "runs-per-sec", RATE },
  { "call-usec", CALL },
  { "call-p99-usec", CALL_P99 },
  { "whole-usec", WHOLE },
};

static BenchWorker workers[G_N_ELEMENTS (sizes)];
static guint n_workers;

static void
start_workers (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      if (sizes[i] + SPARE_MIB > bench_available_mib ())
        {
          printf ("# %u MiB and more do not fit into the memory that is free\n", sizes[i]);
          return;
        }

      fflush (stdout);
      bench_worker_start (&workers[n_workers++], sizes[i]);
    }
}

static BenchWorker *
find_worker (const Series *series)
{
  for (guint i = 0; i < n_workers; i++)
    if (workers[i].mib == series->mib)
      return &workers[i];

  return NULL;
}

static void
warm_up (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (all_series); i++)
    {
      const Series *series = &all_series[i];
      BenchWorker *worker = find_worker (series);

      if (worker != NULL)
        bench_worker_measure (worker, series->contender, series->n_at_once * 4, series->n_at_once);
    }
}

static gboolean
measure (guint at, gpointer figures, gconstpointer user_data)
{
  const Series *series = &all_series[at];
  BenchWorker *worker = find_worker (series);

  if (worker == NULL)
    return FALSE;

  *(BenchFigures *) figures = bench_worker_measure (worker, series->contender, series->n_runs,
                                                    series->n_at_once);
  return TRUE;
}

int
main (void)
{
  g_autoptr(BenchRounds) rounds = bench_rounds_new (sizeof (BenchFigures));

  for (guint i = 0; i < G_N_ELEMENTS (all_series); i++)
    bench_rounds_add_series (rounds, all_series[i].name);

  start_workers ();
  warm_up ();
  bench_rounds_run (rounds, 0, measure, NULL);
  bench_table_print (rounds, rows, G_N_ELEMENTS (rows));
  bench_table_print_line (rounds, columns, G_N_ELEMENTS (columns), rows, G_N_ELEMENTS (rows));

  /* Backwards: the later ones hold the sockets of the earlier ones. */
  while (n_workers > 0)
    bench_worker_end (&workers[--n_workers]);

  return EXIT_SUCCESS;
}
