/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

void proc_helper_open (void);
const char *proc_helper_get_path (void);

G_END_DECLS
