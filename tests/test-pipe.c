/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which pipes are enlarged. */

#include "config.h"

#include <fcntl.h>
#include <unistd.h>

#include "proc-capture-private.h"
#include "proc-fd-private.h"
#include "proc-pipe-private.h"
#include "proc-pump-private.h"
#include "test-fixture.h"

#define N_PIPES 20
#define MAX_ENLARGED 16
#define FILLED (64 * 1024)

typedef struct
{
  ProcPipe pipe;
  int fds[2];
  int usual_size;
} Pipe;

static void
open_pipe (Pipe *self)
{
  *self = (Pipe) { 0 };
  g_assert_true (proc_fd_pipe (self->fds, NULL));
  self->usual_size = fcntl (self->fds[0], F_GETPIPE_SZ);
}

static void
close_pipe (Pipe *self)
{
  proc_pipe_release (&self->pipe);
  close (self->fds[0]);
  close (self->fds[1]);
}

static gboolean
is_large (const Pipe *self)
{
  return fcntl (self->fds[0], F_GETPIPE_SZ) > self->usual_size;
}

static void
test_only_busy_ones (void)
{
  Pipe pipe;

  open_pipe (&pipe);
  proc_pipe_note (&pipe.pipe, pipe.fds[0], 1);
  proc_pipe_note (&pipe.pipe, pipe.fds[0], 4096);
  g_assert_false (is_large (&pipe));

  proc_pipe_note (&pipe.pipe, pipe.fds[0], FILLED);
  g_assert_true (is_large (&pipe));
  g_assert_cmpuint (proc_pipe_get_n_enlarged (), ==, 1);
  close_pipe (&pipe);
  g_assert_cmpuint (proc_pipe_get_n_enlarged (), ==, 0);
}

static void
test_at_the_writing_end (void)
{
  Pipe pipe;

  open_pipe (&pipe);
  proc_pipe_note (&pipe.pipe, pipe.fds[1], FILLED);
  g_assert_true (is_large (&pipe));
  close_pipe (&pipe);
}

static void
test_few_at_a_time (void)
{
  Pipe pipes[N_PIPES];

  for (guint i = 0; i < N_PIPES; i++)
    {
      open_pipe (&pipes[i]);
      proc_pipe_note (&pipes[i].pipe, pipes[i].fds[0], FILLED);
      g_assert_cmpint (is_large (&pipes[i]), ==, i < MAX_ENLARGED);
    }
  g_assert_cmpuint (proc_pipe_get_n_enlarged (), ==, MAX_ENLARGED);

  /* One is given back, and another one takes its place. */
  proc_pipe_release (&pipes[0].pipe);
  proc_pipe_note (&pipes[N_PIPES - 1].pipe, pipes[N_PIPES - 1].fds[0], FILLED);
  g_assert_true (is_large (&pipes[N_PIPES - 1]));

  for (guint i = 0; i < N_PIPES; i++)
    close_pipe (&pipes[i]);
  g_assert_cmpuint (proc_pipe_get_n_enlarged (), ==, 0);
}

/* What is no pipe refuses, as the kernel does when a user has too many. */
static void
test_refused (void)
{
  g_auto(ProcFd) fd = proc_fd_open_null (NULL);
  ProcPipe pipe = { 0 };

  proc_pipe_note (&pipe, fd, FILLED);
  g_assert_true (pipe.refused);
  g_assert_cmpuint (proc_pipe_get_n_enlarged (), ==, 0);
  proc_pipe_release (&pipe);
  g_assert_cmpuint (proc_pipe_get_n_enlarged (), ==, 0);
}

static void
ignore_change (gpointer user_data)
{
}

static void
test_pump_enlarges (void)
{
  g_autofree char *text = g_strnfill (FILLED, 'x');
  g_autoptr(ProcSink) sink = proc_capture_new (0, 0);
  ProcPump *pump;
  Pipe pipe;

  open_pipe (&pipe);
  g_assert_true (proc_fd_set_nonblocking (pipe.fds[0], NULL));
  proc_sink_open (sink, ignore_change, NULL);
  pump = proc_pump_new (proc_fd_dup (pipe.fds[0], NULL), sink, NULL, ignore_change, NULL);
  g_assert_cmpint (write (pipe.fds[1], text, FILLED), ==, FILLED);
  while (sink->size < FILLED)
    g_main_context_iteration (g_main_context_get_thread_default (), TRUE);

  /* Reads are as large as there is memory at hand, so only a later one may fill it. */
  g_assert_cmpint (write (pipe.fds[1], text, FILLED), ==, FILLED);
  while (sink->size < 2 * FILLED)
    g_main_context_iteration (g_main_context_get_thread_default (), TRUE);

  g_assert_true (is_large (&pipe));
  g_assert_cmpuint (proc_pipe_get_n_enlarged (), ==, 1);
  proc_pump_free (pump);
  g_assert_cmpuint (proc_pipe_get_n_enlarged (), ==, 0);
  close_pipe (&pipe);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/pipe/only-busy-ones", test_only_busy_ones);
  TEST_ADD ("/pipe/at-the-writing-end", test_at_the_writing_end);
  TEST_ADD ("/pipe/few-at-a-time", test_few_at_a_time);
  TEST_ADD ("/pipe/refused", test_refused);

  TEST_ADD ("/pipe/pump-enlarges", test_pump_enlarges);

  return g_test_run ();
}
