/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "bench-rounds.h"

typedef enum
{
  NO_TARGET,
  AT_LEAST,
  AT_MOST,
} BenchTarget;

typedef enum
{
  BENCH_RATIO,
  BENCH_DIFFERENCE,
} BenchRelation;

/* A figure of one series, or how it relates to that of another in the same round. */
typedef struct
{
  const char *label;
  gsize figure;
  const char *series;
  const char *other; /* NULL: of the one alone */
  BenchTarget kind;
  double target;
  BenchRelation relation;
} BenchRow;

/* What the line of JSON has of each series. */
typedef struct
{
  const char *name;
  gsize figure;
} BenchColumn;

void bench_table_print (BenchRounds *rounds, const BenchRow *rows, guint n_rows);
void bench_table_print_line (BenchRounds *rounds,
                             const BenchColumn *columns,
                             guint n_columns,
                             const BenchRow *rows,
                             guint n_rows);
