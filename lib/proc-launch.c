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
#include "proc-thread-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gi18n-lib.h>
#include <sys/socket.h>
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
 *
 * There is one launcher for each way, used again and again. GSubprocessLauncher
 * copies the environment when it is made, which only a caller may do, since the
 * program may be changing it; and GSubprocess maps no descriptors for us, since it
 * duplicates them, and aborts the program when it cannot.
 */
static GSubprocessLauncher *spawning;
static GSubprocessLauncher *forking;

/* To be called by a caller, before the engine starts anything. */
void
proc_launch_prepare (void)
{
  const GSubprocessFlags flags = G_SUBPROCESS_FLAGS_INHERIT_FDS;

  if (spawning != NULL)
    return;

  proc_helper_open ();
  spawning = g_subprocess_launcher_new (flags);
  forking = g_subprocess_launcher_new (flags | G_SUBPROCESS_FLAGS_STDIN_INHERIT);
}

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
    .unbatch = proc_thread_became_batch (),
    .given = { streams->in >= 0, streams->out >= 0, streams->err >= 0 },
    .umask_ = plan->umask_value,
    .nice_ = plan->nice_value,
    .n_limits = plan->limits->len,
    .n_fds = plan->fds->len,
    .control_fd = control_fd,
    .cwd = plan->cwd,
    .candidates = plan->candidates,
    .argv = plan->argv,
    .envp = plan->variables->entries,
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

/* Gives how many: the standard streams that are given, then the others. */
static int
list_fds (const ProcPlan *plan, const ProcChildStreams *streams, const ExecSteps *steps, int *fds)
{
  int n = 0;

  if (steps->given[STDIN_FILENO])
    fds[n++] = streams->in >= 0 ? streams->in : STDIN_FILENO;
  if (steps->given[STDOUT_FILENO])
    fds[n++] = streams->out;
  if (steps->given[STDERR_FILENO])
    fds[n++] = streams->err;
  for (guint i = 0; i < plan->fds->len; i++)
    fds[n++] = ((ProcSharedFd *) g_ptr_array_index (plan->fds, i))->fd;

  return n;
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

  if (streams->in < 0 && fcntl (STDIN_FILENO, F_GETFD) >= 0)
    steps->given[STDIN_FILENO] = TRUE;

  if (exec_fds_send (socket, fds, list_fds (plan, streams, steps, fds)) == 0)
    return TRUE;

  proc_set_error_from_errno (error, PROC_RUNNER_ERROR_SPAWN, errno,
                             _("Cannot pass descriptors to the command"));
  return FALSE;
}

/* No helper came to receive them, and who is at that end now expects something else. */
static void
take_fds_back (const ProcControl *control)
{
  char byte;

  while (recv (control->theirs, &byte, 1, MSG_DONTWAIT) < 0 && errno == EINTR)
    ;
}

static GSubprocess *
spawn_helper (const char *helper,
              const ProcPlan *plan,
              gboolean supervise,
              const ProcChildStreams *streams,
              const ProcControl *control,
              GError **error)
{
  GSubprocess *subprocess;
  g_auto(GStrv) argv = NULL;
  g_auto(ProcFd) copy = -1;
  ExecSteps steps;

  copy = proc_fd_dup (control->theirs, error);
  if (copy < 0)
    return NULL;

  fill_steps (&steps, plan, supervise, streams, -1);
  if (!send_fds (control->ours, plan, streams, &steps, error))
    return NULL;

  argv = make_helper_argv (helper, plan, &steps);
  g_subprocess_launcher_take_stdin_fd (spawning, proc_fd_steal (&copy));
  g_subprocess_launcher_set_environ (spawning, plan->variables->entries);
  subprocess = g_subprocess_launcher_spawnv (spawning, (const char *const *) argv, error);
  g_subprocess_launcher_take_stdin_fd (spawning, -1);
  if (subprocess == NULL)
    take_fds_back (control);
  return subprocess;
}

typedef struct
{
  ExecSteps steps;
  int fds[EXEC_MAX_GIVEN];
} ForkedChild;

/* Between fork and exec. */
static void
run_steps (gpointer user_data)
{
  ForkedChild *self = user_data;

  if (exec_fds_place (&self->steps, self->fds) < 0)
    exec_steps_fail (&self->steps, EXEC_STEP_FDS);

  exec_steps_run (&self->steps);
}

/* GLib never gets to execute what it is given, and must not search it. */
static GSubprocess *
fork_child (const ProcPlan *plan,
            gboolean supervise,
            const ProcChildStreams *streams,
            const ProcControl *control,
            GError **error)
{
  GSubprocess *subprocess;
  g_autofree char **argv = NULL;
  ForkedChild child;

  fill_steps (&child.steps, plan, supervise, streams, control->theirs);
  list_fds (plan, streams, &child.steps, child.fds);
  if (plan->argv0 != NULL)
    {
      argv = g_memdup2 (plan->argv, (g_strv_length (plan->argv) + 1) * sizeof *argv);
      argv[0] = plan->argv0;
      child.steps.argv = argv;
    }

  g_subprocess_launcher_set_environ (forking, plan->variables->entries);
  g_subprocess_launcher_set_child_setup (forking, run_steps, &child, NULL);
  subprocess = g_subprocess_launcher_spawnv (forking, (const char *const *) plan->candidates,
                                             error);
  g_subprocess_launcher_set_child_setup (forking, NULL, NULL, NULL);
  return subprocess;
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
