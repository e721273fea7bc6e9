/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

/* A GFile that is not native: no path, no descriptor, its contents in memory. Replacing it takes
 * effect when the stream is closed, and not if that is cancelled, as in GIO's own backends.
 * Failing after so many bytes is for reading and for writing. While the reader is held, opening
 * for reading waits, whatever its cancellable says. */

GFile *test_memory_file_new (const char *name, const char *contents);
void test_memory_file_fail_after (GFile *file, gsize n_bytes);
void test_memory_file_fail_at_close (GFile *file);
void test_memory_file_hold_reader (GFile *file);
void test_memory_file_wait_for_reader (GFile *file);
void test_memory_file_release_reader (GFile *file);
void test_memory_file_fail_at_flush (GFile *file);
guint test_memory_file_get_n_flushes (GFile *file);

/* From now on whoever writes, flushes or closes waits until let go; if stubborn, cancelling does
 * not help either. */
void test_memory_file_hang (GFile *file, gboolean stubborn);
void test_memory_file_wait_for_hanging (GFile *file);
void test_memory_file_let_go (GFile *file);

GBytes *test_memory_file_ref_contents (GFile *file);
