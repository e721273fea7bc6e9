/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is left of a piped output when its run is over, with a pipe of our own. The test's thread is
 * the engine's as well. */

#include "config.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "proc-fd-private.h"
#include "proc-link-private.h"
#include "proc-null-sink-private.h"
#include "proc-pump-private.h"
#include "proc-relay-private.h"
#include "test-fixture.h"

#define NEVER_MSEC 600000

typedef struct
{
  ProcLink *link;
  ProcOutlet *outlet;
  ProcSink *sink;
  ProcPump *pump;
  ProcFd writer;
} Fixture;

static void
ignore (gpointer user_data)
{
}

static gint64
deliver_nothing (gpointer user_data)
{
  return -1;
}

/* A run with a pump, which nobody may have begun to read. */
static void
set_up (Fixture *fixture, ProcOutletUse use)
{
  g_autoptr(GError) error = NULL;
  int fds[2];

  g_assert_true (proc_fd_pipe (fds, &error));
  g_assert_true (proc_fd_set_nonblocking (fds[0], &error));
  g_assert_no_error (error);
  fixture->writer = fds[1];
  fixture->link = proc_link_new (deliver_nothing, NULL);
  fixture->outlet = proc_link_get_outlet (fixture->link, PROC_STREAM_STDOUT);
  proc_outlet_attach (fixture->outlet, TRUE, ignore, NULL);
  proc_outlet_set_use (fixture->outlet, use);
  fixture->sink = proc_null_sink_new ();
  proc_sink_open (fixture->sink, ignore, NULL);
  fixture->pump = proc_pump_new (fds[0], fixture->sink, fixture->outlet, ignore, NULL);
}

/* The run is over. */
static void
detach (Fixture *fixture)
{
  while (g_main_context_iteration (g_main_context_get_thread_default (), FALSE))
    continue;

  proc_outlet_detach (fixture->outlet);
}

static void
adopt (Fixture *fixture, guint grace_msec)
{
  proc_relay_adopt (fixture->link, fixture->outlet, g_steal_pointer (&fixture->sink),
                    g_steal_pointer (&fixture->pump), grace_msec);
}

/* The job is dropped. */
static void
tear_down (Fixture *fixture)
{
  proc_link_let_go (fixture->link);
  proc_fd_clear (&fixture->writer);
}

static void
say (Fixture *fixture, const char *text)
{
  g_assert_cmpint (write (fixture->writer, text, strlen (text)), ==, strlen (text));
}

