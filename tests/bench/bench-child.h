/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>
#include <sys/types.h>

/* A child as little as can be: posix_spawn () with the given standard streams, -1 being
 * /dev/null. */
pid_t bench_child_spawn (const char *const *argv, int in, int out, int err);
void bench_child_wait (pid_t pid);
