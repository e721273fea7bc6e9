/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#define PROC_INSIDE

#include "proc-command.h"
#include "proc-enums.h"
#include "proc-error.h"
#include "proc-job.h"
#include "proc-result.h"
#include "proc-runner.h"
#include "proc-version-macros.h"

#undef PROC_INSIDE
