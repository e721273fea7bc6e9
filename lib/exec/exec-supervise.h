/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "exec-steps.h"

void exec_supervise (const ExecSteps *steps);
