/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "test-jobs.h"

/* It has what items-changed told it, and after each signal that is what the list has. It
 * holds the list, and not the runner. */
typedef struct
{
  GListModel *model;
  GMainContext *context;
  GPtrArray *jobs;
  guint n_signals;
} TestView;

void test_view_open (TestView *self, ProcRunner *runner);
void test_view_clear (TestView *self);

/* Just these, when all that is pending has been done. */
void test_view_assert_shown (TestView *self, ProcJob *const *jobs);

#define ASSERT_SHOWN(view, ...) \
  test_view_assert_shown ((view), (ProcJob *const[]) { __VA_ARGS__, NULL })
#define ASSERT_NOTHING_SHOWN(view) test_view_assert_shown ((view), (ProcJob *const[]) { NULL })

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TestView, test_view_clear)
