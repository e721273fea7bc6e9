/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How fast lines are delivered: a million of them, as signals, to one who asks for them,
 * and by GIO's line reader.
 */

#include "config.h"

#include "bench-process.h"
#include "bench-rounds.h"
#include "bench-stats.h"
#include "bench-table.h"

#include <procrunner.h>
#include <stddef.h>
#include <stdlib.h>

#define N_WARM_UPS 2
#define N_LINES 1000000

typedef struct
{
  double lines_per_sec;
} Figures;

#define RATE offsetof (Figures, lines_per_sec)

static const char *const argv[] = { "seq", "1000000", NULL };

typedef struct
{
  guint n_lines;
  gboolean is_over;
} Count;

static ProcJob *
start (ProcRunner *runner)
{
  g_autoptr(ProcCommand) command = proc_command_new (argv);

  proc_command_set_stdout (command, PROC_STDIO_PIPE);
  return proc_runner_start (runner, command, NULL);
}

static void
on_lines (ProcJob *job, ProcStream stream, char **lines, gpointer user_data)
{
  Count *count = user_data;

  count->n_lines += g_strv_length (lines);
}

static void
on_over (GObject *source, GAsyncResult *async_result, gpointer user_data)
{
  Count *count = user_data;
  g_autoptr(ProcResult) result = proc_job_wait_finish (PROC_JOB (source), async_result, NULL);

  g_assert_nonnull (result);
  count->is_over = TRUE;
}

static void
count_signals (Count *count)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcJob) job = start (runner);

  g_signal_connect (job, "lines", G_CALLBACK (on_lines), count);
  proc_job_wait_async (job, NULL, on_over, count);
  while (!count->is_over)
    g_main_context_iteration (NULL, TRUE);
}

static void
on_read (GObject *source, GAsyncResult *async_result, gpointer user_data)
{
  ProcJob *job = PROC_JOB (source);
  Count *count = user_data;
  g_autoptr(GError) error = NULL;
  g_auto(GStrv) lines = proc_job_read_lines_finish (job, async_result, &error);

  g_assert_no_error (error);
  count->is_over = lines == NULL;
  if (lines == NULL)
    return;

  count->n_lines += g_strv_length (lines);
  proc_job_read_lines_async (job, PROC_STREAM_STDOUT, NULL, on_read, count);
}

static void
count_reads (Count *count)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcJob) job = start (runner);

  proc_job_read_lines_async (job, PROC_STREAM_STDOUT, NULL, on_read, count);
  while (!count->is_over)
    g_main_context_iteration (NULL, TRUE);
}

static void
on_line (GObject *source, GAsyncResult *async_result, gpointer user_data)
{
  GDataInputStream *stream = G_DATA_INPUT_STREAM (source);
  Count *count = user_data;
  g_autoptr(GError) error = NULL;
  g_autofree char *line = g_data_input_stream_read_line_finish_utf8 (stream, async_result, NULL,
                                                                     &error);

  g_assert_no_error (error);
  count->is_over = line == NULL;
  if (line == NULL)
    return;

  count->n_lines++;
  g_data_input_stream_read_line_async (stream, G_PRIORITY_DEFAULT, NULL, on_line, count);
}

static void
count_data_input_stream (Count *count)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GSubprocess) subprocess = g_subprocess_newv (argv, G_SUBPROCESS_FLAGS_STDOUT_PIPE,
                                                         &error);
  g_autoptr(GDataInputStream) stream = NULL;

  g_assert_no_error (error);
  stream = g_data_input_stream_new (g_subprocess_get_stdout_pipe (subprocess));
  g_data_input_stream_read_line_async (stream, G_PRIORITY_DEFAULT, NULL, on_line, count);
  while (!count->is_over)
    g_main_context_iteration (NULL, TRUE);
  g_subprocess_wait_check (subprocess, NULL, &error);
  g_assert_no_error (error);
}

typedef struct
{
  const char *name;
  void (*count) (Count *count);
} Series;

static const Series all_series[] = {
  { "signals", count_signals },
  { "reads", count_reads },
  { "data-input-stream", count_data_input_stream },
};

static const BenchRow rows[] = {
  { "lines/s, read_line_async", RATE, "data-input-stream", NULL, NO_TARGET, 0 },
  { "lines/s, as signals", RATE, "signals", NULL, NO_TARGET, 0 },
  { "  to read_line_async", RATE, "signals", "data-input-stream", AT_LEAST, 2 },
  { "lines/s, read_lines_async", RATE, "reads", NULL, NO_TARGET, 0 },
  { "  to read_line_async", RATE, "reads", "data-input-stream", AT_LEAST, 2 },
};

static const BenchColumn columns[] = {
  { "lines-per-sec", RATE },
};

static void
run (gconstpointer user_data, gpointer data)
{
  const Series *series = user_data;
  Figures *figures = data;
  double begun = bench_now_usec ();
  Count count = { 0 };

  series->count (&count);
  g_assert_cmpuint (count.n_lines, ==, N_LINES);
  figures->lines_per_sec = N_LINES / ((bench_now_usec () - begun) / 1e6);
}

static gboolean
measure (guint series, gpointer figures, gconstpointer user_data)
{
  bench_process_run (run, &all_series[series], figures, sizeof (Figures));
  return TRUE;
}

int
main (void)
{
  g_autoptr(BenchRounds) rounds = bench_rounds_new (sizeof (Figures));

  for (guint i = 0; i < G_N_ELEMENTS (all_series); i++)
    bench_rounds_add_series (rounds, all_series[i].name);

  bench_rounds_run (rounds, N_WARM_UPS, measure, NULL);
  bench_table_print (rounds, rows, G_N_ELEMENTS (rows));
  bench_table_print_line (rounds, columns, G_N_ELEMENTS (columns), rows, G_N_ELEMENTS (rows));
  return EXIT_SUCCESS;
}
