/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Output that is longer than it may be, or than memory shall hold. */

#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "test-fixture.h"
#include "test-pattern.h"
#include "test-stopping.h"

#define KIB 1024
#define MIB (1024 * 1024)
#define ENDLESS "1000000000000"

static char *
to_number (guint64 number)
{
  return g_strdup_printf ("%" G_GUINT64_FORMAT, number);
}

static ProcCommand *
flood (guint64 size, const char *stream)
{
  g_autofree char *number = to_number (size);

  return test_child ("flood", number, stream, NULL);
}

/* A part of what `flood` writes. */
static void
assert_part (GBytes *bytes, int stream, guint64 offset, gsize size)
{
  static guint8 table[TEST_PATTERN_PERIOD];
  gsize actual;
  const guint8 *data = g_bytes_get_data (bytes, &actual);

  g_assert_cmpuint (actual, ==, size);
  test_pattern_fill (table, (guint) stream);
  for (gsize at = 0; at < size;)
    {
      gsize in_table = (offset + at) % sizeof table;
      gsize piece = MIN (size - at, sizeof table - in_table);

      g_assert_cmpint (memcmp (data + at, table + in_table, piece), ==, 0);
      at += piece;
    }

  /* NUL-terminated behind the data */
  g_assert_cmpuint (data[size], ==, 0);
}

static void
assert_outcome (ProcResult *result, ProcOutcome outcome, gboolean truncated)
{
  g_assert_cmpint (proc_result_get_outcome (result), ==, outcome);
  g_assert_cmpint (proc_result_get_truncated (result), ==, truncated);
  g_assert_cmpint (proc_result_get_successful (result), ==, outcome == PROC_OUTCOME_EXITED);
}

/* Caps */

static void
assert_stopped_at (ProcRunner *runner, ProcCommand *command, guint64 limit, int stream)
{
  g_autofree char *words = g_strdup_printf ("wrote more than %" G_GUINT64_FORMAT " byte%s to"
                                            " standard %s", limit, limit == 1 ? "" : "s",
                                            stream == STDERR_FILENO ? "error" : "output");
  g_autoptr(GError) error = NULL;
  ProcResult *result;
  GBytes *bytes;

  error = test_error (runner, command, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_OUTPUT_LIMIT);
  test_assert_in_error (error, words);
  result = proc_runner_error_get_result (error);
  assert_outcome (result, PROC_OUTCOME_OUTPUT_LIMIT, TRUE);
  bytes = stream == STDERR_FILENO ? proc_result_get_stderr (result)
                                  : proc_result_get_stdout (result);
  assert_part (bytes, stream, 0, limit);
}

static void
assert_capped (ProcRunner *runner, ProcCommand *command, guint64 size, guint64 limit,
               ProcOverflow overflow, int stream)
{
  g_autoptr(ProcResult) result = NULL;
  gboolean on_stderr = stream == STDERR_FILENO;
  guint64 kept = MIN (size, limit);

  if (size > limit && overflow == PROC_OVERFLOW_FAIL)
    {
      assert_stopped_at (runner, command, limit, stream);
      return;
    }

  result = test_check (runner, command);
  assert_outcome (result, PROC_OUTCOME_EXITED, size > limit);
  g_assert_cmpuint (on_stderr ? proc_result_get_stderr_size (result)
                              : proc_result_get_stdout_size (result), ==, size);
  assert_part (on_stderr ? proc_result_get_stderr (result) : proc_result_get_stdout (result),
               stream, overflow == PROC_OVERFLOW_TAIL ? size - kept : 0, kept);
}

static void
assert_limits (guint64 size, ProcOverflow overflow)
{
  const guint64 limits[] = { 1, size - 1, size, size + 1 };

  for (guint i = 0; i < G_N_ELEMENTS (limits); i++)
    {
      g_autoptr(ProcRunner) plain = proc_runner_new ();
      g_autoptr(ProcRunner) strict = proc_runner_new ();
      g_autoptr(ProcCommand) out = flood (size, "out");
      g_autoptr(ProcCommand) err = flood (size, "err");

      proc_runner_set_max_output (strict, limits[i]);
      proc_runner_set_overflow (strict, overflow);
      assert_capped (strict, out, size, limits[i], overflow, STDOUT_FILENO);
      assert_capped (strict, err, size, limits[i], overflow, STDERR_FILENO);

      proc_command_set_max_output (out, limits[i], overflow);
      proc_command_set_max_output (err, limits[i], overflow);
      assert_capped (plain, out, size, limits[i], overflow, STDOUT_FILENO);
      assert_capped (plain, err, size, limits[i], overflow, STDERR_FILENO);
    }
}

