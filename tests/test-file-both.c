/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Standard error to a file, and both outputs to one. */

#include "config.h"

#include <string.h>
#include <unistd.h>

#include "test-fixture.h"
#include "test-memory-file.h"

#define ORDERED "0\n1\n2\n3\n4\n5\n"

static ProcCommand *
command_to (GFile *out, ProcFileFlags out_flags, GFile *err, ProcFileFlags err_flags)
{
  ProcCommand *command = test_child ("interleave", "6", NULL);

  proc_command_set_stdout_file (command, out, out_flags);
  proc_command_set_stderr_file (command, err, err_flags);
  return command;
}

static void
write_both (GFile *out, GFile *err, ProcFileFlags flags)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = command_to (out, flags, err, flags);
  g_autoptr(ProcResult) result = test_check (runner, command);

  test_assert_text (proc_result_get_stdout (result),
                    (flags & PROC_FILE_FLAGS_TEE) != 0 ? ORDERED : "");
  test_assert_text (proc_result_get_stderr (result), "");
  g_assert_cmpuint (proc_result_get_stdout_size (result), ==, 12);
}

static void
test_stderr (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("echo", "out", "err", "new", NULL);
  g_autoptr(GFile) file = test_file ("file", "old");
  g_autoptr(ProcResult) result = NULL;

  proc_command_set_stderr_file (command, file, PROC_FILE_FLAGS_NONE);
  result = test_check (runner, command);
  test_assert_file (file, "new\n");
  test_assert_text (proc_result_get_stdout (result), "out\n");
  test_assert_text (proc_result_get_stderr (result), "");
  g_assert_cmpuint (proc_result_get_stderr_size (result), ==, 4);
}

static void
test_stderr_of_a_failed_command (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("err", "what went wrong", "exit", "3", NULL);
  g_autoptr(GFile) file = test_file ("file", "old");
  g_autoptr(GError) error = NULL;

  proc_command_set_stderr_file (command, file, PROC_FILE_FLAGS_NONE);
  g_assert_null (proc_runner_check (runner, command, NULL, &error));
  g_assert_error (error, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_EXIT_STATUS);
  test_assert_in_error (error, "what went wrong");
  test_assert_text (proc_result_get_stderr (proc_runner_error_get_result (error)),
                    "what went wrong\n");
  test_assert_file (file, "old");
  test_assert_alone (file);
}

static void
test_stderr_that_cannot_be_written (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = NULL;
  g_autoptr(GFile) full = g_file_new_for_path ("/dev/full");
  g_autoptr(GError) error = NULL;
  ProcResult *result;

  command = test_child ("echo", "out", "flood", "300000", "err", "hang", NULL);
  proc_command_set_stderr_file (command, full, PROC_FILE_FLAGS_APPEND);
  error = test_error (runner, command, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_OUTPUT_FILE);
  test_assert_in_error (error, "/dev/full");
  result = proc_runner_error_get_result (error);
  test_assert_text (proc_result_get_stdout (result), "out\n");
  test_assert_pattern (proc_result_get_stderr (result), STDERR_FILENO,
                       g_bytes_get_size (proc_result_get_stderr (result)));
}

static void
test_two_files (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GFile) out = test_file ("out", "old");
  g_autoptr(GFile) err = test_file ("err", "old\n");
  g_autoptr(ProcCommand) command = command_to (out, PROC_FILE_FLAGS_NONE, err,
                                               PROC_FILE_FLAGS_APPEND);
  g_autoptr(ProcResult) result = test_check (runner, command);

  test_assert_file (out, "0\n2\n4\n");
  test_assert_file (err, "old\n1\n3\n5\n");
}

/* The first file that cannot be opened says so, and the other one is left alone. */
static void
test_two_files_and_a_bad_one (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GFile) good = test_file ("good", "old");
  g_autoptr(GFile) bad = test_file ("missing/bad", NULL);
  g_autoptr(ProcCommand) bad_out = command_to (bad, PROC_FILE_FLAGS_NONE, good,
                                               PROC_FILE_FLAGS_TRUNCATE);
  g_autoptr(ProcCommand) bad_err = command_to (good, PROC_FILE_FLAGS_NONE, bad,
                                               PROC_FILE_FLAGS_NONE);
  g_autoptr(GError) out_error = NULL;
  g_autoptr(GError) err_error = NULL;

  out_error = test_error (runner, bad_out, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_OUTPUT_FILE);
  test_assert_in_error (out_error, "missing/bad");
  err_error = test_error (runner, bad_err, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_OUTPUT_FILE);
  test_assert_in_error (err_error, "missing/bad");
  test_assert_file (good, "old");
  test_assert_alone (good);
}

static void
test_one_file (void)
{
  const ProcFileFlags kinds[] = { PROC_FILE_FLAGS_NONE, PROC_FILE_FLAGS_TEE,
                                  PROC_FILE_FLAGS_DIRECT };

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autoptr(GFile) file = test_file ("file", "old\n");
      g_autoptr(GFile) again = test_file ("file", NULL);

      write_both (file, again, kinds[i]);
      test_assert_file (file, ORDERED);
      write_both (file, again, kinds[i] | PROC_FILE_FLAGS_TRUNCATE);
      test_assert_file (file, ORDERED);
      write_both (file, again, kinds[i] | PROC_FILE_FLAGS_APPEND);
      test_assert_file (file, ORDERED ORDERED);
      test_assert_alone (file);
    }
}

