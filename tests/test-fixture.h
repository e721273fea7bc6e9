/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <procrunner.h>

#include "test-loop.h"

/* Every test function runs between a "before" and an "after" that assert what must hold whatever
 * the test did: no child and no descendant left, the same descriptors, no source left in the
 * context, the main loop never blocked, the program's dispositions, mask, umask, directory, limits
 * and environment as they were. The test runs with a context of its own as the thread's default,
 * so that nothing can rely on the global one. */

typedef void (*TestFunc) (void);

#define TEST_ADD(path, func) test_add ((path), (func))

/* For a test that changes its process for good, or needs one in which nothing has been run: in a
 * process of its own, without the "before" and "after". */
#define TEST_ADD_APART(path, func) test_add_apart ((path), (func))

void test_init (int *argc, char ***argv);
void test_add (const char *path, TestFunc func);
void test_add_apart (const char *path, TestFunc func);

/* Children */
const char *test_child_path (void);
ProcCommand *test_child (const char *verb, ...) G_GNUC_NULL_TERMINATED;
char **test_child_argv (const char *verb, ...) G_GNUC_NULL_TERMINATED;

#define TEST_ARGV(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define TEST_STRV(strv) ((const char *const *) (strv))

/* Runs that must work: an error ends the test program. */
ProcResult *test_run (ProcRunner *runner, ProcCommand *command);
ProcResult *test_check (ProcRunner *runner, ProcCommand *command);

/* A run that must fail so, and which gives what is known of its end, if anything. */
ProcResult *test_fail (ProcRunner *runner, ProcCommand *command, GQuark domain, int code);
GError *test_error (ProcRunner *runner, ProcCommand *command, GQuark domain, int code);

/* One call under way. It asserts that its callback comes once, in the context and thread where
 * it was begun, and never before the _async function has returned. */
typedef struct
{
  GMainContext *context;
  GThread *thread;
  GSource *begun_in;
  GObject *source;
  GAsyncResult *result;
  guint n_calls;
} TestCall;

#define TEST_CALL_INIT { NULL, NULL, NULL, NULL, NULL, 0 }

gpointer test_call_begin (TestCall *call);
void test_call_done (GObject *source, GAsyncResult *result, gpointer data);
GAsyncResult *test_call_wait (TestCall *call);
void test_call_clear (TestCall *call);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TestCall, test_call_clear)

/* Events from and to a child: `ready FIFO` and `gate FIFO`. */
typedef struct
{
  char *path;
  int fd;
} TestFifo;

TestFifo test_fifo_ready (void);
TestFifo test_fifo_gate (void);
int test_fifo_wait (TestFifo *fifo);
void test_fifo_open (TestFifo *fifo);
void test_fifo_clear (TestFifo *fifo);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TestFifo, test_fifo_clear)

/* For what no event announces; it gives up after half a minute. */
typedef gboolean (*TestPredicate) (gpointer data);

gboolean test_eventually (TestPredicate predicate, gpointer data);

/* Places: a directory for each test, removed after it. */
const char *test_dir (void);
char *test_path (const char *name);
GFile *test_file (const char *name, const char *contents);
void test_assert_file (GFile *file, const char *contents);
void test_assert_alone (GFile *file);

/* Facts */
void test_assert_bytes (GBytes *bytes, gconstpointer data, gsize size);
void test_assert_text (GBytes *bytes, const char *text);
void test_assert_pattern (GBytes *bytes, guint stream, guint64 size);
void test_assert_pattern_part (GBytes *bytes, guint stream, guint64 offset, gsize size);
void test_assert_in_error (const GError *error, const char *text);
void test_assert_no_children (void);
void test_assert_no_survivors (void);
void test_assert_handlers_gone (GCancellable *cancellable);
void test_assert_same_descriptors (void);

/* Valgrind is slow, and does by itself what the kernel does at execve(). */
gboolean test_in_valgrind (void);

/* How often something is done: under valgrind, usually, and where PROC_TEST_LONG is set, which
 * asks for what takes minutes. */
guint test_count (guint in_valgrind, guint usual, guint in_long);

/* Sanitizers keep memory for themselves: what a test counts of it says nothing. */
gboolean test_in_sanitizer (void);

/* Asserts at the end of the test that the object is gone; or waits for that, with runs whose end
 * nobody is told. */
void test_track (gpointer object);
void test_wait_for_tracked (void);
