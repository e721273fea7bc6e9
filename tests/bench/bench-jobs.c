/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Whether a window goes on drawing while a command fills a model with lines as fast as it
 * can, and while short commands come and go in a program of a GiB; each beside the same
 * commands without a library.
 */

#include "config.h"

#include "bench-child.h"
#include "bench-run.h"
#include "bench-tick.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>

#define N_KEPT 10000
#define N_SHORT 200
#define MEMORY_MIB ((gsize) 1024)

static const char *const many_lines[] = { "seq", "5000000", NULL };
static const char *const one_short[] = { "true", NULL };

/* What a view of the last lines is made of. */
typedef struct
{
  char *lines[N_KEPT];
  guint64 n_lines;
} Model;

static void
on_lines (ProcJob *job, ProcStream stream, char **lines, gpointer user_data)
{
  Model *self = user_data;

  for (; *lines != NULL; lines++)
    {
      char **slot = &self->lines[self->n_lines++ % N_KEPT];

      g_free (*slot);
      *slot = g_strdup (*lines);
    }
}

static void
model_free (Model *self)
{
  for (guint i = 0; i < N_KEPT; i++)
    g_free (self->lines[i]);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Model, model_free)

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
run_lines (BenchTicker *ticker, const char *folder)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = proc_command_new (many_lines);

  proc_command_set_stdout (command, PROC_STDIO_PIPE);
  while (!bench_ticker_has_enough (ticker))
    {
      g_autoptr(Model) model = g_new0 (Model, 1);
      g_autoptr(ProcJob) job = NULL;
      gboolean is_over = FALSE;

      bench_ticker_start (ticker);
      job = proc_runner_start (runner, command, NULL);
      g_signal_connect (job, "lines", G_CALLBACK (on_lines), model);
      proc_job_wait_async (job, NULL, on_over, &is_over);
      while (!is_over)
        g_main_context_iteration (NULL, TRUE);
      bench_ticker_see_one_more (ticker);
      bench_ticker_stop (ticker);
      g_assert_cmpuint (model->n_lines, ==, 5000000);
    }
}

/* The same command, its lines gone. */
static void
run_lines_bare (BenchTicker *ticker, const char *folder)
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
hold_memory (void)
{
  char *memory = mmap (NULL, MEMORY_MIB << 20, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

  g_assert_true (memory != MAP_FAILED);
  madvise (memory, MEMORY_MIB << 20, MADV_NOHUGEPAGE);
  for (gsize at = 0; at < MEMORY_MIB << 20; at += 4096)
    memory[at] = 1;
}

static void
run_short (BenchTicker *ticker, const char *folder)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = proc_command_new (one_short);

  hold_memory ();
  proc_runner_set_max_running (runner, 4);
  while (!bench_ticker_has_enough (ticker))
    {
      gboolean are_over[N_SHORT] = { FALSE };

      bench_ticker_start (ticker);
      for (guint i = 0; i < N_SHORT; i++)
        {
          g_autoptr(ProcJob) job = proc_runner_start (runner, command, NULL);

          proc_job_wait_async (job, NULL, on_over, &are_over[i]);
        }
      for (guint i = 0; i < N_SHORT; i++)
        while (!are_over[i])
          g_main_context_iteration (NULL, TRUE);
      bench_ticker_see_one_more (ticker);
      bench_ticker_stop (ticker);
    }
}

/* As many, started by a shell. */
static void
run_short_bare (BenchTicker *ticker, const char *folder)
{
  static const char *const loop[] = {
    "sh", "-c", "i=0; while [ $i -lt 200 ]; do /bin/true & i=$((i + 1)); [ $((i % 4)) = 0 ] && wait;"
    " done; wait", NULL
  };

  hold_memory ();
  while (!bench_ticker_has_enough (ticker))
    {
      pid_t pid = bench_child_spawn (loop, -1, -1, -1);

      bench_ticker_start (ticker);
      while (waitpid (pid, NULL, WNOHANG) == 0)
        g_main_context_iteration (NULL, TRUE);
      bench_ticker_stop (ticker);
    }
}

static const BenchTickSeries series[] = {
  { "lines", run_lines },
  { "lines-bare", run_lines_bare },
  { "short", run_short },
  { "short-bare", run_short_bare },
};

static const BenchRow rows[] = {
  { "gap, msec, 99.9 %, beside seq 5000000 > /dev/null", P999, "lines-bare", NULL, NO_TARGET, 0 },
  { "gap, msec, 99.9 %, its lines into a model", P999, "lines", NULL, NO_TARGET, 0 },
  BENCH_TICK_MORE ("  more than beside > /dev/null", P999, "lines", "lines-bare"),
  BENCH_TICK_MORE ("  more, without the machine's stalls", OWN_P999, "lines", "lines-bare"),
  { "gap, msec, 99.9 %, beside a shell's 200 × true", P999, "short-bare", NULL, NO_TARGET, 0 },
  { "gap, msec, 99.9 %, ours, with 1 GiB", P999, "short", NULL, NO_TARGET, 0 },
  BENCH_TICK_MORE ("  more than beside the shell", P999, "short", "short-bare"),
  BENCH_TICK_MORE ("  more, without the machine's stalls", OWN_P999, "short", "short-bare"),
};

int
main (void)
{
  bench_tick_compare (series, G_N_ELEMENTS (series), rows, G_N_ELEMENTS (rows));
  return EXIT_SUCCESS;
}
