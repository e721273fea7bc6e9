/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Output to a file that is captured too. */

#include "config.h"

#include <errno.h>
#include <unistd.h>

#include "test-fixture.h"
#include "test-memory-file.h"

static ProcCommand *
tee (ProcCommand *command, GFile *file, ProcFileFlags flags)
{
  proc_command_set_stdout_file (command, file, flags | PROC_FILE_FLAGS_TEE);
  return command;
}

static void
test_both_have_it (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GFile) file = test_file ("file", "old\n");
  g_autoptr(ProcCommand) replace = tee (test_child ("echo", "new", NULL), file, 0);
  g_autoptr(ProcCommand) append = tee (test_child ("echo", "more", NULL), file,
                                       PROC_FILE_FLAGS_APPEND);
  g_autoptr(ProcResult) replaced = test_check (runner, replace);
  g_autoptr(ProcResult) appended = test_check (runner, append);

  test_assert_text (proc_result_get_stdout (replaced), "new\n");
  test_assert_text (proc_result_get_stdout (appended), "more\n");
  g_assert_cmpuint (proc_result_get_stdout_size (appended), ==, 5);
  test_assert_file (file, "new\nmore\n");
  test_assert_alone (file);
}

static void
test_large (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GFile) file = test_file ("file", NULL);
  g_autoptr(ProcCommand) command = tee (test_child ("flood", "20000000", "out", NULL), file, 0);
  g_autoptr(ProcResult) result = test_check (runner, command);
  g_autoptr(GBytes) contents = g_file_load_bytes (file, NULL, NULL, NULL);

  test_assert_pattern (contents, STDOUT_FILENO, 20000000);
  test_assert_pattern (proc_result_get_stdout (result), STDOUT_FILENO, 20000000);
}

static void
test_fi6_failed_command (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GFile) file = test_file ("file", "old\n");
  g_autoptr(ProcCommand) replace = tee (test_child ("echo", "x", "exit", "1", NULL), file, 0);
  g_autoptr(ProcCommand) append = tee (test_child ("echo", "x", "exit", "1", NULL), file,
                                       PROC_FILE_FLAGS_APPEND);
  g_autoptr(ProcResult) replaced = test_run (runner, replace);
  g_autoptr(ProcResult) appended = NULL;

  test_assert_text (proc_result_get_stdout (replaced), "x\n");
  test_assert_file (file, "old\n");
  test_assert_alone (file);

  appended = test_run (runner, append);
  test_assert_text (proc_result_get_stdout (appended), "x\n");
  test_assert_file (file, "old\nx\n");
}

/* What was read is there once, in order, though the file took none of it. */
static void
test_fi1_dev_full (void)
{
  const ProcFileFlags flags[] = { PROC_FILE_FLAGS_NONE, PROC_FILE_FLAGS_TRUNCATE,
                                  PROC_FILE_FLAGS_APPEND };

  for (gsize i = 0; i < G_N_ELEMENTS (flags); i++)
    {
      g_autoptr(ProcRunner) runner = proc_runner_new ();
      g_autoptr(GFile) file = g_file_new_for_path ("/dev/full");
      g_autoptr(ProcCommand) command = tee (test_child ("flood", "3000000", "out", "hang", NULL),
                                            file, flags[i]);
      g_autoptr(GError) error = NULL;
      GBytes *bytes;

      error = test_error (runner, command, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_OUTPUT_FILE);
      test_assert_in_error (error, "/dev/full");
      test_assert_in_error (error, g_strerror (ENOSPC));
      bytes = proc_result_get_stdout (proc_runner_error_get_result (error));
      g_assert_cmpuint (g_bytes_get_size (bytes), >, 0);
      test_assert_pattern (bytes, STDOUT_FILENO, g_bytes_get_size (bytes));
    }
}

/* The file fails when all is written already. */
static void
test_fi10_fails_at_the_end (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GFile) file = test_memory_file_new ("file", "old");
  g_autoptr(ProcCommand) command = tee (test_child ("flood", "3000000", "out", NULL), file, 0);
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) contents = NULL;

  test_memory_file_fail_at_close (file);
  error = test_error (runner, command, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_OUTPUT_FILE);
  test_assert_pattern (proc_result_get_stdout (proc_runner_error_get_result (error)),
                       STDOUT_FILENO, 3000000);
  contents = test_memory_file_ref_contents (file);
  test_assert_bytes (contents, "old", 3);
}

static void
test_fi4_refused (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GFile) file = test_file ("missing/file", NULL);
  g_autofree char *mark = test_path ("mark");
  g_autoptr(ProcCommand) command = tee (test_child ("touch", mark, NULL), file, 0);
  g_autoptr(GError) error = NULL;

  error = test_error (runner, command, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_OUTPUT_FILE);
  test_assert_in_error (error, "missing/file");
  g_assert_false (g_file_test (mark, G_FILE_TEST_EXISTS));
}

/* A hanging file holds the pump, and is given up when the run is stopped; the rest is captured. */
static void
test_fi10_hanging_file (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GFile) file = test_memory_file_new ("file", NULL);
  g_autoptr(ProcCommand) command = tee (test_child ("flood", "100000", "out", "hang", NULL), file,
                                        PROC_FILE_FLAGS_APPEND);
  g_auto(TestCall) call = TEST_CALL_INIT;
  g_autoptr(GError) error = NULL;
  GBytes *bytes;

  test_memory_file_hang (file, TRUE);
  proc_runner_run_async (runner, command, cancellable, test_call_done, test_call_begin (&call));
  test_memory_file_wait_for_hanging (file);
  g_cancellable_cancel (cancellable);
  g_assert_null (proc_runner_run_finish (runner, test_call_wait (&call), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  bytes = proc_result_get_stdout (proc_runner_get_task_result (runner, call.result));
  g_assert_cmpuint (g_bytes_get_size (bytes), >, 0);
  test_assert_pattern (bytes, STDOUT_FILENO, g_bytes_get_size (bytes));
  test_memory_file_let_go (file);
}

static void
test_not_with_direct (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GFile) file = test_file ("file", "old");
  g_autoptr(ProcCommand) command = tee (test_child ("echo", "x", NULL), file,
                                        PROC_FILE_FLAGS_DIRECT);
  g_autoptr(GError) error = NULL;

  error = test_error (runner, command, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_INVALID_COMMAND);
  test_assert_in_error (error, "TEE");
  test_assert_in_error (error, "DIRECT");
  test_assert_file (file, "old");
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/file-tee/both-have-it", test_both_have_it);
  TEST_ADD ("/file-tee/large", test_large);
  TEST_ADD ("/file-tee/fi6-failed-command", test_fi6_failed_command);
  TEST_ADD ("/file-tee/fi1-dev-full", test_fi1_dev_full);
  TEST_ADD ("/file-tee/fi4-refused", test_fi4_refused);
  TEST_ADD ("/file-tee/fi10-fails-at-the-end", test_fi10_fails_at_the_end);
  TEST_ADD ("/file-tee/fi10-hanging-file", test_fi10_hanging_file);
  TEST_ADD ("/file-tee/not-with-direct", test_not_with_direct);

  return g_test_run ();
}
