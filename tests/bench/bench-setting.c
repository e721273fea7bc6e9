/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "bench-setting.h"

guint64
bench_setting_get (const char *name, guint64 otherwise)
{
  const char *text = g_getenv (name);
  g_autoptr(GError) error = NULL;
  guint64 value = otherwise;

  if (text != NULL && !g_ascii_string_to_unsigned (text, 10, 1, G_MAXINT, &value, &error))
    g_error ("%s: %s", name, error->message);

  return value;
}
