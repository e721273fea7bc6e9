/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A file's worker that goes on from the pipe by itself. The pump is played by the test. */

#include "config.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "proc-fd-private.h"
#include "proc-file-sink-private.h"
#include "test-fixture.h"
#include "test-pattern.h"

#define BLOCK ((gsize) 256 * 1024)
#define PIPE ((gsize) 1024 * 1024)

typedef struct
{
  GFile *file;
  ProcSink *sink;
  ProcFd reader;
  ProcFd writer;
} Fixture;

static void
ignore (gpointer user_data)
{
}

static void
wait_until (const gboolean *fact)
{
  while (!*fact)
    g_main_context_iteration (g_main_context_get_thread_default (), TRUE);
}

static void
write_pattern (int fd, gsize size)
{
  g_autofree guint8 *data = g_malloc (size);
  unsigned char table[TEST_PATTERN_PERIOD];

  test_pattern_fill (table, 1);
  for (gsize i = 0; i < size; i++)
    data[i] = table[i % TEST_PATTERN_PERIOD];

  g_assert_cmpint (write (fd, data, size), ==, size);
}

/* A pipe that is full, and an open sink. */
static void
set_up (Fixture *fixture)
{
  ProcRedirect redirect = { .file = test_file ("output", NULL) };
  int fds[2];

  g_assert_true (proc_fd_pipe (fds, NULL));
  g_assert_true (proc_fd_set_nonblocking (fds[0], NULL));
  g_assert_cmpint (fcntl (fds[0], F_SETPIPE_SZ, PIPE), >=, PIPE);
  write_pattern (fds[1], PIPE);

  fixture->file = redirect.file;
  fixture->reader = fds[0];
  fixture->writer = fds[1];
  fixture->sink = proc_file_sink_new (&redirect);
  proc_sink_open (fixture->sink, ignore, NULL);
  wait_until (&fixture->sink->opened);
}

static void
tear_down (Fixture *fixture)
{
  proc_sink_free (fixture->sink);
  proc_fd_clear (&fixture->reader);
  proc_fd_clear (&fixture->writer);
  g_object_unref (fixture->file);
}

/* What a pump does. */
static void
fill_block (Fixture *fixture)
{
  gsize room;
  guint8 *data = proc_sink_reserve (fixture->sink, &room);

  g_assert_cmpuint (room, ==, BLOCK);
  g_assert_cmpint (read (fixture->reader, data, room), ==, BLOCK);
  proc_sink_commit (fixture->sink, BLOCK);
}

/* All that was read by anybody is in the file. */
static void
assert_written (Fixture *fixture, gsize size)
{
  g_autofree char *content = NULL;
  g_autoptr(GBytes) bytes = NULL;
  gsize length;

  proc_sink_take_back (fixture->sink);
  proc_sink_settle (fixture->sink, TRUE);
  wait_until (&fixture->sink->settled);
  g_assert_no_error (fixture->sink->error);
  g_assert_cmpuint (fixture->sink->size, ==, size);

  g_assert_true (g_file_load_contents (fixture->file, NULL, &content, &length, NULL, NULL));
  bytes = g_bytes_new (content, length);
  test_assert_pattern (bytes, 1, size);
}

static gsize
get_n_waiting (Fixture *fixture)
{
  int n_waiting;

  g_assert_no_errno (ioctl (fixture->reader, FIONREAD, &n_waiting));
  return n_waiting;
}

static void
pull_all (Fixture *fixture)
{
  fill_block (fixture);
  while (fixture->sink->size < PIPE)
    g_main_context_iteration (g_main_context_get_thread_default (), TRUE);
}

static void
test_goes_on (void)
{
  Fixture fixture;
  gsize room;

  set_up (&fixture);
  proc_sink_lend (fixture.sink, fixture.reader, NULL);
  fill_block (&fixture);
  g_assert_null (proc_sink_reserve (fixture.sink, &room));
  g_assert_false (proc_sink_is_closed (fixture.sink));
  while (fixture.sink->size < PIPE)
    g_main_context_iteration (g_main_context_get_thread_default (), TRUE);

  g_assert_cmpuint (get_n_waiting (&fixture), ==, 0);
  g_assert_nonnull (proc_sink_reserve (fixture.sink, &room));
  assert_written (&fixture, PIPE);
  tear_down (&fixture);
}

