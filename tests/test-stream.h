/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

/* A stream that gives the pattern of stream 0 (test-pattern.h), in pieces of odd sizes, and fails
 * or blocks on request. While it blocks it ignores its cancellable, and only a release ends that;
 * one that listens is slow to hear. */

GInputStream *test_stream_new (guint64 size);
void test_stream_fail_after (GInputStream *stream, guint64 size);
void test_stream_block_after (GInputStream *stream, guint64 size);
void test_stream_listen (GInputStream *stream);
void test_stream_wait_for_block (GInputStream *stream);
void test_stream_release (GInputStream *stream);
guint64 test_stream_get_given (GInputStream *stream);

/* Bytes of a file that is mapped and has become shorter. */
GBytes *test_unreadable (void);
