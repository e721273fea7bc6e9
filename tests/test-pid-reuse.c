/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* CA5: no stranger is ever signalled. A number that was a child's goes to a stranger while the run
 * is not over, or just is, and then everything that can be signalled is.
 *
 * For this to happen each time, the program runs itself once more as the first process of a PID
 * namespace, where it may say which number the next process is to have.
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test-jobs.h"
#include "test-stopping.h"

#define INSIDE "PROC_TEST_INSIDE"
#define STATUS_UNHARMED 42
#define STATUS_SIGNALLED 1
#define TICK_MSEC 20 /* more than one, in which start times are counted */

static const char *program_path;

/* Inside */

/* Leads a session and a group of its own, and ends when its pipe does. */
typedef struct
{
  pid_t pid;
  int fd;
} Stranger;

static void
end_for_signal (int number)
{
  _exit (STATUS_SIGNALLED);
}

static G_NORETURN void
be_stranger (int in, int out)
{
  const int numbers[] = { SIGTERM, SIGCONT, SIGUSR1, SIGHUP };
  char byte = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    signal (numbers[i], end_for_signal);

  setsid ();
  if (write (out, "x", 1) != 1)
    _exit (STATUS_SIGNALLED);
  while (read (in, &byte, 1) < 0 && errno == EINTR)
    continue;

  _exit (STATUS_UNHARMED);
}

static Stranger
stranger_new (void)
{
  Stranger self;
  int life[2], ready[2];
  char byte;

  g_assert_no_errno (pipe2 (life, O_CLOEXEC));
  g_assert_no_errno (pipe2 (ready, O_CLOEXEC));
  self.pid = fork ();
  g_assert_cmpint (self.pid, >=, 0);
  if (self.pid == 0)
    {
      close (life[1]);
      be_stranger (life[0], ready[1]);
    }

  close (life[0]);
  close (ready[1]);
  self.fd = life[1];
  g_assert_cmpint (TEMP_FAILURE_RETRY (read (ready[0], &byte, 1)), ==, 1);
  close (ready[0]);
  return self;
}

static int
stranger_end (Stranger *self)
{
  int status = 0;

  close (self->fd);
  g_assert_cmpint (TEMP_FAILURE_RETRY (waitpid (self->pid, &status, 0)), ==, self->pid);
  return WIFEXITED (status) ? WEXITSTATUS (status) : 128 + WTERMSIG (status);
}

static void
set_next_number (pid_t pid)
{
  g_autofree char *text = g_strdup_printf ("%d", (int) pid - 1);
  int fd = open ("/proc/sys/kernel/ns_last_pid", O_WRONLY | O_CLOEXEC);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (write (fd, text, strlen (text)), ==, (int) strlen (text));
  close (fd);
}

/* A thread of ours may be started in between, and then it is tried again. */
static Stranger
stranger_with_number (pid_t pid)
{
  for (guint i = 0; i < 1000; i++)
    {
      Stranger self;

      set_next_number (pid);
      self = stranger_new ();
      if (self.pid == pid)
        return self;

      stranger_end (&self);
    }

  g_error ("the number %d is not to be had", (int) pid);
}

static gboolean
is_reaped (gpointer pid)
{
  return kill (GPOINTER_TO_INT (pid), 0) < 0 && errno == ESRCH;
}

static void
signal_in_each_way (ProcJob *job, guint number)
{
  proc_job_send_signal (job, SIGUSR1);
  if (number % 2 == 0)
    proc_job_stop (job);
  else
    proc_job_kill (job);
}

/* The job's program has ended, and its group with it; a daemon in another session keeps the run
 * from its end. */
static void
reuse_while_draining (ProcRunner *runner, guint number)
{
  g_auto(TestFifo) ready = test_fifo_ready ();
  g_auto(TestFifo) gate = test_fifo_gate ();
  g_autoptr(ProcCommand) command = test_child ("setsid-fork", "ready", ready.path, "gate",
                                               gate.path, NULL);
  g_autoptr(ProcJob) job = test_job_start (runner, command);
  g_autoptr(ProcResult) result = NULL;
  pid_t daemon = test_fifo_wait (&ready);
  Stranger stranger;

  test_job_iterate_until (job, PROC_JOB_STATE_RUNNING);
  g_assert_true (test_eventually (is_reaped, GINT_TO_POINTER (proc_job_get_pid (job))));
  stranger = stranger_with_number (proc_job_get_pid (job));
  signal_in_each_way (job, number);
  result = test_job_wait (job);
  g_assert_cmpint (proc_result_get_outcome (result), ==, PROC_OUTCOME_EXITED);
  g_assert_cmpint (stranger_end (&stranger), ==, STATUS_UNHARMED);

  test_fifo_open (&gate);
  test_wait_for_orphan (daemon);
}

