/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Commands that write too much: the end of a long log, a flood that is stopped, and output
 * that is longer than memory shall hold. */

#include <locale.h>
#include <procrunner.h>
#include <stdlib.h>

static ProcResult *
run (ProcRunner *runner, ProcCommand *command)
{
  g_autoptr(GError) error = NULL;
  ProcResult *result = proc_runner_run (runner, command, NULL, &error);

  if (result == NULL)
    {
      g_printerr ("%s\n", error->message);
      exit (1);
    }

  return result;
}

int
main (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) log = proc_command_new_parse ("seq 1000000");
  g_autoptr(ProcCommand) flood = proc_command_new_parse ("yes");
  g_autoptr(ProcCommand) large = proc_command_new_parse ("head -c 20M /dev/zero");
  g_autoptr(ProcResult) end = NULL;
  g_autoptr(ProcResult) beginning = NULL;
  g_autoptr(ProcResult) all = NULL;

  setlocale (LC_ALL, "");
  proc_runner_set_memory_limit (runner, 1024 * 1024); /* of each stream; the rest is in a file */

  proc_command_set_max_output (log, 22, PROC_OVERFLOW_TAIL);
  end = run (runner, log);
  g_print ("%s", proc_result_get_stdout_text (end));
  g_print ("truncated: %s, of %" G_GUINT64_FORMAT " bytes\n",
           proc_result_get_truncated (end) ? "yes" : "no", proc_result_get_stdout_size (end));

  proc_command_set_max_output (flood, 1000, PROC_OVERFLOW_FAIL);
  beginning = run (runner, flood);
  g_print ("%s\n", proc_result_get_summary (beginning));
  g_print ("kept: %" G_GSIZE_FORMAT " bytes\n",
           g_bytes_get_size (proc_result_get_stdout (beginning)));

  all = run (runner, large);
  g_print ("all: %" G_GSIZE_FORMAT " bytes\n", g_bytes_get_size (proc_result_get_stdout (all)));
  return proc_result_get_outcome (beginning) == PROC_OUTCOME_OUTPUT_LIMIT ? 0 : 1;
}
