/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <procrunner.h>

/* Runs it as a program with a main loop does, to a success. */
ProcResult *bench_run (ProcRunner *runner, ProcCommand *command);
