/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Contexts, threads, lifetimes, and calls from callbacks. */

#include "config.h"

#include "test-fixture.h"

#define MOST_THREADS 32
#define MOST_AT_ONCE 64

static guint
count_threads (void)
{
  return test_count (8, 8, MOST_THREADS);
}

/* Of each thread */
static guint
count_jobs (void)
{
  return test_count (50, 50, 500);
}

/* The test's own context is never the global one (see the fixture), and nobody iterates that. */
static void
test_lc6_own_context (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("echo", "x", NULL);
  g_autoptr(ProcResult) result = test_check (runner, command);

  g_assert_true (g_main_context_get_thread_default () != NULL);
  g_assert_false (g_main_context_pending (NULL));
}

static void
test_lc6_global_context (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("echo", "x", NULL);
  g_autoptr(ProcResult) result = NULL;

  g_main_context_push_thread_default (NULL);
  result = test_check (runner, command);
  g_main_context_pop_thread_default (NULL);
}

/* Two contexts in one thread: each call comes back in the one that it was made in. */
static void
test_lc6_two_contexts (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("exit", "0", NULL);
  g_autoptr(GMainContext) inner = g_main_context_new ();
  g_auto(TestCall) outer_call = TEST_CALL_INIT;
  g_auto(TestCall) inner_call = TEST_CALL_INIT;
  g_autoptr(ProcResult) outer_result = NULL;
  g_autoptr(ProcResult) inner_result = NULL;

  proc_runner_run_async (runner, command, NULL, test_call_done, test_call_begin (&outer_call));
  g_main_context_push_thread_default (inner);
  proc_runner_run_async (runner, command, NULL, test_call_done, test_call_begin (&inner_call));
  test_call_wait (&inner_call);
  g_main_context_pop_thread_default (inner);
  g_assert_cmpuint (outer_call.n_calls, ==, 0);
  test_call_wait (&outer_call);

  outer_result = proc_runner_run_finish (runner, outer_call.result, NULL);
  inner_result = proc_runner_run_finish (runner, inner_call.result, NULL);
  g_assert_true (proc_result_get_successful (outer_result));
  g_assert_true (proc_result_get_successful (inner_result));
}

static gpointer
run_jobs (gpointer runner)
{
  g_autoptr(GMainContext) context = g_main_context_new ();
  const guint n_jobs = count_jobs ();
  g_autofree TestCall *calls = g_new0 (TestCall, n_jobs);
  guint n_done = 0;

  g_main_context_push_thread_default (context);
  for (guint i = 0; i < n_jobs; i++)
    {
      g_autofree char *number = g_strdup_printf ("%u", i % 256);
      g_autoptr(ProcCommand) command = test_child ("echo", number, "exit", number, NULL);

      proc_runner_run_async (runner, command, NULL, test_call_done, test_call_begin (&calls[i]));
    }

  for (guint i = 0; i < n_jobs; i++)
    {
      g_autofree char *line = g_strdup_printf ("%u\n", i % 256);
      g_autoptr(GError) error = NULL;
      g_autoptr(ProcResult) result = NULL;

      result = proc_runner_run_finish (runner, test_call_wait (&calls[i]), &error);
      g_assert_no_error (error);
      g_assert_cmpint (proc_result_get_exit_status (result), ==, (int) (i % 256));
      test_assert_text (proc_result_get_stdout (result), line);
      test_call_clear (&calls[i]);
      n_done++;
    }

  g_main_context_pop_thread_default (context);
  return GUINT_TO_POINTER (n_done);
}

/* In so many threads at once. */
static void
run_in_threads (ProcRunner *runner, GThreadFunc func)
{
  const guint n_threads = count_threads ();
  GThread *threads[MOST_THREADS];
  guint n_done = 0;

  for (guint i = 0; i < n_threads; i++)
    threads[i] = g_thread_new ("jobs", func, runner);

  for (guint i = 0; i < n_threads; i++)
    n_done += GPOINTER_TO_UINT (g_thread_join (threads[i]));

  g_assert_cmpuint (n_done, ==, n_threads * count_jobs ());
}

static void
test_lc8_shared_runner (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();

  proc_runner_set_max_running (runner, test_count (0, 0, MOST_AT_ONCE));
  run_in_threads (runner, run_jobs);
}