static void
test_out6_fail (void)
{
  assert_limits (2, PROC_OVERFLOW_FAIL);
  assert_limits (300000, PROC_OVERFLOW_FAIL);
}

static void
test_out6_head (void)
{
  assert_limits (2, PROC_OVERFLOW_HEAD);
  assert_limits (300000, PROC_OVERFLOW_HEAD);
}

static void
test_out6_tail (void)
{
  assert_limits (2, PROC_OVERFLOW_TAIL);
  assert_limits (300000, PROC_OVERFLOW_TAIL);
}

/* Each stream has the limit for itself, and what is read of the other one is kept. */
static void
test_out6_other_stream (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) out = test_child ("flood", "500", "err", "flood", ENDLESS, "out", NULL);
  g_autoptr(ProcCommand) err = test_child ("flood", "500", "out", "flood", ENDLESS, "err", NULL);
  g_autoptr(ProcResult) out_result = NULL;
  g_autoptr(ProcResult) err_result = NULL;

  proc_runner_set_max_output (runner, 1000);
  out_result = test_run (runner, out);
  assert_outcome (out_result, PROC_OUTCOME_OUTPUT_LIMIT, TRUE);
  assert_part (proc_result_get_stdout (out_result), STDOUT_FILENO, 0, 1000);
  assert_part (proc_result_get_stderr (out_result), STDERR_FILENO, 0, 500);

  err_result = test_run (runner, err);
  assert_outcome (err_result, PROC_OUTCOME_OUTPUT_LIMIT, TRUE);
  assert_part (proc_result_get_stdout (err_result), STDOUT_FILENO, 0, 500);
  assert_part (proc_result_get_stderr (err_result), STDERR_FILENO, 0, 1000);
}

static void
test_out6_both_streams (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("interleave", "100000", NULL);
  g_autoptr(ProcResult) result = NULL;

  proc_command_set_max_output (command, 12, PROC_OVERFLOW_TAIL);
  result = test_check (runner, command);
  assert_outcome (result, PROC_OUTCOME_EXITED, TRUE);
  test_assert_text (proc_result_get_stdout (result), "99996\n99998\n");
  test_assert_text (proc_result_get_stderr (result), "99997\n99999\n");
}

static void
test_out6_merged (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("interleave", "100000", NULL);
  g_autoptr(ProcResult) result = NULL;

  proc_command_set_stderr (command, PROC_STDIO_MERGE);
  proc_command_set_max_output (command, 6, PROC_OVERFLOW_HEAD);
  result = test_check (runner, command);
  assert_outcome (result, PROC_OUTCOME_EXITED, TRUE);
  test_assert_text (proc_result_get_stdout (result), "0\n1\n2\n");
}

/* Also where the child had exited with 0 before its output was read. */
static void
test_out6_cut_output_is_no_success (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("print", "abcdef", NULL);

  proc_runner_set_max_output (runner, 5);
  for (guint i = 0; i < 20; i++)
    {
      g_autoptr(ProcResult) result = test_run (runner, command);

      assert_outcome (result, PROC_OUTCOME_OUTPUT_LIMIT, TRUE);
      test_assert_text (proc_result_get_stdout (result), "abcde");
      g_assert_cmpuint (proc_result_get_stdout_size (result), ==, 6);
    }
}

/* Reading goes on, so that nobody hangs in a full pipe, and ends by the ladder. */
static void
test_out6_group_is_stopped (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = NULL;
  g_autoptr(ProcResult) result = NULL;

  proc_runner_set_kill_grace_msec (runner, TEST_SHORT_GRACE_MSEC);
  proc_runner_set_max_output (runner, 100000);
  command = test_child ("ignore-term", "fork", "flood", ENDLESS, "out", NULL);
  result = test_run (runner, command);
  assert_outcome (result, PROC_OUTCOME_OUTPUT_LIMIT, TRUE);
  g_assert_true (proc_result_get_forced (result));
  test_assert_no_children ();
  test_assert_no_survivors ();
  assert_part (proc_result_get_stdout (result), STDOUT_FILENO, 0, 100000);
}

