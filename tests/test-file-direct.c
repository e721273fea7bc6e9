/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Files that the command writes by itself. */

#include "config.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test-fixture.h"
#include "test-memory-file.h"

/* It writes to a FIFO when it has done all. */
static void
end_orphan (pid_t pid)
{
  g_assert_cmpint (waitpid (pid, NULL, 0), ==, pid);
}

static ProcCommand *
direct (ProcCommand *command, GFile *file, ProcFileFlags flags)
{
  proc_command_set_stdout_file (command, file, flags | PROC_FILE_FLAGS_DIRECT);
  return command;
}

static void
write_to (GFile *file, ProcFileFlags flags, const char *text, guint64 size)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = direct (test_child ("print", text, NULL), file, flags);
  g_autoptr(ProcResult) result = test_check (runner, command);

  test_assert_text (proc_result_get_stdout (result), "");
  g_assert_cmpuint (proc_result_get_stdout_size (result), ==, size);
  g_assert_true (proc_result_get_complete (result));
}

static void
test_all_ways (void)
{
  g_autoptr(GFile) file = test_file ("file", "longer and old");
  g_autoptr(GFile) new_file = test_file ("new", NULL);

  write_to (file, PROC_FILE_FLAGS_NONE, "new\n", 4);
  test_assert_file (file, "new\n");
  write_to (file, PROC_FILE_FLAGS_TRUNCATE, "t\n", 2);
  test_assert_file (file, "t\n");
  write_to (file, PROC_FILE_FLAGS_APPEND, "appended\n", 9);
  test_assert_file (file, "t\nappended\n");
  write_to (file, PROC_FILE_FLAGS_NONE, "", 0);
  test_assert_file (file, "");
  test_assert_alone (file);
  write_to (new_file, PROC_FILE_FLAGS_NONE, "new\n", 4);
  test_assert_file (new_file, "new\n");
}

/* No pipe: what the child has is the file. */
static void
test_no_pipe (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GFile) file = test_file ("file", NULL);
  g_autoptr(ProcCommand) command = direct (test_child ("fds", NULL), file, 0);
  g_autoptr(ProcResult) result = NULL;
  g_autofree char *contents = NULL;

  result = test_check (runner, command);
  g_file_load_contents (file, NULL, &contents, NULL, NULL, NULL);
  g_assert_nonnull (strstr (contents, "1 /"));
  g_assert_null (strstr (contents, "1 pipe:"));
}

static void
test_fi6_failed_command (void)
{
  const char *sizes[] = { "7", "5000000" };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr(ProcRunner) runner = proc_runner_new ();
      g_autoptr(GFile) file = test_file ("file", "old");
      g_autoptr(ProcCommand) command = direct (test_child ("flood", sizes[i], "out", "exit", "4",
                                                           NULL), file, PROC_FILE_FLAGS_NONE);
      g_autoptr(ProcResult) result = test_run (runner, command);

      g_assert_cmpint (proc_result_get_exit_status (result), ==, 4);
      test_assert_pattern (proc_result_get_stdout (result), STDOUT_FILENO, atoi (sizes[i]));
      g_assert_cmpuint (proc_result_get_stdout_size (result), ==, atoi (sizes[i]));
      test_assert_file (file, "old");
      test_assert_alone (file);
    }
}

static void
test_fi7_hard_link (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GFile) file = test_file ("file", "longer and old");
  g_autoptr(GFile) other = test_file ("other", NULL);
  g_autoptr(ProcCommand) command = direct (test_child ("print", "x", "exit", "1", NULL), file, 0);
  g_autoptr(ProcResult) failed = NULL;

  g_assert_no_errno (link (g_file_peek_path (file), g_file_peek_path (other)));
  failed = test_run (runner, command);
  test_assert_text (proc_result_get_stdout (failed), "x");
  test_assert_file (other, "longer and old");
  write_to (file, PROC_FILE_FLAGS_NONE, "new", 3);
  test_assert_file (other, "new");
}

