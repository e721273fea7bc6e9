/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Jobs that end in every way, in any order, and whose owners leave at any moment: no slot is
 * lost, and the fixture sees to it that nothing is left. */

#include "config.h"

#include "test-jobs.h"

#define SHORT_GRACE_MSEC 2

static guint
count_rounds (void)
{
  return test_in_valgrind () ? 40 : 300;
}

/* The ways to end */

typedef enum
{
  EXITS,
  IS_MISSING,
  HAS_NO_DIRECTORY,
  IS_INVALID,
  HAS_NO_FILE,
  TIMES_OUT,
  SAYS_TOO_MUCH,
  IS_CANCELLED_BEFORE,
  IS_STOPPED_AT_ONCE,
  IS_STOPPED_WHEN_IT_RUNS,
  IS_KILLED_WHEN_IT_RUNS,
  N_WAYS
} Way;

/* How each ends: by an outcome, or an error of ours. */
static const struct
{
  ProcOutcome outcome;
  int code; /* -1: none */
} ends[N_WAYS] = {
  [EXITS] = { PROC_OUTCOME_EXITED, -1 },
  [IS_MISSING] = { 0, PROC_RUNNER_ERROR_NOT_FOUND },
  [HAS_NO_DIRECTORY] = { 0, PROC_RUNNER_ERROR_BAD_CWD },
  [IS_INVALID] = { 0, PROC_RUNNER_ERROR_INVALID_COMMAND },
  [HAS_NO_FILE] = { 0, PROC_RUNNER_ERROR_OUTPUT_FILE },
  [TIMES_OUT] = { PROC_OUTCOME_TIMED_OUT, -1 },
  [SAYS_TOO_MUCH] = { PROC_OUTCOME_OUTPUT_LIMIT, -1 },
  [IS_CANCELLED_BEFORE] = { PROC_OUTCOME_CANCELLED, -1 },
  [IS_STOPPED_AT_ONCE] = { PROC_OUTCOME_CANCELLED, -1 },
  [IS_STOPPED_WHEN_IT_RUNS] = { PROC_OUTCOME_CANCELLED, -1 },
  [IS_KILLED_WHEN_IT_RUNS] = { PROC_OUTCOME_CANCELLED, -1 },
};

static ProcCommand *
make_command (Way way)
{
  switch (way)
    {
    case EXITS:
    case HAS_NO_DIRECTORY:
    case HAS_NO_FILE:
      return test_child ("exit", "0", NULL);
    case IS_MISSING:
      return proc_command_new (TEST_ARGV ("/no/such/program"));
    case IS_INVALID:
      return proc_command_new (TEST_ARGV (""));
    case SAYS_TOO_MUCH:
      return test_child ("flood", "100000", "out", NULL);
    case IS_KILLED_WHEN_IT_RUNS:
      return test_child ("ignore-term", "fork", NULL);
    case TIMES_OUT:
    case IS_CANCELLED_BEFORE:
    case IS_STOPPED_AT_ONCE:
    case IS_STOPPED_WHEN_IT_RUNS:
    case N_WAYS:
    default:
      return test_child ("hang", NULL);
    }
}

static void
prepare (ProcCommand *command, Way way)
{
  g_autoptr(GFile) file = NULL;

  if (way == HAS_NO_DIRECTORY)
    proc_command_set_cwd (command, "/no/such/directory");
  if (way == TIMES_OUT)
    proc_command_set_timeout_msec (command, g_test_rand_int_range (1, 20));
  if (way == SAYS_TOO_MUCH)
    proc_command_set_max_output (command, 10, PROC_OVERFLOW_FAIL);
  if (way != HAS_NO_FILE)
    return;

  file = g_file_new_for_path ("/no/such/directory/file");
  proc_command_set_stdout_file (command, file, PROC_FILE_FLAGS_NONE);
}

static void
on_state (ProcJob *job, GParamSpec *pspec, gpointer way)
{
  if (proc_job_get_state (job) != PROC_JOB_STATE_RUNNING)
    return;

  if (GPOINTER_TO_INT (way) == IS_KILLED_WHEN_IT_RUNS)
    proc_job_kill (job);
  else
    proc_job_stop (job);
}

static ProcJob *
start (ProcRunner *runner, Way way)
{
  g_autoptr(ProcCommand) command = make_command (way);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  ProcJob *job;

  prepare (command, way);
  if (way == IS_CANCELLED_BEFORE)
    g_cancellable_cancel (cancellable);
  job = proc_runner_start (runner, command, cancellable);
  test_track (job);

  if (way == IS_STOPPED_AT_ONCE)
    proc_job_stop (job);
  if (way == IS_STOPPED_WHEN_IT_RUNS || way == IS_KILLED_WHEN_IT_RUNS)
    g_signal_connect (job, "notify::state", G_CALLBACK (on_state), GINT_TO_POINTER (way));
  return job;
}

typedef struct
{
  Way way;
  guint *n_left;
} Expected;

