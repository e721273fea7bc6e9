/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Progress is between 0 and 1, whatever a line says and a pattern finds there. */

#include "config.h"

#include "fuzz.h"
#include "proc-progress-private.h"

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *line = g_utf8_make_valid ((const char *) data, size);
  g_autoptr(GRegex) pattern = g_regex_new ("([0-9.eE+-]+)(?: of ([0-9.eE+-]+))?", 0, 0, NULL);
  double progress = 0;

  if (proc_progress_read (line, &progress))
    g_assert_true (progress >= 0 && progress <= 1);

  if (proc_progress_read_pattern (line, pattern, size, &progress))
    g_assert_true (progress >= 0 && progress <= 1);

  return 0;
}
