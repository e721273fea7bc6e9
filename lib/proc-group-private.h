/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>
#include <sys/types.h>

G_BEGIN_DECLS

void proc_group_signal (pid_t group, int signal_number);
gboolean proc_group_is_empty (pid_t group);

G_END_DECLS
