/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Files on a file system that hangs, or that cannot keep what it took. */

#include "config.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test-fixture.h"

typedef struct
{
  char *dir;
  char *gate;
  GFile *file; /* as the file system shows it */
  GFile *real; /* where it is */
  pid_t pid;
} BadDisk;

/* FALSE: there can be none here. */
static gboolean
bad_disk_mount (BadDisk *self, const char *fault)
{
  g_autofree char *program = g_test_build_filename (G_TEST_BUILT, "fuse-fs", NULL);
  g_autofree char *folder = test_path ("folder");
  g_autofree char *path = test_path ("disk/file");
  g_autofree char *real = test_path ("folder/file");
  g_auto(TestFifo) ready = test_fifo_ready ();

  self->dir = test_path ("disk");
  self->gate = test_path ("gate");
  self->file = g_file_new_for_path (path);
  self->real = g_file_new_for_path (real);
  g_assert_no_errno (g_mkdir (self->dir, 0700));
  g_assert_no_errno (g_mkdir (folder, 0700));
  g_assert_true (g_file_set_contents (real, "old", -1, NULL));
  if (access ("/dev/fuse", R_OK | W_OK) == 0)
    {
      char *argv[] = { program, self->dir, folder, ready.path, (char *) fault, self->gate, NULL };

      g_assert_true (g_spawn_async (NULL, argv, NULL,
                                    G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDERR_TO_DEV_NULL, NULL,
                                    NULL, &self->pid, NULL));
      if (test_fifo_wait (&ready) > 0)
        return TRUE;
    }

  g_test_skip ("no right to mount");
  return FALSE;
}

static void
bad_disk_clear (BadDisk *self)
{
  umount2 (self->dir, MNT_DETACH);
  if (self->pid > 0)
    g_assert_cmpint (waitpid (self->pid, NULL, 0), ==, self->pid);
  g_unlink (self->gate);
  g_free (self->dir);
  g_free (self->gate);
  g_object_unref (self->file);
  g_object_unref (self->real);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (BadDisk, bad_disk_clear)

static void
test_fi11_hanging_disk (void)
{
  g_auto(BadDisk) disk = { 0 };
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("flood", "3000000", "out", NULL);
  g_autoptr(ProcCommand) other = test_child ("flood", "3000000", "out", NULL);
  g_autoptr(GFile) other_file = test_file ("other", NULL);
  g_autoptr(ProcResult) other_result = NULL;
  g_autoptr(ProcResult) result = NULL;
  g_autoptr(GBytes) contents = NULL;
  g_auto(TestCall) call = TEST_CALL_INIT;

  if (!bad_disk_mount (&disk, "hang"))
    return;

  proc_command_set_stdout_file (command, disk.file, PROC_FILE_FLAGS_NONE);
  proc_runner_run_async (runner, command, NULL, test_call_done, test_call_begin (&call));
  proc_command_set_stdout_file (other, other_file, PROC_FILE_FLAGS_NONE);
  other_result = test_check (runner, other);
  g_assert_cmpuint (proc_result_get_stdout_size (other_result), ==, 3000000);
  g_assert_null (call.result);

  g_assert_true (g_file_set_contents (disk.gate, "", 0, NULL));
  result = proc_runner_run_finish (runner, test_call_wait (&call), NULL);
  g_assert_true (proc_result_get_successful (result));
  contents = g_file_load_bytes (disk.real, NULL, NULL, NULL);
  test_assert_pattern (contents, STDOUT_FILENO, 3000000);
}

/* What is under way to a local disk is waited for; then the run ends as it was stopped. */
static void
test_fi11_hanging_disk_cancelled (void)
{
  g_auto(BadDisk) disk = { 0 };
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_auto(TestFifo) ready = test_fifo_ready ();
  g_autoptr(ProcCommand) command = NULL;
  g_autoptr(GError) error = NULL;
  g_auto(TestCall) call = TEST_CALL_INIT;
  GBytes *bytes;

  if (!bad_disk_mount (&disk, "hang"))
    return;

  command = test_child ("flood", "100000", "out", "ready", ready.path, "hang", NULL);
  proc_command_set_stdout_file (command, disk.file, PROC_FILE_FLAGS_NONE);
  proc_runner_run_async (runner, command, cancellable, test_call_done, test_call_begin (&call));
  test_fifo_wait (&ready);
  g_cancellable_cancel (cancellable);
  g_assert_true (g_file_set_contents (disk.gate, "", 0, NULL));
  g_assert_null (proc_runner_run_finish (runner, test_call_wait (&call), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  bytes = proc_result_get_stdout (proc_runner_get_task_result (runner, call.result));
  test_assert_pattern (bytes, STDOUT_FILENO, 100000);
  test_assert_file (disk.real, "old");
  test_assert_alone (disk.real);
}

static void
assert_fails (const char *fault)
{
  const ProcFileFlags ways[] = { PROC_FILE_FLAGS_NONE, PROC_FILE_FLAGS_TEE };

  g_auto(BadDisk) disk = { 0 };

  if (!bad_disk_mount (&disk, fault))
    return;

  for (gsize i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      g_autoptr(ProcRunner) runner = proc_runner_new ();
      g_autoptr(ProcCommand) command = test_child ("flood", "3000000", "out", NULL);
      g_autoptr(GError) error = NULL;
      GBytes *bytes;

      proc_command_set_stdout_file (command, disk.file, ways[i]);
      error = test_error (runner, command, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_OUTPUT_FILE);
      test_assert_in_error (error, g_file_peek_path (disk.file));
      test_assert_in_error (error, g_strerror (EIO));
      bytes = proc_result_get_stdout (proc_runner_error_get_result (error));
      g_assert_cmpuint (g_bytes_get_size (bytes), >, 0);
      test_assert_pattern (bytes, STDOUT_FILENO, g_bytes_get_size (bytes));
      test_assert_file (disk.real, "old");
      test_assert_alone (disk.real);
    }
}

static void
test_fi1_eio (void)
{
  assert_fails ("write");
}

static void
test_fi1_eio_at_close (void)
{
  assert_fails ("close");
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/file-fuse/fi11-hanging-disk", test_fi11_hanging_disk);
  TEST_ADD ("/file-fuse/fi11-hanging-disk-cancelled", test_fi11_hanging_disk_cancelled);
  TEST_ADD ("/file-fuse/fi1-eio", test_fi1_eio);
  TEST_ADD ("/file-fuse/fi1-eio-at-close", test_fi1_eio_at_close);

  return g_test_run ();
}
