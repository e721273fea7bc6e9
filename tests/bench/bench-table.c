/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A table with targets for people, and a line of JSON for programs. Given are the
 * median, the least and the greatest of the rounds. A series that could not be had
 * is left out of both.
 */

#include "config.h"

#include "bench-table.h"

#include "bench-stats.h"

#include <stdio.h>

static void
relate (GArray *values, GArray *others, BenchRelation relation)
{
  for (guint i = 0; i < values->len; i++)
    {
      double *value = &g_array_index (values, double, i);
      double other = g_array_index (others, double, i);

      *value = relation == BENCH_RATIO ? *value / other : *value - other;
    }
}

/* Gives FALSE if a series of the row could not be had. */
static gboolean
summarize (BenchRounds *rounds, const BenchRow *row, BenchSummary *summary)
{
  g_autoptr(GArray) values = bench_rounds_get_values (rounds, row->series, row->figure);

  if (row->other != NULL)
    {
      g_autoptr(GArray) others = bench_rounds_get_values (rounds, row->other, row->figure);

      if (others->len != values->len)
        return FALSE;
      relate (values, others, row->relation);
    }

  *summary = bench_summarize (values);
  return values->len > 0;
}

/* For people to see; a busy machine is no failure. */
static const char *
judge (const BenchRow *row, double value)
{
  gboolean met = row->kind == AT_LEAST ? value >= row->target : value <= row->target;

  return met ? "met" : "MISSED";
}

void
bench_table_print (BenchRounds *rounds, const BenchRow *rows, guint n_rows)
{
  static const char *const signs[] = { "", "≥ ", "≤ " };

  printf ("%-45s %10s %10s %10s  %s\n", "", "median", "min", "max", "target");
  for (guint i = 0; i < n_rows; i++)
    {
      const BenchRow *row = &rows[i];
      BenchSummary summary;

      if (!summarize (rounds, row, &summary))
        continue;

      printf ("%-45s %10.2f %10.2f %10.2f", row->label, summary.median, summary.min, summary.max);
      if (row->kind != NO_TARGET)
        printf ("  %s%g %s", signs[row->kind], row->target, judge (row, summary.median));
      printf ("\n");
    }
}

void
bench_table_print_line (BenchRounds *rounds, const BenchColumn *columns, guint n_columns)
{
  const char *comma = "";

  printf ("{");
  for (guint i = 0; i < bench_rounds_get_n_series (rounds); i++)
    {
      const char *name = bench_rounds_get_name (rounds, i);
      BenchSummary summary;

      if (!summarize (rounds, &(BenchRow) { NULL, columns[0].figure, name }, &summary))
        continue;

      printf ("%s\"%s\":{", comma, name);
      for (guint n = 0; n < n_columns; n++)
        {
          summarize (rounds, &(BenchRow) { NULL, columns[n].figure, name }, &summary);
          printf ("%s\"%s\":%.3f", n > 0 ? "," : "", columns[n].name, summary.median);
        }
      printf ("}");
      comma = ",";
    }
  printf ("}\n");
}
