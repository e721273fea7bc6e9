/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The end of all, from wherever it may be asked for: handlers and callbacks, threads and
 * contexts of others; and waits for it that are given up. */

#include "config.h"

#include <string.h>
#include <unistd.h>

#include "test-jobs.h"

static ProcJob *
start (ProcRunner *runner, const char *first_verb, const char *second_verb)
{
  g_autoptr(ProcCommand) command = test_child (first_verb, second_verb, "hang", NULL);

  return test_job_start (runner, command);
}

static void
iterate (void)
{
  test_iterate (NULL);
}

/* What happened, in order, and who is waited for. */
typedef struct
{
  ProcRunner *runner;
  GString *told;
} Scene;

static Scene
scene_new (void)
{
  return (Scene) { proc_runner_new (), g_string_new (NULL) };
}

static void
scene_clear (Scene *self)
{
  g_clear_object (&self->runner);
  g_string_free (self->told, TRUE);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Scene, scene_clear)

static void
note (Scene *self, const char *what)
{
  if (self->told->len > 0)
    g_string_append_c (self->told, ' ');
  g_string_append (self->told, what);
}

static void
on_waited (GObject *source, GAsyncResult *result, gpointer scene)
{
  note (scene, "waited");
}

static void
on_finished (ProcJob *job, GParamSpec *pspec, Scene *scene)
{
  if (proc_job_get_state (job) == PROC_JOB_STATE_FINISHED)
    note (scene, "finished");
}

/* To be told of the end, beside the job whose handler stops all. */
static ProcJob *
start_another (Scene *self)
{
  ProcJob *job = start (self->runner, "echo", "another");

  g_signal_connect (job, "notify::state", G_CALLBACK (on_finished), self);
  proc_job_wait_async (job, NULL, on_waited, self);
  return job;
}

static void
stop_all (Scene *self)
{
  g_autoptr(GError) error = NULL;

  note (self, "(");
  g_assert_true (proc_runner_stop_all (self->runner, NULL, &error));
  g_assert_no_error (error);
  test_assert_no_children ();
  note (self, ")");
}

static void
stop_in_callback (GObject *source, GAsyncResult *result, gpointer scene)
{
  stop_all (scene);
}

/* The callbacks of the others come first; the next one of this job comes later. */
static void
test_in_a_callback (void)
{
  g_auto(Scene) scene = scene_new ();
  g_autoptr(ProcJob) another = start_another (&scene);
  g_autoptr(ProcCommand) command = test_child ("exit", "0", NULL);
  g_autoptr(ProcJob) job = test_job_start (scene.runner, command);

  proc_job_wait_async (job, NULL, stop_in_callback, &scene);
  proc_job_wait_async (job, NULL, on_waited, &scene);
  test_job_iterate_until (job, PROC_JOB_STATE_FINISHED);
  g_assert_cmpstr (scene.told->str, ==, "( finished waited ) waited");
}

static void
test_in_a_callback_of_a_verb (void)
{
  g_auto(Scene) scene = scene_new ();
  g_autoptr(ProcJob) another = start_another (&scene);
  g_autoptr(ProcCommand) command = test_child ("exit", "0", NULL);

  proc_runner_check_async (scene.runner, command, NULL, stop_in_callback, &scene);
  test_job_iterate_until (another, PROC_JOB_STATE_FINISHED);
  g_assert_cmpstr (scene.told->str, ==, "( finished waited )");
}

static void
on_lines (ProcJob *job, ProcStream stream, char **lines, gpointer user_data)
{
  Scene *scene = user_data;

  if (scene->told->len == 0)
    stop_all (scene);
  g_assert_cmpint (proc_job_get_state (job), <, PROC_JOB_STATE_FINISHED);
}

