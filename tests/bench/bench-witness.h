/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

typedef struct _BenchWitness BenchWitness;

BenchWitness *bench_witness_start (void);
void bench_witness_stop (BenchWitness *self);
void bench_witness_free (BenchWitness *self);
double bench_witness_get_stall_usec (BenchWitness *self, double begin_usec, double end_usec);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BenchWitness, bench_witness_free)
