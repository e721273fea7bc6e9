/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

/* How much of everything: a number from the environment, for a quick look. */
guint64 bench_setting_get (const char *name, guint64 otherwise);
