/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

/* What a program finds by dlsym () when it was started with the shim. */

/* From now on calls are counted, and the one with number @target, the first being 1, fails
 * with @error; 0: none does. */
typedef void (*ShimArm) (unsigned int target, int error);

/* Gives how many calls there were. */
typedef unsigned int (*ShimDisarm) (void);

/* Gives the name of a call that was counted, and the errors that it may fail with, ended
 * by 0; NULL if there was none of that number. */
typedef const char *(*ShimDescribe) (unsigned int number, const int **errors);
