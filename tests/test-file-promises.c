/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What holds for a file whatever it is, whatever happens to it meanwhile, and wherever the run is
 * stopped: the old content or the new, nothing beside it, and the result has what was read. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "test-fixture.h"
#include "test-memory-file.h"

static ProcCommand *
write_to (GFile *file, ProcFileFlags flags, ProcCommand *command)
{
  proc_command_set_stdout_file (command, file, flags);
  return command;
}

static ino_t
inode_of (GFile *file)
{
  struct stat info;

  g_assert_no_errno (stat (g_file_peek_path (file), &info));
  return info.st_ino;
}

static mode_t mode_before;

/* In the place of the C library's: what the file was like until then. */
int
fchmod (int fd, mode_t mode)
{
  struct stat info;

  if (fstat (fd, &info) == 0)
    mode_before = info.st_mode & 07777;

  return (int) syscall (SYS_fchmod, fd, mode);
}

/* Who opened the new one before it has the old one's mode would have it yet. */
static void
test_fi7_mode_is_never_wider (void)
{
  const mode_t modes[] = { 0600, 0640, 0644, 0200 };
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("print", "new", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
    {
      g_autoptr(GFile) file = test_file ("file", "old");
      g_autoptr(ProcResult) result = NULL;
      struct stat info;

      mode_before = 0;
      g_assert_no_errno (chmod (g_file_peek_path (file), modes[i]));
      result = test_check (runner, write_to (file, 0, command));
      g_assert_no_errno (stat (g_file_peek_path (file), &info));
      g_assert_cmpint (info.st_mode & 07777, ==, modes[i]);
      g_assert_cmpint (mode_before, ==, 0600);
    }
}

/* Who may read it, and what others keep with it, a new file would not have. */
static void
assert_attribute_kept (const char *name, const void *value, gsize size)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GFile) file = test_file ("file", "longer and old");
  const char *path = g_file_peek_path (file);
  g_autoptr(ProcCommand) bad = write_to (file, 0, test_child ("print", "x", "exit", "1", NULL));
  g_autoptr(ProcCommand) good = write_to (file, 0, test_child ("print", "new", NULL));
  g_autoptr(ProcResult) bad_result = NULL;
  g_autoptr(ProcResult) good_result = NULL;
  ino_t inode = inode_of (file);
  guint8 found[64];

  if (setxattr (path, name, value, size, 0) < 0)
    {
      g_test_skip ("no such attributes here");
      return;
    }

  bad_result = test_run (runner, bad);
  test_assert_text (proc_result_get_stdout (bad_result), "x");
  test_assert_file (file, "longer and old");

  good_result = test_check (runner, good);
  test_assert_file (file, "new");
  test_assert_alone (file);
  g_assert_cmpuint (inode_of (file), ==, inode);
  g_assert_cmpint (getxattr (path, name, found, sizeof found), ==, (gssize) size);
  g_assert_cmpmem (found, size, value, size);
}

static void
test_fi7_extended_attribute (void)
{
  assert_attribute_kept ("user.procrunner", "value", 5);
}

/* Version 2; user::rw-, user:1:r--, group::r--, mask::r--, other::--- */
static void
test_fi7_access_list (void)
{
  static const guint8 acl[] = { 2, 0, 0, 0,
                                1, 0, 6, 0, 255, 255, 255, 255,
                                2, 0, 4, 0, 1,   0,   0,   0,
                                4, 0, 4, 0, 255, 255, 255, 255,
                                16, 0, 4, 0, 255, 255, 255, 255,
                                32, 0, 0, 0, 255, 255, 255, 255 };

  assert_attribute_kept ("system.posix_acl_access", acl, sizeof acl);
}

typedef struct
{
  ProcRunner *runner;
  GCancellable *cancellable;
  TestFifo ready;
  TestFifo gate;
  TestCall call;
} Midway;

