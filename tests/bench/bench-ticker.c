/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Whether a window goes on drawing while a program captures output, or sends it to a
 * file; beside one that does nothing, and a command that writes to /dev/null.
 *
 * A command that ends before there are enough gaps is run again. The gap in which it is
 * started counts, and so does the one in which its result comes. Between two commands the
 * clock stands still: to free a GiB takes long, and is the caller's choice. A pipeline of
 * a shell, in which no library has a part, shows what keeping a machine busy costs by
 * itself.
 */

#include "config.h"

#include "bench-child.h"
#include "bench-data.h"
#include "bench-folder.h"
#include "bench-run.h"
#include "bench-tick.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

/* Ticks from before the start until after the callback. */
static ProcResult *
run_beside_ticker (ProcRunner *runner, ProcCommand *command, BenchTicker *ticker)
{
  ProcResult *result = NULL;

  bench_ticker_start (ticker);
  bench_run_begin (runner, command, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);

  bench_ticker_see_one_more (ticker);
  bench_ticker_stop (ticker);

  return result;
}

static void
run_capture (BenchTicker *ticker, const char *folder)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = proc_command_new (bench_data_get_argv (BENCH_PATTERN));

  while (!bench_ticker_has_enough (ticker))
    {
      g_autoptr(ProcResult) result = run_beside_ticker (runner, command, ticker);

      bench_data_check_bytes (BENCH_PATTERN, proc_result_get_stdout (result));
    }
}

static void
run_file (BenchTicker *ticker, const char *folder)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = proc_command_new (bench_data_get_argv (BENCH_PATTERN));
  g_autofree char *path = g_build_filename (folder, "output", NULL);
  g_autoptr(GFile) file = g_file_new_for_path (path);

  proc_command_set_stdout_file (command, file, PROC_FILE_FLAGS_NONE);
  while (!bench_ticker_has_enough (ticker))
    {
      g_autoptr(ProcResult) result = run_beside_ticker (runner, command, ticker);

      bench_data_check_file (BENCH_PATTERN, path);
      g_unlink (path);
    }
}

/* One command that does not end, so that no start of another disturbs the ticker. */
static void
run_nothing (BenchTicker *ticker, const char *folder)
{
  pid_t pid = bench_child_spawn (bench_data_get_endless_argv (), -1, -1, -1);

  bench_ticker_start (ticker);
  while (!bench_ticker_has_enough (ticker))
    g_main_context_iteration (NULL, TRUE);
  bench_ticker_stop (ticker);

  kill (pid, SIGKILL);
  waitpid (pid, NULL, 0);
}

/* command | cat > file */
static void
run_pipeline (BenchTicker *ticker, const char *folder)
{
  const char *const *command = bench_data_get_argv (BENCH_PATTERN);
  g_autofree char *path = g_build_filename (folder, "output", NULL);
  const char *argv[] = { "sh", "-c", "\"$1\" \"$2\" \"$3\" \"$4\" | cat > \"$0\"", path,
                         command[0], command[1], command[2], command[3], NULL };

  while (!bench_ticker_has_enough (ticker))
    {
      pid_t pid = bench_child_spawn (argv, -1, -1, -1);

      bench_ticker_start (ticker);
      while (waitpid (pid, NULL, WNOHANG) == 0)
        g_main_context_iteration (NULL, TRUE);
      bench_ticker_stop (ticker);
      bench_data_check_file (BENCH_PATTERN, path);
      g_unlink (path);
    }
}

static const BenchTickSeries series[] = {
  { "capture", run_capture },
  { "memory-file", run_file, bench_memory_folder },
  { "disk-file", run_file, bench_disk_folder },
  { "pipeline", run_pipeline, bench_memory_folder },
  { "disk-pipeline", run_pipeline, bench_disk_folder },
  { "nothing", run_nothing },
};

static const BenchRow rows[] = {
  { "gap, msec, 99.9 %, beside command > /dev/null", P999, "nothing", NULL, NO_TARGET, 0 },
  { "  without the machine's stalls", OWN_P999, "nothing", NULL, NO_TARGET, 0 },
  { "gap, msec, 99.9 %, command | cat > file on tmpfs", P999, "pipeline", NULL, NO_TARGET, 0 },
  { "  more than beside > /dev/null", P999, "pipeline", "nothing", NO_TARGET, 0,
    BENCH_DIFFERENCE },
  { "  the machine stood still, msec", STALLED, "pipeline", NULL, NO_TARGET, 0 },
  { "gap, msec, 99.9 %, command | cat > file on disk", P999, "disk-pipeline", NULL, NO_TARGET, 0 },
  { "  more than beside > /dev/null", P999, "disk-pipeline", "nothing", NO_TARGET, 0,
    BENCH_DIFFERENCE },
  { "  the machine stood still, msec", STALLED, "disk-pipeline", NULL, NO_TARGET, 0 },
  { "gap, msec, 99.9 %, capturing", P999, "capture", NULL, NO_TARGET, 0 },
  BENCH_TICK_MORE ("  more than beside > /dev/null", P999, "capture", "nothing"),
  BENCH_TICK_MORE ("  more, without the machine's stalls", OWN_P999, "capture", "nothing"),
  { "  the machine stood still, msec", STALLED, "capture", NULL, NO_TARGET, 0 },
  { "gap, msec, 99.9 %, to a file on tmpfs", P999, "memory-file", NULL, NO_TARGET, 0 },
  BENCH_TICK_MORE ("  more than beside > /dev/null", P999, "memory-file", "nothing"),
  BENCH_TICK_MORE ("  more, without the machine's stalls", OWN_P999, "memory-file", "nothing"),
  { "  the machine stood still, msec", STALLED, "memory-file", NULL, NO_TARGET, 0 },
  { "gap, msec, 99.9 %, to a file on disk", P999, "disk-file", NULL, NO_TARGET, 0 },
  BENCH_TICK_MORE ("  more than beside > /dev/null", P999, "disk-file", "nothing"),
  BENCH_TICK_MORE ("  more, without the machine's stalls", OWN_P999, "disk-file", "nothing"),
  { "  the machine stood still, msec", STALLED, "disk-file", NULL, NO_TARGET, 0 },
};

int
main (void)
{
  bench_folder_make_both ();
  bench_tick_compare (series, G_N_ELEMENTS (series), rows, G_N_ELEMENTS (rows));
  return EXIT_SUCCESS;
}