static void
test_fi4_refused (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GFile) missing = test_file ("missing/file", NULL);
  g_autoptr(GFile) remote = test_memory_file_new ("remote", "old");
  g_autofree char *mark = test_path ("mark");
  g_autoptr(ProcCommand) no_directory = direct (test_child ("touch", mark, NULL), missing, 0);
  g_autoptr(ProcCommand) not_local = direct (test_child ("touch", mark, NULL), remote, 0);
  g_autoptr(GError) missing_error = NULL;
  g_autoptr(GError) remote_error = NULL;

  missing_error = test_error (runner, no_directory, PROC_RUNNER_ERROR,
                              PROC_RUNNER_ERROR_OUTPUT_FILE);
  test_assert_in_error (missing_error, "missing/file");
  remote_error = test_error (runner, not_local, PROC_RUNNER_ERROR,
                             PROC_RUNNER_ERROR_INVALID_COMMAND);
  test_assert_in_error (remote_error, "moon:///remote");
  test_assert_in_error (remote_error, "DIRECT");
  g_assert_false (g_file_test (mark, G_FILE_TEST_EXISTS));
}

/* A FIFO is waited for without blocking, but the child gets it blocking: full, it has to wait. */
static void
test_fifo_is_blocking (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_auto(TestFifo) fifo = test_fifo_ready ();
  g_autoptr(GFile) file = g_file_new_for_path (fifo.path);
  g_autoptr(ProcCommand) command = direct (test_child ("flood", "300000", "out", NULL), file, 0);
  g_auto(TestCall) call = TEST_CALL_INIT;
  g_autoptr(ProcResult) result = NULL;
  g_autofree guint8 *data = g_malloc (300000);
  gsize size = 0;
  g_autoptr(GBytes) bytes = NULL;

  proc_runner_run_async (runner, command, NULL, test_call_done, test_call_begin (&call));
  while (size < 300000)
    {
      gssize n = read (fifo.fd, data + size, 300000 - size);

      if (n > 0)
        size += (gsize) n;
      else
        g_main_context_iteration (g_main_context_get_thread_default (), FALSE);
    }

  result = proc_runner_run_finish (runner, test_call_wait (&call), NULL);
  g_assert_true (proc_result_get_successful (result));
  g_assert_cmpuint (proc_result_get_stdout_size (result), ==, 0);
  bytes = g_bytes_new_take (g_steal_pointer (&data), size);
  test_assert_pattern (bytes, STDOUT_FILENO, size);
}

/* The idle timeout sees nothing there, and a grandchild that holds the file holds up nothing. */
static void
test_pg1_nobody_waits_for_the_file (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_auto(TestFifo) gate = test_fifo_gate ();
  g_auto(TestFifo) ready = test_fifo_ready ();
  g_autoptr(GFile) file = test_file ("file", NULL);
  g_autoptr(ProcCommand) command = NULL;
  g_autoptr(ProcResult) result = NULL;

  command = test_child ("print", "one", "close-stderr", "leave", "gate", gate.path, "print", "two",
                        "ready", ready.path, NULL);
  direct (command, file, PROC_FILE_FLAGS_NONE);
  proc_runner_set_drain_grace_msec (runner, G_MAXINT);
  result = test_check (runner, command);
  g_assert_true (proc_result_get_complete (result));
  test_assert_file (file, "one");
  test_fifo_open (&gate);
  end_orphan (test_fifo_wait (&ready));
  test_assert_file (file, "onetwo");
}

