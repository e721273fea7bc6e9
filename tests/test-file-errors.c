/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Output files that fail, and files that are not local. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test-fixture.h"
#include "test-memory-file.h"

#define NOBODY 65534

static GError *
fail_to (GFile *file, ProcFileFlags flags, ProcCommand *command)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();

  proc_command_set_stdout_file (command, file, flags);
  return test_error (runner, command, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_OUTPUT_FILE);
}

/* Said before anything starts: the child would leave a mark. */
static void
assert_refused (GFile *file, ProcFileFlags flags, const char *name, const char *reason)
{
  g_autofree char *mark = test_path ("mark");
  g_autoptr(ProcCommand) command = test_child ("touch", mark, "echo", "x", NULL);
  g_autoptr(GError) error = fail_to (file, flags, command);

  test_assert_in_error (error, name);
  if (reason != NULL)
    test_assert_in_error (error, reason);

  g_assert_false (g_file_test (mark, G_FILE_TEST_EXISTS));
}

static void
assert_refused_always (GFile *file, const char *name, const char *reason)
{
  assert_refused (file, PROC_FILE_FLAGS_NONE, name, reason);
  assert_refused (file, PROC_FILE_FLAGS_TRUNCATE, name, reason);
  assert_refused (file, PROC_FILE_FLAGS_APPEND, name, reason);
}

static void
test_fi4_directory (void)
{
  g_autoptr(GFile) file = test_file ("directory", NULL);

  g_assert_no_errno (g_mkdir (g_file_peek_path (file), 0700));
  assert_refused_always (file, "directory", g_strerror (EISDIR));
}

static void
test_fi4_missing_directory (void)
{
  g_autoptr(GFile) file = test_file ("missing/file", NULL);

  assert_refused_always (file, "missing/file", g_strerror (ENOENT));
}

static void
test_fi4_file_as_directory (void)
{
  g_autoptr(GFile) plain = test_file ("plain", "");
  g_autoptr(GFile) file = test_file ("plain/file", NULL);

  assert_refused_always (file, "plain/file", g_strerror (ENOTDIR));
}

static void
test_fi4_name_too_long (void)
{
  g_autofree char *name = g_strnfill (300, 'n');
  g_autoptr(GFile) file = test_file (name, NULL);

  assert_refused_always (file, "nnn", g_strerror (ENAMETOOLONG));
}

static void
test_fi4_symlink_loop (void)
{
  g_autoptr(GFile) file = test_file ("loop", NULL);

  g_assert_no_errno (symlink ("loop", g_file_peek_path (file)));
  assert_refused_always (file, "loop", g_strerror (ELOOP));
}

/* Root may write everywhere; where the tests run as root they put on another user's rights. */
static gboolean
put_off_rights (void)
{
  if (geteuid () != 0)
    return TRUE;

  g_assert_no_errno (seteuid (NOBODY));
  if (faccessat (AT_FDCWD, test_child_path (), X_OK, AT_EACCESS) == 0)
    return TRUE;

  g_assert_no_errno (seteuid (0));
  g_test_skip ("another user cannot run the child");
  return FALSE;
}

static void
take_rights_back (void)
{
  if (getuid () != 0)
    return;

  g_assert_no_errno (seteuid (0));
  prctl (PR_SET_DUMPABLE, 1);
}

static void
test_fi4_no_permission (void)
{
  g_autoptr(GFile) file = test_file ("closed/file", NULL);
  g_autoptr(GFile) read_only = test_file ("read-only", "old");
  g_autofree char *dir = test_path ("closed");

  g_assert_no_errno (g_mkdir (dir, 0555));
  g_assert_no_errno (g_chmod (g_file_peek_path (read_only), 0444));
  if (!put_off_rights ())
    return;

  assert_refused_always (file, "closed/file", g_strerror (EACCES));
  assert_refused (read_only, PROC_FILE_FLAGS_TRUNCATE, "read-only", g_strerror (EACCES));
  assert_refused (read_only, PROC_FILE_FLAGS_APPEND, "read-only", g_strerror (EACCES));
  take_rights_back ();
  test_assert_file (read_only, "old");
}

