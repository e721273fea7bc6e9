/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <stddef.h>

/* What `child flood` writes, and what the tests compare with: a table whose length is a prime,
 * repeated, so that a lost, doubled or moved block of any usual size shows. Plain C, since the
 * child has no GLib. */
#define TEST_PATTERN_PERIOD 65521

static inline void
test_pattern_fill (unsigned char *table, unsigned int stream)
{
  unsigned int state = 0x2545f491u + stream;

  for (size_t i = 0; i < TEST_PATTERN_PERIOD; i++)
    {
      state = state * 1664525u + 1013904223u;
      table[i] = (unsigned char) (state >> 24);
    }
}
