/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "exec-steps.h"

#define EXEC_MAX_GIVEN (3 + EXEC_MAX_FDS)

int exec_fds_send (int socket, const int *fds, int n_fds);
int exec_fds_place (ExecSteps *steps, const int *fds);
int exec_fds_receive (ExecSteps *steps);
