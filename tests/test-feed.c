/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Pieces into a pipe of our own, without a child. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "proc-fd-private.h"
#include "proc-feed-private.h"
#include "test-fixture.h"
#include "test-stream.h"

typedef struct
{
  ProcFeed *feed;
  ProcFd reader;
  GString *read;
  guint n_changes;
  guint n_written;
  guint n_refused;
} Fixture;

static void
on_changed (gpointer user_data)
{
  ((Fixture *) user_data)->n_changes++;
}

static void
on_accepted (gboolean written, gpointer user_data)
{
  Fixture *fixture = user_data;

  if (written)
    fixture->n_written++;
  else
    fixture->n_refused++;
}

static void
set_up (Fixture *fixture)
{
  g_autoptr(GError) error = NULL;
  int fds[2];

  memset (fixture, 0, sizeof *fixture);
  g_assert_true (proc_fd_pipe (fds, &error));
  g_assert_true (proc_fd_set_nonblocking (fds[0], &error));
  g_assert_true (proc_fd_set_nonblocking (fds[1], &error));
  g_assert_no_error (error);
  fixture->reader = fds[0];
  fixture->read = g_string_new (NULL);
  fixture->feed = proc_feed_new (fds[1], on_changed, fixture);
}

static void
tear_down (Fixture *fixture)
{
  g_clear_pointer (&fixture->feed, proc_feed_free);
  proc_fd_clear (&fixture->reader);
  g_string_free (fixture->read, TRUE);
}

static gboolean
has_something_to_do (void)
{
  return g_main_context_pending (g_main_context_get_thread_default ());
}

static void
iterate (void)
{
  g_main_context_iteration (g_main_context_get_thread_default (), TRUE);
}

static gboolean
write_text (Fixture *fixture, const char *text)
{
  g_autoptr(GBytes) bytes = g_bytes_new (text, strlen (text));

  return proc_feed_write (fixture->feed, bytes, on_accepted, fixture);
}

/* Gives FALSE at the end of file. */
static gboolean
read_some (Fixture *fixture)
{
  char buffer[65536];
  gssize n = read (fixture->reader, buffer, sizeof buffer);

  if (n > 0)
    g_string_append_len (fixture->read, buffer, n);

  return n != 0;
}

static void
test_writes_in_order (void)
{
  Fixture fixture;

  set_up (&fixture);
  g_assert_true (write_text (&fixture, "one "));
  g_assert_true (write_text (&fixture, "two "));
  g_assert_true (write_text (&fixture, ""));
  g_assert_true (write_text (&fixture, "three"));
  g_assert_cmpuint (fixture.n_written, ==, 0);
  while (fixture.n_written < 4)
    iterate ();

  g_assert_false (proc_feed_is_complete (fixture.feed));
  g_assert_true (proc_feed_is_open (fixture.feed));
  g_assert_cmpuint (fixture.n_changes, ==, 0);
  proc_feed_close (fixture.feed);
  g_assert_true (proc_feed_is_complete (fixture.feed));
  g_assert_false (proc_feed_is_open (fixture.feed));

  while (read_some (&fixture))
    continue;

  g_assert_cmpstr (fixture.read->str, ==, "one two three");
  tear_down (&fixture);
  g_assert_cmpuint (fixture.n_written, ==, 4);
  g_assert_cmpuint (fixture.n_refused, ==, 0);
}

/* Nothing to write is nothing to do: no turning round in a pipe that has room. */
static void
test_waits_without_work (void)
{
  Fixture fixture;

  set_up (&fixture);
  g_assert_false (has_something_to_do ());
  g_assert_true (write_text (&fixture, "x"));
  g_assert_true (has_something_to_do ());
  while (fixture.n_written < 1)
    iterate ();

  g_assert_false (has_something_to_do ());
  tear_down (&fixture);
}

