/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "bench-table.h"

#include <stddef.h>

/* A source at the priority of GTK's redraw, each 8 ms, in the default context. */

typedef struct
{
  double p999_msec;
  double own_p999_msec; /* without the machine's stalls: see bench-witness.c */
  double median_msec;
  double max_msec;
  double stalled_msec;
} BenchTickFigures;

#define P999 offsetof (BenchTickFigures, p999_msec)
#define OWN_P999 offsetof (BenchTickFigures, own_p999_msec)
#define STALLED offsetof (BenchTickFigures, stalled_msec)

typedef struct
{
  GSource *source;
  GArray *gaps;
  double last_usec;
} BenchTicker;

void bench_ticker_start (BenchTicker *self);
void bench_ticker_stop (BenchTicker *self);
gboolean bench_ticker_has_enough (BenchTicker *self);

/* Until there has been another tick. */
void bench_ticker_see_one_more (BenchTicker *self);

/* What goes on while it ticks, until there are enough gaps. */
typedef struct
{
  const char *name;
  void (*run) (BenchTicker *ticker, const char *folder);
  const char *folder;
} BenchTickSeries;

/* More than beside something else. */
#define BENCH_TICK_MORE(label, figure, series, other) \
  { label, figure, series, other, AT_MOST, 4, BENCH_DIFFERENCE }

void bench_tick_compare (const BenchTickSeries *series,
                         guint n_series,
                         const BenchRow *rows,
                         guint n_rows);