static void
test_in_a_handler_of_lines (void)
{
  g_auto(Scene) scene = scene_new ();
  g_autoptr(ProcJob) another = start_another (&scene);
  g_autoptr(ProcJob) job = start (scene.runner, "interleave", "2000");

  g_signal_connect (job, "lines", G_CALLBACK (on_lines), &scene);
  g_signal_connect (job, "notify::state", G_CALLBACK (on_finished), &scene);
  test_job_wait_for_outcome (job, PROC_OUTCOME_CANCELLED);
  g_assert_cmpstr (scene.told->str, ==, "( finished waited ) finished");
}

static void
stop_when_it_runs (ProcJob *job, GParamSpec *pspec, gpointer user_data)
{
  Scene *scene = user_data;

  if (scene->told->len == 0)
    stop_all (scene);
}

static void
test_in_a_handler_of_the_state (void)
{
  g_auto(Scene) scene = scene_new ();
  g_autoptr(ProcJob) another = NULL;
  g_autoptr(ProcJob) job = start (scene.runner, "echo", "one");

  g_signal_connect (job, "notify::state", G_CALLBACK (stop_when_it_runs), &scene);
  g_signal_connect (job, "notify::state", G_CALLBACK (on_finished), &scene);
  another = start_another (&scene);
  test_job_wait_for_outcome (job, PROC_OUTCOME_CANCELLED);
  g_assert_cmpstr (scene.told->str, ==, "( finished waited ) finished");
}

static void
stop_when_counted (GObject *runner, GParamSpec *pspec, gpointer user_data)
{
  Scene *scene = user_data;

  if (scene->told->len == 0)
    stop_all (scene);
}

static void
stop_when_listed (GListModel *model, guint position, guint removed, guint added, Scene *scene)
{
  stop_when_counted (NULL, NULL, scene);
}

/* Those belong to no job. */
static void
test_in_handlers_of_the_runner (void)
{
  for (guint i = 0; i < 2; i++)
    {
      g_auto(Scene) scene = scene_new ();
      g_autoptr(ProcJob) another = NULL;

      if (i == 0)
        g_signal_connect (scene.runner, "notify::n-running", G_CALLBACK (stop_when_counted),
                          &scene);
      else
        g_signal_connect (proc_runner_get_jobs (scene.runner), "items-changed",
                          G_CALLBACK (stop_when_listed), &scene);

      another = start_another (&scene);
      while (scene.told->len < strlen ("( finished waited )"))
        iterate ();
      test_iterate_pending ();
      g_assert_cmpstr (scene.told->str, ==, "( finished waited )");
    }
}

/* One in the other: the inner one waits for what the outer one waits for. */
static void
stop_again (GObject *source, GAsyncResult *result, gpointer scene)
{
  stop_all (scene);
}

static void
test_one_in_another (void)
{
  g_auto(Scene) scene = scene_new ();
  g_autoptr(ProcJob) first = start (scene.runner, "echo", "one");
  g_autoptr(ProcJob) second = start (scene.runner, "echo", "two");

  proc_job_wait_async (first, NULL, stop_again, &scene);
  proc_job_wait_async (second, NULL, stop_again, &scene);
  stop_all (&scene);
  g_assert_cmpstr (scene.told->str, ==, "( ( ( ) ) )");
}

static void
on_stopped (GObject *source, GAsyncResult *result, gpointer scene)
{
  g_assert_true (proc_runner_stop_all_finish (PROC_RUNNER (source), result, NULL));
  note (scene, "stopped");
}

static void
stop_async_in_callback (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Scene *scene = user_data;

  proc_runner_stop_all_async (scene->runner, NULL, on_stopped, scene);
  note (scene, "asked");
}

/* Which comes after the other callbacks of this job, too; and the runner may be dropped. */
static void
test_async_in_a_callback (void)
{
  g_auto(Scene) scene = scene_new ();
  g_autoptr(ProcJob) job = start (scene.runner, "exit", "0");

  test_track (scene.runner);
  proc_job_wait_async (job, NULL, stop_async_in_callback, &scene);
  proc_job_wait_async (job, NULL, on_waited, &scene);
  test_job_iterate_until (job, PROC_JOB_STATE_FINISHED);
  g_assert_true (g_str_has_prefix (scene.told->str, "asked waited"));
  g_clear_object (&scene.runner);
  while (!g_str_has_suffix (scene.told->str, "stopped"))
    iterate ();
  g_assert_cmpstr (scene.told->str, ==, "asked waited stopped");
}

