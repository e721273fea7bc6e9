/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Whether a window goes on drawing. A source at the priority of GTK's redraw ticks
 * each 8 ms, in the main context of a program that captures output, or sends it to
 * a file; and of one that does nothing, beside a command that writes to /dev/null.
 *
 * In each round each of them collects at least a thousand gaps between ticks, and
 * the 99.9th percentile of these is the round's figure. A command that ends before
 * is run again. The gap in which it is started counts, and so does the one in which
 * its result comes. Between two commands the clock stands still: to free a GiB takes
 * long, and is the caller's choice.
 *
 * A virtual machine may stand still itself when all its processors are busy, which they
 * are not beside a command that writes to /dev/null. So the figures are also given
 * without the time in which it did: see bench-witness.c. And a pipeline of a shell, in
 * which no library has a part, shows what keeping a machine busy costs by itself.
 */

#include "config.h"

#include "bench-child.h"
#include "bench-data.h"
#include "bench-folder.h"
#include "bench-process.h"
#include "bench-run.h"
#include "bench-setting.h"
#include "bench-stats.h"
#include "bench-table.h"
#include "bench-witness.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/wait.h>

#define N_WARM_UPS 2
#define N_GAPS 1000
#define TICK_MSEC 8
#define REDRAW_PRIORITY (G_PRIORITY_HIGH_IDLE + 20)

typedef struct
{
  double p999_msec;
  double own_p999_msec; /* without the machine's stalls */
  double median_msec;
  double max_msec;
  double stalled_msec;
} Figures;

#define P999 offsetof (Figures, p999_msec)
#define OWN_P999 offsetof (Figures, own_p999_msec)
#define STALLED offsetof (Figures, stalled_msec)
#define MEDIAN offsetof (Figures, median_msec)
#define MAXIMUM offsetof (Figures, max_msec)

typedef struct
{
  double begin_usec;
  double end_usec;
} Gap;

typedef struct
{
  GSource *source;
  GArray *gaps; /* of Gap */
  double last_usec;
} Ticker;

typedef struct
{
  const char *name;
  void (*run) (Ticker *ticker, const char *folder);
  const char *folder;
} Series;

static gboolean
on_tick (gpointer user_data)
{
  Ticker *self = user_data;
  Gap gap = { self->last_usec, bench_now_usec () };

  g_array_append_val (self->gaps, gap);
  self->last_usec = gap.end_usec;
  return G_SOURCE_CONTINUE;
}

static void
ticker_start (Ticker *self)
{
  self->source = g_timeout_source_new (TICK_MSEC);
  g_source_set_priority (self->source, REDRAW_PRIORITY);
  g_source_set_callback (self->source, on_tick, self, NULL);
  g_source_attach (self->source, NULL);
  self->last_usec = bench_now_usec ();
}

static void
ticker_stop (Ticker *self)
{
  g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
}

static gboolean
ticker_has_enough (Ticker *self)
{
  return self->gaps->len >= bench_setting_get ("PROC_BENCH_GAPS", N_GAPS);
}

/* Ticks from before the start until after the callback. */
static ProcResult *
run_beside_ticker (ProcRunner *runner, ProcCommand *command, Ticker *ticker)
{
  ProcResult *result = NULL;
  guint n_gaps;

  ticker_start (ticker);
  bench_run_begin (runner, command, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);

  n_gaps = ticker->gaps->len;
  while (ticker->gaps->len == n_gaps)
    g_main_context_iteration (NULL, TRUE);
  ticker_stop (ticker);

  return result;
}

static void
run_capture (Ticker *ticker, const char *folder)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = proc_command_new (bench_data_get_argv (BENCH_PATTERN));

  while (!ticker_has_enough (ticker))
    {
      g_autoptr(ProcResult) result = run_beside_ticker (runner, command, ticker);

      bench_data_check_bytes (BENCH_PATTERN, proc_result_get_stdout (result));
    }
}

static void
run_file (Ticker *ticker, const char *folder)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = proc_command_new (bench_data_get_argv (BENCH_PATTERN));
  g_autofree char *path = g_build_filename (folder, "output", NULL);
  g_autoptr(GFile) file = g_file_new_for_path (path);

  proc_command_set_stdout_file (command, file, PROC_FILE_FLAGS_NONE);
  while (!ticker_has_enough (ticker))
    {
      g_autoptr(ProcResult) result = run_beside_ticker (runner, command, ticker);

      bench_data_check_file (BENCH_PATTERN, path);
      g_unlink (path);
    }
}

/* One command that does not end, so that no start of another disturbs the ticker. */
static void
run_nothing (Ticker *ticker, const char *folder)
{
  pid_t pid = bench_child_spawn (bench_data_get_endless_argv (), -1, -1, -1);

  ticker_start (ticker);
  while (!ticker_has_enough (ticker))
    g_main_context_iteration (NULL, TRUE);
  ticker_stop (ticker);

  kill (pid, SIGKILL);
  waitpid (pid, NULL, 0);
}

