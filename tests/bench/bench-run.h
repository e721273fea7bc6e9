/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <procrunner.h>

/* Runs it as a program with a main loop does. It must succeed. begin () leaves the
 * main loop to the caller, and *result is set at the end. */
void bench_run_begin (ProcRunner *runner, ProcCommand *command, ProcResult **result);
ProcResult *bench_run (ProcRunner *runner, ProcCommand *command);
