/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

/* Makes a folder that is removed when the program ends, with all that is in it.
 * @path ends in XXXXXX, is changed, and must stay. */
gboolean bench_folder_make (char *path);
