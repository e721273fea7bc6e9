/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What tests say: children, calls, FIFOs, files. What holds between tests is in test-state.c.
 *
 * A callback is recognised as "from inside the _async function" by the source in dispatch: the
 * one that was in dispatch when the call began cannot be the one that calls back.
 */

#include "config.h"

#include "test-fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <locale.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test-state.h"

#define PATIENCE_MSEC 30000

static char *child_path;
static char *current_dir;
static guint n_fifos;
static int n_tracked;

/* Children */

static char *
find_child (void)
{
  const char *path = g_getenv ("PROC_TEST_CHILD");
  g_autofree char *built = NULL;

  if (path == NULL)
    path = built = g_test_build_filename (G_TEST_BUILT, "child", NULL);

  return g_canonicalize_filename (path, NULL);
}

const char *
test_child_path (void)
{
  return child_path;
}

static char **
collect_argv (const char *verb, va_list args)
{
  g_autoptr(GPtrArray) argv = g_ptr_array_new ();

  g_ptr_array_add (argv, g_strdup (child_path));
  for (; verb != NULL; verb = va_arg (args, const char *))
    g_ptr_array_add (argv, g_strdup (verb));

  g_ptr_array_add (argv, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&argv), FALSE);
}

char **
test_child_argv (const char *verb, ...)
{
  char **argv;
  va_list args;

  va_start (args, verb);
  argv = collect_argv (verb, args);
  va_end (args);

  return argv;
}

ProcCommand *
test_child (const char *verb, ...)
{
  g_auto(GStrv) argv = NULL;
  ProcCommand *command;
  va_list args;

  va_start (args, verb);
  argv = collect_argv (verb, args);
  va_end (args);

  command = proc_command_new (TEST_STRV (argv));
  test_track (command);
  return command;
}

/* Calls */

gpointer
test_call_begin (TestCall *call)
{
  GSource *source = g_main_current_source ();

  g_assert_null (call->context);
  call->context = g_main_context_ref_thread_default ();
  call->thread = g_thread_self ();
  call->begun_in = source != NULL ? g_source_ref (source) : NULL;

  return call;
}

void
test_call_done (GObject *source, GAsyncResult *result, gpointer data)
{
  TestCall *call = data;

  g_assert_cmpuint (call->n_calls, ==, 0);
  g_assert_true (g_thread_self () == call->thread);
  g_assert_true (g_main_context_is_owner (call->context));
  g_assert_true (g_main_current_source () != call->begun_in);
  g_assert_true (g_source_get_context (g_main_current_source ()) == call->context);

  call->n_calls++;
  call->source = g_object_ref (source);
  call->result = g_object_ref (result);
}

GAsyncResult *
test_call_wait (TestCall *call)
{
  while (call->n_calls == 0)
    test_iterate (call->context);

  return call->result;
}

void
test_call_clear (TestCall *call)
{
  g_clear_object (&call->result);
  g_clear_object (&call->source);
  g_clear_pointer (&call->begun_in, g_source_unref);
  g_clear_pointer (&call->context, g_main_context_unref);
}

ProcResult *
test_run (ProcRunner *runner, ProcCommand *command)
{
  g_auto(TestCall) call = TEST_CALL_INIT;
  g_autoptr(GError) error = NULL;
  ProcResult *result;

  proc_runner_run_async (runner, command, NULL, test_call_done, test_call_begin (&call));
  result = proc_runner_run_finish (runner, test_call_wait (&call), &error);
  g_assert_no_error (error);
  g_assert_true (PROC_IS_RESULT (result));
  return result;
}

ProcResult *
test_check (ProcRunner *runner, ProcCommand *command)
{
  g_auto(TestCall) call = TEST_CALL_INIT;
  g_autoptr(GError) error = NULL;
  ProcResult *result;

  proc_runner_check_async (runner, command, NULL, test_call_done, test_call_begin (&call));
  result = proc_runner_check_finish (runner, test_call_wait (&call), &error);
  g_assert_no_error (error);
  g_assert_true (PROC_IS_RESULT (result));
  return result;
}

