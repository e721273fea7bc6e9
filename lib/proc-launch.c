/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-launch-private.h"

#include "exec/exec-fds.h"
#include "exec/exec-protocol.h"
#include "exec/exec-request.h"
#include "exec/exec-steps.h"
#include "proc-error-private.h"
#include "proc-helper-private.h"
#include "proc-pidfd-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gi18n-lib.h>
#include <unistd.h>

/* Starts a child by GSubprocess, in one of two ways.
 *
 * With the helper, GSubprocess takes its posix_spawn () path, which it does only
 * with inherited descriptors, no working directory and no child setup. It costs
 * the same whatever the program's size, and the helper does the rest.
 *
 * Without it, GSubprocess forks, and the same steps run as its child setup. That
 * takes longer the more memory the program has, and tells more when it fails: so
 * it is also the second try where the helper could not be spawned.
 */

void
proc_child_streams_clear (ProcChildStreams *self)
{
  proc_fd_clear (&self->in);
  proc_fd_clear (&self->out);
  proc_fd_clear (&self->err);
}

static void
fill_steps (ExecSteps *steps,
            const ProcPlan *plan,
            gboolean supervise,
            const ProcChildStreams *streams,
            int control_fd)
{
  static const ExecSession sessions[] = {
    [PROC_SESSION_NEW] = EXEC_SESSION_NEW,
    [PROC_SESSION_GROUP] = EXEC_SESSION_GROUP,
    [PROC_SESSION_SHARED] = EXEC_SESSION_SHARED,
  };
  const ExecSteps filled = {
    .session = sessions[plan->session],
    .supervise = supervise,
    .no_pidfd = proc_pidfd_is_refused (),
    .given = { streams->in >= 0, streams->out >= 0, streams->err >= 0 },
    .umask_ = plan->umask_value,
    .nice_ = plan->nice_value,
    .n_limits = plan->limits->len,
    .n_fds = plan->fds->len,
    .control_fd = control_fd,
    .cwd = plan->cwd,
    .candidates = plan->candidates,
    .argv = plan->argv,
    .envp = plan->envp,
  };

  *steps = filled;
  for (guint i = 0; i < plan->limits->len; i++)
    {
      const ProcLimit *limit = &g_array_index (plan->limits, ProcLimit, i);

      steps->limits[i] = (ExecLimit) { limit->resource, limit->soft, limit->hard };
    }
  for (guint i = 0; i < plan->fds->len; i++)
    steps->fds[i] = ((ProcSharedFd *) g_ptr_array_index (plan->fds, i))->target;
}

static void
give_streams (GSubprocessLauncher *launcher, ProcChildStreams *streams)
{
  if (streams->in >= 0)
    g_subprocess_launcher_take_stdin_fd (launcher, proc_fd_steal (&streams->in));
  if (streams->out >= 0)
    g_subprocess_launcher_take_stdout_fd (launcher, proc_fd_steal (&streams->out));
  if (streams->err >= 0)
    g_subprocess_launcher_take_stderr_fd (launcher, proc_fd_steal (&streams->err));
}

static gboolean
give_fds (GSubprocessLauncher *launcher, const ProcPlan *plan, GError **error)
{
  for (guint i = 0; i < plan->fds->len; i++)
    {
      const ProcSharedFd *shared = g_ptr_array_index (plan->fds, i);
      int copy = proc_fd_dup (shared->fd, error);

      if (copy < 0)
        return FALSE;
      g_subprocess_launcher_take_fd (launcher, copy, shared->target);
    }

  return TRUE;
}

static GSubprocessLauncher *
make_launcher (const ProcPlan *plan, ProcChildStreams *streams, GError **error)
{
  g_autoptr(GSubprocessLauncher) launcher = NULL;
  GSubprocessFlags flags = G_SUBPROCESS_FLAGS_INHERIT_FDS;

  if (streams->in < 0)
    flags |= G_SUBPROCESS_FLAGS_STDIN_INHERIT;

  launcher = g_subprocess_launcher_new (flags);
  give_streams (launcher, streams);
  return give_fds (launcher, plan, error) ? g_steal_pointer (&launcher) : NULL;
}

static char **
make_helper_argv (const char *helper, const ProcPlan *plan, const ExecSteps *steps)
{
  g_autoptr(GPtrArray) argv = g_ptr_array_new ();
  char line[EXEC_REQUEST_SIZE];

  if (exec_request_format (steps, line, sizeof line) < 0)
    return NULL;

  g_ptr_array_add (argv, g_strdup (helper));
  g_ptr_array_add (argv, g_strdup (line));
  if (steps->cwd != NULL)
    g_ptr_array_add (argv, g_strdup (steps->cwd));
  for (guint i = 0; steps->candidates[i] != NULL; i++)
    g_ptr_array_add (argv, g_strdup (steps->candidates[i]));
  g_ptr_array_add (argv, g_strdup (plan->argv0 != NULL ? plan->argv0 : plan->argv[0]));
  for (guint i = 1; plan->argv[i] != NULL; i++)
    g_ptr_array_add (argv, g_strdup (plan->argv[i]));

  g_ptr_array_add (argv, NULL);
  return (char **) g_ptr_array_steal (argv, NULL);
}

