/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Standard input from a FIFO, whose writer may come late, or not at all. */

#include "config.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test-fixture.h"

static GFile *
make_fifo (void)
{
  g_autoptr(GFile) file = test_file ("fifo", NULL);

  g_assert_no_errno (mkfifo (g_file_peek_path (file), 0600));
  return g_steal_pointer (&file);
}

/* Waits until the reader is there. */
static int
open_writer (GFile *fifo)
{
  int fd = open (g_file_peek_path (fifo), O_WRONLY | O_CLOEXEC);

  g_assert_cmpint (fd, >=, 0);
  return fd;
}

static void
test_fifo (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("cat", NULL);
  g_autoptr(GFile) fifo = make_fifo ();
  g_autoptr(GError) error = NULL;
  g_autoptr(ProcResult) result = NULL;
  g_auto(TestCall) call = TEST_CALL_INIT;
  int fd;

  proc_command_set_stdin_file (command, fifo);
  proc_runner_check_async (runner, command, NULL, test_call_done, test_call_begin (&call));
  fd = open_writer (fifo);
  g_assert_cmpint (write (fd, "through a pipe", 14), ==, 14);
  close (fd);
  result = proc_runner_check_finish (runner, test_call_wait (&call), &error);
  g_assert_no_error (error);
  test_assert_text (proc_result_get_stdout (result), "through a pipe");
  g_assert_true (proc_result_get_stdin_complete (result));
}

/* The child is started when there is a writer, who may wait for the child. */
static void
test_fifo_silent_writer (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_auto(TestFifo) ready = test_fifo_ready ();
  g_autoptr(ProcCommand) command = test_child ("ready", ready.path, "cat", NULL);
  g_autoptr(GFile) fifo = make_fifo ();
  g_autoptr(ProcResult) result = NULL;
  g_auto(TestCall) call = TEST_CALL_INIT;
  int fd;

  proc_command_set_stdin_file (command, fifo);
  proc_runner_check_async (runner, command, NULL, test_call_done, test_call_begin (&call));
  fd = open_writer (fifo);
  test_fifo_wait (&ready);
  g_assert_cmpint (write (fd, "late", 4), ==, 4);
  close (fd);
  result = proc_runner_check_finish (runner, test_call_wait (&call), NULL);
  test_assert_text (proc_result_get_stdout (result), "late");
}

/* That it was opened without waiting does not become the child's. */
static void
test_fifo_is_blocking (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = NULL;
  g_autoptr(GFile) fifo = make_fifo ();
  g_autoptr(ProcResult) result = NULL;
  g_auto(TestCall) call = TEST_CALL_INIT;
  gulong flags;
  int fd;

  command = proc_command_new_shell ("grep flags /proc/self/fdinfo/0", NULL);
  proc_command_set_stdin_file (command, fifo);
  proc_runner_check_async (runner, command, NULL, test_call_done, test_call_begin (&call));
  fd = open_writer (fifo);
  result = proc_runner_check_finish (runner, test_call_wait (&call), NULL);
  flags = strtoul (strrchr (proc_result_get_stdout_text (result), '\t'), NULL, 8);
  g_assert_cmphex (flags & (O_ACCMODE | O_NONBLOCK), ==, O_RDONLY);
  close (fd);
}

/* One that has come and gone without a word is the end of file. */
static void
test_fifo_gone_writer (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("cat", "echo", "end", NULL);
  g_autoptr(GFile) fifo = make_fifo ();
  g_autoptr(ProcResult) result = NULL;
  g_auto(TestCall) call = TEST_CALL_INIT;

  proc_command_set_stdin_file (command, fifo);
  proc_runner_check_async (runner, command, NULL, test_call_done, test_call_begin (&call));
  close (open_writer (fifo));
  result = proc_runner_check_finish (runner, test_call_wait (&call), NULL);
  test_assert_text (proc_result_get_stdout (result), "end\n");
}

/* Looking for it by opening would make us the writer. */
static gboolean
has_reader (gpointer user_data)
{
  for (int fd = 3; fd < 64; fd++)
    {
      g_autofree char *link = g_strdup_printf ("/proc/self/fd/%d", fd);
      g_autofree char *target = g_file_read_link (link, NULL);

      if (g_strcmp0 (target, user_data) == 0)
        return TRUE;
    }

  return FALSE;
}

static gboolean
has_no_reader (gpointer user_data)
{
  return !has_reader (user_data);
}

static void
test_fifo_cancelled (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autofree char *mark = test_path ("mark");
  g_autoptr(ProcCommand) command = test_child ("touch", mark, NULL);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GFile) fifo = make_fifo ();
  g_autoptr(GError) error = NULL;
  g_auto(TestCall) call = TEST_CALL_INIT;

  proc_command_set_stdin_file (command, fifo);
  proc_runner_check_async (runner, command, cancellable, test_call_done, test_call_begin (&call));
  g_assert_true (test_eventually (has_reader, (gpointer) g_file_peek_path (fifo)));
  g_assert_cmpuint (call.n_calls, ==, 0);
  g_cancellable_cancel (cancellable);
  g_assert_null (proc_runner_check_finish (runner, test_call_wait (&call), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_true (test_eventually (has_no_reader, (gpointer) g_file_peek_path (fifo)));
  g_assert_false (g_file_test (mark, G_FILE_TEST_EXISTS));
  test_assert_handlers_gone (cancellable);
}

/* What is wrong with another file is said at once, whoever is waited for. */
static void
test_wrong_output (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("cat", NULL);
  g_autoptr(GFile) fifo = make_fifo ();
  g_autoptr(GFile) output = test_file ("no/such", NULL);
  g_autoptr(GError) error = NULL;

  proc_command_set_stdin_file (command, fifo);
  proc_command_set_stdout_file (command, output, PROC_FILE_FLAGS_NONE);
  error = test_error (runner, command, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_OUTPUT_FILE);
  test_assert_in_error (error, "no/such");
}

static void
test_wrong_input (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("cat", NULL);
  g_autoptr(GFile) fifo = make_fifo ();
  g_autoptr(GFile) missing = test_file ("missing", NULL);
  g_autoptr(GError) error = NULL;

  proc_command_set_stdin_file (command, missing);
  proc_command_set_stdout_file (command, fifo, PROC_FILE_FLAGS_NONE);
  error = test_error (runner, command, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_INPUT_FILE);
  test_assert_in_error (error, "missing");
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/input-fifo/reads", test_fifo);
  TEST_ADD ("/input-fifo/silent-writer", test_fifo_silent_writer);
  TEST_ADD ("/input-fifo/is-blocking", test_fifo_is_blocking);
  TEST_ADD ("/input-fifo/gone-writer", test_fifo_gone_writer);
  TEST_ADD ("/input-fifo/cancelled", test_fifo_cancelled);
  TEST_ADD ("/input-fifo/wrong-output", test_wrong_output);
  TEST_ADD ("/input-fifo/wrong-input", test_wrong_input);

  return g_test_run ();
}
