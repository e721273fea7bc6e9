/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "test-fixture.h"

/* Gives a job that must be gone when the test is over. */
ProcJob *test_job_start (ProcRunner *runner, ProcCommand *command);

/* In the thread's default context, which is that of the job */
ProcResult *test_job_wait (ProcJob *job);
void test_job_wait_for_outcome (ProcJob *job, ProcOutcome outcome);
void test_job_iterate_until (ProcJob *job, ProcJobState state);
void test_iterate_pending (void);

/* Several come to one `ready`, and perhaps at once. */
void test_fifo_wait_for (TestFifo *fifo, guint n);

/* The engine has done what it was asked for before, and all that follows from it. */
void test_settle_engine (ProcRunner *runner);

/* An observer from outside: a file in which each of many numbered children tells that it
 * comes and that it goes. */
ProcCommand *test_child_in_file (const char *path, guint number);
void test_assert_admission (const char *path, guint limit, guint n_jobs);

/* In a thread with a context of its own, and a stack in which nothing may grow. */
void test_run_in_small_stack (TestFunc func);
