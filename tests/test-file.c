/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Output to local files; test-file-errors.c has what goes wrong. */

#include "config.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test-fixture.h"

static ProcResult *
run_to (GFile *file, ProcFileFlags flags, const char *text, const char *status)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("print", text, "exit", status, NULL);

  proc_command_set_stdout_file (command, file, flags);
  return test_run (runner, command);
}

static void
write_to (GFile *file, ProcFileFlags flags, const char *text)
{
  g_autoptr(ProcResult) result = run_to (file, flags, text, "0");

  g_assert_true (proc_result_get_successful (result));
  g_assert_cmpuint (proc_result_get_stdout_size (result), ==, strlen (text));
  test_assert_text (proc_result_get_stdout (result), "");
}

static struct stat
stat_of (GFile *file)
{
  struct stat info;

  g_assert_no_errno (lstat (g_file_peek_path (file), &info));
  return info;
}

static void
test_new_file (void)
{
  g_autoptr(GFile) file = test_file ("file", NULL);
  mode_t mask = umask (0);

  umask (mask);
  write_to (file, PROC_FILE_FLAGS_NONE, "new\n");
  test_assert_file (file, "new\n");
  test_assert_alone (file);
  g_assert_cmpint (stat_of (file).st_mode & 07777, ==, 0666 & ~mask);
}

static void
test_new_file_with_flags (void)
{
  g_autoptr(GFile) truncated = test_file ("truncated", NULL);
  g_autoptr(GFile) appended = test_file ("appended", NULL);

  write_to (truncated, PROC_FILE_FLAGS_TRUNCATE, "new\n");
  test_assert_file (truncated, "new\n");
  write_to (appended, PROC_FILE_FLAGS_APPEND, "new\n");
  test_assert_file (appended, "new\n");
}

static void
test_empty_output (void)
{
  g_autoptr(GFile) file = test_file ("file", "old");
  g_autoptr(GFile) new_file = test_file ("new", NULL);

  write_to (file, PROC_FILE_FLAGS_NONE, "");
  test_assert_file (file, "");
  write_to (new_file, PROC_FILE_FLAGS_NONE, "");
  test_assert_file (new_file, "");
}

static void
test_fi5_longer_file (void)
{
  g_autoptr(GFile) file = test_file ("file", "sixteen letters.");

  write_to (file, PROC_FILE_FLAGS_NONE, "new");
  test_assert_file (file, "new");
  write_to (file, PROC_FILE_FLAGS_TRUNCATE, "t");
  test_assert_file (file, "t");
  test_assert_alone (file);
}

/* What the old file's readers hold stays whole: it was another inode. */
static void
test_replaced_at_once (void)
{
  g_autoptr(GFile) file = test_file ("file", "old");
  int fd = open (g_file_peek_path (file), O_RDONLY | O_CLOEXEC);
  char text[8] = "";

  write_to (file, PROC_FILE_FLAGS_NONE, "new");
  g_assert_cmpint (read (fd, text, sizeof text), ==, 3);
  g_assert_cmpstr (text, ==, "old");
  close (fd);
}

static void
test_truncated_in_place (void)
{
  g_autoptr(GFile) file = test_file ("file", "old");
  struct stat before = stat_of (file);

  write_to (file, PROC_FILE_FLAGS_TRUNCATE, "new");
  g_assert_cmpuint (stat_of (file).st_ino, ==, before.st_ino);
}

static void
test_fi15_append (void)
{
  g_autoptr(GFile) file = test_file ("file", "old\n");

  write_to (file, PROC_FILE_FLAGS_APPEND, "one\n");
  write_to (file, PROC_FILE_FLAGS_APPEND, "two\n");
  test_assert_file (file, "old\none\ntwo\n");
}

