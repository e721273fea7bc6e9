/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <stddef.h>

#define LIFETIME_SECONDS 300

void need (int ok, const char *what);
void write_all (int fd, const void *data, size_t size);
void write_line (int fd, const char *text);
_Noreturn void pause_for_ever (void);

void do_become_root (char **args);
void do_fork (char **args);
void do_gate (char **args);
void do_hold_stdout (char **args);
void do_ids (char **args);
void do_leave (char **args);
void do_new_session (char **args);
void do_ready (char **args);
_Noreturn void do_relay (char **args);
void do_setsid_fork (char **args);
_Noreturn void do_watch (char **args);
