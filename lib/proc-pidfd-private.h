/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>
#include <signal.h>
#include <sys/types.h>

G_BEGIN_DECLS

int proc_pidfd_open (pid_t pid);
gboolean proc_pidfd_signal (int pidfd, int signal_number);
gboolean proc_pidfd_signal_group (int pidfd, int signal_number);
gboolean proc_pidfd_has_exited (int pidfd);
gboolean proc_pidfd_has_left (pid_t pid);
gboolean proc_pidfd_get_status (int pidfd, int *wait_status);
gboolean proc_pidfd_peek (int pidfd, pid_t pid, siginfo_t *info);
void proc_pidfd_reap (int pidfd, pid_t pid);
gboolean proc_pidfd_is_refused (void);

G_END_DECLS
