/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

#include "proc-version.h"

/**
 * PROC_VERSION_1_0:
 *
 * What `PROC_VERSION_MIN_REQUIRED` and `PROC_VERSION_MAX_ALLOWED` are defined as by a
 * program that was written for release 1.0.
 *
 * Since: 1.0
 */
#define PROC_VERSION_1_0 (G_ENCODE_VERSION (1, 0))

/* The release whose symbols may be used without a warning. */
#define PROC_VERSION_CURRENT (G_ENCODE_VERSION (PROC_MAJOR_VERSION, PROC_MINOR_VERSION))

/**
 * PROC_VERSION_MIN_REQUIRED:
 *
 * The oldest release that the program is to work with. A program may define it before
 * it includes the header; then the compiler warns of what has been deprecated since
 * before that release. It is the present one if it is not defined.
 *
 * Since: 1.0
 */
#ifndef PROC_VERSION_MIN_REQUIRED
# define PROC_VERSION_MIN_REQUIRED (PROC_VERSION_CURRENT)
#endif

/**
 * PROC_VERSION_MAX_ALLOWED:
 *
 * The newest release whose symbols the program uses. A program may define it before it
 * includes the header; then the compiler warns of symbols that came with a later one.
 * It is the present one if it is not defined.
 *
 * Since: 1.0
 */
#ifndef PROC_VERSION_MAX_ALLOWED
# define PROC_VERSION_MAX_ALLOWED (PROC_VERSION_CURRENT)
#endif

#if PROC_VERSION_MIN_REQUIRED < PROC_VERSION_1_0
# error "PROC_VERSION_MIN_REQUIRED must be at least PROC_VERSION_1_0"
#endif
#if PROC_VERSION_MAX_ALLOWED < PROC_VERSION_MIN_REQUIRED
# error "PROC_VERSION_MAX_ALLOWED must be at least PROC_VERSION_MIN_REQUIRED"
#endif

#ifndef _PROC_EXTERN
# define _PROC_EXTERN extern
#endif

/* What a release adds is declared PROC_AVAILABLE_IN_x_y: the library is built with
 * hidden visibility, and these are the symbols it exports on purpose. A later release
 * warns where PROC_VERSION_MAX_ALLOWED is less. */
#define PROC_AVAILABLE_IN_1_0 _PROC_EXTERN
