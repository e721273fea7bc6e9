/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Progress, as programs tell it. */

#include "config.h"

#include "proc-progress-private.h"
#include "test-fixture.h"

static void
assert_progress (const char *line, double expected)
{
  double progress = -1;

  g_assert_true (proc_progress_read (line, &progress));
  g_assert_cmpfloat_with_epsilon (progress, expected, 1e-9);
}

static void
assert_none (const char *line)
{
  double progress = -1;

  g_assert_false (proc_progress_read (line, &progress));
  g_assert_cmpfloat (progress, ==, -1);
}

static void
test_percentages (void)
{
  assert_progress ("0%", 0);
  assert_progress ("100%", 1);
  assert_progress ("Receiving objects:  45% (450/1000), 1.20 MiB | 2.00 MiB/s", 0.45);
  assert_progress ("######               12.5%", 0.125);
  assert_progress ("Progress: [ 33%] [#####..........]", 0.33);
  assert_progress ("45 %", 0.45);
  assert_progress ("disk 80% full, copied 20%", 0.2);
  assert_progress ("5% of 250%", 0.05);

  assert_none ("");
  assert_none ("%");
  assert_none ("%d %s");
  assert_none ("101%");
  assert_none ("-5%");
}

static void
test_counts (void)
{
  assert_progress ("[3/4] Compiling", 0.75);
  assert_progress ("[ 3/12] Compiling", 0.25);
  assert_progress ("copied (1/2)", 0.5);
  assert_progress ("(0/2)", 0);
  assert_progress ("[1/4] part (3/4)", 0.75);

  assert_none ("3/4");
  assert_none ("24000/1001 fps");
  assert_none ("frame= 12 fps= 24/1 [q=0]");
  assert_none ("[5/4]");
  assert_none ("[0/0]");
  assert_none ("[1/4)");
  assert_none ("[1/4");
  assert_none ("[a/b]");
  assert_none ("[1/99999999999999999999]");
}

static void
test_pattern (void)
{
  g_autoptr(GRegex) bytes = g_regex_new ("^(\\d+) bytes", 0, 0, NULL);
  g_autoptr(GRegex) both = g_regex_new ("(\\d+) of (\\d+)", 0, 0, NULL);
  g_autoptr(GRegex) no_group = g_regex_new ("bytes", 0, 0, NULL);
  double progress = -1;

  g_assert_true (proc_progress_read_pattern ("512 bytes copied", bytes, 1024, &progress));
  g_assert_cmpfloat (progress, ==, 0.5);
  g_assert_true (proc_progress_read_pattern ("2048 bytes copied", bytes, 1024, &progress));
  g_assert_cmpfloat (progress, ==, 1);
  g_assert_true (proc_progress_read_pattern ("file 1 of 4", both, 0, &progress));
  g_assert_cmpfloat (progress, ==, 0.25);

  g_assert_false (proc_progress_read_pattern ("nothing", bytes, 1024, &progress));
  g_assert_false (proc_progress_read_pattern ("512 bytes", bytes, 0, &progress));
  g_assert_false (proc_progress_read_pattern ("512 bytes", no_group, 1, &progress));
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/progress/percentages", test_percentages);
  TEST_ADD ("/progress/counts", test_counts);
  TEST_ADD ("/progress/pattern", test_pattern);

  return g_test_run ();
}
