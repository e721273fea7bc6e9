/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <locale.h>
#include <procrunner.h>

static int n_running = 7, n_failed = 0;

static gboolean
tick (gpointer data)
{
  g_print (".");
  return G_SOURCE_CONTINUE;
}

static void
got_log (GObject *runner, GAsyncResult *res, gpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) log = proc_runner_check_output_finish (PROC_RUNNER (runner), res, &error);

  g_print ("\n%s\n", log != NULL ? (char *) g_bytes_get_data (log, NULL) : error->message);
  n_running--;
}

static void
ended (GObject *runner, GAsyncResult *res, gpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(ProcResult) result = proc_runner_run_finish (PROC_RUNNER (runner), res, &error);

  if (result != NULL)
    g_print ("\n%s\n%s", proc_result_get_summary (result), proc_result_get_stdout_text (result));
  else
    g_printerr ("\n%s\n", error->message);
  n_failed += result == NULL;
  n_running--;
}

int
main (int argc, char **argv)
{
  const char *git[] = { "git", "log", "--oneline", "-n5", NULL }, *du[] = { "du", "lib", NULL };
  const char *scripts[] = { "wc -l lib/*.c | sort -rn | head -n4", "ls /no/such/file; exit 3",
                            "sleep 0.3; echo 1", "sleep 0.3; echo 2", "sleep 0.3; echo 3" };
  gboolean is_checkout = g_file_test (".git", G_FILE_TEST_EXISTS);
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) to_file = proc_command_new (du);
  g_autoptr(GFile) file = g_file_new_for_path (argc > 1 ? argv[1] : "tour.txt");

  setlocale (LC_ALL, "");
  g_timeout_add (50, tick, NULL); /* its dots show that the main loop goes on */
  proc_runner_check_output_async (runner, is_checkout ? git : du, NULL, got_log, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (scripts); i++)
    {
      g_autoptr(ProcCommand) command = proc_command_new_shell (scripts[i], NULL);
      proc_runner_run_async (runner, command, NULL, ended, NULL);
    }
  proc_command_set_stdout_file (to_file, file, PROC_FILE_FLAGS_NONE);
  proc_runner_run_async (runner, to_file, NULL, ended, NULL);
  while (n_running > 0)
    g_main_context_iteration (NULL, TRUE);
  return n_failed > 0;
}
