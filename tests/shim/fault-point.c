/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One scenario, in which one system call fails; the shim is preloaded. What must hold
 * then, whichever call it was: the callback comes once, and tells the truth; what is not
 * lost is there, and what is lost is said; nothing is left behind, which the fixture looks
 * at; and the next command runs as if nothing had been.
 *
 * With FAULT_POINT unset it says which calls there were, one a line, with the errors that
 * each may fail with.
 */

#include "config.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../test-fixture.h"
#include "shim.h"

#define BIG ((gsize) 1024 * 1024)
#define OLD_CONTENTS "old\n"

static guint n_calls;

static gpointer
find_shim (const char *name)
{
  gpointer function = dlsym (RTLD_DEFAULT, name);

  g_assert_nonnull (function);
  return function;
}

static guint
get_number (const char *variable)
{
  const char *text = g_getenv (variable);

  return text != NULL ? (guint) atoi (text) : 0;
}

/* Around what is the library's. */
static void
begin (void)
{
  ShimArm arm = (ShimArm) find_shim ("shim_arm");

  arm (get_number ("FAULT_POINT"), (int) get_number ("FAULT_ERRNO"));
}

static void
end (void)
{
  ShimDisarm disarm = (ShimDisarm) find_shim ("shim_disarm");

  n_calls = disarm ();
}

/* What came of it. */
typedef struct
{
  ProcResult *result; /* NULL: there is an error, and nothing else is known */
  GError *error;
} End;

static void
end_clear (End *end)
{
  g_clear_object (&end->result);
  g_clear_error (&end->error);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (End, end_clear)

static void
take_end (ProcRunner *runner, TestCall *call, End *end)
{
  ProcResult *result = proc_runner_check_finish (runner, test_call_wait (call), &end->error);
  ProcResult *known = proc_runner_get_task_result (runner, call->result);

  end->result = known != NULL ? g_object_ref (known) : NULL;
  g_assert_true (result == NULL || result == known);
  g_clear_object (&result);
  g_assert_true (end->error != NULL || end->result != NULL);
  if (end->error != NULL)
    g_assert_true (*end->error->message != '\0' && g_utf8_validate (end->error->message, -1, NULL));
}

static void
run (ProcRunner *runner, ProcCommand *command, GCancellable *cancellable, End *result)
{
  g_auto(TestCall) call = TEST_CALL_INIT;

  begin ();
  proc_runner_check_async (runner, command, cancellable, test_call_done, test_call_begin (&call));
  test_call_wait (&call);
  end ();
  take_end (runner, &call, result);
}

/* FALSE: the result says that not all is there. */
static gboolean
claims_all (ProcResult *result)
{
  return proc_result_get_complete (result) && !proc_result_get_truncated (result);
}

/* What is there is the beginning of what was written, and all of it if that is claimed. */
static void
assert_output (const End *end, const guint8 *expected, gsize size)
{
  gsize n_there;
  const guint8 *there = g_bytes_get_data (proc_result_get_stdout (end->result), &n_there);

  g_assert_cmpuint (n_there, <=, size);
  g_assert_cmpmem (there, n_there, expected, n_there);
  if (end->error == NULL && claims_all (end->result))
    g_assert_cmpuint (n_there, ==, size);
}

static void
scenario_run (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("echo", "out", "err", "oops", "exit", "3", NULL);
  g_auto(End) came = { NULL };

  run (runner, command, NULL, &came);
  g_assert_nonnull (came.error);
  if (came.result == NULL)
    return;

  assert_output (&came, (const guint8 *) "out\n", 4);
  g_assert_false (proc_result_get_successful (came.result));
  if (proc_result_get_outcome (came.result) == PROC_OUTCOME_EXITED)
    g_assert_cmpint (proc_result_get_exit_status (came.result), ==, 3);
}

static guint8 *
make_input (void)
{
  guint8 *data = g_malloc (BIG);

  for (gsize i = 0; i < BIG; i++)
    data[i] = (guint8) (i * 2654435761u >> 13);
  return data;
}

/* In both directions at once, and into a file when it is more than is kept in memory. */
static void
feed (gboolean spill)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("cat", NULL);
  g_autofree guint8 *data = make_input ();
  g_autoptr(GBytes) bytes = g_bytes_new (data, BIG);
  g_auto(End) came = { NULL };

  if (spill)
    proc_runner_set_memory_limit (runner, 64 * 1024);
  proc_command_set_stdin_bytes (command, bytes);
  run (runner, command, NULL, &came);
  if (came.result == NULL)
    return;

  if (came.error == NULL && !proc_result_get_stdin_complete (came.result))
    return;

  assert_output (&came, data, BIG);
  if (came.error == NULL)
    g_assert_true (claims_all (came.result));
}

static void
scenario_input (void)
{
  feed (FALSE);
}

static void
scenario_spill (void)
{
  feed (TRUE);
}

static void
write_file (ProcFileFlags flags)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("flood", "300000", "out", NULL);
  g_autoptr(GFile) file = test_file ("file", OLD_CONTENTS);
  g_autofree char *contents = NULL;
  gsize size = 0;
  g_auto(End) came = { NULL };

  proc_command_set_stdout_file (command, file, flags);
  run (runner, command, NULL, &came);

  g_assert_true (g_file_load_contents (file, NULL, &contents, &size, NULL, NULL));
  if (came.error == NULL)
    g_assert_cmpuint (size, ==, 300000);
  else if (flags == PROC_FILE_FLAGS_NONE)
    g_assert_cmpstr (contents, ==, OLD_CONTENTS);
  test_assert_alone (file);
}

