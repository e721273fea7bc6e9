/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Output to a file of a real GVfs backend, FTP. run.py has started the session and the server, and
 * says where the server's directory is, in which the tests see what has arrived. */

#include "config.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "test-fixture.h"

static const ProcFileFlags all_flags[] = { PROC_FILE_FLAGS_NONE, PROC_FILE_FLAGS_TRUNCATE,
                                           PROC_FILE_FLAGS_APPEND };

static GFile *
remote (const char *name)
{
  g_autofree char *uri = g_strconcat (g_getenv ("PROC_TEST_FTP_URI"), name, NULL);

  return g_file_new_for_uri (uri);
}

static char *
server_path (const char *name)
{
  return g_build_filename (g_getenv ("PROC_TEST_FTP_ROOT"), name, NULL);
}

/* A file that is on the server, or with NULL is not. */
static GFile *
remote_with (const char *name, const char *contents)
{
  g_autofree char *path = server_path (name);

  if (contents != NULL)
    g_assert_true (g_file_set_contents (path, contents, -1, NULL));
  else
    g_unlink (path);

  return remote (name);
}

static void
assert_arrived (const char *name, const char *expected)
{
  g_autofree char *path = server_path (name);
  g_autofree char *contents = NULL;

  g_file_get_contents (path, &contents, NULL, NULL);
  g_assert_cmpstr (contents, ==, expected);
}

/* The server's directory has this file, and no temporary one is beside it. */
static void
assert_alone (const char *expected)
{
  g_autoptr(GDir) dir = g_dir_open (g_getenv ("PROC_TEST_FTP_ROOT"), 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    if (strcmp (name, "read-only") != 0)
      g_assert_cmpstr (name, ==, expected);
}

static void
clear_server (void)
{
  g_autoptr(GDir) dir = g_dir_open (g_getenv ("PROC_TEST_FTP_ROOT"), 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = server_path (name);

      g_unlink (path);
    }
}

/* Runs `echo out; exit STATUS` into the file. */
static void
run_to (GFile *file, ProcFileFlags flags, const char *status)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("echo", "out", "exit", status, NULL);
  g_autoptr(ProcResult) result = NULL;

  proc_command_set_stdout_file (command, file, flags);
  result = test_run (runner, command);
  g_assert_cmpint (proc_result_get_exit_status (result), ==, atoi (status));
  g_assert_cmpuint (proc_result_get_stdout_size (result), ==, 4);
  if (flags == PROC_FILE_FLAGS_NONE)
    test_assert_text (proc_result_get_stdout (result), *status == '0' ? "" : "out\n");
}

/* Nothing is started, and the message names the file by its URI. */
static void
assert_refused (GFile *file, ProcFileFlags flags)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autofree char *mark = test_path ("mark");
  g_autofree char *uri = g_file_get_uri (file);
  g_autoptr(ProcCommand) command = test_child ("touch", mark, NULL);
  g_autoptr(GError) error = NULL;

  proc_command_set_stdout_file (command, file, flags);
  error = test_error (runner, command, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_OUTPUT_FILE);
  g_test_message ("%s", error->message);
  test_assert_in_error (error, uri);
  g_assert_false (g_file_test (mark, G_FILE_TEST_EXISTS));
}

static void
assert_refused_always (GFile *file)
{
  for (gsize i = 0; i < G_N_ELEMENTS (all_flags); i++)
    assert_refused (file, all_flags[i]);
}

static void
test_not_native (void)
{
  g_autoptr(GFile) file = remote ("file");

  g_assert_false (g_file_is_native (file));
}

static void
test_fi10_replace (void)
{
  g_autoptr(GFile) file = NULL;

  clear_server ();
  file = remote_with ("file", "longer and old\n");
  run_to (file, PROC_FILE_FLAGS_NONE, "3");
  assert_arrived ("file", "longer and old\n");
  run_to (file, PROC_FILE_FLAGS_NONE, "0");
  assert_arrived ("file", "out\n");
  assert_alone ("file");
}

static void
test_fi10_create (void)
{
  g_autoptr(GFile) file = remote ("new");

  clear_server ();
  run_to (file, PROC_FILE_FLAGS_NONE, "3");
  assert_arrived ("new", NULL);
  run_to (file, PROC_FILE_FLAGS_NONE, "0");
  assert_arrived ("new", "out\n");
  assert_alone ("new");
}