static void
on_over (GObject *source, GAsyncResult *async_result, gpointer user_data)
{
  g_autofree Expected *expected = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(ProcResult) result = NULL;
  const int code = ends[expected->way].code;

  result = proc_job_wait_finish (PROC_JOB (source), async_result, &error);
  if (code >= 0)
    g_assert_error (error, PROC_RUNNER_ERROR, code);
  else
    g_assert_no_error (error);

  if (result != NULL)
    g_assert_cmpint (proc_result_get_outcome (result), ==, ends[expected->way].outcome);
  (*expected->n_left)--;
}

static void
assert_at_most (GObject *runner, GParamSpec *pspec, gpointer limit)
{
  g_assert_cmpuint (proc_runner_get_n_running (PROC_RUNNER (runner)), <=,
                    GPOINTER_TO_UINT (limit));
}

/* As many as may run are at work at once, and no more. */
static void
assert_all_slots (ProcRunner *runner, guint limit)
{
  g_auto(TestFifo) ready = test_fifo_ready ();
  g_auto(TestFifo) gate = test_fifo_gate ();
  g_autoptr(ProcCommand) command = test_child ("ready", ready.path, "gate", gate.path, NULL);
  g_autoptr(GPtrArray) jobs = g_ptr_array_new_with_free_func (g_object_unref);

  g_assert_cmpuint (proc_runner_get_n_running (runner), ==, 0);
  g_assert_cmpuint (proc_runner_get_n_queued (runner), ==, 0);
  for (guint i = 0; i < limit + 1; i++)
    g_ptr_array_add (jobs, test_job_start (runner, command));

  test_fifo_wait_for (&ready, limit);
  test_settle_engine (runner);
  g_assert_cmpuint (proc_runner_get_n_running (runner), ==, limit);
  g_assert_cmpuint (proc_runner_get_n_queued (runner), ==, 1);
  for (guint i = 0; i < limit + 1; i++)
    test_fifo_open (&gate);
  for (guint i = 0; i < limit + 1; i++)
    test_job_wait_for_outcome (g_ptr_array_index (jobs, i), PROC_OUTCOME_EXITED);
}

static void
test_every_end_frees_its_slot (void)
{
  const guint limit = 8;
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  guint n_left = count_rounds ();

  proc_runner_set_max_running (runner, limit);
  proc_runner_set_kill_grace_msec (runner, SHORT_GRACE_MSEC);
  g_signal_connect (runner, "notify::n-running", G_CALLBACK (assert_at_most),
                    GUINT_TO_POINTER (limit));
  for (guint i = n_left; i > 0; i--)
    {
      Expected *expected = g_new (Expected, 1);
      g_autoptr(ProcJob) job = NULL;

      *expected = (Expected) { g_test_rand_int_range (0, N_WAYS), &n_left };
      job = start (runner, expected->way);
      proc_job_wait_async (job, NULL, on_over, expected);
    }
  while (n_left > 0)
    test_iterate (NULL);

  assert_all_slots (runner, limit);
}

/* Those who hold a runner, and what belongs to it */

#define N_CASTS 6
#define N_JOBS 4
#define MOST_ALIVE 24

typedef struct
{
  ProcRunner *runner;
  GListModel *list;
  GCancellable *cancellable;
  ProcJob *jobs[N_JOBS];
} Cast;

static guint n_alive;
static guint n_left_in[PROC_JOB_STATE_FINISHED + 1]; /* jobs, by the state they were left in */

static void
on_gone (gpointer data, GObject *where)
{
  n_alive--;
}

static void
begin (Cast *self)
{
  self->runner = proc_runner_new ();
  self->cancellable = g_cancellable_new ();
  test_track (self->runner);
  test_track (self->cancellable);
  proc_runner_set_kill_grace_msec (self->runner, SHORT_GRACE_MSEC);
  proc_runner_set_max_running (self->runner, g_test_rand_int_range (0, 3));
  proc_runner_set_keep_finished (self->runner, g_test_rand_int_range (0, 3));
}

/* Each ends by itself, or by its timeout. */
static ProcCommand *
make_ending (void)
{
  static const char *const verbs[][4] = {
    { "exit", "0" },
    { "echo", "out", "err", "oops" },
    { "ignore-term", "fork" },
    { "flood", "100000", "out", "hang" },
    { "cat", "hang" },
  };
  guint i = g_test_rand_int_range (0, G_N_ELEMENTS (verbs));
  const char *const *verb = verbs[i];
  ProcCommand *command = test_child (verb[0], verb[1], verb[2], verb[3], NULL);

  proc_command_set_timeout_msec (command, g_test_rand_int_range (1, 30));
  if (g_test_rand_bit ())
    proc_command_set_stdin_text (command, "in");
  if (g_test_rand_int_range (0, 4) == 0)
    proc_command_set_stdout (command, PROC_STDIO_PIPE);
  return command;
}

static void
ignore (void)
{
}

static void
leave (ProcJob **job)
{
  if (*job != NULL)
    n_left_in[proc_job_get_state (*job)]++;
  g_clear_object (job);
}

