/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

/* What is moved, and by whom it is written. */
typedef enum
{
  BENCH_PATTERN, /* that of the tests, by a child that does nothing but write */
  BENCH_ZEROS,   /* by `head`, as most commands do: in small blocks, with work of its own */
} BenchSource;

guint64 bench_data_get_size (void);

/* The command that writes so much, and one that writes until it is killed. */
const char *const *bench_data_get_argv (BenchSource source);
const char *const *bench_data_get_endless_argv (void);

/* The pattern. */
GBytes *bench_data_make (void);

/* Wrong data ends the program. */
void bench_data_check (BenchSource source, guint64 offset, gconstpointer data, gsize size);
void bench_data_check_bytes (BenchSource source, GBytes *bytes);
void bench_data_check_file (BenchSource source, const char *path);