static void
test_one_file_not_local (void)
{
  g_autoptr(GFile) file = test_memory_file_new ("file", "old");
  g_autoptr(GFile) again = g_file_dup (file);
  g_autoptr(GBytes) contents = NULL;

  write_both (file, again, PROC_FILE_FLAGS_NONE);
  contents = test_memory_file_ref_contents (file);
  test_assert_bytes (contents, ORDERED, strlen (ORDERED));
}

/* Two names, one file: only the file system knows. */
static void
test_one_file_with_two_names (void)
{
  const ProcFileFlags ways[] = { PROC_FILE_FLAGS_NONE, PROC_FILE_FLAGS_TRUNCATE };
  g_autoptr(GFile) file = test_file ("file", "old");
  g_autoptr(GFile) other = test_file ("other", NULL);
  g_autoptr(GFile) symbolic = test_file ("symbolic", NULL);

  g_assert_no_errno (link (g_file_peek_path (file), g_file_peek_path (other)));
  g_assert_no_errno (symlink ("file", g_file_peek_path (symbolic)));
  for (gsize i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      write_both (file, other, ways[i]);
      test_assert_file (file, ORDERED);
      write_both (symbolic, file, ways[i]);
      test_assert_file (file, ORDERED);
    }
}

static void
test_new_file_with_two_names (void)
{
  g_autoptr(GFile) file = test_file ("new", NULL);
  g_autoptr(GFile) symbolic = test_file ("symbolic", NULL);
  g_autofree char *folder = test_path ("folder");
  g_autofree char *path = test_path ("folder/new");
  g_autoptr(GFile) other = g_file_new_for_path (path);

  g_assert_no_errno (symlink ("new", g_file_peek_path (symbolic)));
  g_assert_no_errno (symlink (".", folder));
  write_both (file, symbolic, PROC_FILE_FLAGS_NONE);
  test_assert_file (file, ORDERED);
  g_assert_no_errno (unlink (g_file_peek_path (file)));
  write_both (other, file, PROC_FILE_FLAGS_TRUNCATE);
  test_assert_file (file, ORDERED);
}

static void
assert_refused (GFile *out, ProcFileFlags out_flags, GFile *err, ProcFileFlags err_flags)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = command_to (out, out_flags, err, err_flags);
  g_autoptr(GError) error = NULL;

  error = test_error (runner, command, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_INVALID_COMMAND);
  test_assert_in_error (error, "in different ways");
  test_assert_file (out, "old");
}

static void
test_different_ways (void)
{
  g_autoptr(GFile) file = test_file ("file", "old");
  g_autoptr(GFile) symbolic = test_file ("symbolic", NULL);

  g_assert_no_errno (symlink ("file", g_file_peek_path (symbolic)));
  assert_refused (file, PROC_FILE_FLAGS_NONE, file, PROC_FILE_FLAGS_APPEND);
  assert_refused (file, PROC_FILE_FLAGS_TRUNCATE, symbolic, PROC_FILE_FLAGS_APPEND);
  assert_refused (symbolic, PROC_FILE_FLAGS_NONE, file, PROC_FILE_FLAGS_TRUNCATE);
}

/* The last setting wins, and a file given for standard error wins over what it was before. */
static void
test_settings (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GFile) file = test_file ("file", "old");
  g_autoptr(ProcCommand) command = NULL;
  g_autoptr(ProcResult) result = NULL;
  g_autoptr(GFile) found = NULL;
  ProcFileFlags flags;

  command = g_object_new (PROC_TYPE_COMMAND, "argv",
                          TEST_ARGV (test_child_path (), "interleave", "2"),
                          "stderr", PROC_STDIO_MERGE, "stderr-file", file,
                          "stderr-file-flags", PROC_FILE_FLAGS_TEE, NULL);
  g_object_get (command, "stderr-file", &found, "stderr-file-flags", &flags, NULL);
  g_assert_true (found == file);
  g_assert_cmpint (flags, ==, PROC_FILE_FLAGS_TEE);
  result = test_check (runner, command);
  test_assert_file (file, "1\n");
  test_assert_text (proc_result_get_stdout (result), "0\n");
  test_assert_text (proc_result_get_stderr (result), "1\n");

  proc_command_set_stderr (command, PROC_STDIO_CAPTURE);
  g_assert_null (proc_command_get_stderr_file (command));
  g_assert_cmpint (proc_command_get_stderr_file_flags (command), ==, PROC_FILE_FLAGS_NONE);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/file-both/stderr", test_stderr);
  TEST_ADD ("/file-both/fi6-stderr-of-a-failed-command", test_stderr_of_a_failed_command);
  TEST_ADD ("/file-both/fi1-stderr-that-cannot-be-written", test_stderr_that_cannot_be_written);
  TEST_ADD ("/file-both/two-files", test_two_files);
  TEST_ADD ("/file-both/fi4-two-files-and-a-bad-one", test_two_files_and_a_bad_one);
  TEST_ADD ("/file-both/out8-one-file", test_one_file);
  TEST_ADD ("/file-both/out8-one-file-not-local", test_one_file_not_local);
  TEST_ADD ("/file-both/out8-one-file-with-two-names", test_one_file_with_two_names);
  TEST_ADD ("/file-both/out8-new-file-with-two-names", test_new_file_with_two_names);
  TEST_ADD ("/file-both/different-ways", test_different_ways);
  TEST_ADD ("/file-both/settings", test_settings);

  return g_test_run ();
}
