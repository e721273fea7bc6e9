/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* CA8: cancelled at any moment of a run's life, from before the start to after the end. Each is
 * told once and tells the truth; the fixture sees to it that nothing is left. */

#include "config.h"

#include <stdlib.h>
#include <unistd.h>

#include "test-fixture.h"

#define N_AT_ONCE 8
#define N_MEASURED 9

typedef struct
{
  ProcCommand *command;
  gint64 usual_usec; /* how long it takes */
} Kind;

typedef struct
{
  const Kind *kind;
  GCancellable *cancellable;
  gint64 due; /* monotonic */
  TestCall call;
} Slot;

enum
{
  KIND_SHORT,
  KIND_FAMILY,
  KIND_FLOOD,
  KIND_STUBBORN,
  N_KINDS
};

static guint
count_runs (void)
{
  return test_count (50, 1000, 10000);
}

static int
compare_times (gconstpointer a, gconstpointer b)
{
  gint64 first = *(const gint64 *) a;
  gint64 second = *(const gint64 *) b;

  return (first > second) - (first < second);
}

static gint64
measure (ProcRunner *runner, ProcCommand *command)
{
  gint64 times[N_MEASURED];

  for (guint i = 0; i < N_MEASURED; i++)
    {
      gint64 start = g_get_monotonic_time ();
      g_autoptr(ProcResult) result = test_run (runner, command);

      times[i] = g_get_monotonic_time () - start;
    }

  qsort (times, N_MEASURED, sizeof *times, compare_times);
  return times[N_MEASURED / 2];
}

static void
make_kinds (ProcRunner *runner, Kind kinds[N_KINDS])
{
  kinds[KIND_SHORT].command = test_child ("echo", "out", "exit", "3", NULL);
  kinds[KIND_FAMILY].command = test_child ("fork", "fork", "fork", "echo", "out", "exit", "3", NULL);
  kinds[KIND_FLOOD].command = test_child ("cat", "flood", "300000", "err", NULL);
  kinds[KIND_STUBBORN].command = test_child ("ignore-term", "fork", "fork", "hang", NULL);
  proc_command_set_stdin_text (kinds[KIND_FLOOD].command, "some input");

  for (guint i = 0; i < N_KINDS; i++)
    kinds[i].usual_usec = i == KIND_STUBBORN ? kinds[KIND_SHORT].usual_usec
                                             : measure (runner, kinds[i].command);
}

static void
assert_true_end (guint kind, ProcResult *result)
{
  g_assert_cmpint (proc_result_get_outcome (result), ==, PROC_OUTCOME_EXITED);
  g_assert_true (proc_result_get_complete (result));

  switch (kind)
    {
    case KIND_SHORT:
    case KIND_FAMILY:
      g_assert_cmpint (proc_result_get_exit_status (result), ==, 3);
      test_assert_text (proc_result_get_stdout (result), "out\n");
      break;

    case KIND_FLOOD:
      g_assert_true (proc_result_get_successful (result));
      test_assert_text (proc_result_get_stdout (result), "some input");
      test_assert_pattern (proc_result_get_stderr (result), STDERR_FILENO, 300000);
      break;

    default:
      g_assert_not_reached ();
    }
}

static void
slot_begin (Slot *self, ProcRunner *runner, const Kind *kind)
{
  self->kind = kind;
  self->cancellable = g_cancellable_new ();
  self->call = (TestCall) TEST_CALL_INIT;
  self->due = g_get_monotonic_time ()
              + g_test_rand_int_range (0, (gint32) MIN (kind->usual_usec * 2, G_USEC_PER_SEC));
  proc_runner_run_async (runner, kind->command, self->cancellable, test_call_done,
                         test_call_begin (&self->call));
}

/* Gives TRUE if it was cancelled. */
static gboolean
slot_end (Slot *self, ProcRunner *runner, const Kind *kinds)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(ProcResult) result = NULL;

  result = proc_runner_run_finish (runner, self->call.result, &error);
  if (error != NULL)
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  else
    assert_true_end (self->kind - kinds, result);

  test_assert_handlers_gone (self->cancellable);
  test_call_clear (&self->call);
  g_clear_object (&self->cancellable);
  return error != NULL;
}

/* Iterates all the time, since no timer is as fine as a run is short. */
static guint
run_all (ProcRunner *runner, const Kind *kinds)
{
  Slot slots[N_AT_ONCE] = { 0 };
  guint n_begun = 0;
  guint n_ended = 0;
  guint n_cancelled = 0;
  const guint n_runs = count_runs ();

  while (n_ended < n_runs)
    for (guint i = 0; i < N_AT_ONCE; i++)
      {
        Slot *slot = &slots[i];

        if (slot->cancellable == NULL && n_begun < n_runs)
          slot_begin (slot, runner, &kinds[n_begun++ % N_KINDS]);
        if (slot->cancellable == NULL)
          continue;

        g_main_context_iteration (slot->call.context, FALSE);
        if (g_get_monotonic_time () >= slot->due)
          g_cancellable_cancel (slot->cancellable);
        if (slot->call.n_calls == 0)
          continue;

        n_cancelled += slot_end (slot, runner, kinds);
        n_ended++;
      }

  return n_cancelled;
}

/* In the long suite all processors have something else to do as well. */
static ProcRunner *
load_processors (void)
{
  ProcRunner *runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("spin", NULL);
  const guint n = test_count (0, 0, g_get_num_processors ());

  for (guint i = 0; i < n; i++)
    proc_runner_run_async (runner, command, NULL, NULL, NULL);

  return runner;
}

static void
random_moments (ProcSession session)
{
  g_autoptr(ProcRunner) load = load_processors ();
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  Kind kinds[N_KINDS] = { { NULL, 0 } };
  guint n_cancelled;

  proc_runner_set_session (runner, session);
  proc_runner_set_kill_grace_msec (runner, 2);
  make_kinds (runner, kinds);
  n_cancelled = run_all (runner, kinds);
  g_test_message ("%u were cancelled in time", n_cancelled);
  g_assert_cmpuint (n_cancelled, >=, count_runs () / N_KINDS); /* all of the stubborn ones */

  for (guint i = 0; i < N_KINDS; i++)
    g_object_unref (kinds[i].command);
  g_assert_true (proc_runner_stop_all (load, NULL, NULL));
}

static void
test_ca8_random_moments (void)
{
  random_moments (PROC_SESSION_NEW);
}

static void
test_ca8_random_moments_in_a_group (void)
{
  random_moments (PROC_SESSION_GROUP);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/cancel-random/ca8-random-moments", test_ca8_random_moments);
  TEST_ADD ("/cancel-random/ca8-in-a-group", test_ca8_random_moments_in_a_group);

  return g_test_run ();
}