/* The pump goes on while the block is being written. */
static void
assert_does_not_go_on (Fixture *fixture)
{
  gsize room;

  fill_block (fixture);
  g_assert_nonnull (proc_sink_reserve (fixture->sink, &room));
  assert_written (fixture, BLOCK);
  g_assert_cmpuint (get_n_waiting (fixture), ==, PIPE - BLOCK);
}

static void
test_counts_a_cap (void)
{
  Fixture fixture;

  set_up (&fixture);
  fixture.sink->cap.limit = 2 * PIPE;
  proc_sink_lend (fixture.sink, fixture.reader, NULL);
  assert_does_not_go_on (&fixture);
  tear_down (&fixture);
}

static void
test_taken_back (void)
{
  Fixture fixture;

  set_up (&fixture);
  proc_sink_lend (fixture.sink, fixture.reader, NULL);
  proc_sink_take_back (fixture.sink);
  assert_does_not_go_on (&fixture);
  tear_down (&fixture);
}

/* Whose last reference may be the worker's. */
static void
test_told_to_the_outlet (void)
{
  const ProcOutletText text = { NULL };
  ProcOutlet *outlet = proc_outlet_new (ignore, NULL);
  ProcOutletFacts facts = { 0 };
  Fixture fixture;

  set_up (&fixture);
  proc_sink_lend (fixture.sink, fixture.reader, outlet);
  pull_all (&fixture);
  assert_written (&fixture, PIPE);

  proc_outlet_look (outlet, &text, &facts);
  g_free (facts.tail.last_line);
  g_assert_cmpuint (facts.size, ==, PIPE - BLOCK); /* the first one was for the pump to tell */
  proc_outlet_unref (outlet);
  tear_down (&fixture);
}

/* What somebody follows comes from the engine, which knows when to wait for him. */
static void
test_left_to_who_follows (void)
{
  ProcOutlet *outlet = proc_outlet_new (ignore, NULL);
  Fixture fixture;
  gsize room;

  set_up (&fixture);
  proc_outlet_set_use (outlet, PROC_OUTLET_SIGNALS);
  proc_sink_lend (fixture.sink, fixture.reader, outlet);
  fill_block (&fixture);
  while (proc_sink_reserve (fixture.sink, &room) == NULL)
    g_main_context_iteration (g_main_context_get_thread_default (), TRUE);

  g_assert_cmpuint (get_n_waiting (&fixture), ==, PIPE - BLOCK);
  assert_written (&fixture, BLOCK);
  proc_outlet_unref (outlet);
  tear_down (&fixture);
}

/* The child must hear that nobody reads. */
static void
test_leaves_nothing_open (void)
{
  struct pollfd broken;
  Fixture fixture;

  set_up (&fixture);
  broken = (struct pollfd){ .fd = fixture.writer };
  proc_sink_lend (fixture.sink, fixture.reader, NULL);
  pull_all (&fixture);

  proc_sink_take_back (fixture.sink);
  proc_fd_clear (&fixture.reader);
  g_assert_cmpint (poll (&broken, 1, 0), ==, 1);
  g_assert_cmpint (broken.revents, ==, POLLERR);
  assert_written (&fixture, PIPE);
  tear_down (&fixture);
}

int
main (int argc, char *argv[])
{
  test_init (&argc, &argv);

  TEST_ADD ("/pull/goes-on", test_goes_on);
  TEST_ADD ("/pull/counts-a-cap", test_counts_a_cap);
  TEST_ADD ("/pull/taken-back", test_taken_back);
  TEST_ADD ("/pull/told-to-the-outlet", test_told_to_the_outlet);
  TEST_ADD ("/pull/left-to-who-follows", test_left_to_who_follows);
  TEST_ADD ("/pull/leaves-nothing-open", test_leaves_nothing_open);

  return g_test_run ();
}
