/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A line that can be split is shown as one that is split into the same. */

#include "config.h"

#include "fuzz.h"
#include "proc-command-private.h"

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *line = g_utf8_make_valid ((const char *) data, size);
  g_autoptr(ProcCommand) command = proc_command_new_parse (line);
  g_autofree char *shown = proc_command_to_string (command);
  g_autoptr(ProcCommand) again = proc_command_new_parse (shown);

  g_assert_true (g_utf8_validate (shown, -1, NULL));
  if (command->parse_error != NULL)
    return 0;

  g_assert_no_error (again->parse_error);
  g_assert_true (g_strv_equal (proc_command_get_argv (command), proc_command_get_argv (again)));
  return 0;
}