static void
test_closes_after_the_last (void)
{
  Fixture fixture;

  set_up (&fixture);
  g_assert_true (write_text (&fixture, "last"));
  proc_feed_close (fixture.feed);
  g_assert_true (proc_feed_is_open (fixture.feed));
  g_assert_false (proc_feed_is_complete (fixture.feed));
  while (proc_feed_is_open (fixture.feed))
    iterate ();

  g_assert_true (proc_feed_is_complete (fixture.feed));
  g_assert_cmpuint (fixture.n_changes, ==, 1);
  while (read_some (&fixture))
    continue;

  g_assert_cmpstr (fixture.read->str, ==, "last");
  tear_down (&fixture);
}

static void
test_in4_nothing (void)
{
  Fixture fixture;

  set_up (&fixture);
  proc_feed_close (fixture.feed);
  g_assert_true (proc_feed_is_complete (fixture.feed));
  g_assert_false (read_some (&fixture));
  tear_down (&fixture);
}

/* A piece is accepted when all of it is in the pipe: so whoever waits for that never has more
 * than one piece under way. */
static void
test_back_pressure (void)
{
  const gsize size = 3000000;
  g_autofree char *text = g_strnfill (size, 'x');
  Fixture fixture;
  gsize room;

  set_up (&fixture);
  g_assert_true (write_text (&fixture, text));
  iterate ();
  g_assert_cmpuint (fixture.n_written, ==, 0);
  g_assert_false (has_something_to_do ());

  while (fixture.n_written == 0)
    {
      read_some (&fixture);
      while (has_something_to_do ())
        iterate ();
    }
  room = fcntl (fixture.reader, F_GETPIPE_SZ);
  g_assert_cmpuint (room, <, size);
  g_assert_cmpuint (fixture.read->len, >=, size - room);

  proc_feed_close (fixture.feed);
  while (read_some (&fixture))
    continue;

  g_assert_cmpstr (fixture.read->str, ==, text);
  tear_down (&fixture);
}

/* Many pieces must not keep others from their turn. */
static void
test_turns_are_short (void)
{
  Fixture fixture;

  set_up (&fixture);
  for (guint i = 0; i < 1000; i++)
    g_assert_true (write_text (&fixture, i % 2 == 0 ? "y" : ""));

  iterate ();
  g_assert_cmpuint (fixture.n_written, >, 0);
  g_assert_cmpuint (fixture.n_written, <, 100);
  tear_down (&fixture);
  g_assert_cmpuint (fixture.n_written + fixture.n_refused, ==, 1000);
}

static void
test_reader_goes (void)
{
  g_autofree char *text = g_strnfill (200000, 'x');
  Fixture fixture;

  set_up (&fixture);
  g_assert_true (write_text (&fixture, "a"));
  g_assert_true (write_text (&fixture, text));
  g_assert_true (write_text (&fixture, "b"));
  proc_feed_close (fixture.feed);
  iterate ();
  g_assert_cmpuint (fixture.n_written, ==, 1);

  proc_fd_clear (&fixture.reader);
  while (proc_feed_is_open (fixture.feed))
    iterate ();

  g_assert_cmpuint (fixture.n_written, ==, 1);
  g_assert_cmpuint (fixture.n_refused, ==, 2);
  g_assert_cmpuint (fixture.n_changes, ==, 1);
  g_assert_false (proc_feed_is_complete (fixture.feed));
  tear_down (&fixture);
}

/* It is noticed while there is nothing to write, and all that there was has been handed over. */
static void
test_reader_goes_meanwhile (void)
{
  Fixture fixture;

  set_up (&fixture);
  g_assert_true (write_text (&fixture, "a"));
  while (fixture.n_written == 0)
    iterate ();

  proc_fd_clear (&fixture.reader);
  while (proc_feed_is_open (fixture.feed))
    iterate ();

  g_assert_cmpuint (fixture.n_changes, ==, 1);
  g_assert_false (proc_feed_is_complete (fixture.feed));
  proc_feed_close (fixture.feed);
  g_assert_true (proc_feed_is_complete (fixture.feed));
  tear_down (&fixture);
}

static void
test_write_to_no_reader (void)
{
  Fixture fixture;

  set_up (&fixture);
  proc_fd_clear (&fixture.reader);
  while (proc_feed_is_open (fixture.feed))
    iterate ();

  g_assert_false (write_text (&fixture, "late"));
  proc_feed_close (fixture.feed);
  g_assert_false (proc_feed_is_complete (fixture.feed));
  tear_down (&fixture);
  g_assert_cmpuint (fixture.n_written + fixture.n_refused, ==, 0);
}

