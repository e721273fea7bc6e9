/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "jobs-application.h"

#include <locale.h>

int
main (int argc, char **argv)
{
  g_autoptr(JobsApplication) application = NULL;

  setlocale (LC_ALL, "");
  g_set_prgname (JOBS_APPLICATION_ID);
  g_set_application_name ("Jobs");
  application = jobs_application_new ();
  return g_application_run (G_APPLICATION (application), argc, argv);
}