/* Comes back when the child has written the first half. */
static void
start_midway (Midway *self, GFile *file, ProcFileFlags flags)
{
  g_autoptr(ProcCommand) command = NULL;

  self->runner = proc_runner_new ();
  self->cancellable = g_cancellable_new ();
  self->ready = test_fifo_ready ();
  self->gate = test_fifo_gate ();
  self->call = (TestCall) TEST_CALL_INIT;
  command = write_to (file, flags, test_child ("print", "one", "ready", self->ready.path, "gate",
                                               self->gate.path, "print", "two", NULL));
  proc_runner_run_async (self->runner, command, self->cancellable, test_call_done,
                         test_call_begin (&self->call));
  test_fifo_wait (&self->ready);
}

static ProcResult *
go_on (Midway *self, GError **error)
{
  test_fifo_open (&self->gate);
  return proc_runner_run_finish (self->runner, test_call_wait (&self->call), error);
}

static void
end_midway (Midway *self)
{
  test_call_clear (&self->call);
  test_fifo_clear (&self->ready);
  test_fifo_clear (&self->gate);
  g_object_unref (self->cancellable);
  g_object_unref (self->runner);
}

/* The last one to rename wins. */
static void
write_to_descriptor (int fd)
{
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", fd);
  g_autoptr(GFile) file = g_file_new_for_path (path);
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = write_to (file, 0, test_child ("print", "new", NULL));
  g_autoptr(ProcResult) result = test_check (runner, command);

  test_assert_text (proc_result_get_stdout (result), "");
}

/* Links that lead to what has another name, or none. */
static void
test_magic_links (void)
{
  g_autoptr(GFile) file = test_file ("file", "longer and old");
  g_autofree char *stray = g_strconcat (g_file_peek_path (file), " (deleted)", NULL);
  int fd = open (g_file_peek_path (file), O_RDWR | O_CLOEXEC);
  char found[16];
  int ends[2];

  g_assert_no_errno (unlink (g_file_peek_path (file)));
  write_to_descriptor (fd);
  g_assert_cmpint (pread (fd, found, sizeof found, 0), ==, 3);
  g_assert_cmpmem (found, 3, "new", 3);
  g_assert_false (g_file_test (stray, G_FILE_TEST_EXISTS));
  close (fd);

  g_assert_no_errno (pipe2 (ends, O_CLOEXEC));
  write_to_descriptor (ends[1]);
  g_assert_cmpint (read (ends[0], found, sizeof found), ==, 3);
  g_assert_cmpmem (found, 3, "new", 3);
  close (ends[0]);
  close (ends[1]);
}

static void
test_mount_point (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GFile) inner = test_file ("inner", "longer and old");
  g_autoptr(GFile) file = test_file ("file", "below");
  g_autoptr(ProcCommand) command = write_to (file, 0, test_child ("print", "new", NULL));
  g_autoptr(ProcResult) result = NULL;

  if (mount (g_file_peek_path (inner), g_file_peek_path (file), "none", MS_BIND, NULL) < 0)
    {
      g_test_skip ("no right to mount");
      return;
    }

  result = proc_runner_run (runner, command, NULL, NULL);
  g_assert_no_errno (umount2 (g_file_peek_path (file), MNT_DETACH));
  g_assert_true (proc_result_get_successful (result));
  test_assert_file (inner, "new");
  test_assert_file (file, "below");
}

static void
test_replaced_under_us (void)
{
  g_autoptr(GFile) file = test_file ("file", "old");
  g_autoptr(GFile) other = test_file ("other", "other");
  g_autoptr(ProcResult) result = NULL;
  Midway midway;

  start_midway (&midway, file, PROC_FILE_FLAGS_NONE);
  g_assert_no_errno (g_rename (g_file_peek_path (other), g_file_peek_path (file)));
  result = go_on (&midway, NULL);
  g_assert_true (proc_result_get_successful (result));
  test_assert_file (file, "onetwo");
  test_assert_alone (file);
  end_midway (&midway);
}