/* Above all that the command has asked for. */
static int
choose_control_fd (const ProcPlan *plan)
{
  int highest = STDERR_FILENO;

  for (guint i = 0; i < plan->fds->len; i++)
    highest = MAX (highest, ((ProcSharedFd *) g_ptr_array_index (plan->fds, i))->target);

  return highest + 1;
}

/* The helper's own standard input is the control socket, so the program's goes to
 * it with the others where it is to be inherited. */
static gboolean
send_fds (int socket,
          const ProcPlan *plan,
          const ProcChildStreams *streams,
          ExecSteps *steps,
          GError **error)
{
  int fds[EXEC_MAX_GIVEN];
  int n = 0;

  if (streams->in < 0 && fcntl (STDIN_FILENO, F_GETFD) >= 0)
    steps->given[STDIN_FILENO] = TRUE;

  if (steps->given[STDIN_FILENO])
    fds[n++] = streams->in >= 0 ? streams->in : STDIN_FILENO;
  if (streams->out >= 0)
    fds[n++] = streams->out;
  if (streams->err >= 0)
    fds[n++] = streams->err;
  for (guint i = 0; i < plan->fds->len; i++)
    fds[n++] = ((ProcSharedFd *) g_ptr_array_index (plan->fds, i))->fd;

  if (exec_fds_send (socket, fds, n) == 0)
    return TRUE;

  proc_set_error_from_errno (error, PROC_RUNNER_ERROR_SPAWN, errno,
                             _("Cannot pass descriptors to the command"));
  return FALSE;
}

/* GSubprocess gets one descriptor to pass, and no other: to map further ones it
 * duplicates them, and aborts the program when it cannot. */
static GSubprocess *
spawn_helper (const char *helper,
              const ProcPlan *plan,
              gboolean supervise,
              const ProcChildStreams *streams,
              const ProcControl *control,
              GError **error)
{
  g_autoptr(GSubprocessLauncher) launcher = NULL;
  g_auto(GStrv) argv = NULL;
  ExecSteps steps;
  int copy;

  fill_steps (&steps, plan, supervise, streams, -1);
  if (!send_fds (control->ours, plan, streams, &steps, error))
    return NULL;

  copy = proc_fd_dup (control->theirs, error);
  if (copy < 0)
    return NULL;

  argv = make_helper_argv (helper, plan, &steps);
  launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_INHERIT_FDS);
  g_subprocess_launcher_take_stdin_fd (launcher, copy);
  g_subprocess_launcher_set_environ (launcher, plan->envp);
  return g_subprocess_launcher_spawnv (launcher, (const char *const *) argv, error);
}

static void
run_steps (gpointer user_data)
{
  exec_steps_run (user_data);
}

static GSubprocess *
fork_child (const ProcPlan *plan,
            gboolean supervise,
            ProcChildStreams *streams,
            const ProcControl *control,
            GError **error)
{
  g_autoptr(GSubprocessLauncher) launcher = NULL;
  g_autofree char **argv = NULL;
  g_auto(ProcFd) copy = -1;
  ExecSteps steps;

  /* Where the command's own descriptors will not be put in its place. */
  copy = proc_fd_dup_above (control->theirs, choose_control_fd (plan), error);
  if (copy < 0)
    return NULL;

  fill_steps (&steps, plan, supervise, streams, copy);
  launcher = make_launcher (plan, streams, error);
  if (launcher == NULL)
    return NULL;

  if (plan->argv0 != NULL)
    {
      argv = g_memdup2 (plan->argv, (g_strv_length (plan->argv) + 1) * sizeof *argv);
      argv[0] = plan->argv0;
      steps.argv = argv;
    }
  g_subprocess_launcher_set_child_setup (launcher, run_steps, &steps, NULL);
  return g_subprocess_launcher_spawnv (launcher, (const char *const *) plan->argv, error);
}

/* GLib's errors have no errno. fork () fails for want of memory or processes, and
 * a pipe for want of descriptors. */
static void
set_error_from_cause (GError **error, const GError *cause)
{
  GError *made;

  if (cause->domain == PROC_RUNNER_ERROR)
    {
      g_propagate_error (error, g_error_copy (cause));
      return;
    }

  made = g_error_new_literal (PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_SPAWN, cause->message);
  if (g_error_matches (cause, G_SPAWN_ERROR, G_SPAWN_ERROR_FORK))
    proc_error_set_errno (made, EAGAIN);
  else if (cause->domain == G_UNIX_ERROR)
    proc_error_set_errno (made, EMFILE);

  g_propagate_error (error, made);
}

/* Starts the plan's program, with the streams' ends, which are taken. How far the
 * steps come is told over @control. */
GSubprocess *
proc_launch (const ProcPlan *plan,
             gboolean supervise,
             ProcChildStreams *streams,
             const ProcControl *control,
             GError **error)
{
  const char *helper = proc_helper_get_path ();
  g_autoptr(GSubprocess) subprocess = NULL;
  g_autoptr(GError) cause = NULL;

  if (helper != NULL)
    subprocess = spawn_helper (helper, plan, supervise, streams, control, NULL);
  if (subprocess == NULL)
    subprocess = fork_child (plan, supervise, streams, control, &cause);

  proc_child_streams_clear (streams);
  if (subprocess == NULL)
    set_error_from_cause (error, cause);

  return g_steal_pointer (&subprocess);
}
