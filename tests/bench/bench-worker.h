/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "bench-contender.h"

#include <sys/types.h>

/* A process that holds so much memory, and measures in there what it is asked to.
 * There is one for each size, so that rounds can go from size to size. */
typedef struct
{
  guint mib;
  pid_t pid;
  int fd;
} BenchWorker;

typedef struct
{
  double runs_per_sec;
  double call_median; /* microseconds, as all below */
  double call_p99;
  double whole_median;
} BenchFigures;

guint64 bench_available_mib (void);
void bench_worker_start (BenchWorker *self, guint mib);
BenchFigures bench_worker_measure (BenchWorker *self,
                                   BenchContender contender,
                                   guint n_runs,
                                   guint n_at_once);
void bench_worker_end (BenchWorker *self);
