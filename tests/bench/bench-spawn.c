/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a start costs: how long it holds the caller's thread, and how many there
 * are in a second, from small and large programs and beside others.
 *
 * After a warm-up, rounds are interleaved: each measures every series once, in
 * one order and then in the other. So what else the machine does falls on all.
 * A row of the table is a figure of one series, or the ratio of two, in each
 * round; given are the median, the least and the greatest of the rounds.
 */

#include "config.h"

#include "bench-contender.h"
#include "bench-stats.h"
#include "bench-worker.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#define N_ROUNDS 11
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
  { "ours-0", bench_sync, 0, 200, 1 },
  { "gsubprocess-0", bench_gsubprocess_sync, 0, 200, 1 },
  { "gsubprocess-async-0", bench_gsubprocess_async, 0, 200, 1 },
  { "ours-1024", bench_sync, 1024, 100, 1 },
  { "gsubprocess-1024", bench_gsubprocess_sync, 1024, 20, 1 },
  { "ours-16-0", bench_async, 0, 320, 16 },
  { "gsubprocess-16-0", bench_gsubprocess_async, 0, 320, 16 },
  { "ours-16-1024", bench_async, 1024, 160, 16 },
  { "gsubprocess-16-1024", bench_gsubprocess_async, 1024, 32, 16 },
};

typedef enum
{
  NO_TARGET,
  AT_LEAST,
  AT_MOST,
} TargetKind;

typedef struct
{
  const char *label;
  gsize figure; /* offset in BenchFigures */
  const char *series;
  const char *other; /* the ratio to this one, unless NULL */
  TargetKind kind;
  double target;
} Row;

#define CALL_P99 offsetof (BenchFigures, call_p99)
#define CALL offsetof (BenchFigures, call_median)
#define WHOLE offsetof (BenchFigures, whole_median)
#define RATE offsetof (BenchFigures, runs_per_sec)

static const Row rows[] = {
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

static BenchWorker workers[G_N_ELEMENTS (sizes)];
static guint n_workers;
static BenchFigures figures[N_ROUNDS][G_N_ELEMENTS (all_series)];

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

static guint
find_series (const char *name)
{
  guint i = 0;

  while (!g_str_equal (all_series[i].name, name))
    i++;

  return i;
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

static void
measure_round (guint round)
{
  for (guint i = 0; i < G_N_ELEMENTS (all_series); i++)
    {
      guint at = round % 2 == 0 ? i : G_N_ELEMENTS (all_series) - 1 - i;
      const Series *series = &all_series[at];
      BenchWorker *worker = find_worker (series);

      if (worker != NULL)
        figures[round][at] = bench_worker_measure (worker, series->contender, series->n_runs,
                                                   series->n_at_once);
    }
}

static double
get_figure (guint round, const char *series, gsize figure)
{
  return G_STRUCT_MEMBER (double, &figures[round][find_series (series)], figure);
}

static BenchSummary
summarize (const Row *row)
{
  g_autoptr(GArray) values = g_array_new (FALSE, FALSE, sizeof (double));

  for (guint i = 0; i < N_ROUNDS; i++)
    {
      double value = get_figure (i, row->series, row->figure);

      if (row->other != NULL)
        value /= get_figure (i, row->other, row->figure);
      g_array_append_val (values, value);
    }

  return bench_summarize (values);
}

/* For people to see; a busy machine is no failure. */
static const char *
judge (const Row *row, double value)
{
  if (row->kind == NO_TARGET)
    return "";

  return (row->kind == AT_LEAST ? value >= row->target : value <= row->target) ? "met" : "MISSED";
}

static void
print_table (void)
{
  static const char *const signs[] = { "", "≥ ", "≤ " };

  printf ("%-45s %10s %10s %10s  %s\n", "", "median", "min", "max", "target");
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const Row *row = &rows[i];
      BenchSummary summary;

      if (find_worker (&all_series[find_series (row->series)]) == NULL)
        continue;

      summary = summarize (row);
      printf ("%-45s %10.2f %10.2f %10.2f", row->label, summary.median, summary.min, summary.max);
      if (row->kind != NO_TARGET)
        printf ("  %s%g %s", signs[row->kind], row->target, judge (row, summary.median));
      printf ("\n");
    }
}

/* Medians of the rounds, as one line of JSON. */
static void
print_line (void)
{
  const char *comma = "";

  printf ("{");
  for (guint i = 0; i < G_N_ELEMENTS (all_series); i++)
    {
      const char *name = all_series[i].name;

      if (find_worker (&all_series[i]) == NULL)
        continue;

      printf ("%s\"%s\":{\"runs-per-sec\":%.1f,\"call-usec\":%.1f,\"call-p99-usec\":%.1f,"
              "\"whole-usec\":%.1f}",
              comma, name, summarize (&(Row) { NULL, RATE, name, NULL, NO_TARGET, 0 }).median,
              summarize (&(Row) { NULL, CALL, name, NULL, NO_TARGET, 0 }).median,
              summarize (&(Row) { NULL, CALL_P99, name, NULL, NO_TARGET, 0 }).median,
              summarize (&(Row) { NULL, WHOLE, name, NULL, NO_TARGET, 0 }).median);
      comma = ",";
    }
  printf ("}\n");
}

int
main (void)
{
  start_workers ();
  warm_up ();
  for (guint i = 0; i < N_ROUNDS; i++)
    measure_round (i);

  print_table ();
  print_line ();

  /* Backwards: the later ones hold the sockets of the earlier ones. */
  while (n_workers > 0)
    bench_worker_end (&workers[--n_workers]);

  return EXIT_SUCCESS;
}
