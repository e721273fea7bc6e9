/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The main loop is not blocked (V7): between two polls less than 50 msec go by.
 *
 * A heartbeat would tell that, and would hide something else: with a source that fires each
 * millisecond no wake-up is ever missed. So nothing is added to the loop, and the time is taken
 * where it begins to poll, and where it has polled.
 *
 * The processors are shared with other tests, and the machine with others. So a stretch in
 * which the thread never slept counts by the processor time that it took; one in which it did,
 * for a lock or a disk, by the clock, but without what it was ready to run and had to wait.
 */

#include "config.h"

#include "test-loop.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "test-fixture.h"

#define LIMIT_USEC (50 * G_TIME_SPAN_MILLISECOND)

typedef struct
{
  gint64 clock;
  gint64 processor;
  glong n_sleeps;
} Moment;

/* The thread's that runs the tests. */
static GMainContext *watched;
static int schedule = -1; /* of that thread, as the kernel tells it */
static gboolean iterating;
static Moment begun;
static gint64 longest;

static gint64
get_usec (const struct timeval *time)
{
  return time->tv_sec * G_USEC_PER_SEC + time->tv_usec;
}

static gint64
get_waited_usec (void)
{
  char text[128] = "";
  guint64 waited_nsec = 0;

  if (pread (schedule, text, sizeof text - 1, 0) > 0)
    sscanf (text, "%*u %" G_GUINT64_FORMAT, &waited_nsec);

  return (gint64) (waited_nsec / 1000);
}

static Moment
take_moment (void)
{
  struct rusage usage = { 0 };

  getrusage (RUSAGE_THREAD, &usage);
  return (Moment){ .clock = g_get_monotonic_time () - get_waited_usec (),
                   .processor = get_usec (&usage.ru_utime) + get_usec (&usage.ru_stime),
                   .n_sleeps = usage.ru_nvcsw };
}

static void
end_stretch (void)
{
  Moment now = take_moment ();
  gboolean slept = now.n_sleeps != begun.n_sleeps;
  gint64 taken = slept ? now.clock - begun.clock : now.processor - begun.processor;

  longest = MAX (longest, taken);
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
  begun = take_moment ();
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
  begun = take_moment ();
  g_main_context_iteration (context, TRUE);
  end_stretch ();
  iterating = FALSE;
}

void
test_loop_pardon (void)
{
  begun = take_moment ();
}

/* From now on, until asserted. Where each system call fails once, none is made for this. */
void
test_loop_watch (GMainContext *context)
{
  if (g_getenv ("FAULT_SCENARIO") != NULL)
    return;

  watched = context;
  longest = 0;
  schedule = open ("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
  g_main_context_set_poll_func (context, poll_between);
}

/* Where a tool makes everything slow, time says nothing. */
void
test_loop_assert_free (void)
{
  if (watched == NULL)
    return;

  watched = NULL;
  if (schedule >= 0)
    close (schedule);
  schedule = -1;
  if (!test_in_valgrind () && !test_in_sanitizer ())
    g_assert_cmpint (longest, <, LIMIT_USEC);
}
