/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

/* The state of this process, which no test may change. */

void test_state_init (void);
void test_state_save_descriptors (void);
void test_state_assert_context_idle (GMainContext *context);
void test_state_assert_process (void);
