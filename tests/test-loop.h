/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

/* One iteration of the context, or of the thread's default one, which may block. What the main
 * loop is kept from meanwhile counts. */
void test_iterate (GMainContext *context);

/* Around what a callback of the test's does that takes its time: that is not the library. Not
 * where the main loop is iterated, nor one within the other. */
void test_loop_pause (void);
void test_loop_resume (void);

void test_loop_watch (GMainContext *context);
void test_loop_assert_free (void);