/* The run is over. */
static void
reuse_after_the_end (ProcRunner *runner, guint number)
{
  g_autoptr(ProcCommand) command = test_child ("exit", "3", NULL);
  g_autoptr(ProcJob) job = test_job_start (runner, command);
  g_autoptr(ProcResult) result = test_job_wait (job);
  g_autoptr(ProcResult) again = NULL;
  Stranger stranger = stranger_with_number (proc_job_get_pid (job));

  signal_in_each_way (job, number);
  again = test_job_wait (job);
  g_assert_true (again == result);
  test_settle_engine (runner);
  g_assert_cmpint (stranger_end (&stranger), ==, STATUS_UNHARMED);
}

/* Somebody of the group outlived the program, which the library saw, and is gone since: both
 * numbers are strangers'. */
static void
reuse_of_a_member (ProcRunner *runner, guint number)
{
  g_auto(TestFifo) ready = test_fifo_ready ();
  g_auto(TestFifo) ready_daemon = test_fifo_ready ();
  g_auto(TestFifo) gate = test_fifo_gate ();
  g_autoptr(ProcCommand) command = proc_command_new_shell (
    "\"$1\" setsid-fork ready \"$2\" gate \"$3\"; exec \"$1\" leave ready \"$4\" hang",
    TEST_ARGV (test_child_path (), ready_daemon.path, gate.path, ready.path));
  g_autoptr(ProcJob) job = test_job_start (runner, command);
  g_autoptr(ProcResult) result = NULL;
  pid_t daemon = test_fifo_wait (&ready_daemon);
  pid_t member = test_fifo_wait (&ready);
  Stranger as_leader, as_member;

  test_job_iterate_until (job, PROC_JOB_STATE_RUNNING);
  g_assert_true (test_eventually (is_reaped, GINT_TO_POINTER (proc_job_get_pid (job))));
  test_settle_engine (runner);
  g_usleep (TICK_MSEC * 1000);
  g_assert_no_errno (kill (member, SIGKILL));
  test_wait_for_orphan (member);

  as_member = stranger_with_number (member);
  as_leader = stranger_with_number (proc_job_get_pid (job));
  signal_in_each_way (job, number);
  result = test_job_wait (job);
  g_assert_cmpint (stranger_end (&as_leader), ==, STATUS_UNHARMED);
  g_assert_cmpint (stranger_end (&as_member), ==, STATUS_UNHARMED);

  test_fifo_open (&gate);
  test_wait_for_orphan (daemon);
}

/* The number is the supervisor's child's, who has reaped it. */
static void
reuse_while_supervised (ProcRunner *runner, guint number)
{
  g_autoptr(ProcRunner) supervised = proc_runner_new ();
  g_auto(TestFifo) ready = test_fifo_ready ();
  g_autoptr(ProcCommand) command = test_child ("setsid-fork", "ready", ready.path, "hang", NULL);
  g_autoptr(ProcJob) job = NULL;
  g_autoptr(ProcResult) result = NULL;
  Stranger stranger;
  pid_t daemon;

  proc_runner_set_supervise (supervised, TRUE);
  job = test_job_start (supervised, command);
  daemon = test_fifo_wait (&ready);
  test_job_iterate_until (job, PROC_JOB_STATE_RUNNING);
  g_assert_true (test_eventually (is_reaped, GINT_TO_POINTER (proc_job_get_pid (job))));
  stranger = stranger_with_number (proc_job_get_pid (job));
  signal_in_each_way (job, number);
  result = test_job_wait (job);
  g_assert_cmpint (stranger_end (&stranger), ==, STATUS_UNHARMED);
  if (kill (daemon, SIGKILL) == 0)
    test_wait_for_orphan (daemon);
}

