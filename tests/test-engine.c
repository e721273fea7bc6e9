/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The crossing: an outcome may be there before the submission has returned, and a
 * cancellation may overtake it. */

#include "config.h"

#include <sched.h>

#include "test-fixture.h"

#define N_ROUNDS 500

static void
start_failing (ProcRunner *runner, GFile *file, TestCall *call)
{
  proc_runner_check_output_to_file_async (runner, TEST_ARGV ("true"), file, NULL, test_call_done,
                                          test_call_begin (call));
}

/* With one processor, the engine often runs to the end of a short failure inside
 * the caller's submission. */
static void
test_failure_before_the_return (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GFile) file = g_file_new_for_path ("/no/such/directory/file");
  cpu_set_t all;
  cpu_set_t one;

  g_assert_no_errno (sched_getaffinity (0, sizeof all, &all));
  CPU_ZERO (&one);
  for (int cpu = 0; cpu < CPU_SETSIZE && CPU_COUNT (&one) == 0; cpu++)
    if (CPU_ISSET (cpu, &all))
      CPU_SET (cpu, &one);
  g_assert_no_errno (sched_setaffinity (0, sizeof one, &one));

  for (guint i = 0; i < N_ROUNDS; i++)
    {
      g_auto(TestCall) call = TEST_CALL_INIT;
      g_autoptr(GError) error = NULL;

      start_failing (runner, file, &call);
      g_assert_null (proc_runner_check_output_to_file_finish (runner, test_call_wait (&call),
                                                              &error));
      g_assert_error (error, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_OUTPUT_FILE);
    }

  g_assert_no_errno (sched_setaffinity (0, sizeof all, &all));
}

static void
got_failure (GObject *source, GAsyncResult *result, gpointer data)
{
  gboolean *done = data;

  g_assert_null (proc_runner_check_output_to_file_finish (PROC_RUNNER (source), result, NULL));
  *done = TRUE;
}

/* The callback lets go of the context, while the engine may still be in the call
 * that brought the outcome there. */
static void
test_context_dies_with_the_callback (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GFile) file = g_file_new_for_path ("/no/such/directory/file");

  for (guint i = 0; i < N_ROUNDS; i++)
    {
      GMainContext *context = g_main_context_new ();
      gboolean done = FALSE;

      g_main_context_push_thread_default (context);
      proc_runner_check_output_to_file_async (runner, TEST_ARGV ("true"), file, NULL, got_failure,
                                              &done);
      while (!done)
        test_iterate (context);
      g_main_context_pop_thread_default (context);
      g_main_context_unref (context);
    }
}

static gpointer
cancel (gpointer data)
{
  g_cancellable_cancel (data);
  return NULL;
}

/* Another thread cancels while this one submits. */
static void
test_cancel_while_submitting (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();

  for (guint i = 0; i < N_ROUNDS; i++)
    {
      g_autoptr(GCancellable) cancellable = g_cancellable_new ();
      GThread *thread = g_thread_new ("cancel", cancel, cancellable);
      g_auto(TestCall) call = TEST_CALL_INIT;
      g_autoptr(GError) error = NULL;

      proc_runner_check_output_async (runner, TEST_ARGV ("sleep", "1000"), cancellable,
                                      test_call_done, test_call_begin (&call));
      g_assert_null (proc_runner_check_output_finish (runner, test_call_wait (&call), &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

      g_thread_join (thread);
      test_assert_handlers_gone (cancellable);
    }
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/engine/failure-before-the-return", test_failure_before_the_return);
  TEST_ADD ("/engine/context-dies-with-the-callback", test_context_dies_with_the_callback);
  TEST_ADD ("/engine/ca7-cancel-while-submitting", test_cancel_while_submitting);

  return g_test_run ();
}
