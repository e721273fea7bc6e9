/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Three ways to a file: kept as well, written by the command itself, and both outputs in
 * one. Give the name of a folder. */

#include <locale.h>
#include <procrunner.h>

static GFile *
run_to_file (ProcRunner *runner, const char *dir, const char *name, ProcFileFlags flags)
{
  g_autofree char *path = g_build_filename (dir, name, NULL);
  g_autoptr(GFile) file = g_file_new_for_path (path);
  g_autoptr(ProcCommand) command = NULL;
  g_autoptr(ProcResult) result = NULL;
  g_autoptr(GError) error = NULL;

  command = proc_command_new_shell ("echo to standard output; echo to standard error >&2", NULL);
  proc_command_set_stdout_file (command, file, flags);
  if ((flags & PROC_FILE_FLAGS_TRUNCATE) != 0)
    proc_command_set_stderr_file (command, file, flags); /* in the order of writing */

  result = proc_runner_check (runner, command, NULL, &error);
  if (result == NULL)
    {
      g_printerr ("%s\n", error->message);
      return NULL;
    }

  g_print ("%s: %" G_GUINT64_FORMAT " bytes, of which the result has “%s”\n", name,
           proc_result_get_stdout_size (result), proc_result_get_stdout_text (result));
  return g_steal_pointer (&file);
}

int
main (int argc, char **argv)
{
  const char *dir = argc > 1 ? argv[1] : ".";
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GFile) tee = NULL;
  g_autoptr(GFile) direct = NULL;
  g_autoptr(GFile) both = NULL;

  setlocale (LC_ALL, "");
  tee = run_to_file (runner, dir, "tee.txt", PROC_FILE_FLAGS_TEE);
  direct = run_to_file (runner, dir, "direct.txt", PROC_FILE_FLAGS_DIRECT);
  both = run_to_file (runner, dir, "both.txt", PROC_FILE_FLAGS_TRUNCATE);
  return tee != NULL && direct != NULL && both != NULL ? 0 : 1;
}
