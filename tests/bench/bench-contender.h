/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

/* What is measured of each run, in microseconds. Arrays of double. */
typedef struct
{
  GArray *call;  /* how long the call that starts it holds the caller's thread */
  GArray *whole; /* from before that call until the result is there */
} BenchTimes;

/* Runs `true` so many times. All do the same job: capture standard output and
 * error, and wait. Whatever goes wrong ends the program. */
typedef void (*BenchContender) (guint n_runs, guint n_at_once, BenchTimes *times);

/* By the calls that wait; one at a time, whatever is asked for. */
void bench_sync (guint n_runs, guint n_at_once, BenchTimes *times);
void bench_gsubprocess_sync (guint n_runs, guint n_at_once, BenchTimes *times);
void bench_posix_spawn (guint n_runs, guint n_at_once, BenchTimes *times);

/* In a main loop. */
void bench_async (guint n_runs, guint n_at_once, BenchTimes *times);
void bench_gsubprocess_async (guint n_runs, guint n_at_once, BenchTimes *times);

/* Not a whole run: the engine's call that spawns alone, captures nothing. */
void bench_launch (guint n_runs, guint n_at_once, BenchTimes *times);

extern const char *const bench_argv[];

/* For the ones in a main loop: a function that begins a run, and at the end of it
 * hands the run to bench_flight_landed (). */
typedef struct _BenchRun BenchRun;
typedef void (*BenchStart) (BenchRun *run);

void bench_flight (BenchStart start, guint n_runs, guint n_at_once, BenchTimes *times);
void bench_flight_landed (BenchRun *run);
