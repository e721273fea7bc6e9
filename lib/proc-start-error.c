/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-start-error-private.h"

#include "proc-error-private.h"
#include "proc-fd-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <unistd.h>

/* A file that is there, and yet could not be found: what it needs to be started is
 * missing. Gives NULL if the file itself is not there. */
static GError *
missing_part (const ProcPlan *plan, const char *candidate, const char *program, int error)
{
  gboolean relative = plan->cwd != NULL && !g_path_is_absolute (candidate);
  g_autofree char *path = relative ? g_build_filename (plan->cwd, candidate, NULL)
                                   : g_strdup (candidate);
  g_auto(ProcFd) fd = proc_fd_lift (open (path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  g_autofree char *interpreter = NULL;
  char line[256];
  gssize size = fd >= 0 ? pread (fd, line, sizeof line - 1, 0) : -1;

  if (size < 0)
    return NULL;

  line[size] = '\0';
  if (!g_str_has_prefix (line, "#!"))
    return g_error_new (PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_NOT_FOUND,
                        /* Translators: a loader is the likes of ld-linux.so.2 */
                        _("The loader of “%s” was not found: %s"), program, g_strerror (error));

  g_strdelimit (g_strchug (line + 2), " \t\r\n", '\0');
  interpreter = g_utf8_make_valid (line + 2, -1);
  return g_error_new (PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_NOT_FOUND,
                      /* Translators: an interpreter, the script that names it, why */
                      _("“%s”, the interpreter of “%s”, was not found: %s"), interpreter, program,
                      g_strerror (error));
}

static GError *
missing_program (const ProcPlan *plan, int error)
{
  g_autofree char *program = g_utf8_make_valid (plan->argv[0], -1);

  for (guint i = 0; plan->candidates[i] != NULL; i++)
    {
      GError *missing = missing_part (plan, plan->candidates[i], program, error);

      if (missing != NULL)
        return missing;
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
    {
      GError *made = NULL;

      proc_set_error_from_errno (&made, PROC_RUNNER_ERROR_SPAWN, error, _("Cannot start “%s”"),
                                 program);
      return made;
    }

  return g_error_new (PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_NOT_EXECUTABLE,
                      _("Cannot execute “%s”: %s"), program, g_strerror (error));
}

/* Says which step failed and why, in the words of the system. */
GError *
proc_start_error_new (const ProcPlan *plan, const ExecMessage *failure)
{
  g_autofree char *cwd = NULL;
  GError *made = NULL;

  switch (failure->step)
    {
    case EXEC_STEP_EXEC:
      return failed_exec (plan, failure->error);

    case EXEC_STEP_CWD:
      cwd = g_utf8_make_valid (plan->cwd, -1);
      return g_error_new (PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_BAD_CWD,
                          /* Translators: a folder, then the system's words for why not */
                          _("Cannot use “%s” as working directory: %s"), cwd,
                          g_strerror (failure->error));

    case EXEC_STEP_FDS:
      proc_set_error_from_errno (&made, PROC_RUNNER_ERROR_SPAWN, failure->error,
                                 _("Cannot pass descriptors to the command"));
      return made;

    case EXEC_STEP_SUPERVISE:
      proc_set_error_from_errno (&made, PROC_RUNNER_ERROR_SPAWN, failure->error,
                                 _("Cannot start the command’s supervisor"));
      return made;

    case EXEC_STEP_LIMIT:
      return g_error_new (PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_SPAWN,
                          _("Cannot set a resource limit: %s"), g_strerror (failure->error));

    case EXEC_STEP_NICE:
      return g_error_new (PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_SPAWN,
                          /* Translators: nice() sets this value */
                          _("Cannot set the nice value: %s"), g_strerror (failure->error));

    case EXEC_STEP_SESSION:
    default:
      return g_error_new (PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_SPAWN,
                          _("Cannot start a session or process group: %s"),
                          g_strerror (failure->error));
    }
}

/* What was to become the program ended, and did not say why. */
GError *
proc_start_error_new_silent (const ProcPlan *plan)
{
  g_autofree char *program = g_utf8_make_valid (plan->argv[0], -1);

  return g_error_new (PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_SPAWN,
                      /* Translators: the child process ended, and did not say why */
                      _("Cannot start “%s”: what was to become the program ended before"), program);
}

/* Says before why what could not be started. */
void
proc_start_error_prefix (const ProcPlan *plan, GError *error)
{
  g_autofree char *program = g_utf8_make_valid (plan->argv[0], -1);
  g_autofree char *cause = error->message;

  /* Translators: a program, then why it cannot be started */
  error->message = g_strdup_printf (_("Cannot start “%s”: %s"), program, cause);
}
