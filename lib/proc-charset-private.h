/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean proc_charset_is_known (const char *charset);
gsize proc_charset_measure_unit (const char *charset);
char *proc_charset_decode (GBytes *bytes, gsize start, const char *charset);

G_END_DECLS