/* command | cat > file */
static void
run_pipeline (Ticker *ticker, const char *folder)
{
  const char *const *command = bench_data_get_argv (BENCH_PATTERN);
  g_autofree char *path = g_build_filename (folder, "output", NULL);
  const char *argv[] = { "sh", "-c", "\"$1\" \"$2\" \"$3\" \"$4\" | cat > \"$0\"", path,
                         command[0], command[1], command[2], command[3], NULL };

  while (!ticker_has_enough (ticker))
    {
      pid_t pid = bench_child_spawn (argv, -1, -1, -1);

      ticker_start (ticker);
      while (waitpid (pid, NULL, WNOHANG) == 0)
        g_main_context_iteration (NULL, TRUE);
      ticker_stop (ticker);
      bench_data_check_file (BENCH_PATTERN, path);
      g_unlink (path);
    }
}

static const Series all_series[] = {
  { "capture", run_capture },
  { "memory-file", run_file, bench_memory_folder },
  { "disk-file", run_file, bench_disk_folder },
  { "pipeline", run_pipeline, bench_memory_folder },
  { "nothing", run_nothing },
};

/* More than beside > /dev/null */
#define MORE(label, figure, series) \
  { label, figure, series, "nothing", AT_MOST, 4, BENCH_DIFFERENCE }

static const BenchRow rows[] = {
  { "gap, msec, 99.9 %, beside command > /dev/null", P999, "nothing", NULL, NO_TARGET, 0 },
  { "  without the machine's stalls", OWN_P999, "nothing", NULL, NO_TARGET, 0 },
  { "gap, msec, 99.9 %, beside command | cat > file", P999, "pipeline", NULL, NO_TARGET, 0 },
  { "  more than beside > /dev/null", P999, "pipeline", "nothing", NO_TARGET, 0,
    BENCH_DIFFERENCE },
  { "  the machine stood still, msec", STALLED, "pipeline", NULL, NO_TARGET, 0 },
  { "gap, msec, 99.9 %, capturing", P999, "capture", NULL, NO_TARGET, 0 },
  MORE ("  more than beside > /dev/null", P999, "capture"),
  MORE ("  more, without the machine's stalls", OWN_P999, "capture"),
  { "  the machine stood still, msec", STALLED, "capture", NULL, NO_TARGET, 0 },
  { "gap, msec, 99.9 %, to a file on tmpfs", P999, "memory-file", NULL, NO_TARGET, 0 },
  MORE ("  more than beside > /dev/null", P999, "memory-file"),
  MORE ("  more, without the machine's stalls", OWN_P999, "memory-file"),
  { "  the machine stood still, msec", STALLED, "memory-file", NULL, NO_TARGET, 0 },
  { "gap, msec, 99.9 %, to a file on disk", P999, "disk-file", NULL, NO_TARGET, 0 },
  MORE ("  more than beside > /dev/null", P999, "disk-file"),
  MORE ("  more, without the machine's stalls", OWN_P999, "disk-file"),
  { "  the machine stood still, msec", STALLED, "disk-file", NULL, NO_TARGET, 0 },
};

static const BenchColumn columns[] = {
  { "p999-msec", P999 },
  { "own-p999-msec", OWN_P999 },
  { "stalled-msec", STALLED },
  { "median-msec", MEDIAN },
  { "max-msec", MAXIMUM },
};

static void
tick (gconstpointer user_data, gpointer data)
{
  const Series *series = user_data;
  Figures *figures = data;
  g_autoptr(GArray) gaps = g_array_new (FALSE, FALSE, sizeof (Gap));
  g_autoptr(GArray) lengths = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr(GArray) own_lengths = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr(BenchWitness) witness = bench_witness_start ();
  Ticker ticker = { .gaps = gaps };

  series->run (&ticker, series->folder);
  bench_witness_stop (witness);
  for (guint i = 0; i < gaps->len; i++)
    {
      const Gap *gap = &g_array_index (gaps, Gap, i);
      double length = (gap->end_usec - gap->begin_usec) / 1e3;
      double stalled = bench_witness_get_stall_usec (witness, gap->begin_usec, gap->end_usec) / 1e3;
      double own_length = length - stalled;

      g_array_append_val (lengths, length);
      g_array_append_val (own_lengths, own_length);
      figures->stalled_msec += stalled;
    }

  figures->p999_msec = bench_percentile (lengths, 99.9);
  figures->own_p999_msec = bench_percentile (own_lengths, 99.9);
  figures->median_msec = bench_percentile (lengths, 50);
  figures->max_msec = bench_percentile (lengths, 100);
}

static gboolean
measure (guint series, gpointer figures, gconstpointer user_data)
{
  bench_process_run (tick, &all_series[series], figures, sizeof (Figures));
  return TRUE;
}

int
main (void)
{
  g_autoptr(BenchRounds) rounds = bench_rounds_new (sizeof (Figures));

  bench_folder_make_both ();
  for (guint i = 0; i < G_N_ELEMENTS (all_series); i++)
    bench_rounds_add_series (rounds, all_series[i].name);

  bench_rounds_run (rounds, N_WARM_UPS, measure, NULL);
  bench_table_print (rounds, rows, G_N_ELEMENTS (rows));
  bench_table_print_line (rounds, columns, G_N_ELEMENTS (columns));
  return EXIT_SUCCESS;
}
