/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How fast bytes go to a command and come back from it, both at once. */

#include "config.h"

#include "bench-child.h"
#include "bench-data.h"
#include "bench-pipe.h"
#include "bench-run.h"
#include "bench-transfer.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

static const char *const cat_argv[] = { "cat", NULL };

static void
run_ours (const BenchTransfer *self, BenchClock *clock)
{
  g_autoptr(GBytes) input = bench_data_make ();
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = proc_command_new (cat_argv);
  g_autoptr(ProcResult) result = NULL;

  proc_command_set_stdin_bytes (command, input);
  bench_clock_start (clock);
  result = bench_run (runner, command);
  bench_clock_stop (clock);
  bench_data_check_bytes (BENCH_PATTERN, proc_result_get_stdout (result));
}

/* Writes once. Gives how much. */
static gsize
feed (const guint8 *data, gsize size, int fd)
{
  gssize n_written = write (fd, data, size);

  g_assert_true (n_written >= 0 || errno == EAGAIN);
  return MAX (n_written, 0);
}

static void
exchange (GBytes *input, int in, int out, BenchBuffer *output)
{
  struct pollfd fds[] = { { in, POLLOUT, 0 }, { out, POLLIN, 0 } };
  gsize size;
  const guint8 *data = g_bytes_get_data (input, &size);
  gsize fed = 0;
  gboolean more = TRUE;

  while (more)
    {
      g_assert_cmpint (poll (fds, G_N_ELEMENTS (fds), -1), >, 0);
      if (fds[0].revents != 0)
        fed += feed (data + fed, size - fed, in);
      if (fds[1].revents != 0)
        more = bench_buffer_read (output, out);
      if (fds[0].fd >= 0 && fed == size)
        {
          close (in);
          fds[0].fd = -1;
        }
    }
}

static void
run_loop (const BenchTransfer *self, BenchClock *clock)
{
  g_autoptr(GBytes) input = bench_data_make ();
  BenchBuffer output = { 0 };
  int in[2];
  int out[2];
  pid_t pid;

  bench_clock_start (clock);
  bench_pipe_open (in, TRUE);
  bench_pipe_open (out, TRUE);
  pid = bench_child_spawn (cat_argv, in[0], out[1], -1);
  close (in[0]);
  close (out[1]);
  g_assert_cmpint (fcntl (in[1], F_SETFL, O_NONBLOCK), ==, 0);
  g_assert_cmpint (fcntl (out[0], F_SETFL, O_NONBLOCK), ==, 0);
  exchange (input, in[1], out[0], &output);
  bench_child_wait (pid);
  bench_clock_stop (clock);
  g_assert_cmpuint (output.size, ==, bench_data_get_size ());
  bench_data_check (BENCH_PATTERN, 0, output.data, output.size);
}

static const BenchTransfer transfers[] = {
  { "ours", run_ours },
  { "loop", run_loop },
};

static const BenchRow rows[] = {
  { "MiB/s, poll loop, pipes of 1 MiB", RATE, "loop", NULL, NO_TARGET, 0 },
  { "MiB/s, ours", RATE, "ours", NULL, NO_TARGET, 0 },
  { "  to the poll loop", RATE, "ours", "loop", NO_TARGET, 0 },
};

int
main (void)
{
  bench_transfer_compare (transfers, G_N_ELEMENTS (transfers), rows, G_N_ELEMENTS (rows));
  return EXIT_SUCCESS;
}
