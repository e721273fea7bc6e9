/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The main loop is not blocked (V7): between two polls less than 50 msec of processor time go
 * by, and less than 5 s by the clock.
 *
 * A heartbeat would tell that, and would hide something else: with a source that fires each
 * millisecond no wake-up is ever missed. So nothing is added to the loop, and the time is taken
 * where it begins to poll, and where it has polled. The processors are shared with other tests,
 * and a fork that waits for one of them holds up whoever touches new memory: so there is a bound
 * by the clock for what blocks and not for what waits its turn.
 */

#include "config.h"

#include "test-loop.h"

#include <errno.h>
#include <time.h>

#include "test-fixture.h"

#define LIMIT_USEC (50 * G_TIME_SPAN_MILLISECOND)
#define CLOCK_LIMIT_USEC (5 * G_TIME_SPAN_SECOND)

typedef struct
{
  gint64 processor;
  gint64 clock;
} Time;

/* The thread's that runs the tests. */
static GMainContext *watched;
static gboolean iterating;
static Time begun;
static Time paused;
static Time longest;

/* To the microsecond, where getrusage () counts in ticks of the kernel's. */
static gint64
get_processor_usec (void)
{
  struct timespec time = { 0 };

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &time);
  return time.tv_sec * G_USEC_PER_SEC + time.tv_nsec / 1000;
}

static Time
get_time (void)
{
  return (Time) { get_processor_usec (), g_get_monotonic_time () };
}

static void
end_stretch (void)
{
  Time now = get_time ();

  longest.processor = MAX (longest.processor, now.processor - begun.processor);
  longest.clock = MAX (longest.clock, now.clock - begun.clock);
}

static int
poll_between (GPollFD *fds, guint n_fds, int timeout)
{
  int n_ready;
  int saved_errno;

  if (!iterating)
    return g_poll (fds, n_fds, timeout);

  end_stretch ();
  n_ready = g_poll (fds, n_fds, timeout);
  saved_errno = errno;
  begun = get_time ();
  errno = saved_errno;
  return n_ready;
}

void
test_iterate (GMainContext *context)
{
  if (context == NULL)
    context = g_main_context_get_thread_default ();

  if (context != watched || iterating)
    {
      g_main_context_iteration (context, TRUE);
      return;
    }

  iterating = TRUE;
  begun = get_time ();
  g_main_context_iteration (context, TRUE);
  end_stretch ();
  iterating = FALSE;
}

void
test_loop_pause (void)
{
  paused = get_time ();
}

void
test_loop_resume (void)
{
  Time now = get_time ();

  begun.processor += now.processor - paused.processor;
  begun.clock += now.clock - paused.clock;
}

/* From now on, until asserted. Where each system call fails once, none is made for this. */
void
test_loop_watch (GMainContext *context)
{
  if (g_getenv ("FAULT_SCENARIO") != NULL)
    return;

  watched = context;
  longest = (Time) { 0, 0 };
  g_main_context_set_poll_func (context, poll_between);
}

/* Where a tool makes everything slow, time says nothing. */
void
test_loop_assert_free (void)
{
  if (watched == NULL)
    return;

  watched = NULL;
  if (test_in_valgrind () || test_in_sanitizer ())
    return;

  g_assert_cmpint (longest.processor, <, LIMIT_USEC);
  g_assert_cmpint (longest.clock, <, CLOCK_LIMIT_USEC);
}
