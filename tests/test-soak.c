/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* QU6, QU3: a program that runs commands all day, eight at once, with every ending that there is.
 * Each is what it must be, nothing is left of any, and the memory does not grow. */

#include "config.h"

#include <signal.h>
#include <unistd.h>

#include "test-fixture.h"
#include "test-memory.h"

#define N_AT_ONCE 8
#define N_WARM_UP 500
#define MOST_GROWTH ((guint64) 1024 * 1024)
#define PROGRESS 10000

enum
{
  END_SUCCESS,
  END_STATUS,
  END_SIGNAL,
  END_NOT_FOUND,
  END_INPUT,
  END_FLOOD,
  END_LIMIT,
  END_TIMEOUT,
  END_CANCELLED,
  END_FILE,
  END_SUPERVISED,
  END_BAD_FILE,
  N_ENDS
};

typedef struct
{
  ProcRunner *runner;
  ProcCommand *commands[N_ENDS];
  guint n_left; /* to be begun */
  guint n_under_way;
  guint n_over;
} Soak;

typedef struct
{
  Soak *soak;
  guint end;
  GCancellable *cancellable;
} Turn;

static void
make_commands (Soak *self, GFile *file)
{
  g_autofree char *input = g_strnfill (200000, 'i');
  g_autoptr(GFile) nowhere = g_file_new_for_path ("/no/such/file");
  ProcCommand **commands = self->commands;

  commands[END_SUCCESS] = test_child ("echo", "out", "err", "oops", NULL);
  commands[END_STATUS] = test_child ("echo", "out", "exit", "3", NULL);
  commands[END_SIGNAL] = test_child ("echo", "out", "signal", "9", NULL);
  commands[END_NOT_FOUND] = proc_command_new (TEST_ARGV ("/no/such"));
  commands[END_INPUT] = test_child ("cat", NULL);
  proc_command_set_stdin_text (commands[END_INPUT], input);
  commands[END_FLOOD] = test_child ("flood", "300000", "out", NULL);
  commands[END_LIMIT] = test_child ("flood", "300000", "out", "hang", NULL);
  proc_command_set_max_output (commands[END_LIMIT], 1000, PROC_OVERFLOW_FAIL);
  commands[END_TIMEOUT] = test_child ("fork", "ignore-term", NULL);
  proc_command_set_timeout_msec (commands[END_TIMEOUT], 3);
  commands[END_CANCELLED] = test_child ("fork", "hang", NULL);
  commands[END_FILE] = test_child ("echo", "new", NULL);
  proc_command_set_stdout_file (commands[END_FILE], file, PROC_FILE_FLAGS_NONE);
  commands[END_SUPERVISED] = test_child ("echo", "out", "exit", "3", NULL);
  commands[END_BAD_FILE] = test_child ("echo", "out", NULL);
  proc_command_set_stdout_file (commands[END_BAD_FILE], nowhere, PROC_FILE_FLAGS_NONE);
}

static void
assert_result (guint end, ProcResult *result)
{
  switch (end)
    {
    case END_SUCCESS:
      test_assert_text (proc_result_get_stderr (result), "oops\n");
      g_assert_true (proc_result_get_successful (result));
      break;

    case END_STATUS:
    case END_SUPERVISED:
      test_assert_text (proc_result_get_stdout (result), "out\n");
      g_assert_cmpint (proc_result_get_exit_status (result), ==, 3);
      break;

    case END_SIGNAL:
      g_assert_cmpint (proc_result_get_term_signal (result), ==, SIGKILL);
      break;

    case END_INPUT:
      g_assert_cmpuint (proc_result_get_stdout_size (result), ==, 200000);
      g_assert_true (proc_result_get_stdin_complete (result));
      break;

    case END_FLOOD:
      test_assert_pattern (proc_result_get_stdout (result), STDOUT_FILENO, 300000);
      break;

    case END_LIMIT:
      g_assert_cmpint (proc_result_get_outcome (result), ==, PROC_OUTCOME_OUTPUT_LIMIT);
      test_assert_pattern (proc_result_get_stdout (result), STDOUT_FILENO, 1000);
      break;

    case END_TIMEOUT:
      g_assert_cmpint (proc_result_get_outcome (result), ==, PROC_OUTCOME_TIMED_OUT);
      break;

    case END_FILE:
      g_assert_true (proc_result_get_successful (result));
      break;

    default:
      g_error ("an error was to be expected of %u", end);
    }
}

