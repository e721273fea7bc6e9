/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Standard input from bytes and from files. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test-fixture.h"
#include "test-memory-file.h"
#include "test-stream.h"

#define MIB ((gsize) 1024 * 1024)
#define NOBODY 65534

static GBytes *
make_bytes (gsize size)
{
  guint8 *data = g_malloc (size);

  for (gsize i = 0; i < size; i++)
    data[i] = (guint8) (i * 31 + i / 251);

  return g_bytes_new_take (data, size);
}

static GFile *
make_file (const char *name, GBytes *contents)
{
  g_autoptr(GFile) file = test_file (name, NULL);
  gsize size = 0;
  const char *data = g_bytes_get_data (contents, &size);

  g_assert_true (g_file_set_contents (g_file_peek_path (file), data, (gssize) size, NULL));
  return g_steal_pointer (&file);
}

static void
test_last_word (void)
{
  g_autoptr(GBytes) bytes = g_bytes_new_static ("x", 1);
  g_autoptr(GFile) file = test_file ("file", "y");
  g_autoptr(GInputStream) stream = g_memory_input_stream_new_from_bytes (bytes);
  g_autoptr(ProcCommand) command = NULL;

  command = g_object_new (PROC_TYPE_COMMAND, "argv", TEST_ARGV ("cat"), "stdin-file", file, NULL);
  g_assert_true (proc_command_get_stdin_file (command) == file);

  g_object_set (command, "stdin-stream", stream, NULL);
  g_assert_true (proc_command_get_stdin_stream (command) == stream);
  g_assert_null (proc_command_get_stdin_file (command));

  proc_command_set_stdin_bytes (command, bytes);
  g_assert_true (proc_command_get_stdin_bytes (command) == bytes);
  g_assert_null (proc_command_get_stdin_stream (command));

  /* Nothing of a kind leaves another kind alone. */
  proc_command_set_stdin_file (command, NULL);
  proc_command_set_stdin_stream (command, NULL);
  g_assert_true (proc_command_get_stdin_bytes (command) == bytes);

  proc_command_set_stdin_file (command, file);
  g_assert_null (proc_command_get_stdin_bytes (command));
  proc_command_set_stdin (command, PROC_STDIO_DISCARD);
  g_assert_null (proc_command_get_stdin_file (command));
}

static void
count_notification (GObject *object, GParamSpec *pspec, gpointer user_data)
{
  guint *n = user_data;

  (*n)++;
}

static void
test_notifications (void)
{
  g_autoptr(GFile) file = test_file ("file", "y");
  g_autoptr(ProcCommand) command = test_child ("cat", NULL);
  guint n = 0;

  g_signal_connect (command, "notify", G_CALLBACK (count_notification), &n);
  proc_command_set_stdin_text (command, "x");
  g_assert_cmpuint (n, ==, 1);
  proc_command_set_stdin_file (command, file);
  g_assert_cmpuint (n, ==, 3);
  proc_command_set_stdin_file (command, file);
  proc_command_set_stdin_bytes (command, NULL);
  g_assert_cmpuint (n, ==, 3);
}

/* 64 MiB through cat, both ways at once. */
static void
test_in3_bytes_both_ways (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("cat", NULL);
  g_autoptr(GBytes) input = make_bytes (test_in_valgrind () ? MIB : 64 * MIB);
  g_autoptr(ProcResult) result = NULL;

  proc_command_set_stdin_bytes (command, input);
  result = test_check (runner, command);
  g_assert_true (g_bytes_equal (proc_result_get_stdout (result), input));
  g_assert_true (proc_result_get_stdin_complete (result));
}

/* Nobody but the child holds the other end: its end of file comes while others run. */
static void
test_in8_end_of_file_comes (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_auto(TestFifo) gate = test_fifo_gate ();
  TestCall sleepers[20];
  g_autoptr(ProcCommand) sleeper = test_child ("gate", gate.path, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (sleepers); i++)
    {
      g_autoptr(ProcCommand) command = test_child ("cat", NULL);
      g_autoptr(ProcResult) result = NULL;
      g_auto(TestCall) call = TEST_CALL_INIT;

      proc_command_set_stdin_text (command, "word");
      sleepers[i] = (TestCall) TEST_CALL_INIT;
      proc_runner_run_async (runner, command, NULL, test_call_done, test_call_begin (&call));
      proc_runner_run_async (runner, sleeper, NULL, test_call_done,
                             test_call_begin (&sleepers[i]));
      result = proc_runner_run_finish (runner, test_call_wait (&call), NULL);
      test_assert_text (proc_result_get_stdout (result), "word");
    }

  for (guint i = 0; i < G_N_ELEMENTS (sleepers); i++)
    test_fifo_open (&gate);
  for (guint i = 0; i < G_N_ELEMENTS (sleepers); i++)
    {
      g_autoptr(ProcResult) result = NULL;

      result = proc_runner_run_finish (runner, test_call_wait (&sleepers[i]), NULL);
      g_assert_true (proc_result_get_successful (result));
      test_call_clear (&sleepers[i]);
    }
}

