/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The least that can be done: posix_spawn (), and a loop that reads two pipes. */

#include "config.h"

#include "bench-child.h"
#include "bench-contender.h"
#include "bench-stats.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

static void
read_all (int out, int err)
{
  struct pollfd fds[] = { { out, POLLIN, 0 }, { err, POLLIN, 0 } };
  guint n_open = G_N_ELEMENTS (fds);
  char buffer[4096];

  while (n_open > 0)
    {
      g_assert_cmpint (poll (fds, G_N_ELEMENTS (fds), -1), >, 0);
      for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
        if (fds[i].revents != 0 && read (fds[i].fd, buffer, sizeof buffer) <= 0)
          {
            fds[i].fd = -1;
            n_open--;
          }
    }
}

static void
run_one (void)
{
  int out[2];
  int err[2];
  pid_t pid;

  g_assert_cmpint (pipe2 (out, O_CLOEXEC), ==, 0);
  g_assert_cmpint (pipe2 (err, O_CLOEXEC), ==, 0);
  pid = bench_child_spawn (bench_argv, -1, out[1], err[1]);
  close (out[1]);
  close (err[1]);
  read_all (out[0], err[0]);
  close (out[0]);
  close (err[0]);
  bench_child_wait (pid);
}

void
bench_posix_spawn (guint n_runs, guint n_at_once, BenchTimes *times)
{
  for (guint i = 0; i < n_runs; i++)
    {
      double begun = bench_now_usec ();
      double whole;

      run_one ();
      whole = bench_now_usec () - begun;
      g_array_append_val (times->whole, whole);
    }
}
