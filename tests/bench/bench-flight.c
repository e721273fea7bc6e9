/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Keeps so many runs in flight in the default main context until all are through. */

#include "config.h"

#include "bench-contender.h"
#include "bench-stats.h"

typedef struct
{
  BenchStart start;
  BenchTimes *times;
  guint n_to_start;
  guint n_in_flight;
} Flight;

struct _BenchRun
{
  Flight *flight;
  double begun;
};

static void
start_one (Flight *flight)
{
  BenchRun *run = g_new (BenchRun, 1);
  double called;

  flight->n_to_start--;
  flight->n_in_flight++;
  run->flight = flight;
  run->begun = bench_now_usec ();
  flight->start (run);
  called = bench_now_usec () - run->begun;
  g_array_append_val (flight->times->call, called);
}

void
bench_flight_landed (BenchRun *run)
{
  Flight *flight = run->flight;
  double whole = bench_now_usec () - run->begun;

  g_array_append_val (flight->times->whole, whole);
  flight->n_in_flight--;
  if (flight->n_to_start > 0)
    start_one (flight);
  g_free (run);
}

void
bench_flight (BenchStart start, guint n_runs, guint n_at_once, BenchTimes *times)
{
  Flight flight = { start, times, n_runs, 0 };

  while (flight.n_to_start > 0 && flight.n_in_flight < n_at_once)
    start_one (&flight);
  while (flight.n_in_flight > 0)
    g_main_context_iteration (NULL, TRUE);
}