/* There is no place for another file, so the content is copied when all is well. */
static void
test_read_only_directory (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autofree char *dir = test_path ("closed");
  g_autofree char *path = test_path ("closed/file");
  g_autoptr(GFile) file = g_file_new_for_path (path);
  g_autoptr(ProcCommand) good = test_child ("echo", "new", NULL);
  g_autoptr(ProcCommand) bad = test_child ("echo", "partial", "exit", "1", NULL);
  g_autoptr(ProcResult) good_result = NULL;
  g_autoptr(ProcResult) bad_result = NULL;

  g_assert_no_errno (g_mkdir (dir, 0755));
  g_assert_true (g_file_set_contents (path, "longer and old", -1, NULL));
  g_assert_no_errno (g_chmod (path, 0666));
  g_assert_no_errno (g_chmod (dir, 0555));
  if (!put_off_rights ())
    return;

  proc_command_set_stdout_file (bad, file, PROC_FILE_FLAGS_NONE);
  bad_result = test_run (runner, bad);
  test_assert_text (proc_result_get_stdout (bad_result), "partial\n");
  test_assert_file (file, "longer and old");

  proc_command_set_stdout_file (good, file, PROC_FILE_FLAGS_NONE);
  good_result = test_check (runner, good);
  test_assert_file (file, "new\n");
  take_rights_back ();
  g_assert_no_errno (g_chmod (dir, 0755));
}

/* The first part of the pattern, however much was read before the write failed. */
static void
assert_prefix (ProcResult *result)
{
  g_assert_true (PROC_IS_RESULT (result));
  g_assert_cmpuint (g_bytes_get_size (proc_result_get_stdout (result)), >, 0);
  test_assert_pattern (proc_result_get_stdout (result), STDOUT_FILENO,
                       g_bytes_get_size (proc_result_get_stdout (result)));
}

static void
test_fi1_dev_full (void)
{
  g_autoptr(GFile) file = g_file_new_for_path ("/dev/full");
  const ProcFileFlags flags[] = { PROC_FILE_FLAGS_NONE, PROC_FILE_FLAGS_TRUNCATE,
                                  PROC_FILE_FLAGS_APPEND };

  for (gsize i = 0; i < G_N_ELEMENTS (flags); i++)
    {
      g_autoptr(ProcCommand) little = test_child ("flood", "1", "out", NULL);
      g_autoptr(ProcCommand) much = test_child ("flood", "3000000", "out", "hang", NULL);
      g_autoptr(GError) little_error = fail_to (file, flags[i], little);
      g_autoptr(GError) much_error = fail_to (file, flags[i], much);

      test_assert_in_error (little_error, "/dev/full");
      test_assert_in_error (little_error, g_strerror (ENOSPC));
      assert_prefix (proc_runner_error_get_result (little_error));
      test_assert_in_error (much_error, "/dev/full");
      test_assert_in_error (much_error, g_strerror (ENOSPC));
      assert_prefix (proc_runner_error_get_result (much_error));
    }
}

static void
fill_small_disk (const char *dir, const char *contents, ProcFileFlags flags)
{
  g_autofree char *path = g_build_filename (dir, "file", NULL);
  g_autoptr(GFile) file = g_file_new_for_path (path);
  g_autoptr(ProcCommand) command = test_child ("flood", "1000000", "out", "hang", NULL);
  g_autoptr(GError) error = NULL;

  if (contents != NULL)
    g_assert_true (g_file_set_contents (path, contents, -1, NULL));

  error = fail_to (file, flags, command);
  test_assert_in_error (error, path);
  test_assert_in_error (error, g_strerror (ENOSPC));

  assert_prefix (proc_runner_error_get_result (error));

  if (flags == PROC_FILE_FLAGS_NONE)
    {
      test_assert_alone (file);
      g_assert_cmpint (g_file_query_exists (file, NULL), ==, contents != NULL);
    }
  else
    {
      g_assert_no_errno (g_unlink (path));
    }

  if (contents != NULL)
    test_assert_file (file, contents);
}

