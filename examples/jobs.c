/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Three commands, two at a time: what they say, how far one has come, how each ended.
 * The one that takes too long is stopped. To be run in a checkout. */

#include <locale.h>
#include <procrunner.h>

static void
on_lines (ProcJob *job, ProcStream stream, char **lines, const char *name)
{
  for (guint i = 0; lines[i] != NULL; i++)
    g_print ("%s: %s\n", name, lines[i]);
}

static void
on_progress (ProcJob *job, GParamSpec *pspec, const char *name)
{
  g_print ("%s: %.0f %%\n", name, 100 * proc_job_get_progress (job));
}

static void
on_over (GObject *job, GAsyncResult *res, gpointer name)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(ProcResult) result = proc_job_wait_finish (PROC_JOB (job), res, &error);

  g_print ("%s: %s\n", (char *) name, result ? proc_result_get_summary (result) : error->message);
}

static ProcJob *
start (ProcRunner *runner, char *name, const char *script)
{
  g_autoptr(ProcCommand) command = proc_command_new_shell (script, NULL);
  ProcJob *job = proc_runner_start (runner, command, NULL);

  g_signal_connect (job, "lines", G_CALLBACK (on_lines), name);
  g_signal_connect (job, "notify::progress", G_CALLBACK (on_progress), name);
  proc_job_wait_async (job, NULL, on_over, name);
  return job;
}

int
main (void)
{
  const char pack[] = "set -- lib/*.c; for file; do gzip -9 <$file; "
                      "printf '[%d/%d]\\r' $((n += 1)) $# >&2; done | wc -c";
  g_autoptr(ProcRunner) runner = g_object_new (PROC_TYPE_RUNNER, "max-running", 2, NULL);
  g_autoptr(ProcJob) followed = start (runner, (char *) "follow", "tail -n 2 -f NEWS.md");
  g_autoptr(ProcJob) packed = start (runner, (char *) "pack", pack);
  g_autoptr(ProcJob) counted = start (runner, (char *) "count", "wc -l lib/*.c | tail -n 3");

  setlocale (LC_ALL, "");
  g_timeout_add_once (500, (GSourceOnceFunc) proc_job_stop, followed);
  while (g_list_model_get_n_items (proc_runner_get_jobs (runner)) > 0)
    g_main_context_iteration (NULL, TRUE);
  return proc_job_get_result (packed) && proc_job_get_result (counted) ? 0 : 1;
}
