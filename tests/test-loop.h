/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

/* One iteration of the context, or of the thread's default one, which may block. What the main
 * loop is kept from meanwhile counts. */
void test_iterate (GMainContext *context);

/* In a callback of the test's that was slow, at its end: that was not the library. */
void test_loop_pardon (void);

void test_loop_watch (GMainContext *context);
void test_loop_assert_free (void);