/* A child that says goodbye does so to nobody, and is not held up by that. */
static void
test_out6_child_may_end (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = NULL;
  g_autoptr(ProcResult) result = NULL;

  proc_runner_set_kill_grace_msec (runner, 600000);
  command = proc_command_new_shell ("trap 'head -c 1000000 /dev/zero; exit 7' TERM\n"
                                    "while :; do echo y; done", NULL);
  proc_command_set_max_output (command, 4, PROC_OVERFLOW_FAIL);
  result = test_run (runner, command);
  assert_outcome (result, PROC_OUTCOME_OUTPUT_LIMIT, TRUE);
  test_assert_text (proc_result_get_stdout (result), "y\ny\n");
  g_assert_false (proc_result_get_forced (result));
  g_assert_cmpuint (proc_result_get_stdout_size (result), >, 4);
}

static void
assert_cut_text (const char *hex, guint limit, ProcOverflow overflow, const char *expected)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("bytes", hex, NULL);
  g_auto(GStrv) argv = test_child_argv ("bytes", hex, NULL);
  g_autoptr(ProcResult) result = NULL;
  g_autofree char *text = NULL;

  proc_runner_set_max_output (runner, limit);
  proc_runner_set_overflow (runner, overflow);
  result = test_run (runner, command);
  g_assert_cmpuint (g_bytes_get_size (proc_result_get_stdout (result)), ==, limit);
  g_assert_cmpstr (proc_result_get_stdout_text (result), ==, expected);

  text = proc_runner_check_output_text (runner, TEST_STRV (argv), NULL, NULL);
  g_assert_cmpstr (text, ==, overflow == PROC_OVERFLOW_FAIL ? NULL : expected);
}

static void
test_out4_text_at_a_cap (void)
{
  /* a€b */
  assert_cut_text ("61e282ac62", 1, PROC_OVERFLOW_HEAD, "a");
  assert_cut_text ("61e282ac62", 2, PROC_OVERFLOW_HEAD, "a");
  assert_cut_text ("61e282ac62", 3, PROC_OVERFLOW_FAIL, "a");
  assert_cut_text ("61e282ac62", 4, PROC_OVERFLOW_HEAD, "a€");
  assert_cut_text ("61e282ac62", 1, PROC_OVERFLOW_TAIL, "b");
  assert_cut_text ("61e282ac62", 2, PROC_OVERFLOW_TAIL, "b");
  assert_cut_text ("61e282ac62", 3, PROC_OVERFLOW_TAIL, "b");
  assert_cut_text ("61e282ac62", 4, PROC_OVERFLOW_TAIL, "€b");
  /* What was no character before the cut is still shown. */
  assert_cut_text ("61ff62", 2, PROC_OVERFLOW_HEAD, "a\357\277\275");
  /* Uncut, half a character is. */
  assert_cut_text ("61e2", 2, PROC_OVERFLOW_HEAD, "a\357\277\275");
}

static void
test_out6_output_file (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("print", "abcdef", NULL);
  g_autoptr(GFile) replaced = test_file ("replaced", "old");
  g_autoptr(GFile) truncated = test_file ("truncated", "old");
  g_autoptr(ProcResult) failed = NULL;
  g_autoptr(ProcResult) in_place = NULL;
  g_autoptr(ProcResult) head = NULL;
  g_autoptr(GError) error = NULL;

  proc_command_set_max_output (command, 3, PROC_OVERFLOW_FAIL);
  proc_command_set_stdout_file (command, replaced, PROC_FILE_FLAGS_NONE);
  failed = test_run (runner, command);
  assert_outcome (failed, PROC_OUTCOME_OUTPUT_LIMIT, TRUE);
  test_assert_text (proc_result_get_stdout (failed), "abc");
  test_assert_file (replaced, "old");

  proc_command_set_stdout_file (command, truncated, PROC_FILE_FLAGS_TRUNCATE);
  in_place = test_run (runner, command);
  assert_outcome (in_place, PROC_OUTCOME_OUTPUT_LIMIT, TRUE);
  test_assert_file (truncated, "abc");

  proc_command_set_max_output (command, 4, PROC_OVERFLOW_HEAD);
  proc_command_set_stdout_file (command, replaced, PROC_FILE_FLAGS_NONE);
  head = test_check (runner, command);
  assert_outcome (head, PROC_OUTCOME_EXITED, TRUE);
  test_assert_file (replaced, "abcd");

  proc_command_set_max_output (command, 4, PROC_OVERFLOW_TAIL);
  error = test_error (runner, command, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_INVALID_COMMAND);
  test_assert_file (replaced, "abcd");
}