/* What came back does not change, whatever those do that the command left behind. */
static void
test_pg1_what_came_back_stays (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_auto(TestFifo) gate = test_fifo_gate ();
  g_auto(TestFifo) ready = test_fifo_ready ();
  g_autoptr(GFile) file = test_file ("file", NULL);
  g_autoptr(ProcCommand) command = NULL;
  g_autoptr(ProcResult) result = NULL;
  const char *args[] = { gate.path, ready.path, NULL };

  command = proc_command_new_shell ("head -c 3000000 /dev/zero\n"
                                    "{ head -c 1 <\"$1\" >&2; truncate -s 0 /proc/self/fd/1;"
                                    " echo 1 >\"$2\"; } 2>/dev/null &\n"
                                    "echo $! >&2; exit 1", args);
  direct (command, file, PROC_FILE_FLAGS_NONE);
  result = test_run (runner, command);
  g_assert_cmpuint (g_bytes_get_size (proc_result_get_stdout (result)), ==, 3000000);
  test_fifo_open (&gate);
  test_fifo_wait (&ready);
  end_orphan (atoi (proc_result_get_stderr_text (result)));
  for (gsize i = 0; i < 3000000; i += 4096)
    g_assert_cmpint (((const char *) g_bytes_get_data (proc_result_get_stdout (result), NULL))[i],
                     ==, 0);
}

/* The limit is the child's to notice: it has the file. */
static void
test_fi1_file_limit (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GFile) file = test_file ("file", "old");
  g_autoptr(ProcCommand) command = direct (test_child ("flood", "300000", "out", NULL), file, 0);
  g_autoptr(ProcResult) result = NULL;

  proc_command_set_rlimit (command, RLIMIT_FSIZE, 100000, 100000);
  proc_command_set_rlimit (command, RLIMIT_CORE, 0, 0);
  result = test_run (runner, command);
  g_assert_cmpint (proc_result_get_term_signal (result), ==, SIGXFSZ);
  test_assert_pattern (proc_result_get_stdout (result), STDOUT_FILENO, 100000);
  test_assert_file (file, "old");
  test_assert_alone (file);
}

static void
test_fi6_cancelled (void)
{
  const ProcFileFlags ways[] = { PROC_FILE_FLAGS_NONE, PROC_FILE_FLAGS_APPEND };

  for (gsize i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      g_autoptr(ProcRunner) runner = proc_runner_new ();
      g_autoptr(GCancellable) cancellable = g_cancellable_new ();
      g_autoptr(GFile) file = test_file ("file", "old");
      g_auto(TestFifo) ready = test_fifo_ready ();
      g_auto(TestCall) call = TEST_CALL_INIT;
      g_autoptr(ProcCommand) command = NULL;
      g_autoptr(GError) error = NULL;
      ProcResult *result;

      command = direct (test_child ("print", "new", "ready", ready.path, "hang", NULL), file,
                        ways[i]);
      proc_runner_run_async (runner, command, cancellable, test_call_done,
                             test_call_begin (&call));
      test_fifo_wait (&ready);
      g_cancellable_cancel (cancellable);
      g_assert_null (proc_runner_run_finish (runner, test_call_wait (&call), &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      result = proc_runner_get_task_result (runner, call.result);
      g_assert_cmpuint (proc_result_get_stdout_size (result), ==, 3);
      test_assert_file (file, ways[i] == PROC_FILE_FLAGS_NONE ? "old" : "oldnew");
      test_assert_text (proc_result_get_stdout (result),
                        ways[i] == PROC_FILE_FLAGS_NONE ? "new" : "");
      test_assert_alone (file);
    }
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/file-direct/all-ways", test_all_ways);
  TEST_ADD ("/file-direct/no-pipe", test_no_pipe);
  TEST_ADD ("/file-direct/fi6-failed-command", test_fi6_failed_command);
  TEST_ADD ("/file-direct/fi6-cancelled", test_fi6_cancelled);
  TEST_ADD ("/file-direct/fi7-hard-link", test_fi7_hard_link);
  TEST_ADD ("/file-direct/fi4-refused", test_fi4_refused);
  TEST_ADD ("/file-direct/fi1-file-limit", test_fi1_file_limit);
  TEST_ADD ("/file-direct/fifo-is-blocking", test_fifo_is_blocking);
  TEST_ADD ("/file-direct/pg1-nobody-waits-for-the-file", test_pg1_nobody_waits_for_the_file);
  TEST_ADD ("/file-direct/pg1-what-came-back-stays", test_pg1_what_came_back_stays);

  return g_test_run ();
}
