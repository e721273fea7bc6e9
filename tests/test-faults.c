/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Every system call of a scenario fails once, in each way in which it may: each point is a
 * process of its own, shim/fault-point, and one that fails, hangs or crashes is a failure
 * here. They are run by the library, several at once.
 *
 * The long suite, or PROC_TEST_FAULTS=all, takes every point; otherwise it is a part of them
 * that differs from day to day, since no machine waits for all of them each time.
 */

#include "config.h"

#include <errno.h>
#include <string.h>

#include "test-fixture.h"

#define TIMEOUT_MSEC 30000
#define N_AT_ONCE 4
#define N_SAMPLED 40 /* points of each scenario */

typedef struct
{
  guint number;
  char *call;
  int error;
} Point;

typedef struct
{
  ProcRunner *runner;
  const char *scenario;
  guint n_under_way;
  guint n_failed;
  GString *log;
} Round;

typedef struct
{
  Round *round;
  const Point *point;
} Attempt;

static void
point_clear (gpointer data)
{
  Point *point = data;

  g_free (point->call);
}

/* Without @point, to count. */
static ProcCommand *
make_command (const char *scenario, const Point *point)
{
  g_autofree char *program = g_test_build_filename (G_TEST_BUILT, "shim", "fault-point", NULL);
  g_autofree char *shim = g_test_build_filename (G_TEST_BUILT, "shim", "libshim.so", NULL);
  ProcCommand *command = proc_command_new (TEST_ARGV (program, "--tap"));

  proc_command_setenv (command, "LD_PRELOAD", shim);
  proc_command_setenv (command, "FAULT_SCENARIO", scenario);
  if (point != NULL)
    {
      g_autofree char *number = g_strdup_printf ("%u", point->number);
      g_autofree char *error = g_strdup_printf ("%d", point->error);

      proc_command_setenv (command, "FAULT_POINT", number);
      proc_command_setenv (command, "FAULT_ERRNO", error);
    }

  return command;
}

/* "call NUMBER NAME ERROR…" */
static void
add_points (GArray *points, const char *line)
{
  g_auto(GStrv) words = g_strsplit (line, " ", -1);

  if (g_strv_length (words) < 4 || !g_str_equal (words[0], "call"))
    return;

  for (guint i = 3; words[i] != NULL; i++)
    {
      Point point = { (guint) atoi (words[1]), g_strdup (words[2]), atoi (words[i]) };

      g_array_append_val (points, point);
    }
}

static GArray *
find_points (ProcRunner *runner, const char *scenario)
{
  g_autoptr(ProcCommand) command = make_command (scenario, NULL);
  g_autoptr(ProcResult) result = test_check (runner, command);
  g_auto(GStrv) lines = g_strsplit (proc_result_get_stdout_text (result), "\n", -1);
  GArray *points = g_array_new (FALSE, FALSE, sizeof (Point));

  g_array_set_clear_func (points, point_clear);
  for (guint i = 0; lines[i] != NULL; i++)
    add_points (points, lines[i]);

  g_assert_cmpuint (points->len, >, 50);
  return points;
}

static void
on_tried (GObject *source, GAsyncResult *async_result, gpointer user_data)
{
  g_autofree Attempt *attempt = user_data;
  Round *round = attempt->round;
  g_autoptr(GError) error = NULL;
  g_autoptr(ProcResult) result = proc_runner_check_finish (PROC_RUNNER (source), async_result,
                                                           &error);

  round->n_under_way--;
  if (result != NULL)
    return;

  round->n_failed++;
  g_set_object (&result, proc_runner_get_task_result (PROC_RUNNER (source), async_result));
  g_string_append_printf (round->log, "%s: call %u, %s, with “%s”: %s\n%s\n", round->scenario,
                          attempt->point->number, attempt->point->call,
                          g_strerror (attempt->point->error), error->message,
                          result != NULL ? proc_result_get_stderr_text (result) : "");
}

static void
try (Round *round, const Point *point)
{
  g_autoptr(ProcCommand) command = make_command (round->scenario, point);
  Attempt *attempt = g_new (Attempt, 1);

  attempt->round = round;
  attempt->point = point;
  round->n_under_way++;
  proc_runner_check_async (round->runner, command, NULL, on_tried, attempt);
}

static void
try_all (const char *scenario)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GArray) points = NULL;
  g_autoptr(GString) log = g_string_new (NULL);
  Round round = { runner, scenario, 0, 0, log };
  gboolean all = test_count (FALSE, FALSE, TRUE)
                 || g_strcmp0 (g_getenv ("PROC_TEST_FAULTS"), "all") == 0;
  guint step;

  proc_runner_set_timeout_msec (runner, TIMEOUT_MSEC);
  proc_runner_set_max_running (runner, N_AT_ONCE);
  points = find_points (runner, scenario);
  step = all ? 1 : MAX (points->len / N_SAMPLED, 1);
  for (guint i = g_test_rand_int_range (0, (int) step); i < points->len; i += step)
    try (&round, &g_array_index (points, Point, i));
  while (round.n_under_way > 0)
    test_iterate (NULL);

  g_test_message ("%s: %u points, %u tried", scenario, points->len, points->len / step);
  if (round.n_failed > 0)
    g_error ("%u points failed:\n%s", round.n_failed, log->str);
}

#define SCENARIO(name) \
  static void \
  test_rx7_##name (void) \
  { \
    try_all (#name); \
  }

SCENARIO (run)
SCENARIO (input)
SCENARIO (spill)
SCENARIO (replace)
SCENARIO (truncate)
SCENARIO (timeout)
SCENARIO (cancel)
SCENARIO (queue)
SCENARIO (job)

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/faults/rx7-run", test_rx7_run);
  TEST_ADD ("/faults/rx7-input", test_rx7_input);
  TEST_ADD ("/faults/rx7-spill", test_rx7_spill);
  TEST_ADD ("/faults/rx7-replace", test_rx7_replace);
  TEST_ADD ("/faults/rx7-truncate", test_rx7_truncate);
  TEST_ADD ("/faults/rx7-timeout", test_rx7_timeout);
  TEST_ADD ("/faults/rx7-cancel", test_rx7_cancel);
  TEST_ADD ("/faults/rx7-queue", test_rx7_queue);
  TEST_ADD ("/faults/rx7-job", test_rx7_job);

  return g_test_run ();
}
