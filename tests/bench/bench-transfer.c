/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "bench-transfer.h"

#include "bench-process.h"
#include "bench-stats.h"

#include <sys/resource.h>

#define N_WARM_UPS 2

static const BenchColumn columns[] = {
  { "mib-per-sec", RATE },
  { "cpu-msec", CPU },
  { "anon-mib", ANON },
  { "grown-mib", GROWN },
};

static double
get_cpu_usec (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6
         + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

void
bench_clock_start (BenchClock *self)
{
  self->anon_before_mib = bench_process_get_anon_mib ();
  self->cpu_usec = get_cpu_usec ();
  self->usec = bench_now_usec ();
}

void
bench_clock_stop (BenchClock *self)
{
  self->usec = bench_now_usec () - self->usec;
  self->cpu_usec = get_cpu_usec () - self->cpu_usec;
  self->anon_after_mib = bench_process_get_anon_mib ();
}

static void
run (gconstpointer transfer, gpointer clock)
{
  const BenchTransfer *self = transfer;

  self->run (self, clock);
}

static gboolean
measure (guint series, gpointer data, gconstpointer transfers)
{
  const BenchTransfer *self = (const BenchTransfer *) transfers + series;
  BenchTransferFigures *figures = data;
  BenchClock clock = { 0 };
  double peak_mib = bench_process_run (run, self, &clock, sizeof clock);

  figures->mib_per_sec = bench_data_get_size () / (1024.0 * 1024) / (clock.usec / 1e6);
  figures->cpu_msec = clock.cpu_usec / 1e3;
  figures->anon_mib = MAX (peak_mib, clock.anon_after_mib);
  figures->grown_mib = figures->anon_mib - clock.anon_before_mib;
  return TRUE;
}

void
bench_transfer_compare (const BenchTransfer *transfers,
                        guint n_transfers,
                        const BenchRow *rows,
                        guint n_rows)
{
  g_autoptr(BenchRounds) rounds = bench_rounds_new (sizeof (BenchTransferFigures));

  for (guint i = 0; i < n_transfers; i++)
    bench_rounds_add_series (rounds, transfers[i].name);

  bench_rounds_run (rounds, N_WARM_UPS, measure, transfers);
  bench_table_print (rounds, rows, n_rows);
  bench_table_print_line (rounds, columns, G_N_ELEMENTS (columns), rows, n_rows);
}
