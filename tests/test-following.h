/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "test-fixture.h"

ProcJob *test_start (ProcRunner *runner, ProcCommand *command);
ProcResult *test_wait_for (ProcJob *job);
void test_iterate_until (ProcJob *job, ProcJobState state);

/* Its streams, when they are piped. */
char **test_read_lines (ProcJob *job, ProcStream stream);
char *test_read_all (ProcJob *job, ProcStream stream);
void test_write (ProcJob *job, const char *text);
GError *test_write_fails (ProcJob *job, const char *text);

/* What a job says by its signals. It asserts that each comes in the job's context, and before the
 * job is told to be over. */
typedef struct
{
  GMainContext *context;
  guint64 size[2];       /* of the data */
  gboolean is_flood[2];  /* the data is what `child flood` writes there */
  GString *beginning[2]; /* of the data */
  GString *lines[2];     /* each with a LF */
  guint n_batches;
} TestFollower;

#define TEST_FOLLOWER_INIT { NULL, { 0, 0 }, { TRUE, TRUE }, { NULL, NULL }, { NULL, NULL }, 0 }

void test_follow (TestFollower *self, ProcJob *job);
void test_follow_lines (TestFollower *self, ProcJob *job);
void test_follow_data (TestFollower *self, ProcJob *job);
void test_unfollow (TestFollower *self, ProcJob *job);
void test_follower_clear (TestFollower *self);
void test_assert_lines (TestFollower *self, ProcStream stream, const char *expected);
void test_assert_flood (TestFollower *self, ProcStream stream, guint64 size);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TestFollower, test_follower_clear)

/* A child that floods, and tells how far it has come: `meter PATH`. */
typedef struct
{
  char *path;
  int pid;
  guint64 last;
  guint n_same;
} TestMeter;

TestMeter test_meter_init (void);
void test_meter_clear (TestMeter *self);
guint64 test_meter_read (TestMeter *self);
guint64 test_meter_wait_until_held (TestMeter *self);
void test_meter_wait_for (TestMeter *self, guint64 size);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TestMeter, test_meter_clear)
