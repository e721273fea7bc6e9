/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A command that ignores SIGTERM and leaves a daemon behind, stopped by a timeout.
 * Supervised, the daemon goes with it, though it has a session of its own. */

#include <errno.h>
#include <locale.h>
#include <procrunner.h>
#include <signal.h>
#include <stdlib.h>

static const char script[] = "trap '' TERM\n"
                             "(setsid sleep 1000 & echo $!)\n"
                             "while :; do :; done";

static gboolean
is_gone (int pid)
{
  return kill (pid, 0) < 0 && errno == ESRCH;
}

int
main (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = proc_command_new_shell (script, NULL);
  g_autoptr(ProcResult) result = NULL;
  g_autofree char *outcome = NULL;
  int daemon_pid;

  setlocale (LC_ALL, "");
  proc_runner_set_supervise (runner, TRUE);
  proc_runner_set_timeout_msec (runner, 1000);
  proc_runner_set_kill_grace_msec (runner, 500); /* from SIGTERM to SIGKILL */

  result = proc_runner_run (runner, command, NULL, &error);
  if (result == NULL)
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }

  outcome = g_enum_to_string (PROC_TYPE_OUTCOME, proc_result_get_outcome (result));
  daemon_pid = atoi (proc_result_get_stdout_text (result));
  g_print ("%s\n", proc_result_get_summary (result));
  g_print ("outcome: %s\n", outcome);
  g_print ("forced: %s\n", proc_result_get_forced (result) ? "yes" : "no");
  g_print ("survivors: %u\n", proc_result_get_survivors (result));
  g_print ("time: %.2f s\n", proc_result_get_elapsed_usec (result) / 1e6);
  g_print ("processor time: %.2f s\n", proc_result_get_cpu_usec (result) / 1e6);
  g_print ("daemon: %s\n", daemon_pid > 0 && is_gone (daemon_pid) ? "gone" : "left");
  return proc_result_get_outcome (result) == PROC_OUTCOME_TIMED_OUT
         && daemon_pid > 0 && is_gone (daemon_pid) ? 0 : 1;
}