static gpointer
run_synchronously (gpointer runner)
{
  guint n_done = 0;

  for (guint i = 0; i < count_jobs (); i++)
    {
      g_autoptr(ProcCommand) command = test_child ("echo", "x", NULL);
      g_autoptr(GError) error = NULL;
      g_autoptr(ProcResult) result = proc_runner_check (runner, command, NULL, &error);

      g_assert_no_error (error);
      test_assert_text (proc_result_get_stdout (result), "x\n");
      n_done++;
    }

  return GUINT_TO_POINTER (n_done);
}

/* Nobody iterates any context meanwhile. */
static void
test_lc8_synchronous (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();

  run_in_threads (runner, run_synchronously);
}

static gboolean
note_that_it_ran (gpointer ran)
{
  *(gboolean *) ran = TRUE;
  return G_SOURCE_REMOVE;
}

/* A synchronous call does not touch the caller's context. */
static void
test_synchronous_leaves_context (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("echo", "x", NULL);
  g_autoptr(GSource) idle = g_idle_source_new ();
  g_autoptr(ProcResult) result = NULL;
  gboolean ran = FALSE;

  g_source_set_callback (idle, note_that_it_ran, &ran, NULL);
  g_source_attach (idle, g_main_context_get_thread_default ());
  result = proc_runner_check (runner, command, NULL, NULL);
  g_assert_nonnull (result);
  g_assert_false (ran);
  g_source_destroy (idle);
}

static gpointer
change_settings (gpointer runner)
{
  for (int i = 0; i < 2000; i++)
    {
      proc_runner_set_cwd (runner, i % 2 == 0 ? "/" : "/proc");
      proc_runner_setenv (runner, "NUMBER", i % 2 == 0 ? "even" : "odd");
      proc_runner_set_timeout_msec (runner, 600000 + i);
    }

  return NULL;
}

static void
test_lc8_settings (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("cwd", NULL);
  GThread *thread = g_thread_new ("settings", change_settings, runner);

  for (int i = 0; i < 50; i++)
    {
      g_autoptr(ProcResult) result = proc_runner_check (runner, command, NULL, NULL);

      g_assert_nonnull (result);
      if (proc_result_get_stdout_size (result) == 2)
        test_assert_text (proc_result_get_stdout (result), "/\n");
    }

  g_thread_join (thread);
}

static void
test_lc1_runner_dropped (void)
{
  ProcRunner *runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("echo", "x", NULL);
  g_auto(TestCall) call = TEST_CALL_INIT;
  g_autoptr(ProcResult) result = NULL;
  g_autoptr(GError) error = NULL;

  test_track (runner);
  proc_runner_run_async (runner, command, NULL, test_call_done, test_call_begin (&call));
  g_object_unref (runner);
  g_clear_object (&command);

  test_call_wait (&call);
  result = proc_runner_run_finish (PROC_RUNNER (call.source), call.result, &error);
  g_assert_no_error (error);
  test_assert_text (proc_result_get_stdout (result), "x\n");
}

static void
test_pg9_all_dropped (void)
{
  ProcRunner *runner = proc_runner_new ();
  g_auto(TestFifo) gate = test_fifo_gate ();

  test_track (runner);
  for (int i = 0; i < 20; i++)
    {
      g_autoptr(ProcCommand) exiting = test_child ("exit", "0", NULL);
      g_autoptr(ProcCommand) waiting = test_child ("gate", gate.path, NULL);

      proc_runner_run_async (runner, i % 2 == 0 ? exiting : waiting, NULL, NULL, NULL);
    }

  g_object_unref (runner);
  for (int i = 0; i < 10; i++)
    test_fifo_open (&gate);

  test_wait_for_tracked ();
}

static void
note_thread (gpointer thread, GObject *where)
{
  *(GThread **) thread = g_thread_self ();
}