/* A stranger that is signalled is one that this would notice. */
static void
assert_strangers_notice (void)
{
  Stranger stranger = stranger_new ();
  Stranger other = stranger_new ();

  g_assert_no_errno (kill (-stranger.pid, SIGTERM));
  g_assert_no_errno (kill (other.pid, SIGCONT));
  g_assert_cmpint (stranger_end (&stranger), ==, STATUS_SIGNALLED);
  g_assert_cmpint (stranger_end (&other), ==, STATUS_SIGNALLED);
}

static void
test_inside (void)
{
  static void (*const ways[]) (ProcRunner *, guint) = {
    reuse_while_draining,
    reuse_after_the_end,
    reuse_of_a_member,
    reuse_while_supervised,
  };
  const guint n_rounds = test_count (4, 40, 1000);
  g_autoptr(ProcRunner) runner = proc_runner_new ();

  proc_runner_set_drain_grace_msec (runner, 600000);
  proc_runner_set_kill_grace_msec (runner, TEST_SHORT_GRACE_MSEC);
  assert_strangers_notice ();
  for (guint i = 0; i < n_rounds; i++)
    ways[i % G_N_ELEMENTS (ways)] (runner, i / G_N_ELEMENTS (ways));

  g_test_message ("%u numbers were reused, and no stranger was signalled", n_rounds);
}

/* Outside */

static ProcCommand *
in_namespace (const char *const *argv)
{
  g_autoptr(ProcCommand) command = proc_command_new (TEST_ARGV ("unshare"));

  if (geteuid () != 0)
    {
      proc_command_add_arg (command, "--user");
      proc_command_add_arg (command, "--map-root-user");
    }

  proc_command_add_arg (command, "--pid");
  proc_command_add_arg (command, "--fork");
  proc_command_add_arg (command, "--mount-proc");
  for (; *argv != NULL; argv++)
    proc_command_add_arg (command, *argv);

  test_track (command);
  return g_steal_pointer (&command);
}

static gboolean
can_choose_numbers (ProcRunner *runner)
{
  g_autoptr(ProcCommand) command = in_namespace (
    TEST_ARGV ("sh", "-c", "echo 100 > /proc/sys/kernel/ns_last_pid"));
  g_autoptr(GError) error = NULL;
  g_autoptr(ProcResult) result = proc_runner_check (runner, command, NULL, &error);
  g_autofree char *reason = NULL;

  if (result != NULL)
    return TRUE;

  reason = g_strdup_printf ("no PID namespace in which to choose numbers: %s", error->message);
  g_test_skip (reason);
  return FALSE;
}

static void
run_inside (const char *refused)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = in_namespace (TEST_ARGV (program_path, "--tap"));
  g_autoptr(ProcResult) result = NULL;

  if (test_in_valgrind () || test_in_sanitizer ())
    {
      g_test_skip ("a checker of its own would be the first process of the namespace");
      return;
    }

  if (!can_choose_numbers (runner))
    return;

  proc_command_setenv (command, INSIDE, "yes");
  if (refused != NULL)
    proc_command_setenv (command, "PROCRUNNER_TEST_REFUSE", refused);
  proc_command_set_stderr (command, PROC_STDIO_MERGE);
  result = test_run (runner, command);
  g_test_message ("%s", proc_result_get_stdout_text (result));
  if (!proc_result_get_successful (result))
    g_error ("%s", proc_result_get_summary (result));
}

static void
test_ca5_with_what_there_is (void)
{
  run_inside (NULL);
}

static void
test_ca5_without_group_signals (void)
{
  run_inside ("group");
}

static void
test_ca5_without_pidfds (void)
{
  run_inside ("pidfd");
}

int
main (int argc, char **argv)
{
  program_path = argv[0];
  test_init (&argc, &argv);

  if (g_getenv (INSIDE) != NULL)
    {
      TEST_ADD ("/pid-reuse/inside", test_inside);
      return g_test_run ();
    }

  TEST_ADD ("/pid-reuse/ca5-with-what-there-is", test_ca5_with_what_there_is);
  TEST_ADD ("/pid-reuse/ca5-without-group-signals", test_ca5_without_group_signals);
  TEST_ADD ("/pid-reuse/ca5-without-pidfds", test_ca5_without_pidfds);

  return g_test_run ();
}
