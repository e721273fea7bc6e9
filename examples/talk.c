/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A dialogue: a shell works out the arguments, and each is sent when the answer to the one
 * before has come. */

#include <locale.h>
#include <procrunner.h>
#include <string.h>

static const char server[] = "while read -r question; do echo \"$(($question))\"; done";

static void on_answer (GObject *object, GAsyncResult *res, gpointer questions);

/* Asks the first of those that are left, or ends the server's input, and with that its output. */
static void
ask (ProcJob *job, char **questions)
{
  if (questions[0] == NULL)
    {
      proc_job_close_stdin (job);
    }
  else
    {
      g_autofree char *question = g_strdelimit (g_strdup (questions[0]), "\n", ' ');
      g_autofree char *line = g_strconcat (question, "\n", NULL);
      g_autoptr(GBytes) bytes = g_bytes_new (line, strlen (line));

      proc_job_write_async (job, bytes, NULL, NULL, NULL);
    }

  proc_job_read_lines_async (job, PROC_STREAM_STDOUT, NULL, on_answer, questions);
}

static void
on_answer (GObject *object, GAsyncResult *res, gpointer user_data)
{
  char **questions = user_data;
  g_auto(GStrv) lines = proc_job_read_lines_finish (PROC_JOB (object), res, NULL);

  if (lines == NULL)
    return;

  if (questions[0] != NULL)
    g_print ("%s = %s\n", *questions++, lines[0]);
  ask (PROC_JOB (object), questions);
}

int
main (int argc, char **argv)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = proc_command_new_shell (server, NULL);
  g_autoptr(ProcJob) job = NULL;
  g_autoptr(ProcResult) result = NULL;
  g_autoptr(GError) error = NULL;

  setlocale (LC_ALL, "");
  proc_command_set_stdin (command, PROC_STDIO_PIPE);
  proc_command_set_stdout (command, PROC_STDIO_PIPE);
  job = proc_runner_start (runner, command, NULL);
  ask (job, argv + 1);
  while (proc_job_get_state (job) != PROC_JOB_STATE_FINISHED)
    g_main_context_iteration (NULL, TRUE);

  result = proc_job_wait (job, NULL, &error);
  if (result == NULL || !proc_result_check (result, &error))
    g_printerr ("%s\n", error->message);
  return error != NULL;
}