/* The engine holds no object of ours, so none is finalized in a thread of its. */
static void
test_last_references_drop_here (void)
{
  for (int i = 0; i < 50; i++)
    {
      ProcRunner *runner = proc_runner_new ();
      ProcCommand *command = test_child ("exit", "0", NULL);
      g_autoptr(GCancellable) cancellable = g_cancellable_new ();
      GThread *runner_thread = NULL;
      GThread *command_thread = NULL;
      TestCall call = TEST_CALL_INIT;

      g_object_weak_ref (G_OBJECT (runner), note_thread, &runner_thread);
      g_object_weak_ref (G_OBJECT (command), note_thread, &command_thread);
      proc_runner_run_async (runner, command, cancellable, test_call_done, test_call_begin (&call));
      g_object_unref (runner);
      g_object_unref (command);
      test_call_wait (&call);
      test_call_clear (&call);
      while (g_main_context_iteration (g_main_context_get_thread_default (), FALSE))
        continue;

      g_assert_true (runner_thread == g_thread_self ());
      g_assert_true (command_thread == g_thread_self ());
      g_assert_cmpuint (G_OBJECT (cancellable)->ref_count, ==, 1);
    }
}

/* Nor is one that a command reads from or writes to, though threads of the library did that. */
static void
test_last_streams_drop_here (void)
{
  for (int i = 0; i < 50; i++)
    {
      g_autoptr(ProcRunner) runner = proc_runner_new ();
      ProcCommand *command = test_child ("cat", NULL);
      GObject *given[] = { G_OBJECT (g_memory_input_stream_new_from_data ("words", 5, NULL)),
                           G_OBJECT (g_memory_output_stream_new_resizable ()),
                           G_OBJECT (test_file ("diagnostics", NULL)) };
      GThread *threads[G_N_ELEMENTS (given)] = { NULL };
      TestCall call = TEST_CALL_INIT;

      proc_command_set_stdin_stream (command, G_INPUT_STREAM (given[0]));
      proc_command_set_stdout_stream (command, G_OUTPUT_STREAM (given[1]));
      proc_command_set_stderr_file (command, G_FILE (given[2]), PROC_FILE_FLAGS_NONE);
      for (guint j = 0; j < G_N_ELEMENTS (given); j++)
        {
          g_object_weak_ref (given[j], note_thread, &threads[j]);
          g_object_unref (given[j]);
        }

      proc_runner_run_async (runner, command, NULL, test_call_done, test_call_begin (&call));
      g_object_unref (command);
      test_call_wait (&call);
      test_call_clear (&call);
      while (g_main_context_iteration (g_main_context_get_thread_default (), FALSE))
        continue;

      for (guint j = 0; j < G_N_ELEMENTS (given); j++)
        g_assert_true (threads[j] == g_thread_self ());
    }
}

typedef struct
{
  ProcCommand *command;
  guint n_left;
  const char *lowest;
  const char *highest;
} Chain;

static void
chain_next (GObject *source, GAsyncResult *result, gpointer data)
{
  Chain *chain = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(ProcResult) ended = proc_runner_check_finish (PROC_RUNNER (source), result, &error);
  const char *here = __builtin_frame_address (0);

  g_assert_no_error (error);
  chain->lowest = chain->lowest == NULL ? here : MIN (chain->lowest, here);
  chain->highest = MAX (chain->highest, here);
  if (--chain->n_left > 0)
    proc_runner_check_async (PROC_RUNNER (source), chain->command, NULL, chain_next, chain);
}

/* Each callback starts the next run, and the stack does not grow. */
static void
test_lc3_chain (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("exit", "0", NULL);
  Chain chain = { command, 1000, NULL, NULL };

  proc_runner_check_async (runner, command, NULL, chain_next, &chain);
  while (chain.n_left > 0)
    test_iterate (NULL);

  g_assert_cmpint (chain.highest - chain.lowest, <, 4096);
}

typedef struct
{
  ProcCommand *command;
  guint n_outer;
  guint n_inner;
} Nested;

static void
nested_done (GObject *source, GAsyncResult *result, gpointer data)
{
  Nested *nested = data;
  g_autoptr(ProcResult) ended = proc_runner_check_finish (PROC_RUNNER (source), result, NULL);

  g_assert_nonnull (ended);
  nested->n_inner++;
}

static void
nest (GObject *source, GAsyncResult *result, gpointer data)
{
  Nested *nested = data;
  g_autoptr(ProcResult) ended = proc_runner_check_finish (PROC_RUNNER (source), result, NULL);
  guint n_before = nested->n_inner;

  g_assert_nonnull (ended);
  nested->n_outer++;
  proc_runner_check_async (PROC_RUNNER (source), nested->command, NULL, nested_done, nested);
  while (nested->n_inner == n_before)
    test_iterate (NULL);
}