static void
test_settings (void)
{
  g_autoptr(ProcRunner) runner = NULL;
  g_autoptr(ProcCommand) command = test_child ("print", "abcdef", NULL);
  g_autoptr(ProcResult) unlimited = NULL;
  g_autoptr(ProcResult) limited = NULL;
  guint64 max_output = 0;
  gint64 own_output = 0;
  ProcOverflow overflow = PROC_OVERFLOW_FAIL;

  runner = g_object_new (PROC_TYPE_RUNNER, "max-output", (guint64) 2, "overflow",
                         PROC_OVERFLOW_HEAD, "memory-limit", (guint64) 1, NULL);
  g_object_get (runner, "max-output", &max_output, "overflow", &overflow, NULL);
  g_assert_cmpuint (max_output, ==, 2);
  g_assert_cmpint (overflow, ==, PROC_OVERFLOW_HEAD);
  g_assert_cmpint (proc_runner_get_overflow (runner), ==, PROC_OVERFLOW_HEAD);
  g_assert_cmpuint (proc_runner_get_memory_limit (runner), ==, 1);

  g_assert_cmpint (proc_command_get_max_output (command), ==, -1);
  limited = test_check (runner, command);
  test_assert_text (proc_result_get_stdout (limited), "ab");

  /* With -1 the runner's overflow counts as well, with 0 there is no limit. */
  proc_command_set_max_output (command, -1, PROC_OVERFLOW_TAIL);
  g_clear_object (&limited);
  limited = test_check (runner, command);
  test_assert_text (proc_result_get_stdout (limited), "ab");
  g_object_set (command, "max-output", (gint64) 0, NULL);
  g_object_get (command, "max-output", &own_output, "overflow", &overflow, NULL);
  g_assert_cmpint (own_output, ==, 0);
  g_assert_cmpint (overflow, ==, PROC_OVERFLOW_TAIL);
  g_assert_cmpint (proc_command_get_overflow (command), ==, PROC_OVERFLOW_TAIL);
  unlimited = test_check (runner, command);
  test_assert_text (proc_result_get_stdout (unlimited), "abcdef");
  g_assert_false (proc_result_get_truncated (unlimited));
}

static void
test_bad_overflow (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("print", "abcdef", NULL);
  g_autoptr(GError) error = NULL;

  proc_command_set_max_output (command, 1, 17);
  error = test_error (runner, command, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_INVALID_COMMAND);
}

/* Memory */

static void
assert_spills (guint64 memory_limit, guint64 size)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = flood (size, "out");
  g_autoptr(ProcResult) result = NULL;

  proc_runner_set_memory_limit (runner, memory_limit);
  result = test_check (runner, command);
  assert_part (proc_result_get_stdout (result), STDOUT_FILENO, 0, size);
  g_assert_cmpuint (proc_result_get_stdout_size (result), ==, size);
  g_assert_false (proc_result_get_truncated (result));
}

/* Around the limit, and around the blocks and pages behind it. */
static void
test_out5_sizes (void)
{
  const guint64 beyond[] = { 0, 1, 4096, 512 * KIB, 512 * KIB + 1, 3 * MIB };

  for (guint i = 0; i < G_N_ELEMENTS (beyond); i++)
    {
      assert_spills (1, 1 + beyond[i]);
      assert_spills (100000, 100000 + beyond[i]);
      assert_spills (MIB, MIB + beyond[i]);
      assert_spills (0, MIB + beyond[i]);
    }
}

static guint64
get_anonymous_memory (void)
{
  g_autofree char *status = NULL;
  const char *line;

  g_assert_true (g_file_get_contents ("/proc/self/status", &status, NULL, NULL));
  line = strstr (status, "RssAnon:");
  g_assert_nonnull (line);
  return g_ascii_strtoull (line + strlen ("RssAnon:"), NULL, 10) * KIB;
}

