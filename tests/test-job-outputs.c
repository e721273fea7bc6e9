/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Following an output does not change where it goes, and where it goes not what is heard of it. */

#include "config.h"

#include <string.h>
#include <unistd.h>

#include "test-following.h"

#define SIZE 3000000

static ProcCommand *
flood (void)
{
  return test_child ("flood", G_STRINGIFY (SIZE), "out", NULL);
}

/* Runs it with somebody who follows. */
static ProcResult *
follow (ProcRunner *runner, ProcCommand *command, TestFollower *follower)
{
  g_autoptr(ProcJob) job = test_start (runner, command);
  ProcResult *result;

  test_follow (follower, job);
  result = test_wait_for (job);
  g_assert_cmpuint (proc_job_get_stdout_size (job), ==, proc_result_get_stdout_size (result));
  return result;
}

static void
assert_pattern_file (GFile *file)
{
  g_autoptr(GBytes) bytes = g_file_load_bytes (file, NULL, NULL, NULL);

  test_assert_pattern (bytes, STDOUT_FILENO, SIZE);
}

static void
test_to_file (void)
{
  static const ProcFileFlags flags[] = { PROC_FILE_FLAGS_NONE, PROC_FILE_FLAGS_TRUNCATE,
                                         PROC_FILE_FLAGS_NONE | PROC_FILE_FLAGS_TEE,
                                         PROC_FILE_FLAGS_TRUNCATE | PROC_FILE_FLAGS_TEE };
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GFile) file = test_file ("file", "old");

  for (gsize i = 0; i < G_N_ELEMENTS (flags); i++)
    {
      g_autoptr(ProcCommand) command = flood ();
      g_auto(TestFollower) follower = TEST_FOLLOWER_INIT;
      g_autoptr(ProcResult) result = NULL;
      gboolean captured = (flags[i] & PROC_FILE_FLAGS_TEE) != 0;

      proc_command_set_stdout_file (command, file, flags[i]);
      result = follow (runner, command, &follower);
      test_assert_flood (&follower, PROC_STREAM_STDOUT, SIZE);
      assert_pattern_file (file);
      test_assert_alone (file);
      test_assert_pattern (proc_result_get_stdout (result), STDOUT_FILENO, captured ? SIZE : 0);
    }
}

/* Of a file that is the child's own nothing is seen, and nobody waits for that. */
static void
test_file_direct (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GFile) file = test_file ("file", "old");
  g_autoptr(ProcCommand) command = flood ();
  g_autoptr(ProcJob) job = NULL;
  g_auto(TestFollower) follower = TEST_FOLLOWER_INIT;
  g_autoptr(ProcResult) result = NULL;
  g_autoptr(GError) error = NULL;

  proc_command_add_arg (command, "err");
  proc_command_add_arg (command, "heard");
  proc_command_set_stdout_file (command, file, PROC_FILE_FLAGS_DIRECT);
  job = test_start (runner, command);
  test_follow (&follower, job);
  g_assert_null (proc_job_read_lines (job, PROC_STREAM_STDOUT, NULL, &error));
  g_assert_no_error (error);
  result = test_wait_for (job);
  assert_pattern_file (file);
  test_assert_lines (&follower, PROC_STREAM_STDERR, "heard\n");
  g_assert_cmpuint (follower.size[PROC_STREAM_STDOUT], ==, 0);
}

static void
test_stream (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GOutputStream) stream = g_memory_output_stream_new_resizable ();
  g_autoptr(ProcCommand) command = flood ();
  g_auto(TestFollower) follower = TEST_FOLLOWER_INIT;
  g_autoptr(ProcResult) result = NULL;
  g_autoptr(GBytes) bytes = NULL;

  proc_command_set_stdout_stream (command, stream);
  result = follow (runner, command, &follower);
  test_assert_flood (&follower, PROC_STREAM_STDOUT, SIZE);
  g_assert_true (g_output_stream_close (stream, NULL, NULL));
  bytes = g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (stream));
  test_assert_pattern (bytes, STDOUT_FILENO, SIZE);
}

/* The file fails, and the run for it: what was read by then was heard. */
static void
test_file_fails (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GFile) file = g_file_new_for_path ("/dev/full");
  g_autoptr(ProcCommand) command = test_child ("flood", G_STRINGIFY (SIZE), "out", "hang", NULL);
  g_auto(TestFollower) follower = TEST_FOLLOWER_INIT;
  g_autoptr(ProcResult) result = NULL;
  g_autoptr(GError) error = NULL;

  proc_command_set_stdout_file (command, file, PROC_FILE_FLAGS_NONE);
  result = follow (runner, command, &follower);
  g_assert_false (proc_result_check (result, &error));
  g_assert_error (error, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_OUTPUT_FILE);
  test_assert_flood (&follower, PROC_STREAM_STDOUT, proc_result_get_stdout_size (result));
  g_assert_cmpuint (follower.n_batches, >, 0);
}

