/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What tests of jobs have in common. */

#include "config.h"

#include "test-following.h"

#include <glib/gstdio.h>
#include <string.h>

#include "test-pattern.h"

/* How often a child must be found asleep at the same place to be taken for held up: one that waits
 * for its turn is awake, and one whose pipe is being read goes on. */
#define N_LOOKS 50

#define BEGINNING ((gsize) 1000)

ProcJob *
test_start (ProcRunner *runner, ProcCommand *command)
{
  ProcJob *job = proc_runner_start (runner, command, NULL);

  test_track (job);
  return job;
}

/* An end of which there is a result, whatever it is. */
ProcResult *
test_wait_for (ProcJob *job)
{
  g_auto(TestCall) call = TEST_CALL_INIT;
  g_autoptr(GError) error = NULL;
  ProcResult *result;

  proc_job_wait_async (job, NULL, test_call_done, test_call_begin (&call));
  result = proc_job_wait_finish (job, test_call_wait (&call), &error);
  g_assert_no_error (error);
  g_assert_nonnull (result);
  return result;
}

void
test_iterate_until (ProcJob *job, ProcJobState state)
{
  while (proc_job_get_state (job) < state)
    test_iterate (NULL);
}

/* Streams */

char **
test_read_lines (ProcJob *job, ProcStream stream)
{
  g_auto(TestCall) call = TEST_CALL_INIT;
  g_autoptr(GError) error = NULL;
  char **lines;

  proc_job_read_lines_async (job, stream, NULL, test_call_done, test_call_begin (&call));
  lines = proc_job_read_lines_finish (job, test_call_wait (&call), &error);
  g_assert_no_error (error);
  g_assert_true (lines == NULL || lines[0] != NULL);
  return lines;
}

/* To the end, which stays the end. Each line has a LF. */
char *
test_read_all (ProcJob *job, ProcStream stream)
{
  GString *all = g_string_new (NULL);
  char **lines;

  while ((lines = test_read_lines (job, stream)) != NULL)
    {
      for (guint i = 0; lines[i] != NULL; i++)
        {
          g_string_append (all, lines[i]);
          g_string_append_c (all, '\n');
        }
      g_strfreev (lines);
    }

  g_assert_null (test_read_lines (job, stream));
  return g_string_free (all, FALSE);
}

static gboolean
write_text (ProcJob *job, const char *text, GError **error)
{
  g_auto(TestCall) call = TEST_CALL_INIT;
  g_autoptr(GBytes) bytes = g_bytes_new (text, strlen (text));

  proc_job_write_async (job, bytes, NULL, test_call_done, test_call_begin (&call));
  return proc_job_write_finish (job, test_call_wait (&call), error);
}

void
test_write (ProcJob *job, const char *text)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (write_text (job, text, &error));
  g_assert_no_error (error);
}

GError *
test_write_fails (ProcJob *job, const char *text)
{
  GError *error = NULL;

  g_assert_false (write_text (job, text, &error));
  g_assert_nonnull (error);
  return error;
}

/* Signals */

static void
assert_place (TestFollower *self, ProcJob *job)
{
  g_assert_true (g_main_context_is_owner (self->context));
  g_assert_cmpint (proc_job_get_state (job), <, PROC_JOB_STATE_FINISHED);
}

static void
on_lines (ProcJob *job, ProcStream stream, char **lines, gpointer user_data)
{
  TestFollower *self = user_data;

  assert_place (self, job);
  g_assert_nonnull (lines[0]);
  test_loop_pause ();
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_assert_true (g_utf8_validate (lines[i], -1, NULL));
      g_assert_null (strchr (lines[i], '\n'));
      g_string_append (self->lines[stream], lines[i]);
      g_string_append_c (self->lines[stream], '\n');
    }
  test_loop_resume ();
}

static gboolean
is_flood (ProcStream stream, guint64 offset, const guint8 *data, gsize size)
{
  static guint8 tables[2][TEST_PATTERN_PERIOD];
  guint8 *table = tables[stream];

  if (table[0] == 0 && table[1] == 0)
    test_pattern_fill (table, stream == PROC_STREAM_STDOUT ? 1 : 2);

  for (gsize at = 0; at < size;)
    {
      gsize in_table = (offset + at) % TEST_PATTERN_PERIOD;
      gsize n = MIN (size - at, TEST_PATTERN_PERIOD - in_table);

      if (memcmp (data + at, table + in_table, n) != 0)
        return FALSE;
      at += n;
    }

  return TRUE;
}

