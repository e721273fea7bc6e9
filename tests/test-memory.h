/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

/* What is allocated, and what of it the program's memory takes: pages of files apart. */
gsize test_memory_get_heap (void);
guint64 test_memory_get_anonymous (void);

/* The most memory between two moments, as far as the thread's context is iterated. */
typedef struct
{
  GSource *ticker;
  guint64 before;
  guint64 most;
} TestPeak;

void test_peak_begin (TestPeak *self);
guint64 test_peak_end (TestPeak *self);
