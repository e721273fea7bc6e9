/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "bench-stats.h"

#include <time.h>

/* g_get_monotonic_time () has whole microseconds only. */
double
bench_now_usec (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1e6 + now.tv_nsec / 1e3;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  const double *x = a;
  const double *y = b;

  return (*x > *y) - (*x < *y);
}

/* The least value that is not exceeded by so many percent of all; 0 if there is none. */
double
bench_percentile (GArray *values, double percent)
{
  g_autoptr(GArray) sorted = g_array_copy (values);
  guint rank = values->len * percent / 100 + (1 - 1e-9); /* rounded up */

  if (sorted->len == 0)
    return 0;

  g_array_sort (sorted, compare);
  return g_array_index (sorted, double, MAX (rank, 1) - 1);
}

BenchSummary
bench_summarize (GArray *values)
{
  return (BenchSummary) {
    .median = bench_percentile (values, 50),
    .min = bench_percentile (values, 0),
    .max = bench_percentile (values, 100),
  };
}
