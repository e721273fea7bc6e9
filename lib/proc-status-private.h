/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* All zero: unknown. */
typedef struct
{
  gboolean known;
  int wait_status; /* as waitpid () gives it */
} ProcStatus;

void proc_status_set (ProcStatus *self, int wait_status);
void proc_status_read (ProcStatus *self, int pidfd, pid_t pid);
void proc_status_take_reaped (ProcStatus *self, int wait_status);
gboolean proc_status_is_kept_for_nobody (void);

G_END_DECLS
