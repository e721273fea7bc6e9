/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

/* What is measured of each series in each round: a struct of double, of which one
 * figure is named by its offset. */
typedef struct _BenchRounds BenchRounds;

/* Measures one series once, into zeroed @figures; FALSE: it cannot be had here. */
typedef gboolean (*BenchMeasure) (guint series, gpointer figures, gconstpointer user_data);

BenchRounds *bench_rounds_new (gsize figures_size);
void bench_rounds_free (BenchRounds *self);
void bench_rounds_add_series (BenchRounds *self, const char *name);
void bench_rounds_run (BenchRounds *self,
                       guint n_warm_ups,
                       BenchMeasure measure,
                       gconstpointer user_data);

guint bench_rounds_get_n_rounds (BenchRounds *self);
guint bench_rounds_get_n_series (BenchRounds *self);
const char *bench_rounds_get_name (BenchRounds *self, guint series);
GArray *bench_rounds_get_values (BenchRounds *self, const char *series, gsize figure);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BenchRounds, bench_rounds_free)
