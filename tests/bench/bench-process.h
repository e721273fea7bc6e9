/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

typedef void (*BenchJob) (gconstpointer user_data, gpointer figures);

/* Memory of a program's own: RssAnon in /proc/self/status. */
double bench_process_get_anon_mib (void);

/* To be called while there is no thread. */
double bench_process_run (BenchJob job, gconstpointer user_data, gpointer figures, gsize size);