static gboolean
note_memory (gpointer user_data)
{
  guint64 *peak = user_data;

  *peak = MAX (*peak, get_anonymous_memory ());
  return G_SOURCE_CONTINUE;
}

/* Runs a flood, and gives how much memory the program took for it at most. */
static guint64
measure_flood (ProcRunner *runner, guint64 size, ProcResult **result)
{
  g_autoptr(ProcCommand) command = flood (size, "out");
  g_autoptr(GSource) ticker = g_timeout_source_new (1);
  guint64 before = get_anonymous_memory ();
  guint64 peak = before;

  g_source_set_callback (ticker, note_memory, &peak, NULL);
  g_source_attach (ticker, g_main_context_get_thread_default ());
  *result = test_check (runner, command);
  g_source_destroy (ticker);
  note_memory (&peak);
  return peak - before;
}

static void
test_out5_memory (void)
{
  const guint64 size = (test_in_valgrind () ? 8 : 200) * MIB;
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcResult) warm_up = NULL;
  g_autoptr(ProcResult) result = NULL;
  guint64 growth;

  proc_runner_set_memory_limit (runner, MIB);
  measure_flood (runner, 4 * MIB, &warm_up);
  g_clear_object (&warm_up);
  growth = measure_flood (runner, size, &result);
  assert_part (proc_result_get_stdout (result), STDOUT_FILENO, 0, size);
  if (!test_in_valgrind ())
    g_assert_cmpuint (growth, <=, 4 * MIB);
}

static void
assert_tail_spills (guint64 memory_limit, guint64 size, guint64 last)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = flood (size, "out");

  proc_runner_set_memory_limit (runner, memory_limit);
  proc_command_set_max_output (command, last, PROC_OVERFLOW_TAIL);
  assert_capped (runner, command, size, last, PROC_OVERFLOW_TAIL, STDOUT_FILENO);
}

static void
test_out6_tail_in_a_file (void)
{
  const guint64 last = 3000000;

  assert_tail_spills (MIB, 100000, last);
  assert_tail_spills (MIB, last - 1, last);
  assert_tail_spills (MIB, last, last);
  assert_tail_spills (MIB, last + 1, last);
  assert_tail_spills (MIB, 20000000, last);
  assert_tail_spills (1, 20000000, 2);
}

/* Files cannot get longer than this. The signal that goes with it must not reach anybody. */
static void
limit_files (guint64 size, struct rlimit *old)
{
  struct rlimit limit;

  g_assert_no_errno (getrlimit (RLIMIT_FSIZE, old));
  limit = *old;
  limit.rlim_cur = size;
  g_assert_no_errno (setrlimit (RLIMIT_FSIZE, &limit));
}

static ProcResult *
flood_full_disk (guint64 memory_limit, guint64 disk, ProcCommand *command)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GError) error = NULL;
  struct rlimit old;

  proc_runner_set_memory_limit (runner, memory_limit);
  proc_runner_set_kill_grace_msec (runner, TEST_SHORT_GRACE_MSEC);
  limit_files (disk, &old);
  error = test_error (runner, command, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_OUTPUT_FILE);
  g_assert_no_errno (setrlimit (RLIMIT_FSIZE, &old));
  test_assert_in_error (error, g_get_tmp_dir ());
  test_assert_in_error (error, g_strerror (EFBIG));
  g_assert_false (proc_result_get_successful (proc_runner_error_get_result (error)));
  return g_object_ref (proc_runner_error_get_result (error));
}

/* What was read is there, whether it reached the file or not. */
static void
assert_full_disk (guint64 memory_limit, guint64 disk)
{
  g_autoptr(ProcCommand) command = test_child ("ignore-term", "flood", ENDLESS, "out", NULL);
  g_autoptr(ProcResult) result = flood_full_disk (memory_limit, disk, command);
  gsize kept = g_bytes_get_size (proc_result_get_stdout (result));

  g_assert_cmpuint (kept, >=, disk);
  g_assert_cmpuint (kept, <=, disk + 2 * memory_limit + 2 * MIB);
  g_assert_cmpuint (kept, <=, proc_result_get_stdout_size (result));
  g_assert_cmpint (kept < proc_result_get_stdout_size (result), ==,
                   proc_result_get_truncated (result));
  assert_part (proc_result_get_stdout (result), STDOUT_FILENO, 0, kept);
}

