/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-child-private.h"

#include "exec/exec-protocol.h"
#include "exec/exec-steps.h"
#include "proc-error-private.h"
#include "proc-group-private.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib-unix.h>
#include <glib/gi18n-lib.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* One child, in the engine thread. GSubprocess forks and reaps; the steps up to
 * the exec are ours, run as its child setup, and tell over a control socket how
 * they went.
 *
 * Two facts are awaited, in either order: the control socket is settled (end of
 * file: the program runs; a message: it never will) and the child is reaped. A
 * child that was killed is gone when its group is empty, too; one kill can miss a
 * fork that is under way, so it is repeated until then. When all is known, gone ()
 * is called once, from the main loop. A child that never became its program was
 * reaped as well, so an error leaves no zombie behind.
 */

/* How often a killed group is looked at, and how long: what outlives SIGKILL for
 * so long is stuck in the kernel, or somebody else's. */
#define GROUP_CHECK_MSEC 2
#define GROUP_CHECKS 500

struct _ProcChild
{
  ProcPlan *plan;
  GSubprocess *subprocess;
  pid_t pid; /* 0 if it was reaped before we could ask */

  ProcFd control;
  GSource *control_source;
  gboolean control_settled;
  gboolean reaped;
  GError *error;

  gboolean killed;     /* with its group */
  GSource *group_timer; /* while the group of a reaped child is not known to be empty */
  guint n_group_checks;

  GCancellable *waiting;
  ProcChildGone gone;
  gpointer user_data;
};

static void
note_settled (ProcChild *self)
{
  if (proc_child_is_gone (self))
    self->gone (self->user_data);
}

/* A file that is there, and yet ENOENT: its interpreter is missing. */
static char *
read_interpreter (const ProcPlan *plan, const char *candidate)
{
  g_autofree char *path = NULL;
  g_autoptr(GMappedFile) file = NULL;
  const char *start;
  const char *end;
  gsize length;

  if (plan->cwd != NULL && !g_path_is_absolute (candidate))
    path = g_build_filename (plan->cwd, candidate, NULL);

  file = g_mapped_file_new (path != NULL ? path : candidate, FALSE, NULL);
  if (file == NULL || g_mapped_file_get_length (file) < 3)
    return NULL;

  start = g_mapped_file_get_contents (file);
  length = MIN (g_mapped_file_get_length (file), 256);
  if (start[0] != '#' || start[1] != '!')
    return NULL;

  end = start + length;
  for (start += 2; start < end && (*start == ' ' || *start == '\t'); start++)
    ;
  for (length = 0; start + length < end && !g_ascii_isspace (start[length]); length++)
    ;

  return g_utf8_make_valid (start, length);
}

static GError *
missing_program (const ProcPlan *plan, int error)
{
  g_autofree char *program = g_utf8_make_valid (plan->argv[0], -1);

  for (guint i = 0; plan->candidates[i] != NULL; i++)
    {
      g_autofree char *interpreter = read_interpreter (plan, plan->candidates[i]);

      if (interpreter != NULL)
        return g_error_new (PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_NOT_FOUND,
                            _("“%s”, the interpreter of “%s”, was not found: %s"), interpreter,
                            program, g_strerror (error));
    }

  return g_error_new (PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_NOT_FOUND,
                      _("Program “%s” was not found: %s"), program, g_strerror (error));
}

static GError *
failed_exec (const ProcPlan *plan, int error)
{
  g_autofree char *program = NULL;

  if (error == ENOENT || error == ENOTDIR)
    return missing_program (plan, error);

  program = g_utf8_make_valid (plan->argv[0], -1);
  if (error == ENOMEM || error == EAGAIN || error == EMFILE || error == ENFILE)
    return g_error_new (PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_SPAWN,
                        _("Cannot start “%s”: %s"), program, g_strerror (error));

  return g_error_new (PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_NOT_EXECUTABLE,
                      _("Cannot execute “%s”: %s"), program, g_strerror (error));
}