static void
test_fi10_truncate (void)
{
  g_autoptr(GFile) file = remote_with ("file", "longer and old\n");

  run_to (file, PROC_FILE_FLAGS_TRUNCATE, "0");
  assert_arrived ("file", "out\n");
}

static void
test_fi10_append (void)
{
  g_autoptr(GFile) file = remote_with ("file", "old\n");
  g_autoptr(GFile) new_file = remote_with ("new", NULL);

  run_to (file, PROC_FILE_FLAGS_APPEND, "0");
  run_to (file, PROC_FILE_FLAGS_APPEND, "3");
  assert_arrived ("file", "old\nout\nout\n");
  run_to (new_file, PROC_FILE_FLAGS_APPEND, "0");
  assert_arrived ("new", "out\n");
}

static void
test_fi10_large (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (all_flags); i++)
    {
      g_autoptr(ProcRunner) runner = proc_runner_new ();
      g_autoptr(GFile) file = remote_with ("large", NULL);
      g_autofree char *path = server_path ("large");
      g_autoptr(ProcCommand) command = test_child ("flood", "5000000", "out", NULL);
      g_autoptr(ProcResult) result = NULL;
      g_autoptr(GBytes) bytes = NULL;
      char *contents = NULL;
      gsize size = 0;

      proc_command_set_stdout_file (command, file, all_flags[i]);
      result = test_check (runner, command);
      g_assert_true (g_file_get_contents (path, &contents, &size, NULL));
      bytes = g_bytes_new_take (contents, size);
      test_assert_pattern (bytes, STDOUT_FILENO, 5000000);
    }
}

static void
test_fi4_missing_directory (void)
{
  g_autoptr(GFile) file = remote ("missing/file");

  assert_refused_always (file);
}

static void
test_fi4_directory (void)
{
  g_autoptr(GFile) file = remote ("read-only");

  assert_refused_always (file);
}

static void
test_fi10_no_mount (void)
{
  g_autoptr(GFile) not_mounted = g_file_new_for_uri ("ftp://127.0.0.1:1/file");
  g_autoptr(GFile) unknown = g_file_new_for_uri ("nosuch://host/file");

  assert_refused_always (not_mounted);
  assert_refused_always (unknown);
}

/* FTP does not tell before whether a file can be written. So a command that would replace one is
 * run, and its output is not lost. */
static void
test_fi4_no_permission (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GFile) file = remote_with ("read-only/file", "old\n");
  g_autoptr(ProcCommand) command = test_child ("echo", "out", NULL);
  g_autoptr(GError) error = NULL;

  assert_refused (file, PROC_FILE_FLAGS_TRUNCATE);
  assert_refused (file, PROC_FILE_FLAGS_APPEND);

  proc_command_set_stdout_file (command, file, PROC_FILE_FLAGS_NONE);
  error = test_error (runner, command, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_OUTPUT_FILE);
  test_assert_in_error (error, "/read-only/file");
  test_assert_text (proc_result_get_stdout (proc_runner_error_get_result (error)), "out\n");
  assert_arrived ("read-only/file", "old\n");
}

static ProcResult *
wait_for_cancelled (ProcRunner *runner, TestCall *call)
{
  GAsyncResult *ended = test_call_wait (call);
  g_autoptr(GError) error = NULL;

  g_autoptr(ProcResult) result = proc_runner_run_finish (runner, ended, &error);

  if (result != NULL)
    g_error ("not cancelled: %s, output %s", proc_result_get_summary (result),
             proc_result_get_stdout_text (result));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  return proc_runner_get_task_result (runner, ended);
}

static void
test_fi10_cancelled (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GFile) file = remote_with ("file", "old\n");
  g_auto(TestFifo) ready = test_fifo_ready ();
  g_autoptr(ProcCommand) command = test_child ("echo", "out", "ready", ready.path, "hang", NULL);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_auto(TestCall) call = TEST_CALL_INIT;

  proc_command_set_stdout_file (command, file, PROC_FILE_FLAGS_NONE);
  proc_runner_run_async (runner, command, cancellable, test_call_done, test_call_begin (&call));
  test_fifo_wait (&ready);
  g_cancellable_cancel (cancellable);
  test_assert_text (proc_result_get_stdout (wait_for_cancelled (runner, &call)), "out\n");
  assert_arrived ("file", "old\n");
}