static void
test_full_disk (void)
{
  assert_full_disk (MIB, 0);
  assert_full_disk (MIB, 300001);
  assert_full_disk (MIB, MIB);
  assert_full_disk (MIB, 4 * MIB);
  assert_full_disk (100000, 5000001);
}

/* The child has written all before anybody notices. */
static void
test_full_disk_at_the_end (void)
{
  g_autoptr(ProcCommand) command = flood (MIB + 1000, "out");
  g_autoptr(ProcResult) result = flood_full_disk (MIB, 4096, command);

  assert_part (proc_result_get_stdout (result), STDOUT_FILENO, 0, MIB + 1000);
  g_assert_false (proc_result_get_truncated (result));
}

static void
test_full_disk_tail (void)
{
  g_autoptr(ProcCommand) command = flood (5 * MIB, "out");
  g_autoptr(ProcResult) result = NULL;
  gsize kept;

  proc_command_set_max_output (command, 4 * MIB, PROC_OVERFLOW_TAIL);
  result = flood_full_disk (2 * MIB, 3 * MIB, command);
  kept = g_bytes_get_size (proc_result_get_stdout (result));
  g_assert_cmpuint (kept, >=, 3 * MIB);
  g_assert_cmpuint (kept, <=, 4 * MIB);
}

static void
test_cancel_while_spilling (void)
{
  g_auto(TestStop) stop = test_stop_init ();
  g_autoptr(ProcCommand) command = NULL;
  ProcResult *result;

  proc_runner_set_memory_limit (stop.runner, 100000);
  command = test_child ("flood", "5000000", "out", "ready", stop.ready.path, "hang", NULL);
  result = test_stop_run (&stop, command);
  assert_part (proc_result_get_stdout (result), STDOUT_FILENO, 0, 5000000);
}

/* In the middle of a flood, at no time in particular. */
static void
test_stopped_while_spilling (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = flood (G_MAXINT64, "out");

  proc_runner_set_memory_limit (runner, 100000);
  for (guint timeout_msec = 1; timeout_msec <= 64; timeout_msec *= 4)
    {
      g_autoptr(ProcResult) result = NULL;

      proc_runner_set_timeout_msec (runner, timeout_msec);
      result = test_run (runner, command);
      g_assert_cmpint (proc_result_get_outcome (result), ==, PROC_OUTCOME_TIMED_OUT);
      assert_part (proc_result_get_stdout (result), STDOUT_FILENO, 0,
                   proc_result_get_stdout_size (result));
    }
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/bounds/out6-fail", test_out6_fail);
  TEST_ADD ("/bounds/out6-head", test_out6_head);
  TEST_ADD ("/bounds/out6-tail", test_out6_tail);
  TEST_ADD ("/bounds/out6-other-stream", test_out6_other_stream);
  TEST_ADD ("/bounds/out6-both-streams", test_out6_both_streams);
  TEST_ADD ("/bounds/out6-merged", test_out6_merged);
  TEST_ADD ("/bounds/out6-cut-output-is-no-success", test_out6_cut_output_is_no_success);
  TEST_ADD ("/bounds/out6-group-is-stopped", test_out6_group_is_stopped);
  TEST_ADD ("/bounds/out6-child-may-end", test_out6_child_may_end);
  TEST_ADD ("/bounds/out6-tail-in-a-file", test_out6_tail_in_a_file);
  TEST_ADD ("/bounds/out4-text-at-a-cap", test_out4_text_at_a_cap);
  TEST_ADD ("/bounds/out6-output-file", test_out6_output_file);
  TEST_ADD ("/bounds/settings", test_settings);
  TEST_ADD ("/bounds/bad-overflow", test_bad_overflow);
  TEST_ADD ("/bounds/out5-sizes", test_out5_sizes);
  TEST_ADD ("/bounds/out5-memory", test_out5_memory);
  TEST_ADD ("/bounds/full-disk", test_full_disk);
  TEST_ADD ("/bounds/full-disk-at-the-end", test_full_disk_at_the_end);
  TEST_ADD ("/bounds/full-disk-tail", test_full_disk_tail);
  TEST_ADD ("/bounds/cancel-while-spilling", test_cancel_while_spilling);
  TEST_ADD ("/bounds/stopped-while-spilling", test_stopped_while_spilling);

  return g_test_run ();
}