static void
start_ending (Cast *self, ProcJob **job)
{
  g_autoptr(ProcCommand) command = make_ending ();

  if (self->runner == NULL)
    return;

  leave (job);
  *job = proc_runner_start (self->runner, command, self->cancellable);
  test_track (*job);
  n_alive++;
  g_object_weak_ref (G_OBJECT (*job), on_gone, NULL);
  if (g_test_rand_bit ())
    g_signal_connect (*job, "lines", G_CALLBACK (ignore), NULL);
  if (g_test_rand_bit ())
    g_signal_connect (self->runner, "notify::n-running", G_CALLBACK (ignore), NULL);
}

static void
on_any_end (GObject *source, GAsyncResult *result, gpointer cast)
{
  Cast *self = cast;

  if (g_test_rand_bit ())
    g_clear_object (&self->runner);
  if (g_test_rand_bit ())
    g_clear_object (&self->list);
}

/* What has an owner may leave in any order. */
static void
drop_one (Cast *self)
{
  switch (g_test_rand_int_range (0, 3 + N_JOBS))
    {
    case 0:
      g_clear_object (&self->runner);
      break;
    case 1:
      g_clear_object (&self->list);
      break;
    case 2:
      g_clear_object (&self->cancellable);
      break;
    default:
      leave (&self->jobs[g_test_rand_int_range (0, N_JOBS)]);
    }
}

static void
act_on_job (Cast *self, ProcJob *job)
{
  switch (g_test_rand_int_range (0, 5))
    {
    case 0:
      proc_job_stop (job);
      break;
    case 1:
      proc_job_kill (job);
      break;
    case 2:
      proc_job_wait_async (job, self->cancellable, on_any_end, self);
      break;
    case 3:
      proc_job_read_lines_async (job, PROC_STREAM_STDOUT, NULL, NULL, NULL);
      break;
    default:
      proc_job_close_stdin (job);
    }
}

static void
act_on_runner (Cast *self)
{
  switch (g_test_rand_int_range (0, 5))
    {
    case 0:
      g_set_object (&self->list, proc_runner_get_jobs (self->runner));
      break;
    case 1:
      proc_runner_set_max_running (self->runner, g_test_rand_int_range (0, 3));
      break;
    case 2:
      proc_runner_set_keep_finished (self->runner, g_test_rand_int_range (0, 3));
      break;
    case 3:
      proc_runner_run_async (self->runner, proc_job_get_command (self->jobs[0]), NULL, NULL, NULL);
      break;
    default:
      if (g_test_rand_int_range (0, 4) == 0)
        proc_runner_stop_all_async (self->runner, self->cancellable, NULL, NULL);
    }
}

static void
act (Cast *self)
{
  ProcJob **job = &self->jobs[g_test_rand_int_range (0, N_JOBS)];

  if (*job == NULL || g_test_rand_int_range (0, 3) == 0)
    start_ending (self, job);
  else if (g_test_rand_bit ())
    act_on_job (self, *job);
  else if (self->runner != NULL && self->jobs[0] != NULL)
    act_on_runner (self);
  else if (self->cancellable != NULL && g_test_rand_int_range (0, 4) == 0)
    g_cancellable_cancel (self->cancellable);
  else
    drop_one (self);
}

static void
end (Cast *self)
{
  for (guint i = 0; i < 4; i++)
    drop_one (self);
  for (guint i = 0; i < N_JOBS; i++)
    leave (&self->jobs[i]);
  g_clear_object (&self->runner);
  g_clear_object (&self->list);
  g_clear_object (&self->cancellable);
}

static void
end_all (Cast *casts)
{
  for (guint i = 0; i < N_CASTS; i++)
    end (&casts[i]);
}

/* Those that nobody holds go on to their end, and are gone then. */
static void
test_dropped_at_any_moment (void)
{
  GMainContext *context = g_main_context_get_thread_default ();
  g_autoptr(ProcRunner) pace = proc_runner_new ();
  Cast casts[N_CASTS] = { { NULL } };

  for (guint n_left = count_rounds (); n_left > 0;)
    {
      Cast *cast = &casts[g_test_rand_int_range (0, N_CASTS)];

      if (cast->runner == NULL || g_test_rand_int_range (0, 12) == 0)
        {
          end (cast);
          begin (cast);
          n_left--;
        }

      act (cast);
      if (g_test_rand_int_range (0, 6) == 0)
        test_settle_engine (pace); /* the others' children get on as well */
      test_iterate_pending ();
      if (n_alive <= MOST_ALIVE)
        continue;

      end_all (casts);
      while (n_alive > MOST_ALIVE / 2)
        test_iterate (context);
    }

  end_all (casts);
  test_wait_for_tracked ();
  for (ProcJobState state = PROC_JOB_STATE_QUEUED; state <= PROC_JOB_STATE_FINISHED; state++)
    g_test_message ("%u jobs were left in state %d", n_left_in[state], state);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/job-random/every-end-frees-its-slot", test_every_end_frees_its_slot);
  TEST_ADD ("/job-random/dropped-at-any-moment", test_dropped_at_any_moment);

  return g_test_run ();
}
