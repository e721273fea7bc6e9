/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

/* Of an array of double. */

typedef struct
{
  double median;
  double min;
  double max;
} BenchSummary;

double bench_now_usec (void);
double bench_percentile (GArray *values, double percent);
BenchSummary bench_summarize (GArray *values);
