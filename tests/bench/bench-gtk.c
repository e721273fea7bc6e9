/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Whether a window goes on drawing while the GTK application's log takes the lines of a command
 * that writes as fast as it can: the log alone, and shown by the window, whose text view is
 * the most of it; each beside the same command without a library.
 *
 * It needs a display: tests/gtk/run.py gives it one.
 */

#include "config.h"

#include "bench-child.h"
#include "bench-tick.h"

#include "jobs-log.h"
#include "jobs-window.h"

#include <stdlib.h>
#include <sys/wait.h>

#define SCRIPT "seq 5000000"

static const char *const many_lines[] = { "seq", "5000000", NULL };

static void
on_over (GObject *source, GAsyncResult *async_result, gpointer user_data)
{
  gboolean *is_over = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(ProcResult) result = proc_job_wait_finish (PROC_JOB (source), async_result, &error);

  g_assert_no_error (error);
  g_assert_true (proc_result_get_successful (result));
  *is_over = TRUE;
}

static void
tick_until_over (BenchTicker *ticker, ProcJob *job)
{
  gboolean is_over = FALSE;

  proc_job_wait_async (job, NULL, on_over, &is_over);
  while (!is_over)
    g_main_context_iteration (NULL, TRUE);
  bench_ticker_see_one_more (ticker);
  bench_ticker_stop (ticker);
}

/* The application's log, with nobody who looks at it. */
static void
run_log (BenchTicker *ticker, const char *folder)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = proc_command_new_shell (SCRIPT, NULL);

  proc_command_set_stdout (command, PROC_STDIO_PIPE);
  while (!bench_ticker_has_enough (ticker))
    {
      g_autoptr(ProcJob) job = NULL;

      bench_ticker_start (ticker);
      job = proc_runner_start (runner, command, NULL);
      jobs_log_attach (job, SCRIPT);
      tick_until_over (ticker, job);
      g_assert_cmpuint (jobs_log_get_n_lines (jobs_log_get (job)), >=, JOBS_LOG_MAX_LINES);
    }
}

static JobsWindow *
show_window (void)
{
  JobsWindow *window;

  gtk_init ();
  window = jobs_window_new (NULL);
  gtk_window_present (GTK_WINDOW (window));
  while (!gtk_widget_get_mapped (GTK_WIDGET (window)))
    g_main_context_iteration (NULL, TRUE);
  return window;
}

/* All of the application: the list, its row, and the text. */
static void
run_window (BenchTicker *ticker, const char *folder)
{
  JobsWindow *window = show_window ();

  while (!bench_ticker_has_enough (ticker))
    {
      g_autoptr(ProcJob) job = NULL;

      bench_ticker_start (ticker);
      job = jobs_window_run (window, SCRIPT);
      tick_until_over (ticker, job);
    }
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
tick_beside_bare (BenchTicker *ticker)
{
  while (!bench_ticker_has_enough (ticker))
    {
      pid_t pid = bench_child_spawn (many_lines, -1, -1, -1);

      bench_ticker_start (ticker);
      while (waitpid (pid, NULL, WNOHANG) == 0)
        g_main_context_iteration (NULL, TRUE);
      bench_ticker_stop (ticker);
    }
}

static void
run_bare (BenchTicker *ticker, const char *folder)
{
  tick_beside_bare (ticker);
}

static const BenchTickSeries series[] = {
  { "log", run_log },
  { "window", run_window },
  { "bare", run_bare },
};

static const BenchRow rows[] = {
  { "gap, msec, 99.9 %, beside seq 5000000 > /dev/null", P999, "bare", NULL, NO_TARGET, 0 },
  { "gap, msec, 99.9 %, its lines into the log", P999, "log", NULL, NO_TARGET, 0 },
  BENCH_TICK_MORE ("  more than beside > /dev/null", P999, "log", "bare"),
  BENCH_TICK_MORE ("  more, without the machine's stalls", OWN_P999, "log", "bare"),
  { "  the machine stood still, msec", STALLED, "log", NULL, NO_TARGET, 0 },
  { "gap, msec, 99.9 %, shown by the application", P999, "window", NULL, NO_TARGET, 0 },
  { "  more than beside > /dev/null", P999, "window", "bare", NO_TARGET, 0, BENCH_DIFFERENCE },
  { "  more than the log alone", P999, "window", "log", NO_TARGET, 0, BENCH_DIFFERENCE },
  { "  the machine stood still, msec", STALLED, "window", NULL, NO_TARGET, 0 },
};

int
main (void)
{
  bench_tick_compare (series, G_N_ELEMENTS (series), rows, G_N_ELEMENTS (rows));
  return EXIT_SUCCESS;
}