static void
test_in3_file (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("cat", NULL);
  g_autoptr(GBytes) input = make_bytes (8 * MIB);
  g_autoptr(GFile) file = make_file ("input", input);

  proc_command_set_stdin_file (command, file);

  /* The second run begins at the beginning, too. */
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr(ProcResult) result = test_check (runner, command);

      g_assert_true (g_bytes_equal (proc_result_get_stdout (result), input));
      g_assert_true (proc_result_get_stdin_complete (result));
    }
}

/* The child has the file itself, and the flags that a shell would have opened it with. */
static void
test_file_is_the_childs (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = NULL;
  g_autoptr(GFile) file = test_file ("input", "contents");
  g_autoptr(ProcResult) result = NULL;
  g_auto(GStrv) lines = NULL;

  command = proc_command_new_shell ("readlink /proc/self/fd/0; grep flags /proc/self/fdinfo/0",
                                    NULL);
  proc_command_set_stdin_file (command, file);
  result = test_check (runner, command);
  lines = g_strsplit (proc_result_get_stdout_text (result), "\n", -1);
  g_assert_cmpstr (lines[0], ==, g_file_peek_path (file));
  g_assert_cmphex (strtoul (strrchr (lines[1], '\t'), NULL, 8) & (O_ACCMODE | O_NONBLOCK), ==,
                   O_RDONLY);
  g_assert_true (proc_result_get_stdin_complete (result));
}

/* Whether it reads or not, the file was handed over. */
static void
test_file_unread (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("exit", "7", NULL);
  g_autoptr(GBytes) input = make_bytes (MIB);
  g_autoptr(GFile) file = make_file ("input", input);
  g_autoptr(ProcResult) result = NULL;

  proc_command_set_stdin_file (command, file);
  result = test_fail (runner, command, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_EXIT_STATUS);
  g_assert_cmpint (proc_result_get_exit_status (result), ==, 7);
  g_assert_true (proc_result_get_stdin_complete (result));
}

static void
test_in4_empty_file (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("cat", "echo", "end", NULL);
  g_autoptr(GFile) file = test_file ("empty", "");
  g_autoptr(GFile) null = g_file_new_for_path ("/dev/null");
  g_autoptr(ProcResult) result = NULL;
  g_autoptr(ProcResult) null_result = NULL;

  proc_command_set_stdin_file (command, file);
  result = test_check (runner, command);
  test_assert_text (proc_result_get_stdout (result), "end\n");

  proc_command_set_stdin_file (command, null);
  null_result = test_check (runner, command);
  test_assert_text (proc_result_get_stdout (null_result), "end\n");
}

/* Said before anything starts: the child would leave a mark. */
static void
assert_refused (GFile *file, const char *name, const char *reason)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autofree char *mark = test_path ("mark");
  g_autoptr(ProcCommand) command = test_child ("touch", mark, NULL);
  g_autoptr(GFile) output = test_file ("output", "old");
  g_autoptr(GError) error = NULL;

  proc_command_set_stdin_file (command, file);
  proc_command_set_stdout_file (command, output, PROC_FILE_FLAGS_NONE);
  error = test_error (runner, command, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_INPUT_FILE);
  test_assert_in_error (error, name);
  if (reason != NULL)
    test_assert_in_error (error, reason);

  g_assert_null (proc_runner_error_get_result (error));
  g_assert_false (g_file_test (mark, G_FILE_TEST_EXISTS));
  test_assert_file (output, "old");
}

static void
test_refused (void)
{
  g_autoptr(GFile) missing = test_file ("missing", NULL);
  g_autoptr(GFile) directory = g_file_new_for_path (test_dir ());
  g_autoptr(GFile) loop = test_file ("loop", NULL);
  g_autoptr(GFile) unknown = g_file_new_for_uri ("nosuch://host/x");

  g_assert_no_errno (symlink ("loop", g_file_peek_path (loop)));
  assert_refused (missing, "missing", g_strerror (ENOENT));
  assert_refused (directory, test_dir (), g_strerror (EISDIR));
  assert_refused (loop, "loop", g_strerror (ELOOP));
  assert_refused (unknown, "nosuch://host/x", NULL);
}

/* No output here: the other user could not make it. */
static void
assert_closed_is_refused (GFile *file)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = proc_command_new (TEST_ARGV ("cat"));
  g_autoptr(GError) error = NULL;

  proc_command_set_stdin_file (command, file);
  error = test_error (runner, command, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_INPUT_FILE);
  test_assert_in_error (error, "closed");
  test_assert_in_error (error, g_strerror (EACCES));
}

/* Root may read everything; where the tests run as root they put on another user's rights. */
static void
test_no_permission (void)
{
  g_autoptr(GFile) file = test_file ("closed", "secret");
  gboolean is_root = geteuid () == 0;

  g_assert_no_errno (g_chmod (g_file_peek_path (file), 0));
  if (is_root)
    g_assert_no_errno (seteuid (NOBODY));

  assert_closed_is_refused (file);

  if (is_root)
    {
      g_assert_no_errno (seteuid (0));
      prctl (PR_SET_DUMPABLE, 1);
    }
}

