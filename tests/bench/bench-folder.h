/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

/* Where files go: one folder in memory, one in the build directory. They have their
 * names from the beginning of main () on, and are removed when the program ends. */
extern char bench_memory_folder[];
extern char bench_disk_folder[];

void bench_folder_make_both (void);