/* Waiting */

static gpointer
wait_cancellably (gpointer data)
{
  gpointer *args = data;
  GError *error = NULL;

  g_assert_false (proc_runner_stop_all (args[0], args[1], &error));
  return error;
}

/* Whichever form: the wait is over, and what was asked for goes on. */
static void
test_cancel_the_wait (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_auto(TestFifo) ready = test_fifo_ready ();
  g_autoptr(ProcCommand) command = test_child ("ignore-term", "ready", ready.path, NULL);
  g_autoptr(ProcJob) job = test_job_start (runner, command);
  g_auto(TestCall) call = TEST_CALL_INIT;
  g_autoptr(GError) error = NULL;
  g_autoptr(GError) async_error = NULL;
  g_autoptr(GError) thread_error = NULL;
  gpointer args[] = { runner, cancellable };
  GThread *thread;

  test_fifo_wait_for (&ready, 1);
  thread = g_thread_new ("stop", wait_cancellably, args);
  proc_runner_stop_all_async (runner, cancellable, test_call_done, test_call_begin (&call));
  test_job_iterate_until (job, PROC_JOB_STATE_STOPPING);
  g_cancellable_cancel (cancellable);
  g_assert_false (proc_runner_stop_all_finish (runner, test_call_wait (&call), &async_error));
  g_assert_error (async_error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  thread_error = g_thread_join (thread);
  g_assert_error (thread_error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_false (proc_runner_stop_all (runner, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  test_assert_handlers_gone (cancellable);

  g_assert_cmpint (proc_job_get_state (job), ==, PROC_JOB_STATE_STOPPING);
  proc_job_kill (job);
  test_job_wait_for_outcome (job, PROC_OUTCOME_CANCELLED);
}

/* Nothing was to be waited for any more. */
static void
test_cancelled_too_late (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();

  g_assert_true (proc_runner_stop_all (runner, cancellable, NULL));
  g_cancellable_cancel (cancellable);
  test_assert_handlers_gone (cancellable);
}

static gboolean
quit (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_REMOVE;
}

/* One line behind g_application_run (), in the global context. */
static void
test_behind_the_main_loop (void)
{
  g_auto(Scene) scene = { NULL, g_string_new (NULL) };
  g_autoptr(GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr(ProcJob) another = NULL;

  g_main_context_push_thread_default (NULL);
  scene.runner = proc_runner_new ();
  another = start_another (&scene);
  g_idle_add (quit, loop);
  g_main_loop_run (loop);
  stop_all (&scene);
  g_assert_cmpstr (scene.told->str, ==, "( finished waited )");
  g_main_context_pop_thread_default (NULL);
}

static gpointer
stop_in_thread (gpointer data)
{
  gpointer *args = data;

  g_assert_true (proc_runner_stop_all (args[0], NULL, NULL));
  test_assert_no_children ();
  g_idle_add (quit, args[1]);
  return NULL;
}

/* The main loop goes on, and calls its callbacks. */
static void
test_while_the_main_loop_runs (void)
{
  g_auto(Scene) scene = { NULL, g_string_new (NULL) };
  g_autoptr(GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr(ProcJob) another = NULL;
  GThread *thread;
  gpointer args[] = { NULL, loop };

  g_main_context_push_thread_default (NULL);
  args[0] = scene.runner = proc_runner_new ();
  another = start_another (&scene);
  thread = g_thread_new ("stop", stop_in_thread, args);
  g_main_loop_run (loop);
  g_thread_join (thread);
  test_job_wait_for_outcome (another, PROC_OUTCOME_CANCELLED);
  g_assert_cmpstr (scene.told->str, ==, "finished waited");
  g_main_context_pop_thread_default (NULL);
}

/* A job of a context that its thread iterates only at the end, and a runner of that thread. */
typedef struct
{
  ProcRunner *runner;
  ProcJob *job;
  TestFifo ready;
  TestFifo gate;
} Stranger;

static gpointer
be_a_stranger (gpointer data)
{
  Stranger *self = data;
  g_autoptr(GMainContext) context = g_main_context_new ();

  g_main_context_push_thread_default (context);
  g_atomic_pointer_set (&self->runner, proc_runner_new ());
  self->job = start (self->runner, "ready", self->ready.path);
  test_fifo_wait_for (&self->gate, 1);
  g_assert_cmpint (proc_job_get_state (self->job), ==, PROC_JOB_STATE_QUEUED);
  test_job_wait_for_outcome (self->job, PROC_OUTCOME_CANCELLED);
  g_clear_object (&self->job);
  g_clear_object (&self->runner);
  test_iterate_pending ();
  g_main_context_pop_thread_default (context);
  return NULL;
}

static void
end_stranger (Stranger *self, GThread *thread)
{
  g_assert_cmpint (write (self->gate.fd, "\n", 1), ==, 1);
  g_thread_join (thread);
  test_fifo_clear (&self->ready);
  test_fifo_clear (&self->gate);
}

/* Our callbacks are waited for, and the end of the stranger's job, but not that it is
 * told there. The synchronous form does not iterate our context either. */
static void
test_runner_of_another_thread (void)
{
  for (guint i = 0; i < 2; i++)
    {
      Stranger stranger = { NULL, NULL, test_fifo_ready (), test_fifo_ready () };
      GThread *thread = g_thread_new ("stranger", be_a_stranger, &stranger);
      g_auto(Scene) scene = { NULL, g_string_new (NULL) };
      g_autoptr(ProcJob) another = NULL;

      test_fifo_wait_for (&stranger.ready, 1);
      scene.runner = g_object_ref (g_atomic_pointer_get (&stranger.runner));
      another = start_another (&scene);
      if (i == 0)
        {
          stop_all (&scene);
          g_assert_cmpstr (scene.told->str, ==, "( )");
        }
      else
        {
          proc_runner_stop_all_async (scene.runner, NULL, on_stopped, &scene);
          while (!g_str_has_suffix (scene.told->str, "stopped"))
            iterate ();
          test_assert_no_children ();
          g_assert_cmpstr (scene.told->str, ==, "finished waited stopped");
        }

      test_job_wait_for_outcome (another, PROC_OUTCOME_CANCELLED);
      end_stranger (&stranger, thread);
    }
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/stop-all-here/in-a-callback", test_in_a_callback);
  TEST_ADD ("/stop-all-here/in-a-callback-of-a-verb", test_in_a_callback_of_a_verb);
  TEST_ADD ("/stop-all-here/in-a-handler-of-lines", test_in_a_handler_of_lines);
  TEST_ADD ("/stop-all-here/in-a-handler-of-the-state", test_in_a_handler_of_the_state);
  TEST_ADD ("/stop-all-here/in-handlers-of-the-runner", test_in_handlers_of_the_runner);
  TEST_ADD ("/stop-all-here/one-in-another", test_one_in_another);
  TEST_ADD ("/stop-all-here/async-in-a-callback", test_async_in_a_callback);
  TEST_ADD ("/stop-all-here/cancel-the-wait", test_cancel_the_wait);
  TEST_ADD ("/stop-all-here/cancelled-too-late", test_cancelled_too_late);
  TEST_ADD ("/stop-all-here/behind-the-main-loop", test_behind_the_main_loop);
  TEST_ADD ("/stop-all-here/while-the-main-loop-runs", test_while_the_main_loop_runs);
  TEST_ADD ("/stop-all-here/runner-of-another-thread", test_runner_of_another_thread);

  return g_test_run ();
}