/* The mount has no name any more when this comes back, so that a test that fails leaves none. */
static int
mount_small_disk (void)
{
  g_autofree char *dir = test_path ("disk");
  int fd;

  g_assert_no_errno (g_mkdir (dir, 0755));
  if (mount ("tmpfs", dir, "tmpfs", 0, "size=64k") < 0)
    return -1;

  fd = open (dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  g_assert_no_errno (umount2 (dir, MNT_DETACH));
  g_assert_cmpint (fd, >=, 0);
  return fd;
}

static void
test_fi1_small_disk (void)
{
  int fd = mount_small_disk ();
  g_autofree char *dir = g_strdup_printf ("/proc/self/fd/%d", fd);

  if (fd < 0)
    {
      g_test_skip ("no right to mount");
      return;
    }

  fill_small_disk (dir, NULL, PROC_FILE_FLAGS_NONE);
  fill_small_disk (dir, NULL, PROC_FILE_FLAGS_TRUNCATE);
  fill_small_disk (dir, NULL, PROC_FILE_FLAGS_APPEND);
  fill_small_disk (dir, "old", PROC_FILE_FLAGS_NONE);
  close (fd);
}

/* A file that cannot be written is told whatever the command's own end; a command that could not
 * be started leaves the file alone. */
static void
test_failed_start (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = proc_command_new (TEST_ARGV ("/no/such"));
  g_autoptr(GFile) file = test_file ("file", "old");
  g_autoptr(GFile) missing = test_file ("new", NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(GError) missing_error = NULL;

  proc_command_set_stdout_file (command, file, PROC_FILE_FLAGS_NONE);
  error = test_error (runner, command, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_NOT_FOUND);
  test_assert_file (file, "old");
  test_assert_alone (file);

  proc_command_set_stdout_file (command, missing, PROC_FILE_FLAGS_NONE);
  missing_error = test_error (runner, command, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_NOT_FOUND);
  g_assert_false (g_file_query_exists (missing, NULL));
}

/* Files that are not local */

static void
assert_memory (GFile *file, const char *expected)
{
  g_autoptr(GBytes) contents = test_memory_file_ref_contents (file);

  if (expected == NULL)
    g_assert_null (contents);
  else
    test_assert_bytes (contents, expected, strlen (expected));
}

static void
assert_memory_run (GFile *file, ProcFileFlags flags, const char *status, const char *expected)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("echo", "out", "exit", status, NULL);
  g_autoptr(ProcResult) result = NULL;

  proc_command_set_stdout_file (command, file, flags);
  result = test_run (runner, command);
  g_assert_cmpint (proc_result_get_exit_status (result), ==, atoi (status));
  assert_memory (file, expected);
  if (!proc_result_get_successful (result))
    test_assert_text (proc_result_get_stdout (result), "out\n");
}

static void
test_fi10_remote (void)
{
  g_autoptr(GFile) new_file = test_memory_file_new ("new", NULL);
  g_autoptr(GFile) old_file = test_memory_file_new ("old", "longer and old");
  g_autoptr(GFile) truncated = test_memory_file_new ("truncated", "longer and old");
  g_autoptr(GFile) appended = test_memory_file_new ("appended", "old\n");

  assert_memory_run (new_file, PROC_FILE_FLAGS_NONE, "1", NULL);
  assert_memory_run (new_file, PROC_FILE_FLAGS_NONE, "0", "out\n");
  assert_memory_run (old_file, PROC_FILE_FLAGS_NONE, "1", "longer and old");
  assert_memory_run (old_file, PROC_FILE_FLAGS_NONE, "0", "out\n");
  assert_memory_run (truncated, PROC_FILE_FLAGS_TRUNCATE, "0", "out\n");
  assert_memory_run (appended, PROC_FILE_FLAGS_APPEND, "0", "old\nout\n");
}

static void
test_fi10_remote_large (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_auto(GStrv) argv = test_child_argv ("flood", "5000000", "out", NULL);
  g_autoptr(GFile) file = test_memory_file_new ("large", "old");
  g_autoptr(GError) error = NULL;
  g_autoptr(ProcResult) result = NULL;
  g_autoptr(GBytes) contents = NULL;

  result = proc_runner_check_output_to_file (runner, TEST_STRV (argv), file, NULL, &error);
  g_assert_no_error (error);
  contents = test_memory_file_ref_contents (file);
  test_assert_pattern (contents, STDOUT_FILENO, 5000000);
}

static void
test_fi10_remote_full (void)
{
  g_autoptr(GFile) file = test_memory_file_new ("full", "old");
  g_autoptr(ProcCommand) command = test_child ("flood", "1000000", "out", NULL);
  g_autoptr(GError) error = NULL;

  test_memory_file_fail_after (file, 100000);
  error = fail_to (file, PROC_FILE_FLAGS_NONE, command);
  test_assert_in_error (error, "moon:///full");
  test_assert_in_error (error, "The moon is full");
  test_assert_pattern (proc_result_get_stdout (proc_runner_error_get_result (error)), STDOUT_FILENO,
                       1000000);
  assert_memory (file, "old");
}

/* The child is stopped when its output has no place to go. */
static void
test_fi10_remote_full_meanwhile (void)
{
  g_autoptr(GFile) file = test_memory_file_new ("full", NULL);
  g_autoptr(ProcCommand) command = test_child ("flood", "1000000", "out", "hang", NULL);
  g_autoptr(GError) error = NULL;

  test_memory_file_fail_after (file, 100000);
  error = fail_to (file, PROC_FILE_FLAGS_APPEND, command);
  test_assert_in_error (error, "moon:///full");
  test_assert_in_error (error, "The moon is full");
  g_assert_nonnull (proc_runner_error_get_result (error));
}

static void
test_fi10_remote_fails_at_close (void)
{
  const ProcFileFlags flags[] = { PROC_FILE_FLAGS_NONE, PROC_FILE_FLAGS_TRUNCATE,
                                  PROC_FILE_FLAGS_APPEND };

  for (gsize i = 0; i < G_N_ELEMENTS (flags); i++)
    {
      g_autoptr(GFile) file = test_memory_file_new ("closing", "old");
      g_autoptr(ProcCommand) command = test_child ("flood", "4", "out", NULL);
      g_autoptr(GError) error = NULL;

      test_memory_file_fail_at_close (file);
      error = fail_to (file, flags[i], command);
      test_assert_in_error (error, "moon:///closing");
      test_assert_in_error (error, "The moon has set");
      assert_memory (file, "old");
      if (flags[i] == PROC_FILE_FLAGS_NONE)
        assert_prefix (proc_runner_error_get_result (error));
    }
}

static void
test_fi10_unknown_scheme (void)
{
  g_autoptr(GFile) file = g_file_new_for_uri ("nosuch://host/x");

  assert_refused_always (file, "nosuch://host/x", NULL);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/file-errors/fi4-directory", test_fi4_directory);
  TEST_ADD ("/file-errors/fi4-missing-directory", test_fi4_missing_directory);
  TEST_ADD ("/file-errors/fi4-file-as-directory", test_fi4_file_as_directory);
  TEST_ADD ("/file-errors/fi4-name-too-long", test_fi4_name_too_long);
  TEST_ADD ("/file-errors/fi4-symlink-loop", test_fi4_symlink_loop);
  TEST_ADD ("/file-errors/fi4-no-permission", test_fi4_no_permission);
  TEST_ADD ("/file-errors/read-only-directory", test_read_only_directory);
  TEST_ADD ("/file-errors/fi1-dev-full", test_fi1_dev_full);
  TEST_ADD ("/file-errors/fi1-small-disk", test_fi1_small_disk);
  TEST_ADD ("/file-errors/failed-start", test_failed_start);
  TEST_ADD ("/file-errors/fi10-remote", test_fi10_remote);
  TEST_ADD ("/file-errors/fi10-remote-large", test_fi10_remote_large);
  TEST_ADD ("/file-errors/fi10-remote-full", test_fi10_remote_full);
  TEST_ADD ("/file-errors/fi10-remote-full-meanwhile", test_fi10_remote_full_meanwhile);
  TEST_ADD ("/file-errors/fi10-remote-fails-at-close", test_fi10_remote_fails_at_close);
  TEST_ADD ("/file-errors/fi10-unknown-scheme", test_fi10_unknown_scheme);

  return g_test_run ();
}