static void
scenario_replace (void)
{
  write_file (PROC_FILE_FLAGS_NONE);
}

static void
scenario_truncate (void)
{
  write_file (PROC_FILE_FLAGS_TRUNCATE);
}

static void
scenario_timeout (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("echo", "out", "ignore-term", NULL);
  g_auto(End) came = { NULL };

  proc_runner_set_timeout_msec (runner, 30);
  proc_runner_set_kill_grace_msec (runner, 10);
  run (runner, command, NULL, &came);
  g_assert_nonnull (came.error);
  if (came.result != NULL)
    g_assert_false (proc_result_get_successful (came.result));
}

static gboolean
cancel (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
  return G_SOURCE_REMOVE;
}

static void
scenario_cancel (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("echo", "out", "fork", "hang", NULL);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GSource) source = g_timeout_source_new (20);
  g_auto(End) came = { NULL };

  g_source_set_callback (source, cancel, cancellable, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());
  run (runner, command, cancellable, &came);
  g_source_destroy (source);
  g_assert_nonnull (came.error);
  if (came.result != NULL)
    g_assert_false (proc_result_get_successful (came.result));
}

/* One at a time, and one that is supervised. */
static void
scenario_queue (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  TestCall calls[4] = { TEST_CALL_INIT, TEST_CALL_INIT, TEST_CALL_INIT, TEST_CALL_INIT };

  begin ();
  proc_runner_set_max_running (runner, 1);
  for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
    {
      g_autoptr(ProcCommand) command = test_child ("echo", "out", NULL);

      proc_runner_set_supervise (runner, i == 2);
      proc_runner_check_async (runner, command, NULL, test_call_done, test_call_begin (&calls[i]));
    }

  for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
    test_call_wait (&calls[i]);
  end ();

  for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
    {
      g_auto(End) one = { NULL };

      take_end (runner, &calls[i], &one);
      if (one.result != NULL)
        assert_output (&one, (const guint8 *) "out\n", 4);
      test_call_clear (&calls[i]);
    }
}

static void
append_lines (ProcJob *job, ProcStream stream, char **lines, gpointer user_data)
{
  for (; *lines != NULL; lines++)
    g_string_append_printf (user_data, "%s\n", *lines);
}

static void
scenario_job (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("cat", NULL);
  g_autoptr(GString) lines = g_string_new (NULL);
  g_autoptr(GBytes) bytes = g_bytes_new_static ("one\ntwo\n", 8);
  g_autoptr(ProcJob) job = NULL;
  g_autoptr(ProcResult) result = NULL;
  g_autoptr(GError) error = NULL;
  g_auto(TestCall) call = TEST_CALL_INIT;

  proc_command_set_stdin (command, PROC_STDIO_PIPE);
  proc_command_set_stdout (command, PROC_STDIO_PIPE);
  begin ();
  job = proc_runner_start (runner, command, NULL);
  g_signal_connect (job, "lines", G_CALLBACK (append_lines), lines);
  proc_job_write_async (job, bytes, NULL, NULL, NULL);
  proc_job_close_stdin (job);
  proc_job_wait_async (job, NULL, test_call_done, test_call_begin (&call));
  result = proc_job_wait_finish (job, test_call_wait (&call), &error);
  end ();

  g_assert_true (result != NULL || error != NULL);
  g_assert_true (g_str_has_prefix ("one\ntwo\n", lines->str));
  if (result != NULL && proc_result_get_successful (result) && claims_all (result)
      && proc_result_get_stdin_complete (result))
    g_assert_cmpstr (lines->str, ==, "one\ntwo\n");
}

typedef struct
{
  const char *name;
  void (*run) (void);
} Scenario;

static const Scenario scenarios[] = {
  { "run", scenario_run },
  { "input", scenario_input },
  { "spill", scenario_spill },
  { "replace", scenario_replace },
  { "truncate", scenario_truncate },
  { "timeout", scenario_timeout },
  { "cancel", scenario_cancel },
  { "queue", scenario_queue },
  { "job", scenario_job },
};

static const Scenario *
find_scenario (void)
{
  const char *name = g_getenv ("FAULT_SCENARIO");

  for (guint i = 0; i < G_N_ELEMENTS (scenarios); i++)
    if (g_strcmp0 (name, scenarios[i].name) == 0)
      return &scenarios[i];

  g_error ("FAULT_SCENARIO is “%s”", name);
}

static void
print_calls (void)
{
  ShimDescribe describe = (ShimDescribe) find_shim ("shim_describe");
  const int *errors;

  for (guint number = 1; number <= n_calls; number++)
    {
      const char *name = describe (number, &errors);

      if (name == NULL)
        return;

      printf ("call %u %s", number, name);
      for (; *errors != 0; errors++)
        printf (" %d", *errors);
      printf ("\n");
    }
}

static void
test_point (void)
{
  find_scenario ()->run ();
  if (get_number ("FAULT_POINT") == 0)
    print_calls ();
}

static void
test_next (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("echo", "next", NULL);
  g_autoptr(ProcResult) result = test_check (runner, command);

  test_assert_text (proc_result_get_stdout (result), "next\n");
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/fault/point", test_point);
  TEST_ADD ("/fault/next", test_next);

  return g_test_run ();
}