/* In place is where the file was opened, as in a shell. */
static void
test_replaced_under_us_in_place (void)
{
  g_autoptr(GFile) file = test_file ("file", "old");
  g_autoptr(GFile) kept = test_file ("kept", NULL);
  g_autoptr(GFile) other = test_file ("other", "other");
  g_autoptr(ProcResult) result = NULL;
  Midway midway;

  g_assert_no_errno (link (g_file_peek_path (file), g_file_peek_path (kept)));
  start_midway (&midway, file, PROC_FILE_FLAGS_APPEND);
  g_assert_no_errno (g_rename (g_file_peek_path (other), g_file_peek_path (file)));
  result = go_on (&midway, NULL);
  g_assert_true (proc_result_get_successful (result));
  test_assert_file (file, "other");
  test_assert_file (kept, "oldonetwo");
  end_midway (&midway);
}

/* Somebody has cleaned up: there is nothing to rename, and yet all that was written. */
static void
test_new_file_removed_under_us (void)
{
  g_autoptr(GFile) file = test_file ("file", "old");
  g_autoptr(GDir) dir = NULL;
  g_autoptr(GError) error = NULL;
  const char *name;
  Midway midway;

  start_midway (&midway, file, PROC_FILE_FLAGS_NONE);
  dir = g_dir_open (test_dir (), 0, NULL);
  while ((name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_prefix (name, ".procrunner-"))
      {
        g_autofree char *path = test_path (name);

        g_assert_no_errno (unlink (path));
      }

  g_assert_null (go_on (&midway, &error));
  g_assert_error (error, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_OUTPUT_FILE);
  test_assert_in_error (error, g_strerror (ENOENT));
  test_assert_text (proc_result_get_stdout (proc_runner_error_get_result (error)), "onetwo");
  test_assert_file (file, "old");
  test_assert_alone (file);
  end_midway (&midway);
}

static void
test_directory_in_its_place (void)
{
  g_autoptr(GFile) file = test_file ("file", NULL);
  g_autoptr(GError) error = NULL;
  Midway midway;

  start_midway (&midway, file, PROC_FILE_FLAGS_NONE);
  g_assert_no_errno (g_mkdir (g_file_peek_path (file), 0700));
  g_assert_null (go_on (&midway, &error));
  g_assert_error (error, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_OUTPUT_FILE);
  test_assert_text (proc_result_get_stdout (proc_runner_error_get_result (error)), "onetwo");
  test_assert_alone (file);
  end_midway (&midway);
}

/* Whatever the way, a stopped run leaves the old content, or in place what was written. */
static void
test_fi6_cancelled_midway (void)
{
  const struct { ProcFileFlags flags; gboolean linked; const char *file, *result; } ways[] = {
    { PROC_FILE_FLAGS_NONE, FALSE, "old", "one" },
    { PROC_FILE_FLAGS_NONE, TRUE, "old", "one" },
    { PROC_FILE_FLAGS_TRUNCATE, FALSE, "one", "" },
    { PROC_FILE_FLAGS_APPEND, FALSE, "oldone", "" },
    { PROC_FILE_FLAGS_TEE, FALSE, "old", "one" },
    { PROC_FILE_FLAGS_TEE | PROC_FILE_FLAGS_APPEND, TRUE, "oldone", "one" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      g_autoptr(GFile) file = test_file ("file", "old");
      g_autofree char *other = test_path ("fifo-other");
      g_autoptr(GError) error = NULL;
      ProcResult *result;
      Midway midway;

      if (ways[i].linked)
        g_assert_no_errno (link (g_file_peek_path (file), other));

      start_midway (&midway, file, ways[i].flags);
      g_cancellable_cancel (midway.cancellable);
      g_assert_null (proc_runner_run_finish (midway.runner, test_call_wait (&midway.call), &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      result = proc_runner_get_task_result (midway.runner, midway.call.result);
      test_assert_text (proc_result_get_stdout (result), ways[i].result);
      test_assert_file (file, ways[i].file);
      test_assert_alone (file);
      unlink (other);
      end_midway (&midway);
    }
}

/* Nobody reads the FIFO: opening waits, and cancelling ends that; nothing was started. */
static void
test_ca1_cancelled_while_opening (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autofree char *mark = test_path ("mark");
  g_autofree char *path = test_path ("fifo");
  g_autoptr(GFile) file = g_file_new_for_path (path);
  g_autoptr(ProcCommand) command = write_to (file, PROC_FILE_FLAGS_DIRECT,
                                             test_child ("touch", mark, NULL));
  g_autoptr(ProcCommand) other = test_child ("echo", "x", NULL);
  g_autoptr(ProcResult) other_result = NULL;
  g_auto(TestCall) call = TEST_CALL_INIT;
  g_autoptr(GError) error = NULL;

  g_assert_no_errno (mkfifo (path, 0600));
  proc_runner_run_async (runner, command, cancellable, test_call_done, test_call_begin (&call));
  other_result = test_check (runner, other);
  g_assert_null (call.result);
  g_cancellable_cancel (cancellable);
  g_assert_null (proc_runner_run_finish (runner, test_call_wait (&call), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_false (g_file_test (mark, G_FILE_TEST_EXISTS));
}

/* A full FIFO is as slow as a disk can be: one run waits for it, another goes on. */
static void
test_fi11_slow_reader (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_auto(TestFifo) fifo = test_fifo_ready ();
  g_autoptr(GFile) file = g_file_new_for_path (fifo.path);
  g_autoptr(ProcCommand) command = write_to (file, 0, test_child ("flood", "3000000", "out", NULL));
  g_autoptr(ProcCommand) other = test_child ("flood", "3000000", "out", NULL);
  g_autoptr(ProcResult) other_result = NULL;
  g_auto(TestCall) call = TEST_CALL_INIT;
  g_autoptr(GError) error = NULL;
  ProcResult *result;

  proc_runner_run_async (runner, command, cancellable, test_call_done, test_call_begin (&call));
  other_result = test_check (runner, other);
  test_assert_pattern (proc_result_get_stdout (other_result), STDOUT_FILENO, 3000000);
  g_assert_null (call.result);
  g_cancellable_cancel (cancellable);
  g_assert_null (proc_runner_run_finish (runner, test_call_wait (&call), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  result = proc_runner_get_task_result (runner, call.result);
  g_assert_cmpuint (proc_result_get_stdout_size (result), <=, 3000000);
}

static void
assert_limited (GFile *file, ProcFileFlags flags, rlim_t limit, guint64 at_least)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = write_to (file, flags, test_child ("flood", "9000000", "out",
                                                                      "hang", NULL));
  g_autoptr(GError) error = NULL;
  struct rlimit before, limited;
  GBytes *bytes;

  g_assert_no_errno (getrlimit (RLIMIT_FSIZE, &before));
  limited = (struct rlimit) { limit, before.rlim_max };
  g_assert_no_errno (setrlimit (RLIMIT_FSIZE, &limited));
  g_assert_null (proc_runner_run (runner, command, NULL, &error));
  g_assert_no_errno (setrlimit (RLIMIT_FSIZE, &before));

  g_assert_error (error, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_OUTPUT_FILE);
  test_assert_in_error (error, g_file_peek_path (file));
  test_assert_in_error (error, g_strerror (EFBIG));
  bytes = proc_result_get_stdout (proc_runner_error_get_result (error));
  g_assert_cmpuint (g_bytes_get_size (bytes), >=, at_least);
  test_assert_pattern (bytes, STDOUT_FILENO, g_bytes_get_size (bytes));
}

static void
test_fi1_file_limit (void)
{
  g_autoptr(GFile) file = test_file ("file", "old");

  assert_limited (file, PROC_FILE_FLAGS_NONE, 100000, 100000);
  test_assert_file (file, "old");
  test_assert_alone (file);
  assert_limited (file, PROC_FILE_FLAGS_NONE, 3000000, 3000000);
  test_assert_file (file, "old");
  test_assert_alone (file);
  assert_limited (file, PROC_FILE_FLAGS_TEE, 3000000, 3000000);
  test_assert_file (file, "old");
  test_assert_alone (file);
  assert_limited (file, PROC_FILE_FLAGS_TRUNCATE, 3000000, 3000000);
  test_assert_alone (file);
}

/* A disk that is large enough for its content not to be read back into memory. */
static void
test_fi1_full_disk (void)
{
  const ProcFileFlags ways[] = { PROC_FILE_FLAGS_NONE, PROC_FILE_FLAGS_TRUNCATE,
                                 PROC_FILE_FLAGS_APPEND, PROC_FILE_FLAGS_TEE };
  g_autofree char *disk = test_path ("disk");
  g_autofree char *path = NULL;
  g_autoptr(GFile) file = NULL;
  int fd;

  g_assert_no_errno (g_mkdir (disk, 0755));
  if (mount ("tmpfs", disk, "tmpfs", 0, "size=4m") < 0)
    {
      g_test_skip ("no right to mount");
      return;
    }

  fd = open (disk, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  g_assert_no_errno (umount2 (disk, MNT_DETACH));
  path = g_strdup_printf ("/proc/self/fd/%d/file", fd);
  file = g_file_new_for_path (path);
  for (gsize i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      g_autoptr(ProcRunner) runner = proc_runner_new ();
      g_autoptr(ProcCommand) command = write_to (file, ways[i], test_child ("flood", "9000000",
                                                                            "out", "hang", NULL));
      g_autoptr(GError) error = NULL;
      GBytes *bytes;

      g_unlink (path);
      error = test_error (runner, command, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_OUTPUT_FILE);
      test_assert_in_error (error, g_strerror (ENOSPC));
      bytes = proc_result_get_stdout (proc_runner_error_get_result (error));
      g_assert_cmpuint (g_bytes_get_size (bytes), >=, 4000000);
      test_assert_pattern (bytes, STDOUT_FILENO, g_bytes_get_size (bytes));
      test_assert_alone (file);
    }

  close (fd);
}

static guint64
anonymous_kib (void)
{
  g_autofree char *status = NULL;
  const char *line;

  g_assert_true (g_file_get_contents ("/proc/self/status", &status, NULL, NULL));
  line = strstr (status, "RssAnon:");
  return line != NULL ? g_ascii_strtoull (line + strlen ("RssAnon:"), NULL, 10) : 0;
}

/* What a failed command wrote comes back without being read. */
static void
test_fi6_large_failure_takes_no_memory (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GFile) file = test_file ("file", "old");
  g_autoptr(ProcCommand) command = write_to (file, 0, test_child ("flood", "100000000", "out",
                                                                  "exit", "1", NULL));
  guint64 before = anonymous_kib ();
  g_autoptr(ProcResult) result = test_run (runner, command);

  g_assert_cmpuint (anonymous_kib (), <, before + 16 * 1024);
  test_assert_pattern (proc_result_get_stdout (result), STDOUT_FILENO, 100000000);
  test_assert_file (file, "old");
  test_assert_alone (file);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/file-promises/fi7-extended-attribute", test_fi7_extended_attribute);
  TEST_ADD ("/file-promises/fi7-access-list", test_fi7_access_list);
  TEST_ADD ("/file-promises/fi7-mode-is-never-wider", test_fi7_mode_is_never_wider);
  TEST_ADD ("/file-promises/magic-links", test_magic_links);
  TEST_ADD ("/file-promises/mount-point", test_mount_point);
  TEST_ADD ("/file-promises/replaced-under-us", test_replaced_under_us);
  TEST_ADD ("/file-promises/replaced-under-us-in-place", test_replaced_under_us_in_place);
  TEST_ADD ("/file-promises/new-file-removed-under-us", test_new_file_removed_under_us);
  TEST_ADD ("/file-promises/directory-in-its-place", test_directory_in_its_place);
  TEST_ADD ("/file-promises/fi6-cancelled-midway", test_fi6_cancelled_midway);
  TEST_ADD ("/file-promises/ca1-cancelled-while-opening", test_ca1_cancelled_while_opening);
  TEST_ADD ("/file-promises/fi11-slow-reader", test_fi11_slow_reader);
  TEST_ADD ("/file-promises/fi1-file-limit", test_fi1_file_limit);
  TEST_ADD ("/file-promises/fi1-full-disk", test_fi1_full_disk);
  TEST_ADD ("/file-promises/fi6-large-failure-takes-no-memory",
            test_fi6_large_failure_takes_no_memory);

  return g_test_run ();
}
