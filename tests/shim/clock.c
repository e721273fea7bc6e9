/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* To be preloaded: the wall clock jumps by a day each time that it is looked at, forth and
 * back. The other clocks go on as they are. */

#define _GNU_SOURCE

#include <stdatomic.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define PUBLIC __attribute__ ((visibility ("default")))
#define DAY (24 * 60 * 60)

static time_t
jump (void)
{
  static atomic_uint n;

  return ((time_t) (n++ % 3) - 1) * DAY;
}

PUBLIC int
clock_gettime (clockid_t clock, struct timespec *now)
{
  int result = (int) syscall (SYS_clock_gettime, clock, now);

  if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
    now->tv_sec += jump ();
  return result;
}

PUBLIC int
gettimeofday (struct timeval *now, void *zone)
{
  struct timespec precise;

  clock_gettime (CLOCK_REALTIME, &precise);
  now->tv_sec = precise.tv_sec;
  now->tv_usec = precise.tv_nsec / 1000;
  return 0;
}

PUBLIC time_t
time (time_t *result)
{
  struct timespec now;

  clock_gettime (CLOCK_REALTIME, &now);
  if (result != NULL)
    *result = now.tv_sec;
  return now.tv_sec;
}
