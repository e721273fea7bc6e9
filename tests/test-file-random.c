/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* FI6: at random moments of a run that replaces a file the run is cancelled, or the whole program is
 * killed. The file is the old one or the new one, complete, and never anything else. Only who is
 * killed may leave a temporary file, one, of a name that tells whose it is. */

#include "config.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test-fixture.h"

#define VICTIM "PROC_TEST_VICTIM"
#define TEMPORARY ".procrunner-"
#define MOST_USEC 20000

/* The two contents, which are told apart by what they are and by their sizes. */
static const guint64 sizes[] = { 300001, 200003 };
static const char *const names[] = { "300001", "200003" };
static const char *const streams[] = { "out", "err" };

static const char *program_path;

/* The victim is told by its environment. */
static const char *
get_child (void)
{
  return test_child_path () != NULL ? test_child_path () : g_getenv ("PROC_TEST_CHILD");
}

static ProcCommand *
replace (GFile *file, guint content)
{
  ProcCommand *command = proc_command_new (
    TEST_ARGV (get_child (), "flood", names[content], streams[content]));

  if (content == 0)
    proc_command_set_stdout_file (command, file, PROC_FILE_FLAGS_NONE);
  else
    proc_command_set_stderr_file (command, file, PROC_FILE_FLAGS_NONE);

  return command;
}

/* Gives which of the two it is. */
static guint
identify (const char *path)
{
  g_autoptr(GMappedFile) map = g_mapped_file_new (path, FALSE, NULL);
  g_autoptr(GBytes) bytes = NULL;
  guint content;

  g_assert_nonnull (map);
  bytes = g_mapped_file_get_bytes (map);
  content = g_bytes_get_size (bytes) == sizes[0] ? 0 : 1;
  test_assert_pattern (bytes, content == 0 ? STDOUT_FILENO : STDERR_FILENO, sizes[content]);
  return content;
}

static GFile *
make_old_file (ProcRunner *runner)
{
  g_autoptr(GFile) file = test_file ("file", NULL);
  g_autoptr(ProcCommand) command = replace (file, 0);
  g_autoptr(ProcResult) result = test_check (runner, command);

  return g_steal_pointer (&file);
}

/* Iterates all the time, since no timer is as fine as a run is short. */
static gboolean
cancel_at_random (ProcRunner *runner, ProcCommand *command)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_auto(TestCall) call = TEST_CALL_INIT;
  g_autoptr(GError) error = NULL;
  g_autoptr(ProcResult) result = NULL;
  gint64 due = g_get_monotonic_time () + g_test_rand_int_range (0, MOST_USEC);

  proc_runner_check_async (runner, command, cancellable, test_call_done, test_call_begin (&call));
  while (call.n_calls == 0)
    {
      g_main_context_iteration (call.context, FALSE);
      if (g_get_monotonic_time () >= due)
        g_cancellable_cancel (cancellable);
    }

  result = proc_runner_check_finish (runner, call.result, &error);
  if (result == NULL)
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  return result == NULL;
}

static void
test_fi6_cancelled (void)
{
  const guint n_runs = test_count (20, 200, 1000);
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GFile) file = make_old_file (runner);
  guint current = 0;
  guint n_cancelled = 0;

  for (guint i = 0; i < n_runs; i++)
    {
      g_autoptr(ProcCommand) command = replace (file, !current);

      if (cancel_at_random (runner, command))
        n_cancelled++;
      else
        current = !current;
      g_assert_cmpuint (identify (g_file_peek_path (file)), ==, current);
      test_assert_alone (file);
    }

  g_test_message ("%u of %u were cancelled in time", n_cancelled, n_runs);
}

/* In a process of its own: replaces a file again and again until it is killed. */
static int
be_victim (const char *path)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GFile) file = g_file_new_for_path (path);

  for (guint i = 1;; i++)
    {
      g_autoptr(ProcCommand) command = replace (file, i % 2);
      g_autoptr(GError) error = NULL;
      g_autoptr(ProcResult) result = proc_runner_check (runner, command, NULL, &error);

      g_assert_no_error (error);
      if (write (STDOUT_FILENO, "x", 1) != 1)
        return 1;
    }
}

static pid_t
spawn_victim (const char *path, int *out)
{
  g_auto(GStrv) envp = g_environ_setenv (g_get_environ (), VICTIM, path, TRUE);
  const char *argv[] = { program_path, NULL };
  g_autoptr(GError) error = NULL;
  GPid victim;

  envp = g_environ_setenv (g_steal_pointer (&envp), "PROC_TEST_CHILD", test_child_path (), TRUE);
  g_spawn_async_with_pipes (NULL, (char **) argv, envp, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL,
                            &victim, NULL, out, NULL, &error);
  g_assert_no_error (error);
  return victim;
}

/* Sometime after it has replaced the file once. Its children come here, and end of the pipe that
 * nobody reads any more. */
static void
kill_at_random (const char *path)
{
  char byte;
  int out;
  pid_t victim = spawn_victim (path, &out);

  g_assert_cmpint (TEMP_FAILURE_RETRY (read (out, &byte, 1)), ==, 1);
  g_usleep ((gulong) g_test_rand_int_range (0, MOST_USEC));
  g_assert_no_errno (kill (victim, SIGKILL));
  while (TEMP_FAILURE_RETRY (waitpid (-1, NULL, 0)) > 0)
    continue;

  close (out);
}

/* Gives how many; whatever else is there is a failure. */
static guint
remove_temporary_files (void)
{
  g_autoptr(GDir) dir = g_dir_open (test_dir (), 0, NULL);
  const char *name;
  guint n = 0;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = test_path (name);

      if (g_str_equal (name, "file"))
        continue;

      g_assert_true (g_str_has_prefix (name, TEMPORARY));
      g_assert_no_errno (g_unlink (path));
      n++;
    }

  return n;
}

static void
test_fi6_killed (void)
{
  const guint n_runs = test_count (0, 50, 1000);
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GFile) file = make_old_file (runner);
  guint n_left = 0;
  guint n_of[2] = { 0, 0 };

  if (n_runs == 0)
    {
      g_test_skip ("the victim would be valgrind");
      return;
    }

  for (guint i = 0; i < n_runs; i++)
    {
      guint n_now;

      kill_at_random (g_file_peek_path (file));
      n_of[identify (g_file_peek_path (file))]++;
      n_now = remove_temporary_files ();
      g_assert_cmpuint (n_now, <=, 1);
      n_left += n_now;
    }

  g_test_message ("%u were killed: the file had one content %u times, the other %u times; "
                  "%u temporary files were left",
                  n_runs, n_of[0], n_of[1], n_left);
}

int
main (int argc, char **argv)
{
  const char *path = g_getenv (VICTIM);

  if (path != NULL)
    return be_victim (path);

  program_path = argv[0];
  test_init (&argc, &argv);

  TEST_ADD ("/file-random/fi6-cancelled", test_fi6_cancelled);
  TEST_ADD ("/file-random/fi6-killed", test_fi6_killed);

  return g_test_run ();
}