static void
test_freed_with_pieces (void)
{
  Fixture fixture;

  set_up (&fixture);
  g_assert_true (write_text (&fixture, "never"));
  tear_down (&fixture);
  g_assert_cmpuint (fixture.n_refused, ==, 1);
  g_assert_cmpuint (fixture.n_changes, ==, 0);
}

/* As a source does it that waits for its piece. */
static void
write_next (gboolean written, gpointer user_data)
{
  Fixture *fixture = user_data;
  g_autoptr(GBytes) bytes = g_bytes_new_static ("next ", 5);

  g_assert_true (written);
  if (++fixture->n_written < 100)
    g_assert_true (proc_feed_write (fixture->feed, bytes, write_next, fixture));
  else
    proc_feed_close (fixture->feed);
}

static void
test_writes_when_accepted (void)
{
  g_autoptr(GBytes) bytes = g_bytes_new_static ("first ", 6);
  Fixture fixture;

  set_up (&fixture);
  g_assert_true (proc_feed_write (fixture.feed, bytes, write_next, &fixture));
  while (proc_feed_is_open (fixture.feed))
    iterate ();

  g_assert_cmpuint (fixture.n_changes, ==, 1);
  g_assert_true (proc_feed_is_complete (fixture.feed));
  while (read_some (&fixture))
    continue;

  g_assert_cmpuint (fixture.read->len, ==, 6 + 99 * 5);
  tear_down (&fixture);
}

/* As the engine's thread does. */
/* The reader must not take it for the end. */
static void
test_piece_cannot_be_read (void)
{
  g_autoptr(GBytes) bytes = test_unreadable ();
  Fixture fixture;

  set_up (&fixture);
  g_assert_true (write_text (&fixture, "first"));
  g_assert_true (proc_feed_write (fixture.feed, bytes, on_accepted, &fixture));
  proc_feed_close (fixture.feed);
  while (fixture.n_changes == 0)
    iterate ();

  g_assert_error (proc_feed_get_error (fixture.feed), PROC_RUNNER_ERROR,
                  PROC_RUNNER_ERROR_INPUT_FILE);
  test_assert_in_error (proc_feed_get_error (fixture.feed), g_strerror (EFAULT));
  g_assert_true (proc_feed_is_open (fixture.feed));
  g_assert_false (proc_feed_is_complete (fixture.feed));
  g_assert_true (read_some (&fixture));
  g_assert_true (read_some (&fixture)); /* not the end */
  g_assert_cmpstr (fixture.read->str, ==, "first");
  g_assert_false (has_something_to_do ());
  tear_down (&fixture);
  g_assert_cmpuint (fixture.n_written, ==, 1);
  g_assert_cmpuint (fixture.n_refused, ==, 1);
  g_assert_cmpuint (fixture.n_changes, ==, 1);
}

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

  TEST_ADD ("/feed/writes-in-order", test_writes_in_order);
  TEST_ADD ("/feed/waits-without-work", test_waits_without_work);
  TEST_ADD ("/feed/closes-after-the-last", test_closes_after_the_last);
  TEST_ADD ("/feed/in4-nothing", test_in4_nothing);
  TEST_ADD ("/feed/back-pressure", test_back_pressure);
  TEST_ADD ("/feed/turns-are-short", test_turns_are_short);
  TEST_ADD ("/feed/reader-goes", test_reader_goes);
  TEST_ADD ("/feed/reader-goes-meanwhile", test_reader_goes_meanwhile);
  TEST_ADD ("/feed/write-to-no-reader", test_write_to_no_reader);
  TEST_ADD ("/feed/freed-with-pieces", test_freed_with_pieces);
  TEST_ADD ("/feed/writes-when-accepted", test_writes_when_accepted);
  TEST_ADD ("/feed/piece-cannot-be-read", test_piece_cannot_be_read);

  return g_test_run ();
}