/* Much data is looked at as it comes, and not kept: checkers of memory take their time for
 * that. */
static void
on_data (ProcJob *job, ProcStream stream, GBytes *bytes, gpointer user_data)
{
  TestFollower *self = user_data;
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  assert_place (self, job);
  g_assert_cmpuint (size, >, 0);
  g_assert_cmpuint (size, <=, 65536);
  test_loop_pause ();
  self->is_flood[stream] &= is_flood (stream, self->size[stream], data, size);
  test_loop_resume ();
  self->size[stream] += size;
  if (self->beginning[stream]->len < BEGINNING)
    g_string_append_len (self->beginning[stream], (const char *) data, MIN (size, BEGINNING));
  self->n_batches++;
}

static void
prepare (TestFollower *self)
{
  if (self->context != NULL)
    return;

  self->context = g_main_context_ref_thread_default ();
  for (guint i = 0; i < G_N_ELEMENTS (self->lines); i++)
    {
      self->beginning[i] = g_string_new (NULL);
      self->lines[i] = g_string_new (NULL);
    }
}

void
test_follow_lines (TestFollower *self, ProcJob *job)
{
  prepare (self);
  g_signal_connect (job, "lines", G_CALLBACK (on_lines), self);
}

void
test_follow_data (TestFollower *self, ProcJob *job)
{
  prepare (self);
  g_signal_connect (job, "data", G_CALLBACK (on_data), self);
}

void
test_follow (TestFollower *self, ProcJob *job)
{
  test_follow_lines (self, job);
  test_follow_data (self, job);
}

void
test_unfollow (TestFollower *self, ProcJob *job)
{
  g_signal_handlers_disconnect_by_data (job, self);
}

void
test_follower_clear (TestFollower *self)
{
  for (guint i = 0; self->context != NULL && i < G_N_ELEMENTS (self->lines); i++)
    {
      g_string_free (self->beginning[i], TRUE);
      g_string_free (self->lines[i], TRUE);
    }
  g_clear_pointer (&self->context, g_main_context_unref);
}

void
test_assert_lines (TestFollower *self, ProcStream stream, const char *expected)
{
  g_assert_cmpstr (self->lines[stream]->str, ==, expected);
}

/* The data is the first so many bytes of what `child flood` writes there. */
void
test_assert_flood (TestFollower *self, ProcStream stream, guint64 size)
{
  g_assert_cmpuint (self->size[stream], ==, size);
  g_assert_true (self->is_flood[stream]);
}

/* How far a child has come */

TestMeter
test_meter_init (void)
{
  TestMeter self = { test_path ("meter"), 0, 0, 0 };

  g_remove (self.path);
  return self;
}

void
test_meter_clear (TestMeter *self)
{
  g_clear_pointer (&self->path, g_free);
}

/* 0 while the child has not come so far. */
guint64
test_meter_read (TestMeter *self)
{
  g_autofree char *contents = NULL;
  guint64 meter = 0;
  gsize size;

  if (g_file_get_contents (self->path, &contents, &size, NULL) && size == sizeof meter)
    memcpy (&meter, contents, size);

  return meter;
}

static gboolean
is_asleep (int pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/stat", pid);
  g_autofree char *stat = NULL;
  const char *state;

  g_assert_true (g_file_get_contents (path, &stat, NULL, NULL));
  state = strstr (stat, ") ");
  g_assert_nonnull (state);
  return state[2] == 'S';
}

static gboolean
is_held (gpointer data)
{
  TestMeter *self = data;
  guint64 now = test_meter_read (self);
  gboolean same = now == self->last && now > 0 && is_asleep (self->pid);

  self->n_same = same ? self->n_same + 1 : 0;
  self->last = now;
  return self->n_same >= N_LOOKS;
}

/* Gives how much the child has written. */
guint64
test_meter_wait_until_held (TestMeter *self)
{
  self->n_same = 0;
  g_assert_cmpint (self->pid, >, 0);
  g_assert_true (test_eventually (is_held, self));
  return self->last;
}

static gboolean
has_come_so_far (gpointer data)
{
  TestMeter *self = data;

  return test_meter_read (self) >= self->last;
}

void
test_meter_wait_for (TestMeter *self, guint64 size)
{
  self->last = size;
  g_assert_true (test_eventually (has_come_so_far, self));
}
