/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Each measurement is made in a process of its own, which has just been forked, so
 * that none finds memory, threads or settings of an earlier one. Its memory is
 * watched from outside: that costs it neither time nor memory.
 */

#include "config.h"

#include "bench-process.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOOK_MSEC 1

/* Resident pages without those of files and shared memory. /proc/…/status has the
 * same, but takes ten times as long to read. */
static double
read_anon_mib (const char *path)
{
  g_autofree char *statm = NULL;
  unsigned long resident;
  unsigned long shared;

  if (!g_file_get_contents (path, &statm, NULL, NULL)
      || sscanf (statm, "%*u %lu %lu", &resident, &shared) != 2)
    return 0;

  return (double) (resident - shared) * sysconf (_SC_PAGESIZE) / (1024 * 1024);
}

double
bench_process_get_anon_mib (void)
{
  return read_anon_mib ("/proc/self/statm");
}

G_GNUC_NORETURN static void
work (int fd, BenchJob job, gconstpointer user_data, gpointer figures, gsize size)
{
  job (user_data, figures);
  g_assert_cmpint (write (fd, figures, size), ==, size);
  _exit (EXIT_SUCCESS);
}

/* Gives the most memory that was seen until there is something to read. */
static double
watch_memory (pid_t pid, int fd)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/statm", pid);
  struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
  double peak = 0;

  while (poll (&poll_fd, 1, LOOK_MSEC) == 0)
    peak = MAX (peak, read_anon_mib (path));

  return peak;
}

/* Gives the peak of the process's anonymous memory, in MiB. A process that fails
 * ends the program. */
double
bench_process_run (BenchJob job, gconstpointer user_data, gpointer figures, gsize size)
{
  int fds[2];
  double peak;
  gssize n_read;
  pid_t pid;

  fflush (stdout);
  g_assert_cmpint (pipe2 (fds, O_CLOEXEC), ==, 0);
  pid = fork ();
  g_assert_cmpint (pid, >=, 0);
  if (pid == 0)
    work (fds[1], job, user_data, figures, size);

  close (fds[1]);
  peak = watch_memory (pid, fds[0]);
  n_read = read (fds[0], figures, size);
  close (fds[0]);
  waitpid (pid, NULL, 0);
  if (n_read != (gssize) size)
    exit (EXIT_FAILURE);

  return peak;
}