/* A loop in the callback: other runs go on, and this one has settled once. */
static void
test_lc4_nested_loops (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("exit", "0", NULL);
  Nested nested = { command, 0, 0 };

  for (int i = 0; i < 20; i++)
    proc_runner_check_async (runner, command, NULL, nest, &nested);

  while (nested.n_outer < 20 || nested.n_inner < 20)
    test_iterate (NULL);

  while (g_main_context_iteration (g_main_context_get_thread_default (), FALSE))
    continue;

  g_assert_cmpuint (nested.n_outer, ==, 20);
  g_assert_cmpuint (nested.n_inner, ==, 20);
}

static void
run_in_callback (GObject *source, GAsyncResult *result, gpointer data)
{
  Nested *nested = data;
  g_autoptr(ProcResult) ended = proc_runner_check_finish (PROC_RUNNER (source), result, NULL);
  g_autoptr(ProcResult) inner = NULL;

  inner = proc_runner_check (PROC_RUNNER (source), nested->command, NULL, NULL);
  g_assert_nonnull (inner);
  nested->n_outer++;
}

static void
test_synchronous_in_callback (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("exit", "0", NULL);
  Nested nested = { command, 0, 0 };

  proc_runner_check_async (runner, command, NULL, run_in_callback, &nested);
  while (nested.n_outer == 0)
    test_iterate (NULL);
}

/* IN8: an end of file reaches each child, whatever else is being started. */
static gpointer
run_cats (gpointer runner)
{
  for (guint i = 0; i < test_count (100, 100, 1000); i++)
    {
      g_autoptr(ProcCommand) command = test_child ("cat", NULL);
      g_autoptr(ProcResult) result = NULL;

      proc_command_set_stdin_text (command, "in");
      result = proc_runner_check (runner, command, NULL, NULL);
      g_assert_nonnull (result);
      test_assert_text (proc_result_get_stdout (result), "in");
    }

  return NULL;
}

static void
test_in8_ends_of_file (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_auto(TestFifo) ready = test_fifo_ready ();
  g_auto(TestFifo) gate = test_fifo_gate ();
  g_autoptr(ProcCommand) holder = test_child ("ready", ready.path, "gate", gate.path, NULL);
  g_autoptr(GThread) first = g_thread_new ("cats", run_cats, runner);
  g_autoptr(GThread) second = g_thread_new ("cats", run_cats, runner);
  TestCall calls[20] = { TEST_CALL_INIT };

  for (gsize i = 0; i < G_N_ELEMENTS (calls); i++)
    proc_runner_run_async (runner, holder, NULL, test_call_done, test_call_begin (&calls[i]));

  g_thread_join (g_steal_pointer (&first));
  g_thread_join (g_steal_pointer (&second));
  for (gsize i = 0; i < G_N_ELEMENTS (calls); i++)
    test_fifo_open (&gate);

  for (gsize i = 0; i < G_N_ELEMENTS (calls); i++)
    {
      test_call_wait (&calls[i]);
      test_call_clear (&calls[i]);
    }
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/threads/lc6-own-context", test_lc6_own_context);
  TEST_ADD ("/threads/lc6-global-context", test_lc6_global_context);
  TEST_ADD ("/threads/lc6-two-contexts", test_lc6_two_contexts);
  TEST_ADD ("/threads/lc8-shared-runner", test_lc8_shared_runner);
  TEST_ADD ("/threads/lc8-synchronous", test_lc8_synchronous);
  TEST_ADD ("/threads/lc8-settings", test_lc8_settings);
  TEST_ADD ("/threads/synchronous-leaves-context", test_synchronous_leaves_context);
  TEST_ADD ("/threads/synchronous-in-callback", test_synchronous_in_callback);
  TEST_ADD ("/threads/lc1-runner-dropped", test_lc1_runner_dropped);
  TEST_ADD ("/threads/pg9-all-dropped", test_pg9_all_dropped);
  TEST_ADD ("/threads/last-references-drop-here", test_last_references_drop_here);
  TEST_ADD ("/threads/last-streams-drop-here", test_last_streams_drop_here);
  TEST_ADD ("/threads/lc3-chain", test_lc3_chain);
  TEST_ADD ("/threads/lc4-nested-loops", test_lc4_nested_loops);
  TEST_ADD ("/threads/in8-ends-of-file", test_in8_ends_of_file);

  return g_test_run ();
}
