/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Whether a window goes on drawing. In each round each series collects at least a
 * thousand gaps between ticks, in a process of its own, and the 99.9th percentile of
 * these is the round's figure.
 *
 * A virtual machine may stand still itself when all its processors are busy, which they
 * need not be in the series that others are compared with. So the figures are also given
 * without the time in which it did: see bench-witness.c.
 */

#include "config.h"

#include "bench-tick.h"

#include "bench-process.h"
#include "bench-setting.h"
#include "bench-stats.h"
#include "bench-witness.h"

#define N_WARM_UPS 2
#define N_GAPS 1000
#define TICK_MSEC 8
#define REDRAW_PRIORITY (G_PRIORITY_HIGH_IDLE + 20)

typedef struct
{
  double begin_usec;
  double end_usec;
} Gap;

static const BenchColumn columns[] = {
  { "p999-msec", P999 },
  { "own-p999-msec", OWN_P999 },
  { "stalled-msec", STALLED },
  { "median-msec", offsetof (BenchTickFigures, median_msec) },
  { "max-msec", offsetof (BenchTickFigures, max_msec) },
};

static gboolean
on_tick (gpointer user_data)
{
  BenchTicker *self = user_data;
  Gap gap = { self->last_usec, bench_now_usec () };

  g_array_append_val (self->gaps, gap);
  self->last_usec = gap.end_usec;
  return G_SOURCE_CONTINUE;
}

void
bench_ticker_start (BenchTicker *self)
{
  self->source = g_timeout_source_new (TICK_MSEC);
  g_source_set_priority (self->source, REDRAW_PRIORITY);
  g_source_set_callback (self->source, on_tick, self, NULL);
  g_source_attach (self->source, NULL);
  self->last_usec = bench_now_usec ();
}

void
bench_ticker_stop (BenchTicker *self)
{
  g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
}

gboolean
bench_ticker_has_enough (BenchTicker *self)
{
  return self->gaps->len >= bench_setting_get ("PROC_BENCH_GAPS", N_GAPS);
}

void
bench_ticker_see_one_more (BenchTicker *self)
{
  guint n_gaps = self->gaps->len;

  while (self->gaps->len == n_gaps)
    g_main_context_iteration (NULL, TRUE);
}

static void
summarize (GArray *gaps, BenchWitness *witness, BenchTickFigures *figures)
{
  g_autoptr(GArray) lengths = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr(GArray) own_lengths = g_array_new (FALSE, FALSE, sizeof (double));

  for (guint i = 0; i < gaps->len; i++)
    {
      const Gap *gap = &g_array_index (gaps, Gap, i);
      double length = (gap->end_usec - gap->begin_usec) / 1e3;
      double stalled = bench_witness_get_stall_usec (witness, gap->begin_usec, gap->end_usec) / 1e3;
      double own_length = length - stalled;

      g_array_append_val (lengths, length);
      g_array_append_val (own_lengths, own_length);
      figures->stalled_msec += stalled;
    }

  figures->p999_msec = bench_percentile (lengths, 99.9);
  figures->own_p999_msec = bench_percentile (own_lengths, 99.9);
  figures->median_msec = bench_percentile (lengths, 50);
  figures->max_msec = bench_percentile (lengths, 100);
}

static void
tick (gconstpointer user_data, gpointer figures)
{
  const BenchTickSeries *series = user_data;
  g_autoptr(GArray) gaps = g_array_new (FALSE, FALSE, sizeof (Gap));
  g_autoptr(BenchWitness) witness = bench_witness_start ();
  BenchTicker ticker = { .gaps = gaps };

  series->run (&ticker, series->folder);
  bench_witness_stop (witness);
  summarize (gaps, witness, figures);
}

static gboolean
measure (guint series, gpointer figures, gconstpointer all_series)
{
  bench_process_run (tick, (const BenchTickSeries *) all_series + series, figures,
                     sizeof (BenchTickFigures));
  return TRUE;
}

void
bench_tick_compare (const BenchTickSeries *series,
                    guint n_series,
                    const BenchRow *rows,
                    guint n_rows)
{
  g_autoptr(BenchRounds) rounds = bench_rounds_new (sizeof (BenchTickFigures));

  for (guint i = 0; i < n_series; i++)
    bench_rounds_add_series (rounds, series[i].name);

  bench_rounds_run (rounds, N_WARM_UPS, measure, series);
  bench_table_print (rounds, rows, n_rows);
  bench_table_print_line (rounds, columns, G_N_ELEMENTS (columns), rows, n_rows);
}
