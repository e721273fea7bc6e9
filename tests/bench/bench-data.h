/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

/* What is moved: so many bytes of the tests' pattern. */
guint64 bench_data_get_size (void);

/* The command that writes them, and one that writes until it is killed. */
const char *const *bench_data_get_argv (void);
const char *const *bench_data_get_endless_argv (void);

GBytes *bench_data_make (void);

/* Wrong data ends the program. */
void bench_data_check (guint64 offset, gconstpointer data, gsize size);
void bench_data_check_bytes (GBytes *bytes);
void bench_data_check_file (const char *path);
