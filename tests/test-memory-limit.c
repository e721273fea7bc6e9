/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Output that is longer than memory shall hold. */

#include "config.h"

#include <errno.h>
#include <sys/resource.h>
#include <unistd.h>

#include "test-memory.h"
#include "test-stopping.h"

#define KIB 1024
#define MIB (1024 * 1024)
#define ENDLESS "1000000000000"

static ProcCommand *
flood (guint64 size, const char *stream)
{
  g_autofree char *number = g_strdup_printf ("%" G_GUINT64_FORMAT, size);

  return test_child ("flood", number, stream, NULL);
}

static void
assert_spills (guint64 memory_limit, guint64 size)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = flood (size, "out");
  g_autoptr(ProcResult) result = NULL;

  proc_runner_set_memory_limit (runner, memory_limit);
  result = test_check (runner, command);
  test_assert_pattern_part (proc_result_get_stdout (result), STDOUT_FILENO, 0, size);
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

/* Runs a flood, and gives how much memory the program took for it at most. */
static guint64
measure_flood (ProcRunner *runner, guint64 size, ProcResult **result)
{
  g_autoptr(ProcCommand) command = flood (size, "out");
  TestPeak peak;

  test_peak_begin (&peak);
  *result = test_check (runner, command);
  return test_peak_end (&peak);
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
  test_assert_pattern_part (proc_result_get_stdout (result), STDOUT_FILENO, 0, size);
  if (!test_in_valgrind () && !test_in_sanitizer ())
    g_assert_cmpuint (growth, <=, 4 * MIB);
}

static void
assert_tail_spills (guint64 memory_limit, guint64 size, guint64 last)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = flood (size, "out");
  g_autoptr(ProcResult) result = NULL;
  guint64 kept = MIN (size, last);

  proc_runner_set_memory_limit (runner, memory_limit);
  proc_command_set_max_output (command, last, PROC_OVERFLOW_TAIL);
  result = test_check (runner, command);
  g_assert_cmpuint (proc_result_get_stdout_size (result), ==, size);
  g_assert_cmpint (proc_result_get_truncated (result), ==, size > last);
  test_assert_pattern_part (proc_result_get_stdout (result), STDOUT_FILENO, size - kept, kept);
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
  test_assert_pattern_part (proc_result_get_stdout (result), STDOUT_FILENO, 0, kept);
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

  test_assert_pattern_part (proc_result_get_stdout (result), STDOUT_FILENO, 0, MIB + 1000);
  g_assert_false (proc_result_get_truncated (result));
}

/* That goes to a file as well, which knows nothing of it. */
static void
test_full_disk_tee (void)
{
  g_autoptr(GFile) file = g_file_new_for_path ("/dev/null");
  g_autoptr(ProcCommand) command = test_child ("ignore-term", "flood", ENDLESS, "out", NULL);
  g_autoptr(ProcResult) result = NULL;
  gsize kept;

  proc_command_set_stdout_file (command, file, PROC_FILE_FLAGS_TEE);
  result = flood_full_disk (MIB, 300001, command);
  kept = g_bytes_get_size (proc_result_get_stdout (result));
  g_assert_cmpint (kept < proc_result_get_stdout_size (result), ==,
                   proc_result_get_truncated (result));
  test_assert_pattern_part (proc_result_get_stdout (result), STDOUT_FILENO, 0, kept);
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
  test_assert_pattern_part (proc_result_get_stdout (result), STDOUT_FILENO, 0, 5000000);
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
      test_assert_pattern_part (proc_result_get_stdout (result), STDOUT_FILENO, 0,
                                proc_result_get_stdout_size (result));
    }
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/memory-limit/out6-tail-in-a-file", test_out6_tail_in_a_file);
  TEST_ADD ("/memory-limit/out5-sizes", test_out5_sizes);
  TEST_ADD ("/memory-limit/out5-memory", test_out5_memory);
  TEST_ADD ("/memory-limit/full-disk", test_full_disk);
  TEST_ADD ("/memory-limit/full-disk-at-the-end", test_full_disk_at_the_end);
  TEST_ADD ("/memory-limit/full-disk-tee", test_full_disk_tee);
  TEST_ADD ("/memory-limit/full-disk-tail", test_full_disk_tail);
  TEST_ADD ("/memory-limit/cancel-while-spilling", test_cancel_while_spilling);
  TEST_ADD ("/memory-limit/stopped-while-spilling", test_stopped_while_spilling);

  return g_test_run ();
}
