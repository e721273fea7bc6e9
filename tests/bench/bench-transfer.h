/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "bench-data.h"
#include "bench-table.h"

#include <stddef.h>

/* What is measured of one transfer. */
typedef struct
{
  double mib_per_sec;
  double cpu_msec;  /* of the program itself, without its child */
  double anon_mib;  /* anonymous memory, at most */
  double grown_mib; /* by how much that is more than before */
} BenchTransferFigures;

#define RATE offsetof (BenchTransferFigures, mib_per_sec)
#define CPU offsetof (BenchTransferFigures, cpu_msec)
#define ANON offsetof (BenchTransferFigures, anon_mib)
#define GROWN offsetof (BenchTransferFigures, grown_mib)

typedef struct
{
  double usec;
  double cpu_usec;
  double anon_before_mib;
  double anon_after_mib;
} BenchClock;

void bench_clock_start (BenchClock *self);
void bench_clock_stop (BenchClock *self);

/* One way to move the data. What it does before the clock is started and after it
 * is stopped is not counted. */
typedef struct _BenchTransfer BenchTransfer;
struct _BenchTransfer
{
  const char *name;
  void (*run) (const BenchTransfer *self, BenchClock *clock);
  BenchSource source;
  const char *folder; /* for files, where there are any */
};

void bench_transfer_compare (const BenchTransfer *transfers,
                             guint n_transfers,
                             const BenchRow *rows,
                             guint n_rows);
