/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

/* A GFile that is not native, with streams that look at the data and keep nothing. */
GFile *bench_null_file_new (void);

/* Of what was written last and closed. */
guint64 bench_null_file_get_size (GFile *file);