static GError *
fail (ProcRunner *runner, ProcCommand *command, ProcResult **result)
{
  g_auto(TestCall) call = TEST_CALL_INIT;
  g_autoptr(GError) error = NULL;

  proc_runner_check_async (runner, command, NULL, test_call_done, test_call_begin (&call));
  g_assert_null (proc_runner_check_finish (runner, test_call_wait (&call), &error));
  g_assert_nonnull (error);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  *result = proc_runner_get_task_result (runner, call.result);
  if (*result != NULL)
    g_object_ref (*result);

  return g_steal_pointer (&error);
}

ProcResult *
test_fail (ProcRunner *runner, ProcCommand *command, GQuark domain, int code)
{
  g_autoptr(GError) error = NULL;
  ProcResult *result = NULL;

  error = fail (runner, command, &result);
  g_assert_error (error, domain, code);

  return result;
}

GError *
test_error (ProcRunner *runner, ProcCommand *command, GQuark domain, int code)
{
  g_autoptr(ProcResult) result = NULL;
  GError *error = fail (runner, command, &result);

  g_assert_error (error, domain, code);
  return error;
}

/* Events */

static TestFifo
make_fifo (int flags)
{
  g_autofree char *name = g_strdup_printf ("fifo-%u", n_fifos++);
  TestFifo fifo = { test_path (name), -1 };

  g_assert_no_errno (mkfifo (fifo.path, 0600));
  fifo.fd = open (fifo.path, flags | O_CLOEXEC);
  g_assert_cmpint (fifo.fd, >=, 0);

  return fifo;
}

TestFifo
test_fifo_ready (void)
{
  return make_fifo (O_RDWR | O_NONBLOCK);
}

TestFifo
test_fifo_gate (void)
{
  return make_fifo (O_RDWR);
}

/* Gives the process that came to its `ready`. */
int
test_fifo_wait (TestFifo *fifo)
{
  struct pollfd item = { fifo->fd, POLLIN, 0 };
  char line[32] = "";

  g_assert_cmpint (TEMP_FAILURE_RETRY (poll (&item, 1, PATIENCE_MSEC)), ==, 1);
  g_assert_cmpint (read (fifo->fd, line, sizeof line - 1), >, 0);

  return atoi (line);
}

void
test_fifo_open (TestFifo *fifo)
{
  g_assert_cmpint (write (fifo->fd, "x", 1), ==, 1);
}

void
test_fifo_clear (TestFifo *fifo)
{
  if (fifo->fd >= 0)
    close (fifo->fd);

  fifo->fd = -1;
  g_clear_pointer (&fifo->path, g_free);
}

gboolean
test_eventually (TestPredicate predicate, gpointer data)
{
  gint64 deadline = g_get_monotonic_time () + PATIENCE_MSEC * G_TIME_SPAN_MILLISECOND;

  while (!predicate (data))
    {
      if (g_get_monotonic_time () > deadline)
        return FALSE;

      g_poll (NULL, 0, 1);
    }

  return TRUE;
}

gboolean
test_in_valgrind (void)
{
  return g_getenv ("PROC_TEST_VALGRIND") != NULL;
}

guint
test_count (guint in_valgrind, guint usual, guint in_long)
{
  if (test_in_valgrind ())
    return in_valgrind;

  return g_getenv ("PROC_TEST_LONG") != NULL ? in_long : usual;
}

gboolean
test_in_sanitizer (void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return TRUE;
#elif defined(__has_feature)
  return __has_feature (address_sanitizer) || __has_feature (thread_sanitizer);
#else
  return FALSE;
#endif
}

/* Places */

const char *
test_dir (void)
{
  return current_dir;
}

char *
test_path (const char *name)
{
  return g_build_filename (current_dir, name, NULL);
}