static void
assert_error (guint end, const GError *error)
{
  switch (end)
    {
    case END_NOT_FOUND:
      g_assert_error (error, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_NOT_FOUND);
      break;

    case END_CANCELLED:
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      break;

    case END_BAD_FILE:
      g_assert_error (error, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_OUTPUT_FILE);
      break;

    default:
      g_assert_no_error (error);
    }
}

static void begin_next (Soak *self);

static void
on_over (GObject *source, GAsyncResult *async_result, gpointer user_data)
{
  g_autofree Turn *turn = user_data;
  Soak *self = turn->soak;
  g_autoptr(GError) error = NULL;
  g_autoptr(ProcResult) result = NULL;

  result = proc_runner_run_finish (self->runner, async_result, &error);
  if (result != NULL)
    assert_result (turn->end, result);
  else
    assert_error (turn->end, error);

  if (turn->cancellable != NULL)
    test_assert_handlers_gone (turn->cancellable);
  g_clear_object (&turn->cancellable);
  self->n_under_way--;
  if (++self->n_over % PROGRESS == 0)
    g_test_message ("%u are over, with %" G_GUINT64_FORMAT " KiB", self->n_over,
                    test_memory_get_anonymous () / 1024);
  begin_next (self);
}

static gboolean
cancel (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
  return G_SOURCE_REMOVE;
}

/* Before the start, after it, or when it runs. */
static void
cancel_soon (GCancellable *cancellable)
{
  g_autoptr(GSource) source = NULL;
  int delay_msec = g_test_rand_int_range (-1, 4);

  if (delay_msec < 0)
    {
      g_cancellable_cancel (cancellable);
      return;
    }

  source = g_timeout_source_new ((guint) delay_msec);
  g_source_set_callback (source, cancel, g_object_ref (cancellable), g_object_unref);
  g_source_attach (source, g_main_context_get_thread_default ());
}

static void
begin_next (Soak *self)
{
  Turn *turn;

  if (self->n_left == 0)
    return;

  turn = g_new0 (Turn, 1);
  turn->soak = self;
  turn->end = (guint) g_test_rand_int_range (0, N_ENDS);
  if (turn->end == END_CANCELLED)
    turn->cancellable = g_cancellable_new ();

  self->n_left--;
  self->n_under_way++;
  proc_runner_set_supervise (self->runner, turn->end == END_SUPERVISED);
  proc_runner_run_async (self->runner, self->commands[turn->end], turn->cancellable, on_over, turn);
  if (turn->cancellable != NULL)
    cancel_soon (turn->cancellable);
}

static void
run_all (Soak *self, guint n_runs)
{
  self->n_left = n_runs;
  for (guint i = 0; i < N_AT_ONCE; i++)
    begin_next (self);

  while (self->n_under_way > 0)
    test_iterate (NULL);
  while (g_main_context_iteration (g_main_context_get_thread_default (), FALSE))
    continue;
}

static void
assert_no_growth (guint64 before, gsize heap)
{
  guint64 after = test_memory_get_anonymous ();
  gint64 growth = (gint64) after - (gint64) before;

  g_test_message ("memory: %" G_GINT64_FORMAT " KiB more than %" G_GUINT64_FORMAT
                  " KiB; allocated: %" G_GINT64_FORMAT " bytes more",
                  growth / 1024, before / 1024, (gint64) test_memory_get_heap () - (gint64) heap);
  if (!test_in_valgrind () && !test_in_sanitizer ())
    g_assert_cmpint (growth, <, (gint64) MOST_GROWTH);
}

static void
test_qu6_mixed_ends (void)
{
  Soak soak = { proc_runner_new () };
  g_autoptr(GFile) file = test_file ("file", "old\n");
  guint64 before;
  gsize heap;

  proc_runner_set_max_running (soak.runner, N_AT_ONCE);
  proc_runner_set_kill_grace_msec (soak.runner, 1);
  make_commands (&soak, file);

  run_all (&soak, test_count (50, N_WARM_UP, N_WARM_UP));
  before = test_memory_get_anonymous ();
  heap = test_memory_get_heap ();
  run_all (&soak, test_count (100, 2000, 100000));
  assert_no_growth (before, heap);
  test_assert_no_children ();
  test_assert_file (file, "new\n");
  test_assert_alone (file);
  g_assert_cmpuint (proc_runner_get_n_running (soak.runner), ==, 0);
  g_assert_cmpuint (proc_runner_get_n_queued (soak.runner), ==, 0);

  for (guint i = 0; i < N_ENDS; i++)
    g_object_unref (soak.commands[i]);
  g_object_unref (soak.runner);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/soak/qu6-qu3-mixed-ends", test_qu6_mixed_ends);

  return g_test_run ();
}
