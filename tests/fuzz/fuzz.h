/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

/* What libFuzzer calls. A property that does not hold ends the program. */
int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);
