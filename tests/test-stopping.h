/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "test-fixture.h"

/* A run that is cancelled once its child has come to `ready`. */
typedef struct
{
  ProcRunner *runner;
  GCancellable *cancellable;
  TestFifo ready;
  TestCall call;
} TestStop;

#define TEST_SHORT_GRACE_MSEC 20

TestStop test_stop_init (void);
void test_stop_clear (TestStop *self);

pid_t test_stop_start (TestStop *self, ProcCommand *command);
ProcResult *test_stop_finish (TestStop *self);
ProcResult *test_stop_finish_with_orphans (TestStop *self);
ProcResult *test_stop_run (TestStop *self, ProcCommand *command);

void test_assert_ended (ProcResult *result, int term_signal, gboolean forced);
void test_wait_until_gone (pid_t pid);
void test_wait_for_orphan (pid_t pid);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TestStop, test_stop_clear)