GFile *
test_file (const char *name, const char *contents)
{
  g_autofree char *path = test_path (name);

  if (contents != NULL)
    g_assert_true (g_file_set_contents (path, contents, -1, NULL));

  return g_file_new_for_path (path);
}

/* Objects */

static void
tracked_gone (gpointer data, GObject *where)
{
  g_atomic_int_dec_and_test (&n_tracked);
}

void
test_track (gpointer object)
{
  g_atomic_int_inc (&n_tracked);
  g_object_weak_ref (G_OBJECT (object), tracked_gone, NULL);
}

void
test_wait_for_tracked (void)
{
  while (g_atomic_int_get (&n_tracked) > 0)
    test_iterate (NULL);
}

/* Around each test */

static void
remove_tree (const char *path)
{
  g_autoptr(GDir) dir = NULL;
  const char *name;

  if (!g_file_test (path, G_FILE_TEST_IS_SYMLINK))
    dir = g_dir_open (path, 0, NULL);

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      remove_tree (child);
    }

  g_assert_no_errno (g_remove (path));
}

/* Starts all that is started once: the engine, its pool, GLib's own threads. */
static void
warm_up (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("cat", NULL);
  g_autoptr(ProcResult) result = NULL;
  g_autoptr(GFile) file = test_file ("warm-up", NULL);

  proc_command_set_stdin_text (command, "warm\n");
  proc_command_set_stdout_file (command, file, PROC_FILE_FLAGS_NONE);
  result = test_run (runner, command);
  g_assert_true (proc_result_get_successful (result));
  g_assert_true (g_file_delete (file, NULL, NULL));
}

static void
run_in_context (TestFunc func)
{
  g_autoptr(GMainContext) context = g_main_context_new ();

  g_main_context_push_thread_default (context);
  test_loop_watch (context);
  func ();
  test_loop_assert_free ();
  test_state_assert_context_idle (context);
  g_main_context_pop_thread_default (context);
  test_state_assert_context_idle (NULL);
}

static void
make_current_dir (void)
{
  current_dir = g_dir_make_tmp ("procrunner-test-XXXXXX", NULL);
  g_assert_nonnull (current_dir);
  g_assert_no_errno (g_chmod (current_dir, 0755));
}

static void
remove_current_dir (void)
{
  remove_tree (current_dir);
  g_clear_pointer (&current_dir, g_free);
}

static void
run_test (gconstpointer data)
{
  static gboolean warm;
  TestFunc func = (TestFunc) data;

  make_current_dir ();
  if (!warm)
    {
      warm = TRUE;
      run_in_context (warm_up);
      test_state_save_descriptors ();
    }

  run_in_context (func);

  test_assert_no_children ();
  test_assert_no_survivors ();
  test_assert_same_descriptors ();
  test_state_assert_process ();
  g_assert_cmpint (g_atomic_int_get (&n_tracked), ==, 0);

  remove_current_dir ();
}

/* Some tests lend their standard output to a child: nothing but the child may write there. */
static void
drop_message (const char *domain, GLogLevelFlags level, const char *message, gpointer data)
{
}

void
test_init (int *argc, char ***argv)
{
  g_setenv ("GIO_USE_VFS", "local", FALSE); /* no session bus for the sake of `nosuch://` */
  setlocale (LC_ALL, "");
  g_test_init (argc, argv, NULL);
  g_log_set_handler ("GLib", G_LOG_LEVEL_DEBUG, drop_message, NULL);

  child_path = find_child ();
  test_state_init ();
}

void
test_add (const char *path, TestFunc func)
{
  g_test_add_data_func (path, (gconstpointer) func, run_test);
}

static void
run_apart (gconstpointer data)
{
  TestFunc test = (TestFunc) data;

  if (g_test_subprocess ())
    {
      make_current_dir ();
      test ();
      remove_current_dir ();
      return;
    }

  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
  g_test_trap_assert_passed ();
}

void
test_add_apart (const char *path, TestFunc func)
{
  g_test_add_data_func (path, (gconstpointer) func, run_apart);
}