/* What is not ours is not heard, and ends with the job. */
static void
test_not_ours (void)
{
  static const ProcStdio kinds[] = { PROC_STDIO_DISCARD, PROC_STDIO_INHERIT };
  g_autoptr(ProcRunner) runner = proc_runner_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autoptr(ProcCommand) command = test_child ("echo", "# unheard", "err", "heard", NULL);
      g_auto(TestFollower) follower = TEST_FOLLOWER_INIT;
      g_autoptr(ProcResult) result = NULL;

      proc_command_set_stdout (command, kinds[i]);
      result = follow (runner, command, &follower);
      test_assert_lines (&follower, PROC_STREAM_STDOUT, "");
      test_assert_lines (&follower, PROC_STREAM_STDERR, "heard\n");
    }
}

/* The result has a part, and who follows hears all. */
static void
test_head_and_tail (void)
{
  static const ProcOverflow overflows[] = { PROC_OVERFLOW_HEAD, PROC_OVERFLOW_TAIL };
  g_autoptr(ProcRunner) runner = proc_runner_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (overflows); i++)
    {
      g_autoptr(ProcCommand) command = flood ();
      g_auto(TestFollower) follower = TEST_FOLLOWER_INIT;
      g_autoptr(ProcResult) result = NULL;

      proc_command_set_max_output (command, 100000, overflows[i]);
      result = follow (runner, command, &follower);
      g_assert_true (proc_result_get_successful (result));
      g_assert_true (proc_result_get_truncated (result));
      test_assert_flood (&follower, PROC_STREAM_STDOUT, SIZE);
      test_assert_pattern_part (proc_result_get_stdout (result), STDOUT_FILENO,
                                i == 0 ? 0 : SIZE - 100000, 100000);
    }
}

/* What was read before the child was stopped is heard, be it too much. */
static void
test_too_much (void)
{
  static const ProcStdio kinds[] = { PROC_STDIO_CAPTURE, PROC_STDIO_PIPE };
  g_autoptr(ProcRunner) runner = proc_runner_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autoptr(ProcCommand) command = test_child ("flood", "20000000", "out", "hang", NULL);
      g_auto(TestFollower) follower = TEST_FOLLOWER_INIT;
      g_autoptr(ProcResult) result = NULL;

      proc_command_set_stdout (command, kinds[i]);
      proc_command_set_max_output (command, 100000, PROC_OVERFLOW_FAIL);
      result = follow (runner, command, &follower);
      g_assert_cmpint (proc_result_get_outcome (result), ==, PROC_OUTCOME_OUTPUT_LIMIT);
      test_assert_flood (&follower, PROC_STREAM_STDOUT, proc_result_get_stdout_size (result));
      test_assert_pattern (proc_result_get_stdout (result), STDOUT_FILENO,
                           kinds[i] == PROC_STDIO_CAPTURE ? 100000 : 0);
    }
}

/* Beyond the memory limit the capture has a thread of its own. */
static void
test_spilled (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = flood ();
  g_auto(TestFollower) follower = TEST_FOLLOWER_INIT;
  g_autoptr(ProcResult) result = NULL;

  proc_runner_set_memory_limit (runner, 100000);
  result = follow (runner, command, &follower);
  test_assert_flood (&follower, PROC_STREAM_STDOUT, SIZE);
  test_assert_pattern (proc_result_get_stdout (result), STDOUT_FILENO, SIZE);
}

static void
test_supervised (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = flood ();
  g_auto(TestFollower) follower = TEST_FOLLOWER_INIT;
  g_autoptr(ProcResult) result = NULL;

  proc_runner_set_supervise (runner, TRUE);
  result = follow (runner, command, &follower);
  test_assert_flood (&follower, PROC_STREAM_STDOUT, SIZE);
  g_assert_cmpint (proc_result_get_cpu_usec (result), >=, 0);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/job-outputs/file", test_to_file);
  TEST_ADD ("/job-outputs/file-direct", test_file_direct);
  TEST_ADD ("/job-outputs/stream", test_stream);
  TEST_ADD ("/job-outputs/file-fails", test_file_fails);
  TEST_ADD ("/job-outputs/not-ours", test_not_ours);
  TEST_ADD ("/job-outputs/head-and-tail", test_head_and_tail);
  TEST_ADD ("/job-outputs/too-much", test_too_much);
  TEST_ADD ("/job-outputs/spilled", test_spilled);
  TEST_ADD ("/job-outputs/supervised", test_supervised);

  return g_test_run ();
}
