/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-error-private.h"

#include <errno.h>
#include <glib/gi18n-lib.h>

/* An error of this domain carries the result behind it, where there is one: the
 * same facts, thrown. It keeps a reference, so a caught error is all that a
 * handler needs.
 */
typedef struct
{
  ProcResult *result;
  int saved_errno; /* of the system call behind it, 0 if there was none */
} ProcRunnerErrorPrivate;

static void
proc_runner_error_private_init (ProcRunnerErrorPrivate *priv)
{
  priv->result = NULL;
  priv->saved_errno = 0;
}

static void
proc_runner_error_private_copy (const ProcRunnerErrorPrivate *from, ProcRunnerErrorPrivate *to)
{
  to->result = from->result != NULL ? g_object_ref (from->result) : NULL;
  to->saved_errno = from->saved_errno;
}

static void
proc_runner_error_private_clear (ProcRunnerErrorPrivate *priv)
{
  g_clear_object (&priv->result);
}

/**
 * proc_runner_error_quark:
 *
 * Gets the domain of [error@Proc.RunnerError]: see `PROC_RUNNER_ERROR`.
 *
 * Returns: the domain
 *
 * Since: 1.0
 */
G_DEFINE_EXTENDED_ERROR (ProcRunnerError, proc_runner_error)

G_DEFINE_ENUM_TYPE (ProcRunnerError, proc_runner_error,
                    G_DEFINE_ENUM_VALUE (PROC_RUNNER_ERROR_EXIT_STATUS, "exit-status"),
                    G_DEFINE_ENUM_VALUE (PROC_RUNNER_ERROR_SIGNALED, "signaled"),
                    G_DEFINE_ENUM_VALUE (PROC_RUNNER_ERROR_TIMED_OUT, "timed-out"),
                    G_DEFINE_ENUM_VALUE (PROC_RUNNER_ERROR_OUTPUT_LIMIT, "output-limit"),
                    G_DEFINE_ENUM_VALUE (PROC_RUNNER_ERROR_UNKNOWN_STATUS, "unknown-status"),
                    G_DEFINE_ENUM_VALUE (PROC_RUNNER_ERROR_NOT_FOUND, "not-found"),
                    G_DEFINE_ENUM_VALUE (PROC_RUNNER_ERROR_NOT_EXECUTABLE, "not-executable"),
                    G_DEFINE_ENUM_VALUE (PROC_RUNNER_ERROR_BAD_CWD, "bad-cwd"),
                    G_DEFINE_ENUM_VALUE (PROC_RUNNER_ERROR_SPAWN, "spawn"),
                    G_DEFINE_ENUM_VALUE (PROC_RUNNER_ERROR_INVALID_COMMAND, "invalid-command"),
                    G_DEFINE_ENUM_VALUE (PROC_RUNNER_ERROR_OUTPUT_FILE, "output-file"),
                    G_DEFINE_ENUM_VALUE (PROC_RUNNER_ERROR_INPUT_FILE, "input-file"))

/* Sets an error whose message is what was tried, and the system's words for why
 * it failed. */
void
proc_set_error_from_errno (GError **error,
                           ProcRunnerError code,
                           int saved_errno,
                           const char *format,
                           ...)
{
  g_autofree char *tried = NULL;
  GError *made;
  va_list args;

  va_start (args, format);
  tried = g_strdup_vprintf (format, args);
  va_end (args);

  /* Translators: what was tried, then the system's words for why it failed */
  made = g_error_new (PROC_RUNNER_ERROR, code, _("%s: %s"), tried, g_strerror (saved_errno));
  proc_error_set_errno (made, saved_errno);
  g_propagate_error (error, made);
}

void
proc_error_set_errno (GError *error, int saved_errno)
{
  g_assert (error->domain == PROC_RUNNER_ERROR);

  proc_runner_error_get_private (error)->saved_errno = saved_errno;
}

/* TRUE: something ran out that others may give back. It may be what a file was to be opened
 * with. */
gboolean
proc_error_is_exhaustion (const GError *error)
{
  int saved_errno;

  if (!g_error_matches (error, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_SPAWN)
      && !g_error_matches (error, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_OUTPUT_FILE)
      && !g_error_matches (error, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_INPUT_FILE))
    return FALSE;

  saved_errno = proc_runner_error_get_private (error)->saved_errno;
  return saved_errno == EAGAIN || saved_errno == EMFILE || saved_errno == ENFILE
         || saved_errno == ENOMEM;
}

static const char *
describe_limit (int saved_errno)
{
  switch (saved_errno)
    {
    case EAGAIN:
      /* Translators: this and the next stand in brackets behind what failed */
      return _("the limit on processes: RLIMIT_NPROC, or the control group’s pids.max");
    case EMFILE:
      return _("the program’s limit on open files: RLIMIT_NOFILE");
    case ENFILE:
      return _("the system’s limit on open files: fs.file-max");
    case ENOMEM:
    default:
      return _("the limit on memory");
    }
}

/* For one who can do something about it; nobody will give anything back. */
void
proc_error_name_limit (GError *error)
{
  int saved_errno = proc_runner_error_get_private (error)->saved_errno;
  g_autofree char *message = error->message;

  /* Translators: a sentence, then which limit stands behind it */
  error->message = g_strdup_printf (_("%s (%s)"), message, describe_limit (saved_errno));
}

/* Gives an error of our domain the result behind it. */
void
proc_error_set_result (GError *error, ProcResult *result)
{
  g_assert (error->domain == PROC_RUNNER_ERROR);

  g_set_object (&proc_runner_error_get_private (error)->result, result);
}

/**
 * proc_runner_error_get_result:
 * @error: an error
 *
 * Gets the result behind an error in the domain [error@Proc.RunnerError].
 *
 * There is none for an error of another domain (a cancelled run: see
 * [method@Proc.Runner.get_task_result]), and none where no child was started.
 * PyGObject rebuilds errors from domain, code and message, and so gets none.
 * May be called from any thread.
 *
 * Returns: (transfer none) (nullable): the result, which belongs to the error,
 *   or %NULL if there is none
 *
 * Since: 1.0
 */
ProcResult *
proc_runner_error_get_result (const GError *error)
{
  g_return_val_if_fail (error != NULL, NULL);

  if (error->domain != PROC_RUNNER_ERROR)
    return NULL;

  return proc_runner_error_get_private (error)->result;
}
