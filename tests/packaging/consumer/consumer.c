/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A program of somebody else's. The parent of a supervised command is the library's helper: this
 * tells which one it is. Without a helper it would be this program itself. */

#include <procrunner.h>

int
main (void)
{
  const char *argv[] = { "/bin/sh", "-c", "readlink /proc/$PPID/exe", NULL };
  g_autoptr(GError) error = NULL;
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autofree char *helper = NULL;

  proc_runner_set_supervise (runner, TRUE);
  helper = proc_runner_check_output_text (runner, argv, NULL, &error);
  if (helper == NULL)
    g_printerr ("%s\n", error->message);
  else
    g_print ("%s\n", helper);
  return error != NULL;
}
