/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "bench-data.h"

#include <gio/gio.h>

/* A GFile that is not native, with streams that look at the data and keep nothing. */
GFile *bench_null_file_new (BenchSource source);

/* Of what was written last and closed. */
guint64 bench_null_file_get_size (GFile *file);
