/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* EN9: a program with much memory. A fork would copy its page tables, and then each page that is
 * written to would cost a fault: so there is none, and whoever submits is not held. */

#include "config.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "test-fixture.h"

#define MIB ((gsize) 1024 * 1024)
#define N_RUNS 101
#define MOST_HELD_USEC 1000

static guint8 *memory;
static gsize memory_size;

static void
write_to_all (guint8 value)
{
  for (gsize at = 0; at < memory_size; at += (gsize) sysconf (_SC_PAGESIZE))
    memory[at] = value;
}

static void
take_memory (void)
{
  memory_size = test_count (16, 256, 4096) * MIB;
  memory = mmap (NULL, memory_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  g_assert_true (memory != MAP_FAILED);
  madvise (memory, memory_size, MADV_NOHUGEPAGE);
  write_to_all (1);
}

static void
give_memory_back (void)
{
  munmap (memory, memory_size);
}

static guint64
count_faults (void)
{
  struct rusage usage;

  g_assert_no_errno (getrusage (RUSAGE_SELF, &usage));
  return (guint64) usage.ru_minflt;
}

static int
compare_times (gconstpointer a, gconstpointer b)
{
  gint64 first = *(const gint64 *) a;
  gint64 second = *(const gint64 *) b;

  return (first > second) - (first < second);
}

/* Gives how long the caller was held in the middle of many calls. */
static gint64
run_all (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("exit", "0", NULL);
  gint64 times[N_RUNS];

  for (guint i = 0; i < N_RUNS; i++)
    {
      g_auto(TestCall) call = TEST_CALL_INIT;
      g_autoptr(ProcResult) result = NULL;
      gint64 begun;

      test_call_begin (&call);
      begun = g_get_monotonic_time ();
      proc_runner_check_async (runner, command, NULL, test_call_done, &call);
      times[i] = g_get_monotonic_time () - begun;
      result = proc_runner_check_finish (runner, test_call_wait (&call), NULL);
      g_assert_nonnull (result);
    }

  qsort (times, N_RUNS, sizeof *times, compare_times);
  g_test_message ("with %zu MiB the caller was held %" G_GINT64_FORMAT " µs (median), %"
                  G_GINT64_FORMAT " µs (most)",
                  memory_size / MIB, times[N_RUNS / 2], times[N_RUNS - 1]);
  return times[N_RUNS / 2];
}

static void
test_en9_much_memory (void)
{
  const gsize n_pages = test_count (16, 256, 4096) * MIB / (gsize) sysconf (_SC_PAGESIZE);
  guint64 before;
  gint64 held_usec;

  if (g_strcmp0 (g_getenv ("PROCRUNNER_EXEC"), "") == 0)
    {
      g_test_skip ("without the helper there is a fork");
      return;
    }

  take_memory ();
  held_usec = run_all ();
  before = count_faults ();
  write_to_all (2);
  if (!test_in_valgrind () && !test_in_sanitizer ())
    g_assert_cmpuint (count_faults () - before, <, n_pages / 2);
  if (test_count (FALSE, FALSE, TRUE))
    g_assert_cmpint (held_usec, <, MOST_HELD_USEC);
  give_memory_back ();
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/large-program/en9-much-memory", test_en9_much_memory);

  return g_test_run ();
}
