/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Output that is longer than it may be. */

#include "config.h"

#include <unistd.h>

#include "test-fixture.h"
#include "test-stopping.h"

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

static void
assert_outcome (ProcResult *result, ProcOutcome outcome, gboolean truncated)
{
  g_assert_cmpint (proc_result_get_outcome (result), ==, outcome);
  g_assert_cmpint (proc_result_get_truncated (result), ==, truncated);
  g_assert_cmpint (proc_result_get_successful (result), ==, outcome == PROC_OUTCOME_EXITED);
}

static GBytes *
get_output (ProcResult *result, int stream)
{
  return stream == STDERR_FILENO ? proc_result_get_stderr (result)
                                 : proc_result_get_stdout (result);
}

static void
assert_stopped_at (ProcRunner *runner, ProcCommand *command, guint64 limit, int stream)
{
  g_autofree char *words = g_strdup_printf ("wrote more than %" G_GUINT64_FORMAT " byte%s to"
                                            " standard %s", limit, limit == 1 ? "" : "s",
                                            stream == STDERR_FILENO ? "error" : "output");
  g_autoptr(GError) error = NULL;
  ProcResult *result;

  error = test_error (runner, command, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_OUTPUT_LIMIT);
  test_assert_in_error (error, words);
  result = proc_runner_error_get_result (error);
  assert_outcome (result, PROC_OUTCOME_OUTPUT_LIMIT, TRUE);
  test_assert_pattern_part (get_output (result, stream), stream, 0, limit);
}

static void
assert_capped (ProcRunner *runner, ProcCommand *command, guint64 size, guint64 limit,
               ProcOverflow overflow, int stream)
{
  g_autoptr(ProcResult) result = NULL;
  guint64 kept = MIN (size, limit);

  if (size > limit && overflow == PROC_OVERFLOW_FAIL)
    {
      assert_stopped_at (runner, command, limit, stream);
      return;
    }

  result = test_check (runner, command);
  assert_outcome (result, PROC_OUTCOME_EXITED, size > limit);
  g_assert_cmpuint (stream == STDERR_FILENO ? proc_result_get_stderr_size (result)
                                            : proc_result_get_stdout_size (result), ==, size);
  test_assert_pattern_part (get_output (result, stream), stream,
                            overflow == PROC_OVERFLOW_TAIL ? size - kept : 0, kept);
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
  test_assert_pattern_part (proc_result_get_stdout (out_result), STDOUT_FILENO, 0, 1000);
  test_assert_pattern_part (proc_result_get_stderr (out_result), STDERR_FILENO, 0, 500);

  err_result = test_run (runner, err);
  assert_outcome (err_result, PROC_OUTCOME_OUTPUT_LIMIT, TRUE);
  test_assert_pattern_part (proc_result_get_stdout (err_result), STDOUT_FILENO, 0, 500);
  test_assert_pattern_part (proc_result_get_stderr (err_result), STDERR_FILENO, 0, 1000);
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
  test_assert_pattern_part (proc_result_get_stdout (result), STDOUT_FILENO, 0, 100000);
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

/* Flags without a file say nothing. */
static void
test_flags_without_a_file (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("flood", ENDLESS, "err", NULL);

  proc_runner_set_max_output (runner, 1000);
  proc_command_set_stderr_file (command, NULL, PROC_FILE_FLAGS_DIRECT);
  assert_stopped_at (runner, command, 1000, STDERR_FILENO);
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
  TEST_ADD ("/bounds/out4-text-at-a-cap", test_out4_text_at_a_cap);
  TEST_ADD ("/bounds/out6-output-file", test_out6_output_file);
  TEST_ADD ("/bounds/settings", test_settings);
  TEST_ADD ("/bounds/bad-overflow", test_bad_overflow);
  TEST_ADD ("/bounds/flags-without-a-file", test_flags_without_a_file);

  return g_test_run ();
}
