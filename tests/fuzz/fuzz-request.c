/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The helper refuses what it cannot read, and what it can read means one thing. */

#include "config.h"

#include <string.h>

#include "exec/exec-request.h"
#include "fuzz.h"

static char **
split (const guint8 *data, gsize size)
{
  g_autoptr(GPtrArray) argv = g_ptr_array_new ();
  gsize length;

  g_ptr_array_add (argv, g_strdup ("helper"));
  for (gsize at = 0; at < size; at += length + 1)
    {
      length = strnlen ((const char *) data + at, size - at);
      g_ptr_array_add (argv, g_strndup ((const char *) data + at, length));
    }

  g_ptr_array_add (argv, NULL);
  return (char **) g_ptr_array_steal (argv, NULL);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_auto(GStrv) owned = split (data, size);
  g_autofree char **argv = g_memdup2 (owned, (g_strv_length (owned) + 1) * sizeof *owned);
  char line[EXEC_REQUEST_SIZE];
  char again[EXEC_REQUEST_SIZE];
  char *envp[] = { NULL };
  char *second[] = { (char *) "helper", again, (char *) "directory", NULL };
  ExecSteps steps;
  ExecSteps same;

  if (exec_request_parse (&steps, (int) g_strv_length (argv), argv, envp) < 0)
    return 0;

  g_assert_nonnull (steps.candidates[0]);
  if (exec_request_format (&steps, line, sizeof line) < 0)
    return 0;

  strcpy (again, line);
  if (exec_request_parse (&same, 3, second, envp) == 0)
    g_assert_cmpint (same.umask_, ==, steps.umask_);
  return 0;
}