/* Each write goes to the end as it then is, whoever else writes. */
static void
test_fi15_append_beside_another_writer (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GFile) file = test_file ("file", "old\n");
  g_auto(TestFifo) ready = test_fifo_ready ();
  g_auto(TestFifo) gate = test_fifo_gate ();
  g_auto(TestCall) call = TEST_CALL_INIT;
  g_autoptr(ProcCommand) command = NULL;
  g_autoptr(ProcResult) result = NULL;
  g_autofree char *contents = NULL;
  int fd = open (g_file_peek_path (file), O_WRONLY | O_APPEND | O_CLOEXEC);

  command = test_child ("echo", "one", "ready", ready.path, "gate", gate.path, "echo", "two", NULL);
  proc_command_set_stdout_file (command, file, PROC_FILE_FLAGS_APPEND);
  proc_runner_run_async (runner, command, NULL, test_call_done, test_call_begin (&call));
  test_fifo_wait (&ready);
  g_assert_cmpint (write (fd, "ours\n", 5), ==, 5);
  close (fd);
  test_fifo_open (&gate);
  result = proc_runner_run_finish (runner, test_call_wait (&call), NULL);
  g_assert_true (proc_result_get_successful (result));

  g_file_load_contents (file, NULL, &contents, NULL, NULL, NULL);
  g_assert_cmpuint (strlen (contents), ==, strlen ("old\none\nours\ntwo\n"));
  g_assert_true (g_str_has_prefix (contents, "old\n"));
  g_assert_true (g_str_has_suffix (contents, "two\n"));
  g_assert_nonnull (strstr (contents, "one\n"));
  g_assert_nonnull (strstr (contents, "ours\n"));
}

