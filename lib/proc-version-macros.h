/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

#include "proc-version.h"

#ifndef _PROC_EXTERN
# define _PROC_EXTERN extern
#endif

/* What a release adds is declared PROC_AVAILABLE_IN_x_y: the library is built
 * with hidden visibility, and these are the symbols it exports on purpose. */
#define PROC_AVAILABLE_IN_1_0 _PROC_EXTERN