static GError *
failed_step (const ProcPlan *plan, const ExecFailure *failure)
{
  g_autofree char *cwd = NULL;

  switch (failure->step)
    {
    case EXEC_STEP_EXEC:
      return failed_exec (plan, failure->error);

    case EXEC_STEP_CWD:
      cwd = g_utf8_make_valid (plan->cwd, -1);
      return g_error_new (PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_BAD_CWD,
                          _("Cannot use “%s” as working directory: %s"), cwd,
                          g_strerror (failure->error));

    case EXEC_STEP_SESSION:
    default:
      return g_error_new (PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_SPAWN,
                          _("Cannot start a session or process group: %s"),
                          g_strerror (failure->error));
    }
}

static gboolean
on_control (int fd, GIOCondition condition, gpointer user_data)
{
  ProcChild *self = user_data;
  ExecFailure failure;
  gssize size = recv (fd, &failure, sizeof failure, 0);

  if (size < 0 && (errno == EINTR || errno == EAGAIN))
    return G_SOURCE_CONTINUE;

  if (size == sizeof failure)
    self->error = failed_step (self->plan, &failure);

  g_clear_pointer (&self->control_source, g_source_unref);
  proc_fd_clear (&self->control);
  self->control_settled = TRUE;
  note_settled (self);
  return G_SOURCE_REMOVE;
}

static void
watch_control (ProcChild *self)
{
  self->control_source = g_unix_fd_source_new (self->control, G_IO_IN);
  g_source_set_callback (self->control_source, G_SOURCE_FUNC (on_control), self, NULL);
  g_source_set_static_name (self->control_source, "[procrunner] control");
  g_source_attach (self->control_source, g_main_context_get_thread_default ());
}

static gboolean
on_group_timer (gpointer user_data)
{
  ProcChild *self = user_data;

  if (!proc_group_is_empty (self->pid) && ++self->n_group_checks < GROUP_CHECKS)
    {
      proc_group_signal (self->pid, SIGKILL);
      return G_SOURCE_CONTINUE;
    }

  g_clear_pointer (&self->group_timer, g_source_unref);
  note_settled (self);
  return G_SOURCE_REMOVE;
}

static void
start_group_timer (ProcChild *self)
{
  proc_group_signal (self->pid, SIGKILL);
  self->group_timer = g_timeout_source_new (GROUP_CHECK_MSEC);
  g_source_set_callback (self->group_timer, on_group_timer, self, NULL);
  g_source_set_static_name (self->group_timer, "[procrunner] group");
  g_source_attach (self->group_timer, g_main_context_get_thread_default ());
}

static void
on_reaped (GObject *source, GAsyncResult *result, gpointer user_data)
{
  ProcChild *self = user_data;

  /* Cancelled: the child was freed, and this is the last that is heard of it. */
  if (!g_subprocess_wait_finish (G_SUBPROCESS (source), result, NULL))
    return;

  self->reaped = TRUE;
  if (self->killed && !proc_group_is_empty (self->pid))
    start_group_timer (self);
  note_settled (self);
}

static void
run_steps (gpointer user_data)
{
  exec_steps_run (user_data);
}

static void
fill_steps (ExecSteps *steps,
            const ProcPlan *plan,
            const ProcChildStreams *streams,
            int control_fd)
{
  static const ExecSession sessions[] = {
    [PROC_SESSION_NEW] = EXEC_SESSION_NEW,
    [PROC_SESSION_GROUP] = EXEC_SESSION_GROUP,
    [PROC_SESSION_SHARED] = EXEC_SESSION_SHARED,
  };

  steps->session = sessions[plan->session];
  steps->cwd = plan->cwd;
  steps->candidates = plan->candidates;
  steps->argv = plan->argv;
  steps->envp = plan->envp;
  steps->control_fd = control_fd;
  steps->given[0] = streams->in >= 0;
  steps->given[1] = streams->out >= 0;
  steps->given[2] = streams->err >= 0;
}

void
proc_child_streams_clear (ProcChildStreams *self)
{
  proc_fd_clear (&self->in);
  proc_fd_clear (&self->out);
  proc_fd_clear (&self->err);
}