/* Both cannot be had: one error is told, and nothing is left of either. */
static void
test_both_files_wrong (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("cat", NULL);
  g_autoptr(GFile) missing = test_file ("missing", NULL);
  g_autoptr(GFile) output = test_file ("no/such", NULL);
  g_autoptr(GError) error = NULL;

  proc_command_set_stdin_file (command, missing);
  proc_command_set_stdout_file (command, output, PROC_FILE_FLAGS_NONE);
  g_assert_null (proc_runner_check (runner, command, NULL, &error));
  g_assert_true (error->domain == PROC_RUNNER_ERROR);
}

/* Files that are not local */

static void
test_remote (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("cat", NULL);
  g_autofree char *text = g_strnfill (3000000, 'm');
  g_autoptr(GFile) file = test_memory_file_new ("input", text);

  proc_command_set_stdin_file (command, file);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr(ProcResult) result = test_check (runner, command);

      test_assert_text (proc_result_get_stdout (result), text);
      g_assert_true (proc_result_get_stdin_complete (result));
    }
}

static void
test_remote_missing (void)
{
  g_autoptr(GFile) file = test_memory_file_new ("missing", NULL);

  assert_refused (file, "moon:///missing", "Not on the moon");
}

/* What the child made of the first part is kept, and is no success. */
static void
test_remote_fails (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("cat", NULL);
  g_autofree char *text = g_strnfill (1000, 'm');
  g_autoptr(GFile) file = test_memory_file_new ("input", text);
  g_autoptr(GError) error = NULL;
  ProcResult *result;

  test_memory_file_fail_after (file, 500);
  proc_command_set_stdin_file (command, file);
  error = test_error (runner, command, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_INPUT_FILE);
  test_assert_in_error (error, "moon:///input");
  test_assert_in_error (error, "The moon is dark");
  result = proc_runner_error_get_result (error);
  g_assert_false (proc_result_get_successful (result));
  g_assert_false (proc_result_get_stdin_complete (result));
  g_assert_cmpuint (proc_result_get_stdout_size (result), <=, 500);
}

/* The run does not wait for a server that does not answer, nor for the answer. */
static void
test_remote_silent (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autofree char *mark = test_path ("mark");
  g_autoptr(ProcCommand) command = test_child ("touch", mark, NULL);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GFile) file = test_memory_file_new ("silent", "contents");
  g_autoptr(GError) error = NULL;
  g_auto(TestCall) call = TEST_CALL_INIT;

  test_memory_file_hold_reader (file);
  proc_command_set_stdin_file (command, file);
  proc_runner_check_async (runner, command, cancellable, test_call_done, test_call_begin (&call));
  test_memory_file_wait_for_reader (file);
  g_cancellable_cancel (cancellable);
  g_assert_null (proc_runner_check_finish (runner, test_call_wait (&call), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_false (g_file_test (mark, G_FILE_TEST_EXISTS));
  test_memory_file_release_reader (file);
}

/* A part must not pass for all: neither for the command, nor for what it writes. */
static void
test_bytes_that_cannot_be_read (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GBytes) bytes = test_unreadable ();
  g_autoptr(GFile) file = test_file ("out", "old");
  g_autoptr(ProcCommand) command = test_child ("cat", NULL);
  g_autoptr(GError) error = NULL;

  proc_command_set_stdin_bytes (command, bytes);
  proc_command_set_stdout_file (command, file, PROC_FILE_FLAGS_NONE);
  error = test_error (runner, command, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_INPUT_FILE);
  test_assert_in_error (error, g_strerror (EFAULT));
  test_assert_file (file, "old");
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/input/last-word", test_last_word);
  TEST_ADD ("/input/notifications", test_notifications);
  TEST_ADD ("/input/in3-bytes-both-ways", test_in3_bytes_both_ways);
  TEST_ADD ("/input/in8-end-of-file-comes", test_in8_end_of_file_comes);
  TEST_ADD ("/input/in3-file", test_in3_file);
  TEST_ADD ("/input/file-is-the-childs", test_file_is_the_childs);
  TEST_ADD ("/input/file-unread", test_file_unread);
  TEST_ADD ("/input/in4-empty-file", test_in4_empty_file);
  TEST_ADD ("/input/refused", test_refused);
  TEST_ADD ("/input/no-permission", test_no_permission);
  TEST_ADD ("/input/both-files-wrong", test_both_files_wrong);
  TEST_ADD ("/input/remote", test_remote);
  TEST_ADD ("/input/remote-missing", test_remote_missing);
  TEST_ADD ("/input/remote-silent", test_remote_silent);
  TEST_ADD ("/input/remote-fails", test_remote_fails);
  TEST_ADD ("/input/bytes-that-cannot-be-read", test_bytes_that_cannot_be_read);

  return g_test_run ();
}
