/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A table with targets for people, and a line of JSON for programs (report.py). Given
 * are the median, the least and the greatest of the rounds. A series that could not be
 * had is left out of both.
 */

#include "config.h"

#include "bench-table.h"

#include "bench-stats.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#ifdef __clang__
#  define COMPILER "clang"
#else
#  define COMPILER "gcc"
#endif

#ifdef __OPTIMIZE__
#  define OPTIMIZED "true"
#else
#  define OPTIMIZED "false"
#endif

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

static gboolean
is_met (const BenchRow *row, double value)
{
  return row->kind == AT_LEAST ? value >= row->target : value <= row->target;
}

/* For people to see; a busy machine is no failure. */
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
        printf ("  %s%g %s", signs[row->kind], row->target,
                is_met (row, summary.median) ? "met" : "MISSED");
      printf ("\n");
    }
}

static void
print_summary (const BenchSummary *summary)
{
  printf ("\"median\":%.6g,\"min\":%.6g,\"max\":%.6g", summary->median, summary->min,
          summary->max);
}

/* What the figures were made with. */
static void
print_facts (BenchRounds *rounds)
{
  g_autoptr(GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *date = g_date_time_format (now, "%FT%TZ");

  printf ("\"benchmark\":\"%s\",\"date\":\"%s\",\"rounds\":%u,",
          program_invocation_short_name + strlen ("bench-"), date,
          bench_rounds_get_n_rounds (rounds));
  printf ("\"glib\":\"%u.%u.%u\",\"compiler\":\"%s\",\"optimized\":%s,", glib_major_version,
          glib_minor_version, glib_micro_version, COMPILER " " __VERSION__, OPTIMIZED);
}

static void
print_series (BenchRounds *rounds, const BenchColumn *columns, guint n_columns)
{
  const char *comma = "";

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
          printf ("%s\"%s\":{", n > 0 ? "," : "", columns[n].name);
          print_summary (&summary);
          printf ("}");
        }
      printf ("}");
      comma = ",";
    }
}

/* Labels have nothing that JSON would escape. */
static void
print_rows (BenchRounds *rounds, const BenchRow *rows, guint n_rows)
{
  static const char *const kinds[] = { NULL, "at-least", "at-most" };
  const char *comma = "";

  for (guint i = 0; i < n_rows; i++)
    {
      const BenchRow *row = &rows[i];
      BenchSummary summary;

      if (!summarize (rounds, row, &summary))
        continue;

      printf ("%s{\"label\":\"%s\",\"series\":\"%s\",", comma, row->label, row->series);
      if (row->other != NULL)
        printf ("\"%s\":\"%s\",", row->relation == BENCH_RATIO ? "ratio-to" : "more-than",
                row->other);
      print_summary (&summary);
      if (row->kind != NO_TARGET)
        printf (",\"%s\":%g,\"met\":%s", kinds[row->kind], row->target,
                is_met (row, summary.median) ? "true" : "false");
      printf ("}");
      comma = ",";
    }
}

void
bench_table_print_line (BenchRounds *rounds,
                        const BenchColumn *columns,
                        guint n_columns,
                        const BenchRow *rows,
                        guint n_rows)
{
  printf ("{");
  print_facts (rounds);
  printf ("\"series\":{");
  print_series (rounds, columns, n_columns);
  printf ("},\"rows\":[");
  print_rows (rounds, rows, n_rows);
  printf ("]}\n");
}