static GSubprocess *
launch (const ProcPlan *plan, ProcChildStreams *streams, int control_fd, GError **error)
{
  g_autoptr(GSubprocessLauncher) launcher = NULL;
  g_autoptr(GError) cause = NULL;
  GSubprocess *subprocess;
  GSubprocessFlags flags = G_SUBPROCESS_FLAGS_INHERIT_FDS;
  ExecSteps steps;

  if (streams->in < 0)
    flags |= G_SUBPROCESS_FLAGS_STDIN_INHERIT;

  fill_steps (&steps, plan, streams, control_fd);
  launcher = g_subprocess_launcher_new (flags);
  g_subprocess_launcher_set_child_setup (launcher, run_steps, &steps, NULL);
  if (streams->in >= 0)
    g_subprocess_launcher_take_stdin_fd (launcher, proc_fd_steal (&streams->in));
  if (streams->out >= 0)
    g_subprocess_launcher_take_stdout_fd (launcher, proc_fd_steal (&streams->out));
  if (streams->err >= 0)
    g_subprocess_launcher_take_stderr_fd (launcher, proc_fd_steal (&streams->err));

  subprocess = g_subprocess_launcher_spawnv (launcher, (const char *const *) plan->argv, &cause);
  if (subprocess == NULL)
    g_set_error_literal (error, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_SPAWN, cause->message);

  return subprocess;
}

/* Starts the plan's program, with the streams' ends, which are taken. */
ProcChild *
proc_child_spawn (ProcPlan *plan,
                  ProcChildStreams *streams,
                  ProcChildGone gone,
                  gpointer user_data,
                  GError **error)
{
  g_autoptr(GSubprocess) subprocess = NULL;
  g_auto(ProcFd) ours = -1;
  g_auto(ProcFd) theirs = -1;
  const char *identifier;
  ProcChild *self;
  int fds[2];

  if (!proc_fd_socketpair (fds, error))
    return NULL;
  ours = fds[0];
  theirs = fds[1];

  subprocess = launch (plan, streams, theirs, error);
  if (subprocess == NULL)
    return NULL;

  self = g_new0 (ProcChild, 1);
  self->plan = proc_plan_ref (plan);
  self->control = proc_fd_steal (&ours);
  self->gone = gone;
  self->user_data = user_data;
  self->waiting = g_cancellable_new ();
  identifier = g_subprocess_get_identifier (subprocess);
  self->pid = identifier != NULL ? (pid_t) g_ascii_strtoll (identifier, NULL, 10) : 0;
  self->subprocess = g_steal_pointer (&subprocess);

  watch_control (self);
  g_subprocess_wait_async (self->subprocess, self->waiting, on_reaped, self);
  return self;
}

/* A child that still runs is left to GSubprocess, which reaps it. */
void
proc_child_free (ProcChild *self)
{
  g_cancellable_cancel (self->waiting);
  g_clear_object (&self->waiting);
  if (self->group_timer != NULL)
    g_source_destroy (self->group_timer);
  g_clear_pointer (&self->group_timer, g_source_unref);
  if (self->control_source != NULL)
    g_source_destroy (self->control_source);
  g_clear_pointer (&self->control_source, g_source_unref);
  proc_fd_clear (&self->control);
  g_clear_object (&self->subprocess);
  g_clear_error (&self->error);
  proc_plan_unref (self->plan);
  g_free (self);
}

gboolean
proc_child_is_gone (ProcChild *self)
{
  return self->reaped && self->control_settled && self->group_timer == NULL;
}

/* Known sooner than that it is gone: it may not have been reaped yet. */
gboolean
proc_child_has_exited (ProcChild *self)
{
  siginfo_t info = { 0 };

  if (self->reaped || self->pid == 0)
    return TRUE;

  if (waitid (P_PID, self->pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0)
    return errno == ECHILD;

  return info.si_pid != 0;
}

/* As waitpid () gives it. */
int
proc_child_get_wait_status (ProcChild *self)
{
  g_assert (self->reaped);

  return g_subprocess_get_status (self->subprocess);
}

/* Gives why the program was never started, or NULL. */
GError *
proc_child_steal_error (ProcChild *self)
{
  return g_steal_pointer (&self->error);
}

/* Ends the child's group, or in a shared group the child alone. */
void
proc_child_kill (ProcChild *self)
{
  if (self->reaped || self->pid == 0)
    return;

  if (self->plan->session == PROC_SESSION_SHARED)
    {
      g_subprocess_force_exit (self->subprocess);
      return;
    }

  self->killed = TRUE;
  if (g_subprocess_get_identifier (self->subprocess) != NULL)
    proc_group_signal (self->pid, SIGKILL);
}
