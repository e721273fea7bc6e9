/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Every ending of a command, told in a line each: the same in four languages. */

#include <locale.h>
#include <procrunner.h>

typedef struct
{
  GMainLoop *loop;
  ProcRunner *runner;
  const char *ending;
} Scenario;

static ProcCommand *
shell (const char *script)
{
  return proc_command_new ((const char *[]) { "sh", "-c", script, NULL });
}

static char *
describe_error (const GError *error)
{
  g_autoptr(GEnumClass) codes = g_type_class_ref (PROC_TYPE_RUNNER_ERROR);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return g_strdup ("IO_ERROR CANCELLED");

  for (guint i = 0; i < codes->n_values; i++)
    {
      const GEnumValue *code = &codes->values[i];

      if (g_error_matches (error, PROC_RUNNER_ERROR, code->value))
        return g_strconcat ("RUNNER_ERROR ", code->value_name + strlen ("PROC_RUNNER_ERROR_"),
                            NULL);
    }

  return g_strdup (error->message);
}

static char *
describe_result (ProcResult *result)
{
  g_autoptr(GEnumClass) outcomes = g_type_class_ref (PROC_TYPE_OUTCOME);
  g_autofree char *out = NULL;
  g_autofree char *err = NULL;

  if (result == NULL)
    return g_strdup ("no result");

  out = g_strdup (proc_result_get_stdout_text (result));
  err = g_strdup (proc_result_get_stderr_text (result));
  return g_strdup_printf ("%s, status %d, signal %d, “%s”, “%s”%s",
                          g_enum_get_value (outcomes, proc_result_get_outcome (result))->value_name
                            + strlen ("PROC_OUTCOME_"),
                          proc_result_get_exit_status (result),
                          proc_result_get_term_signal (result), g_strchomp (out),
                          g_strchomp (err),
                          proc_result_get_truncated (result) ? ", truncated" : "");
}

static void
tell (const char *ending, const GError *error, ProcResult *result)
{
  g_autofree char *what = error == NULL ? g_strdup ("success") : describe_error (error);
  g_autofree char *how = describe_result (result);

  g_print ("%s: %s; %s\n", ending, what, how);
}

static void
on_checked (GObject *source, GAsyncResult *task, gpointer user_data)
{
  Scenario *self = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(ProcResult) result = proc_runner_check_finish (self->runner, task, &error);

  tell (self->ending, error,
        result != NULL ? result : proc_runner_get_task_result (self->runner, task));
  g_main_loop_quit (self->loop);
}

/* Checks a command, which it takes. */
static void
try (Scenario *self, const char *ending, ProcCommand *command, GCancellable *cancellable)
{
  g_autoptr(ProcCommand) owned = command;

  self->ending = ending;
  proc_runner_check_async (self->runner, owned, cancellable, on_checked, self);
  g_main_loop_run (self->loop);
}

static void
on_waited (GObject *source, GAsyncResult *task, gpointer user_data)
{
  Scenario *self = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(ProcResult) result = proc_job_wait_finish (PROC_JOB (source), task, &error);

  if (result != NULL)
    proc_result_check (result, &error);

  tell (self->ending, error, result);
  g_main_loop_quit (self->loop);
}

/* Follows a command, and stops it when it has said something. */
static void
try_job (Scenario *self, const char *ending, GCallback stop, gpointer object)
{
  g_autoptr(ProcCommand) command = shell ("echo out; exec sleep 1000");
  g_autoptr(ProcJob) job = proc_runner_start (self->runner, command, object);

  self->ending = ending;
  g_signal_connect_swapped (job, "lines", stop, object != NULL ? object : job);
  proc_job_wait_async (job, NULL, on_waited, self);
  g_main_loop_run (self->loop);
}

static void
try_ordinary_endings (Scenario *self)
{
  ProcCommand *command;

  try (self, "success", shell ("echo out; echo err >&2"), NULL);
  command = shell ("echo out; exit 1");
  proc_command_add_success_code (command, 1);
  try (self, "success code", command, NULL);
  try (self, "exit status", shell ("echo out; echo err >&2; exit 3"), NULL);
  try (self, "signal", shell ("echo out; kill -9 $$"), NULL);
  try (self, "missing program",
       proc_command_new ((const char *[]) { "/no/such/program", NULL }), NULL);
  try (self, "not executable", proc_command_new ((const char *[]) { "/dev/null", NULL }), NULL);
  command = shell ("echo out");
  proc_command_set_cwd (command, "/no/such/directory");
  try (self, "missing directory", command, NULL);
  try (self, "no arguments", proc_command_new ((const char *[]) { NULL }), NULL);
}

static void
try_limits (Scenario *self)
{
  ProcCommand *command = shell ("exec sleep 1000");

  proc_command_set_timeout_msec (command, 50);
  try (self, "timeout", command, NULL);
  command = shell ("exec sleep 1000");
  proc_command_set_idle_timeout_msec (command, 50);
  try (self, "idle", command, NULL);
  command = shell ("echo 12345; exec sleep 1000");
  proc_command_set_max_output (command, 3, PROC_OVERFLOW_FAIL);
  try (self, "cap", command, NULL);
  command = shell ("echo 12345");
  proc_command_set_max_output (command, 3, PROC_OVERFLOW_HEAD);
  try (self, "cap, first bytes", command, NULL);
  command = shell ("echo 12345");
  proc_command_set_max_output (command, 3, PROC_OVERFLOW_TAIL);
  try (self, "cap, last bytes", command, NULL);
}

static void
try_files (Scenario *self)
{
  g_autoptr(GFile) missing = g_file_new_for_path ("/no/such/directory/file");
  g_autoptr(GFile) full = g_file_new_for_path ("/dev/full");
  g_autoptr(GFile) input = g_file_new_for_path ("/no/such/file");
  ProcCommand *command = shell ("echo out");

  proc_command_set_stdout_file (command, missing, PROC_FILE_FLAGS_NONE);
  try (self, "output file", command, NULL);
  command = shell ("echo err >&2; echo out; exec sleep 1000");
  proc_command_set_stdout_file (command, full, PROC_FILE_FLAGS_NONE);
  try (self, "full file", command, NULL);
  command = shell ("cat");
  proc_command_set_stdin_file (command, input);
  try (self, "input file", command, NULL);
}

static void
try_stopping (Scenario *self)
{
  g_autoptr(GCancellable) cancelled = g_cancellable_new ();
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();

  g_cancellable_cancel (cancelled);
  try (self, "cancelled before the start", shell ("echo out"), cancelled);
  try_job (self, "cancelled", G_CALLBACK (g_cancellable_cancel), cancellable);
  try_job (self, "stopped", G_CALLBACK (proc_job_stop), NULL);
  try_job (self, "killed", G_CALLBACK (proc_job_kill), NULL);
}

int
main (void)
{
  g_autoptr(GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  Scenario scenario = { .loop = loop, .runner = runner };

  setlocale (LC_ALL, "");
  try_ordinary_endings (&scenario);
  try_limits (&scenario);
  try_files (&scenario);
  try_stopping (&scenario);
  return 0;
}
