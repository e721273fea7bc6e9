/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <stddef.h>

#include "exec-steps.h"

/* The steps as arguments of the helper: a line of numbers, the working directory
 * if there is one, the candidates, then the program's own argument vector. The
 * environment is the helper's own.
 */
#define EXEC_REQUEST_SIZE 2048

int exec_request_format (const ExecSteps *steps, char *line, size_t size);
int exec_request_parse (ExecSteps *steps, int argc, char **argv, char **envp);
