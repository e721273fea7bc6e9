/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "bench-worker.h"

#include "bench-stats.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* Parent and worker are one program, so that a function's address is the same. */
typedef struct
{
  BenchContender contender;
  guint n_runs;
  guint n_at_once;
} Request;

guint64
bench_available_mib (void)
{
  g_autofree char *info = NULL;
  const char *line;

  if (!g_file_get_contents ("/proc/meminfo", &info, NULL, NULL))
    return 0;

  line = strstr (info, "MemAvailable:");
  return line != NULL ? g_ascii_strtoull (line + strlen ("MemAvailable:"), NULL, 10) / 1024 : 0;
}

/* In pages of the ordinary size, as most of a program's memory is: a fork copies
 * an entry for each. */
static void
hold_memory (guint mib)
{
  gsize size = (gsize) mib << 20;
  char *memory;

  if (size == 0)
    return;

  memory = mmap (NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  g_assert_true (memory != MAP_FAILED);
  madvise (memory, size, MADV_NOHUGEPAGE);
  for (gsize at = 0; at < size; at += 4096)
    memory[at] = 1;
}

static BenchFigures
measure (const Request *request)
{
  g_autoptr(GArray) call = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr(GArray) whole = g_array_new (FALSE, FALSE, sizeof (double));
  BenchTimes times = { call, whole };
  double begun = bench_now_usec ();
  double elapsed;

  request->contender (request->n_runs, request->n_at_once, &times);
  elapsed = bench_now_usec () - begun;

  return (BenchFigures) {
    .runs_per_sec = request->n_runs * 1e6 / elapsed,
    .call_median = bench_percentile (call, 50),
    .call_p99 = bench_percentile (call, 99),
    .whole_median = bench_percentile (whole, 50),
  };
}

G_GNUC_NORETURN static void
serve (int fd, guint mib)
{
  Request request;
  BenchFigures figures = { 0 };

  hold_memory (mib);
  g_assert_cmpint (write (fd, &figures, sizeof figures), ==, sizeof figures);
  while (read (fd, &request, sizeof request) == sizeof request)
    {
      figures = measure (&request);
      g_assert_cmpint (write (fd, &figures, sizeof figures), ==, sizeof figures);
    }

  _exit (EXIT_SUCCESS);
}

static BenchFigures
receive (BenchWorker *self)
{
  BenchFigures figures;

  if (read (self->fd, &figures, sizeof figures) == sizeof figures)
    return figures;

  fprintf (stderr, "The worker with %u MiB has gone\n", self->mib);
  exit (EXIT_FAILURE);
}

/* To be called before anything has made a thread. */
void
bench_worker_start (BenchWorker *self, guint mib)
{
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), ==, 0);
  self->mib = mib;
  self->fd = fds[0];
  self->pid = fork ();
  g_assert_cmpint (self->pid, >=, 0);
  if (self->pid == 0)
    {
      close (fds[0]);
      serve (fds[1], mib);
    }

  close (fds[1]);
  receive (self);
}

BenchFigures
bench_worker_measure (BenchWorker *self, BenchContender contender, guint n_runs, guint n_at_once)
{
  const Request request = { contender, n_runs, n_at_once };

  g_assert_cmpint (write (self->fd, &request, sizeof request), ==, sizeof request);
  return receive (self);
}

void
bench_worker_end (BenchWorker *self)
{
  close (self->fd);
  waitpid (self->pid, NULL, 0);
}