static void
test_large_output (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_auto(GStrv) argv = test_child_argv ("flood", "50000000", "out", NULL);
  g_autoptr(GFile) file = test_file ("file", NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(ProcResult) result = NULL;
  g_autoptr(GMappedFile) mapped = NULL;
  g_autoptr(GBytes) bytes = NULL;

  result = proc_runner_check_output_to_file (runner, TEST_STRV (argv), file, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (proc_result_get_stdout_size (result), ==, 50000000);
  mapped = g_mapped_file_new (g_file_peek_path (file), FALSE, NULL);
  bytes = g_mapped_file_get_bytes (mapped);
  test_assert_pattern (bytes, STDOUT_FILENO, 50000000);
}

static void
test_merged_to_file (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("interleave", "6", NULL);
  g_autoptr(GFile) file = test_file ("file", NULL);
  g_autoptr(ProcResult) result = NULL;

  proc_command_set_stdout_file (command, file, PROC_FILE_FLAGS_NONE);
  proc_command_set_stderr (command, PROC_STDIO_MERGE);
  result = test_check (runner, command);
  test_assert_file (file, "0\n1\n2\n3\n4\n5\n");
  test_assert_text (proc_result_get_stderr (result), "");
}

static void
test_fi6_failed_command (void)
{
  g_autoptr(GFile) file = test_file ("file", "old");
  g_autoptr(ProcResult) result = run_to (file, PROC_FILE_FLAGS_NONE, "partial\n", "1");

  g_assert_cmpint (proc_result_get_exit_status (result), ==, 1);
  test_assert_text (proc_result_get_stdout (result), "partial\n");
  test_assert_file (file, "old");
  test_assert_alone (file);
}

static void
test_fi6_failed_command_and_no_file (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_auto(GStrv) argv = test_child_argv ("flood", "3000000", "out", "exit", "2", NULL);
  g_autoptr(GFile) file = test_file ("file", NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(ProcResult) result = NULL;

  result = proc_runner_check_output_to_file (runner, TEST_STRV (argv), file, NULL, &error);
  g_assert_null (result);
  g_assert_error (error, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_EXIT_STATUS);
  test_assert_pattern (proc_result_get_stdout (proc_runner_error_get_result (error)), STDOUT_FILENO,
                       3000000);
  g_assert_false (g_file_query_exists (file, NULL));
}

static void
test_fi6_success_codes_count (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("echo", "new", "exit", "1", NULL);
  g_autoptr(GFile) file = test_file ("file", "old");
  g_autoptr(ProcResult) result = NULL;

  proc_command_add_success_code (command, 1);
  proc_command_set_stdout_file (command, file, PROC_FILE_FLAGS_NONE);
  result = test_check (runner, command);
  g_assert_cmpint (proc_result_get_exit_status (result), ==, 1);
  test_assert_file (file, "new\n");
}

static void
test_fi6_cancelled (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GFile) file = test_file ("file", "old");
  g_auto(TestFifo) ready = test_fifo_ready ();
  g_auto(TestCall) call = TEST_CALL_INIT;
  g_autoptr(ProcCommand) command = NULL;
  g_autoptr(GError) error = NULL;

  command = test_child ("flood", "200000", "out", "ready", ready.path, "hang", NULL);
  proc_command_set_stdout_file (command, file, PROC_FILE_FLAGS_NONE);
  proc_runner_run_async (runner, command, cancellable, test_call_done, test_call_begin (&call));
  test_fifo_wait (&ready);
  g_cancellable_cancel (cancellable);
  g_assert_null (proc_runner_run_finish (runner, test_call_wait (&call), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  test_assert_pattern (
    proc_result_get_stdout (proc_runner_get_task_result (runner, call.result)), STDOUT_FILENO,
    200000);
  test_assert_file (file, "old");
}

static void
test_fi6_timed_out (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("echo", "new", "hang", NULL);
  g_autoptr(GFile) file = test_file ("file", "old");
  g_autoptr(ProcResult) result = NULL;

  proc_command_set_timeout_msec (command, 50);
  proc_command_set_stdout_file (command, file, PROC_FILE_FLAGS_NONE);
  result = test_run (runner, command);
  g_assert_cmpint (proc_result_get_outcome (result), ==, PROC_OUTCOME_TIMED_OUT);
  test_assert_file (file, "old");
  test_assert_alone (file);
}

static void
test_fi7_mode_and_owner (void)
{
  g_autoptr(GFile) file = test_file ("file", "old");
  struct stat before, after;

  g_assert_no_errno (g_chmod (g_file_peek_path (file), 0640));
  if (geteuid () == 0)
    g_assert_no_errno (chown (g_file_peek_path (file), 1, 1));

  before = stat_of (file);
  write_to (file, PROC_FILE_FLAGS_NONE, "new");
  after = stat_of (file);
  test_assert_file (file, "new");
  test_assert_alone (file);
  g_assert_cmpint (after.st_mode, ==, before.st_mode);
  g_assert_cmpint (after.st_uid, ==, before.st_uid);
  g_assert_cmpint (after.st_gid, ==, before.st_gid);
}

static void
test_fi7_symlinks (void)
{
  g_autoptr(GFile) target = test_file ("target", "old");
  g_autoptr(GFile) link = test_file ("link", NULL);
  g_autoptr(GFile) dangling = test_file ("dangling", NULL);
  g_autoptr(GFile) created = test_file ("created", NULL);

  g_assert_no_errno (symlink ("target", g_file_peek_path (link)));
  write_to (link, PROC_FILE_FLAGS_NONE, "new");
  g_assert_true (S_ISLNK (stat_of (link).st_mode));
  test_assert_file (target, "new");

  g_assert_no_errno (symlink ("created", g_file_peek_path (dangling)));
  write_to (dangling, PROC_FILE_FLAGS_NONE, "new");
  g_assert_true (S_ISLNK (stat_of (dangling).st_mode));
  test_assert_file (created, "new");
}

static void
test_fi7_hard_link (void)
{
  g_autoptr(GFile) file = test_file ("file", "longer and old");
  g_autoptr(GFile) other = test_file ("other", NULL);
  g_autoptr(ProcResult) failed = NULL;

  g_assert_no_errno (link (g_file_peek_path (file), g_file_peek_path (other)));
  failed = run_to (file, PROC_FILE_FLAGS_NONE, "partial", "1");
  test_assert_text (proc_result_get_stdout (failed), "partial");
  test_assert_file (other, "longer and old");

  write_to (file, PROC_FILE_FLAGS_NONE, "new");
  test_assert_file (file, "new");
  test_assert_file (other, "new");
  g_assert_cmpuint (stat_of (file).st_ino, ==, stat_of (other).st_ino);
}

static void
test_dev_null (void)
{
  g_autoptr(GFile) file = g_file_new_for_path ("/dev/null");
  const ProcFileFlags flags[] = { PROC_FILE_FLAGS_NONE, PROC_FILE_FLAGS_TRUNCATE,
                                  PROC_FILE_FLAGS_APPEND };

  for (gsize i = 0; i < G_N_ELEMENTS (flags); i++)
    write_to (file, flags[i], "gone");

  g_assert_true (S_ISCHR (stat_of (file).st_mode));
}

static void
test_fifo_target (void)
{
  g_auto(TestFifo) fifo = test_fifo_ready ();
  g_autoptr(GFile) file = g_file_new_for_path (fifo.path);
  char text[16] = "";

  write_to (file, PROC_FILE_FLAGS_NONE, "through\n");
  g_assert_cmpint (read (fifo.fd, text, sizeof text), ==, 8);
  g_assert_cmpstr (text, ==, "through\n");
  g_assert_true (S_ISFIFO (stat_of (file).st_mode));
}

/* The same file for many runs: one whole content wins. */
static void
test_one_file_for_many (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_auto(GStrv) argv = test_child_argv ("flood", "300000", "out", NULL);
  g_autoptr(GFile) file = test_file ("file", "old");
  TestCall calls[8] = { TEST_CALL_INIT };
  g_autoptr(GBytes) bytes = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (calls); i++)
    proc_runner_check_output_to_file_async (runner, TEST_STRV (argv), file, NULL, test_call_done,
                                            test_call_begin (&calls[i]));

  for (gsize i = 0; i < G_N_ELEMENTS (calls); i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(ProcResult) result = NULL;

      result = proc_runner_check_output_to_file_finish (runner, test_call_wait (&calls[i]), &error);
      g_assert_no_error (error);
      test_call_clear (&calls[i]);
    }

  bytes = g_file_load_bytes (file, NULL, NULL, NULL);
  test_assert_pattern (bytes, STDOUT_FILENO, 300000);
  test_assert_alone (file);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/file/new", test_new_file);
  TEST_ADD ("/file/new-with-flags", test_new_file_with_flags);
  TEST_ADD ("/file/empty-output", test_empty_output);
  TEST_ADD ("/file/fi5-longer-file", test_fi5_longer_file);
  TEST_ADD ("/file/replaced-at-once", test_replaced_at_once);
  TEST_ADD ("/file/truncated-in-place", test_truncated_in_place);
  TEST_ADD ("/file/fi15-append", test_fi15_append);
  TEST_ADD ("/file/fi15-append-beside-another-writer", test_fi15_append_beside_another_writer);
  TEST_ADD ("/file/large-output", test_large_output);
  TEST_ADD ("/file/merged", test_merged_to_file);
  TEST_ADD ("/file/fi6-failed-command", test_fi6_failed_command);
  TEST_ADD ("/file/fi6-failed-command-and-no-file", test_fi6_failed_command_and_no_file);
  TEST_ADD ("/file/fi6-success-codes-count", test_fi6_success_codes_count);
  TEST_ADD ("/file/fi6-cancelled", test_fi6_cancelled);
  TEST_ADD ("/file/fi6-timed-out", test_fi6_timed_out);
  TEST_ADD ("/file/fi7-mode-and-owner", test_fi7_mode_and_owner);
  TEST_ADD ("/file/fi7-symlinks", test_fi7_symlinks);
  TEST_ADD ("/file/fi7-hard-link", test_fi7_hard_link);
  TEST_ADD ("/file/dev-null", test_dev_null);
  TEST_ADD ("/file/fifo", test_fifo_target);
  TEST_ADD ("/file/one-file-for-many", test_one_file_for_many);

  return g_test_run ();
}
