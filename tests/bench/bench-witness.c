/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* When the machine itself stood still. A virtual one does, for tens of milliseconds:
 * where its host gives it so much processor time in each tenth of a second, and it has
 * had that. No program is behind such a stall, and no library can do anything about it.
 *
 * On each processor a thread of real-time priority sleeps for a millisecond, again and
 * again, and notes when it slept much longer. What one of them notes may be a long
 * system call, in a kernel that does not preempt those. The machine stood still when all
 * of them noted it at once. Who may have no real-time priority has no witness.
 */

#include "config.h"

#include "bench-witness.h"

#include "bench-stats.h"

#include <sched.h>
#include <time.h>
#include <unistd.h>

#define PRIORITY 50
#define SLEEP_USEC 1000
#define STALL_USEC 2000

typedef struct
{
  double begin_usec;
  double end_usec;
} Stall;

typedef struct
{
  int cpu;
  int *stopped; /* atomic */
  GThread *thread;
  GArray *stalls; /* of Stall, in order; the thread's until it has ended */
} Watch;

struct _BenchWitness
{
  int stopped;
  GArray *watches; /* of Watch */
};

static gboolean
become_watchful (int cpu)
{
  const struct sched_param param = { .sched_priority = PRIORITY };
  cpu_set_t set;

  CPU_ZERO (&set);
  CPU_SET (cpu, &set);
  return sched_setaffinity (0, sizeof set, &set) == 0
         && sched_setscheduler (0, SCHED_FIFO, &param) == 0;
}

static gpointer
watch (gpointer data)
{
  const struct timespec duration = { .tv_nsec = SLEEP_USEC * 1000 };
  Watch *self = data;

  if (!become_watchful (self->cpu))
    return NULL;

  while (!g_atomic_int_get (self->stopped))
    {
      Stall stall = { .begin_usec = bench_now_usec () + SLEEP_USEC };

      nanosleep (&duration, NULL);
      stall.end_usec = bench_now_usec ();
      if (stall.end_usec - stall.begin_usec > STALL_USEC)
        g_array_append_val (self->stalls, stall);
    }

  return NULL;
}

BenchWitness *
bench_witness_start (void)
{
  BenchWitness *self = g_new0 (BenchWitness, 1);
  long n_cpus = sysconf (_SC_NPROCESSORS_ONLN);

  self->watches = g_array_sized_new (FALSE, TRUE, sizeof (Watch), n_cpus);
  g_array_set_size (self->watches, n_cpus);
  for (long i = 0; i < n_cpus; i++)
    {
      Watch *item = &g_array_index (self->watches, Watch, i);

      item->cpu = i;
      item->stopped = &self->stopped;
      item->stalls = g_array_new (FALSE, FALSE, sizeof (Stall));
      item->thread = g_thread_new ("witness", watch, item);
    }

  return self;
}

/* From then on it can be asked. */
void
bench_witness_stop (BenchWitness *self)
{
  g_atomic_int_set (&self->stopped, TRUE);
  for (guint i = 0; i < self->watches->len; i++)
    g_thread_join (g_array_index (self->watches, Watch, i).thread);
}

void
bench_witness_free (BenchWitness *self)
{
  for (guint i = 0; i < self->watches->len; i++)
    g_array_unref (g_array_index (self->watches, Watch, i).stalls);

  g_array_unref (self->watches);
  g_free (self);
}

/* Gives how much of the time from @begin_usec to @end_usec was stalls of the processors
 * from the one with number @cpu on, all at once. */
static double
add_up (BenchWitness *self, guint cpu, double begin_usec, double end_usec)
{
  double sum = 0;
  GArray *stalls;

  if (cpu == self->watches->len)
    return end_usec - begin_usec;

  stalls = g_array_index (self->watches, Watch, cpu).stalls;
  for (guint i = 0; i < stalls->len; i++)
    {
      const Stall *stall = &g_array_index (stalls, Stall, i);
      double begin = MAX (begin_usec, stall->begin_usec);
      double end = MIN (end_usec, stall->end_usec);

      if (begin < end)
        sum += add_up (self, cpu + 1, begin, end);
    }

  return sum;
}

double
bench_witness_get_stall_usec (BenchWitness *self, double begin_usec, double end_usec)
{
  return add_up (self, 0, begin_usec, end_usec);
}