/* Gives what comes until the end. */
static char *
read_to_the_end (Fixture *fixture)
{
  GString *read = g_string_new (NULL);
  gboolean ended = FALSE;

  while (!ended)
    {
      g_autoptr(GBytes) bytes = proc_outlet_take (fixture->outlet, 65536, &ended);

      if (bytes != NULL)
        g_string_append_len (read, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
      else if (!ended)
        g_main_context_iteration (g_main_context_get_thread_default (), TRUE);
    }

  return g_string_free (read, FALSE);
}

static void
assert_read (Fixture *fixture, const char *expected)
{
  g_autofree char *read = read_to_the_end (fixture);

  g_assert_cmpstr (read, ==, expected);
}

/* Nobody reads the pipe any more. */
static void
wait_until_broken (Fixture *fixture)
{
  while (write (fixture->writer, "x", 1) == 1)
    g_main_context_iteration (g_main_context_get_thread_default (), TRUE);
  g_assert_cmpint (errno, ==, EPIPE);
}

/* Whoever is slow gets all. */
static void
test_reader_behind (void)
{
  Fixture fixture;

  set_up (&fixture, PROC_OUTLET_READ);
  say (&fixture, "one ");
  detach (&fixture);
  say (&fixture, "two ");
  adopt (&fixture, NEVER_MSEC);
  say (&fixture, "three");
  proc_fd_clear (&fixture.writer);
  assert_read (&fixture, "one two three");
  tear_down (&fixture);
}

static void
not_any_more (gpointer user_data)
{
  g_error ("a run that is over was told of its output");
}

/* The run is over, and nothing of it is there to fail. */
static void
test_out6_too_much (void)
{
  Fixture fixture;

  set_up (&fixture, PROC_OUTLET_READ);
  fixture.sink->cap = (ProcCap) { 3, PROC_OVERFLOW_FAIL };
  fixture.sink->changed = not_any_more;
  detach (&fixture);
  adopt (&fixture, NEVER_MSEC);
  say (&fixture, "abcdef");
  proc_fd_clear (&fixture.writer);
  assert_read (&fixture, "abcdef");
  tear_down (&fixture);
}

static void
test_reader_comes_later (void)
{
  Fixture fixture;

  set_up (&fixture, PROC_OUTLET_UNUSED);
  say (&fixture, "waiting");
  detach (&fixture);
  adopt (&fixture, NEVER_MSEC);
  proc_fd_clear (&fixture.writer);
  while (g_main_context_iteration (g_main_context_get_thread_default (), FALSE))
    continue;

  proc_outlet_set_use (fixture.outlet, PROC_OUTLET_READ);
  assert_read (&fixture, "waiting");
  tear_down (&fixture);
}

/* Between the two that watch for it. */
static void
test_reader_comes_meanwhile (void)
{
  Fixture fixture;

  set_up (&fixture, PROC_OUTLET_UNUSED);
  say (&fixture, "waiting");
  detach (&fixture);
  proc_outlet_set_use (fixture.outlet, PROC_OUTLET_READ);
  adopt (&fixture, NEVER_MSEC);
  proc_fd_clear (&fixture.writer);
  assert_read (&fixture, "waiting");
  tear_down (&fixture);
}

static void
test_abandoned (void)
{
  Fixture fixture;

  set_up (&fixture, PROC_OUTLET_UNUSED);
  say (&fixture, "unread");
  detach (&fixture);
  adopt (&fixture, NEVER_MSEC);
  proc_outlet_abandon (fixture.outlet);
  wait_until_broken (&fixture);
  assert_read (&fixture, "");
  tear_down (&fixture);
}

static void
test_abandoned_meanwhile (void)
{
  Fixture fixture;

  set_up (&fixture, PROC_OUTLET_UNUSED);
  say (&fixture, "unread");
  detach (&fixture);
  proc_outlet_abandon (fixture.outlet);
  adopt (&fixture, NEVER_MSEC);
  wait_until_broken (&fixture);
  assert_read (&fixture, "");
  tear_down (&fixture);
}

/* The last in the program lets go, and nothing is left behind. */
static void
test_dropped (void)
{
  Fixture fixture;

  set_up (&fixture, PROC_OUTLET_UNUSED);
  say (&fixture, "unread");
  detach (&fixture);
  adopt (&fixture, NEVER_MSEC);
  proc_link_let_go (fixture.link);
  wait_until_broken (&fixture);
  proc_fd_clear (&fixture.writer);
}

/* Somebody else holds the pipe: what it holds is read when the grace is over. */
static void
test_grace (void)
{
  for (guint grace_msec = 0; grace_msec <= 50; grace_msec += 50)
    {
      Fixture fixture;

      set_up (&fixture, PROC_OUTLET_READ);
      detach (&fixture);
      adopt (&fixture, grace_msec);
      say (&fixture, "rest");
      assert_read (&fixture, "rest");
      wait_until_broken (&fixture);
      tear_down (&fixture);
    }
}

static gboolean
on_time (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_REMOVE;
}

/* It is over by a clock that stands still while the reader is what is slow. */
static void
test_grace_stands_still (void)
{
  Fixture fixture;
  g_autoptr(GSource) source = g_timeout_source_new (200);
  gboolean time_is_over = FALSE;

  g_source_set_callback (source, on_time, &time_is_over, NULL);
  set_up (&fixture, PROC_OUTLET_UNUSED);
  say (&fixture, "waiting");
  detach (&fixture);
  adopt (&fixture, 0);
  g_source_attach (source, g_main_context_get_thread_default ());
  while (!time_is_over)
    g_main_context_iteration (g_main_context_get_thread_default (), TRUE);

  say (&fixture, " for long");
  proc_fd_clear (&fixture.writer);
  proc_outlet_set_use (fixture.outlet, PROC_OUTLET_READ);
  assert_read (&fixture, "waiting for long");
  tear_down (&fixture);
}

/* As the engine's thread does. */
static void
block_sigpipe (void)
{
  sigset_t mask;

  sigemptyset (&mask);
  sigaddset (&mask, SIGPIPE);
  g_assert_cmpint (pthread_sigmask (SIG_BLOCK, &mask, NULL), ==, 0);
}

int
main (int argc, char **argv)
{
  block_sigpipe ();
  test_init (&argc, &argv);

  TEST_ADD ("/relay/reader-behind", test_reader_behind);
  TEST_ADD ("/relay/out6-too-much", test_out6_too_much);
  TEST_ADD ("/relay/reader-comes-later", test_reader_comes_later);
  TEST_ADD ("/relay/reader-comes-meanwhile", test_reader_comes_meanwhile);
  TEST_ADD ("/relay/abandoned", test_abandoned);
  TEST_ADD ("/relay/abandoned-meanwhile", test_abandoned_meanwhile);
  TEST_ADD ("/relay/dropped", test_dropped);
  TEST_ADD ("/relay/grace", test_grace);
  TEST_ADD ("/relay/grace-stands-still", test_grace_stands_still);

  return g_test_run ();
}
