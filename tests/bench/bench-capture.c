/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How fast output becomes memory, and how much memory that takes. */

#include "config.h"

#include "bench-child.h"
#include "bench-data.h"
#include "bench-pipe.h"
#include "bench-run.h"
#include "bench-transfer.h"

#include <stdlib.h>
#include <unistd.h>

static void
capture (ProcRunner *runner, BenchClock *clock)
{
  g_autoptr(ProcCommand) command = proc_command_new (bench_data_get_argv (BENCH_PATTERN));
  g_autoptr(ProcResult) result = NULL;

  bench_clock_start (clock);
  result = bench_run (runner, command);
  bench_clock_stop (clock);
  bench_data_check_bytes (BENCH_PATTERN, proc_result_get_stdout (result));
}

/* All of it is kept in memory. */
static void
run_ours (const BenchTransfer *self, BenchClock *clock)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();

  proc_runner_set_memory_limit (runner, 0);
  capture (runner, clock);
}

static void
run_ours_with_limit (const BenchTransfer *self, BenchClock *clock)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();

  capture (runner, clock);
}

static void
on_communicated (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GBytes **output = user_data;
  g_autoptr(GError) error = NULL;

  g_subprocess_communicate_finish (G_SUBPROCESS (source), result, output, NULL, &error);
  g_assert_no_error (error);
}

static void
run_gsubprocess (const BenchTransfer *self, BenchClock *clock)
{
  g_autoptr(GSubprocess) subprocess = NULL;
  g_autoptr(GBytes) output = NULL;
  g_autoptr(GError) error = NULL;

  bench_clock_start (clock);
  subprocess = g_subprocess_newv (bench_data_get_argv (BENCH_PATTERN),
                                  G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error);
  g_assert_no_error (error);
  g_subprocess_communicate_async (subprocess, NULL, NULL, on_communicated, &output);
  while (output == NULL)
    g_main_context_iteration (NULL, TRUE);
  bench_clock_stop (clock);
  bench_data_check_bytes (BENCH_PATTERN, output);
}

static void
keep (gboolean large, BenchClock *clock)
{
  BenchBuffer buffer = { 0 };
  int fds[2];
  pid_t pid;

  bench_clock_start (clock);
  bench_pipe_open (fds, large);
  pid = bench_child_spawn (bench_data_get_argv (BENCH_PATTERN), -1, fds[1], -1);
  close (fds[1]);
  while (bench_buffer_read (&buffer, fds[0]))
    ;
  bench_child_wait (pid);
  bench_clock_stop (clock);
  g_assert_cmpuint (buffer.size, ==, bench_data_get_size ());
  bench_data_check (BENCH_PATTERN, 0, buffer.data, buffer.size);
}

static void
run_keep (const BenchTransfer *self, BenchClock *clock)
{
  keep (FALSE, clock);
}

static void
run_keep_large (const BenchTransfer *self, BenchClock *clock)
{
  keep (TRUE, clock);
}

static void
run_discard (const BenchTransfer *self, BenchClock *clock)
{
  static guint8 block[1024 * 1024];
  guint64 size = 0;
  gssize n_read;
  int fds[2];
  pid_t pid;

  bench_clock_start (clock);
  bench_pipe_open (fds, TRUE);
  pid = bench_child_spawn (bench_data_get_argv (BENCH_PATTERN), -1, fds[1], -1);
  close (fds[1]);
  while ((n_read = read (fds[0], block, sizeof block)) > 0)
    size += n_read;
  bench_child_wait (pid);
  bench_clock_stop (clock);
  g_assert_cmpuint (size, ==, bench_data_get_size ());
}

static const BenchTransfer transfers[] = {
  { "ours", run_ours },
  { "ours-limit", run_ours_with_limit },
  { "gsubprocess", run_gsubprocess },
  { "keep", run_keep },
  { "keep-large", run_keep_large },
  { "discard", run_discard },
};

/* The bare loop to be compared with is the faster one, that with the larger pipe. */
static const BenchRow rows[] = {
  { "MiB/s, loop that discards", RATE, "discard", NULL, NO_TARGET, 0 },
  { "MiB/s, loop that keeps", RATE, "keep", NULL, NO_TARGET, 0 },
  { "MiB/s, loop that keeps, pipe of 1 MiB", RATE, "keep-large", NULL, NO_TARGET, 0 },
  { "MiB/s, GSubprocess", RATE, "gsubprocess", NULL, NO_TARGET, 0 },
  { "MiB/s, ours", RATE, "ours", NULL, NO_TARGET, 0 },
  { "  to GSubprocess", RATE, "ours", "gsubprocess", AT_LEAST, 2.0 },
  { "  to the loop that keeps", RATE, "ours", "keep", NO_TARGET, 0 },
  { "  to the loop that keeps, pipe of 1 MiB", RATE, "ours", "keep-large", AT_LEAST, 0.9 },
  { "  to the loop that discards", RATE, "ours", "discard", NO_TARGET, 0 },
  { "MiB/s, ours at the default limit", RATE, "ours-limit", NULL, NO_TARGET, 0 },
  { "  to the loop that keeps", RATE, "ours-limit", "keep", NO_TARGET, 0 },
  { "  to the loop that keeps, pipe of 1 MiB", RATE, "ours-limit", "keep-large", AT_LEAST, 0.6 },
  { "  anonymous memory, MiB", ANON, "ours-limit", NULL, AT_MOST, 96 },
};

int
main (void)
{
  bench_transfer_compare (transfers, G_N_ELEMENTS (transfers), rows, G_N_ELEMENTS (rows));
  return EXIT_SUCCESS;
}