static gboolean
upload_has_begun (gpointer path)
{
  return g_file_test (path, G_FILE_TEST_EXISTS);
}

/* A server that takes nothing more holds up its own run only, and that until it is cancelled. */
static void
assert_stuck (ProcFileFlags flags, const char *size)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GFile) file = remote_with ("stuck", NULL);
  g_autoptr(GFile) other = remote_with ("other", NULL);
  g_autofree char *path = server_path ("stuck");
  g_autoptr(ProcCommand) command = test_child ("flood", size, "out", NULL);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_auto(TestCall) call = TEST_CALL_INIT;
  ProcResult *result;

  proc_command_set_stdout_file (command, file, flags);
  proc_runner_run_async (runner, command, cancellable, test_call_done, test_call_begin (&call));
  g_assert_true (test_eventually (upload_has_begun, path));

  run_to (other, PROC_FILE_FLAGS_NONE, "0");
  assert_arrived ("other", "out\n");
  g_assert_cmpuint (call.n_calls, ==, 0);

  g_cancellable_cancel (cancellable);
  result = wait_for_cancelled (runner, &call);
  if (flags == PROC_FILE_FLAGS_NONE)
    test_assert_pattern (proc_result_get_stdout (result), STDOUT_FILENO, atoi (size));
}

static void
test_fi10_stuck (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (all_flags); i++)
    {
      assert_stuck (all_flags[i], "10");
      assert_stuck (all_flags[i], "30000000");
    }
}

static void
answer (GMountOperation *operation)
{
  g_mount_operation_set_anonymous (operation, TRUE);
  g_mount_operation_reply (operation, G_MOUNT_OPERATION_HANDLED);
}

static void
keep_result (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

static GAsyncResult *
wait_for (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);

  return *result;
}

static void
mount (GFile *root)
{
  g_autoptr(GMountOperation) operation = g_mount_operation_new ();
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  g_signal_connect (operation, "ask-password", G_CALLBACK (answer), NULL);
  g_file_mount_enclosing_volume (root, G_MOUNT_MOUNT_NONE, operation, NULL, keep_result, &result);
  g_file_mount_enclosing_volume_finish (root, wait_for (&result), &error);
  g_assert_no_error (error);
}

static void
unmount (GFile *root)
{
  g_autoptr(GMount) found = g_file_find_enclosing_mount (root, NULL, NULL);
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  g_assert_nonnull (found);
  g_mount_unmount_with_operation (found, G_MOUNT_UNMOUNT_FORCE, NULL, NULL, keep_result, &result);
  g_mount_unmount_with_operation_finish (found, wait_for (&result), &error);
  g_assert_no_error (error);
}

int
main (int argc, char **argv)
{
  g_autoptr(GFile) root = NULL;
  const char *const *schemes;
  int status;

  /* GSocket would, behind our back: the client of GVfs talks to its daemons by sockets. */
  g_assert_true (signal (SIGPIPE, SIG_IGN) != SIG_ERR);
  test_init (&argc, &argv);

  schemes = g_vfs_get_supported_uri_schemes (g_vfs_get_default ());
  if (g_getenv ("PROC_TEST_FTP_URI") == NULL || !g_strv_contains (schemes, "ftp"))
    {
      g_print ("1..0 # SKIP there is no GVfs with FTP\n");
      return 0;
    }

  root = remote ("");
  mount (root);

  TEST_ADD ("/gvfs/not-native", test_not_native);
  TEST_ADD ("/gvfs/fi10-replace", test_fi10_replace);
  TEST_ADD ("/gvfs/fi10-create", test_fi10_create);
  TEST_ADD ("/gvfs/fi10-truncate", test_fi10_truncate);
  TEST_ADD ("/gvfs/fi10-append", test_fi10_append);
  TEST_ADD ("/gvfs/fi10-large", test_fi10_large);
  TEST_ADD ("/gvfs/fi4-missing-directory", test_fi4_missing_directory);
  TEST_ADD ("/gvfs/fi4-directory", test_fi4_directory);
  TEST_ADD ("/gvfs/fi10-no-mount", test_fi10_no_mount);
  TEST_ADD ("/gvfs/fi4-no-permission", test_fi4_no_permission);
  TEST_ADD ("/gvfs/fi10-cancelled", test_fi10_cancelled);
  TEST_ADD ("/gvfs/fi10-stuck", test_fi10_stuck);

  status = g_test_run ();
  unmount (root);
  return status;
}
