/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-plan-private.h"

#include "exec/exec-steps.h"
#include "proc-charset-private.h"
#include "proc-error-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <unistd.h>

/* Runner + command → plan. All that can be known to be wrong with a command
 * without starting it is found here, by proc_plan_seal (), in the caller's
 * thread; the engine gets sealed plans only.
 */

/* Where a program is searched if the child's environment has no PATH. */
#define DEFAULT_PATH "/bin:/usr/bin"

ProcPlan *
proc_plan_new (void)
{
  ProcPlan *self = g_atomic_rc_box_new0 (ProcPlan);

  self->kill_grace_msec = PROC_DEFAULT_KILL_GRACE_MSEC;
  self->drain_grace_msec = PROC_DEFAULT_DRAIN_GRACE_MSEC;
  self->memory_limit = PROC_DEFAULT_MEMORY_LIMIT;
  self->in.kind = PROC_STDIO_DISCARD;
  self->umask_value = -1;
  self->limits = g_array_new (FALSE, FALSE, sizeof (ProcLimit));
  self->fds = g_ptr_array_new_with_free_func ((GDestroyNotify) proc_shared_fd_unref);
  self->success_codes = g_array_new (FALSE, FALSE, sizeof (int));
  return self;
}

ProcPlan *
proc_plan_ref (ProcPlan *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
proc_plan_clear (gpointer data)
{
  ProcPlan *self = data;

  g_strfreev (self->argv);
  g_clear_pointer (&self->variables, proc_variables_unref);
  g_strfreev (self->candidates);
  g_free (self->cwd);
  g_free (self->argv0);
  g_array_unref (self->limits);
  g_ptr_array_unref (self->fds);
  proc_redirect_clear (&self->in);
  proc_redirect_clear (&self->out);
  proc_redirect_clear (&self->err);
  g_array_unref (self->success_codes);
  g_free (self->charset);
}

void
proc_plan_unref (ProcPlan *self)
{
  g_atomic_rc_box_release_full (self, proc_plan_clear);
}

static gboolean
refuse (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
refuse (GError **error, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);

  g_set_error_literal (error, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_INVALID_COMMAND, message);
  return FALSE;
}

/* @entry is no variable: its name is empty, or holds a '=', or there is no '='. */
gboolean
proc_plan_refuse_variable (const char *entry, GError **error)
{
  g_autofree char *text = g_utf8_make_valid (entry, -1);

  /* Translators: what was given as NAME=VALUE */
  return refuse (error, _("“%s” cannot be a variable of the environment"), text);
}

static gboolean
check_argv (const ProcPlan *self, GError **error)
{
  if (self->argv == NULL || self->argv[0] == NULL)
    return refuse (error, _("The command is empty: it has no program"));

  if (self->argv[0][0] == '\0')
    return refuse (error, _("The command’s program is an empty string"));

  return TRUE;
}

static gboolean
check_file (const ProcRedirect *redirect, GError **error)
{
  const ProcFileFlags in_place = PROC_FILE_FLAGS_TRUNCATE | PROC_FILE_FLAGS_APPEND;
  const ProcFileFlags by_whom = PROC_FILE_FLAGS_TEE | PROC_FILE_FLAGS_DIRECT;
  g_autofree char *name = NULL;

  if ((redirect->file_flags & ~(in_place | by_whom)) != 0)
    return refuse (error, _("There is no such way to write an output file"));

  if ((redirect->file_flags & in_place) == in_place)
    return refuse (error, _("An output file cannot be both truncated and appended to"));

  if ((redirect->file_flags & by_whom) == by_whom)
    /* Translators: TEE and DIRECT are parts of names in the API, here and below */
    return refuse (error, _("Output cannot be captured (TEE) that the command writes to a file by"
                            " itself (DIRECT)"));

  if (redirect->file == NULL || (redirect->file_flags & PROC_FILE_FLAGS_DIRECT) == 0
      || (g_file_is_native (redirect->file) && g_file_peek_path (redirect->file) != NULL))
    return TRUE;

  name = g_file_get_parse_name (redirect->file);
  return refuse (error, _("“%s” is not a local file: the command cannot write to it by itself"
                          " (DIRECT)"), name);
}

gboolean
proc_plan_refuse_ways (GFile *file, GError **error)
{
  g_autofree char *name = g_file_get_parse_name (file);

  return refuse (error, _("Standard output and standard error cannot be written to the same file"
                          " “%s” in different ways"), name);
}

/* One file for both is one stream, as in a shell: two writers would overwrite each other. */
static gboolean
join_outputs (ProcPlan *self, GError **error)
{
  /* Without a file its flags say nothing, of a stream neither. */
  if (self->out.file == NULL)
    self->out.file_flags = PROC_FILE_FLAGS_NONE;
  if (self->err.file == NULL)
    self->err.file_flags = PROC_FILE_FLAGS_NONE;

  if (self->out.file == NULL || self->err.file == NULL
      || !g_file_equal (self->out.file, self->err.file))
    return TRUE;

  if (self->out.file_flags != self->err.file_flags)
    return proc_plan_refuse_ways (self->err.file, error);

  g_clear_object (&self->err.file);
  self->err.kind = PROC_STDIO_MERGE;
  return TRUE;
}

/* What else is given wins over the kind. */
static gboolean
is_piped (const ProcPlan *self)
{
  return (self->in.kind == PROC_STDIO_PIPE
          && self->in.bytes == NULL && self->in.file == NULL && self->in.stream == NULL)
         || (self->out.kind == PROC_STDIO_PIPE
             && self->out.file == NULL && self->out.output_stream == NULL)
         || (self->err.kind == PROC_STDIO_PIPE && self->err.file == NULL);
}

static gboolean
check_streams (const ProcPlan *self, GError **error)
{
  if (self->session > PROC_SESSION_SHARED)
    return refuse (error, _("There is no such kind of session"));

  if (self->out.kind > PROC_STDIO_MERGE || self->err.kind > PROC_STDIO_MERGE)
    return refuse (error, _("There is no such way to treat a standard stream"));

  if (self->in.bytes == NULL && self->in.file == NULL && self->in.stream == NULL
      && self->in.kind != PROC_STDIO_DISCARD && self->in.kind != PROC_STDIO_INHERIT
      && self->in.kind != PROC_STDIO_PIPE)
    return refuse (error, _("Standard input can be discarded, inherited or piped, or given as"
                            " bytes, text, a file or a stream"));

  if (!self->may_pipe && is_piped (self))
    return refuse (error, _("A standard stream can be piped (PROC_STDIO_PIPE) only where the command"
                            " is started as a job"));

  if (self->out.kind == PROC_STDIO_MERGE)
    /* Translators: to merge is to send standard error where standard output goes */
    return refuse (error, _("Standard output cannot be merged: standard error can"));

  return check_file (&self->out, error) && check_file (&self->err, error);
}

static gboolean
check_cap (const ProcPlan *self, GError **error)
{
  if (self->cap.overflow > PROC_OVERFLOW_TAIL)
    return refuse (error, _("There is no such way to treat output that is too long"));

  if (proc_cap_get_last (&self->cap) > 0
      && (self->out.file != NULL || self->out.output_stream != NULL || self->err.file != NULL))
    return refuse (error, _("The last bytes of an output can be captured, but not written to a"
                            " file or a stream"));

  return TRUE;
}

static gboolean
check_limits (const ProcPlan *self, GError **error)
{
  if (self->limits->len > EXEC_MAX_LIMITS)
    return refuse (error, g_dngettext (GETTEXT_PACKAGE,
                                       "A command can have at most %d resource limit",
                                       "A command can have at most %d resource limits",
                                       EXEC_MAX_LIMITS), EXEC_MAX_LIMITS);

  for (guint i = 0; i < self->limits->len; i++)
    {
      const ProcLimit *limit = &g_array_index (self->limits, ProcLimit, i);

      if (limit->soft > limit->hard)
        /* Translators: the resource is one that setrlimit() limits, by its number */
        return refuse (error, _("The soft limit of resource %d is higher than its hard limit"),
                       limit->resource);
    }

  if (self->umask_value < -1 || self->umask_value > 0777)
    /* Translators: umask() sets this mask */
    return refuse (error, _("%d cannot be a file mode creation mask"), self->umask_value);

  return TRUE;
}

static gboolean
check_fds (const ProcPlan *self, GError **error)
{
  if (self->fds->len > EXEC_MAX_FDS)
    return refuse (error, g_dngettext (GETTEXT_PACKAGE,
                                       "A command can have at most %d descriptor",
                                       "A command can have at most %d descriptors",
                                       EXEC_MAX_FDS), EXEC_MAX_FDS);

  for (guint i = 0; i < self->fds->len; i++)
    {
      const ProcSharedFd *fd = g_ptr_array_index (self->fds, i);

      if (fd->fd < 0)
        /* Translators: descriptors are file descriptors; below, %d is the number of one */
        return refuse (error, _("A descriptor for the command is not open"));
      if (fd->target <= STDERR_FILENO)
        return refuse (error, _("Descriptor %d of a command is one of its standard streams"),
                       fd->target);

      for (guint j = 0; j < i; j++)
        if (((ProcSharedFd *) g_ptr_array_index (self->fds, j))->target == fd->target)
          return refuse (error, _("The command cannot have two descriptors %d"), fd->target);
    }

  return TRUE;
}

static gboolean
check_success_codes (const ProcPlan *self, GError **error)
{
  for (guint i = 0; i < self->success_codes->len; i++)
    {
      int code = g_array_index (self->success_codes, int, i);

      if (code < 0 || code > 255)
        return refuse (error, _("%d cannot be a success code: an exit status is between 0 and"
                                " 255"), code);
    }

  return TRUE;
}

static gboolean
check_charset (const ProcPlan *self, GError **error)
{
  g_autofree char *text = NULL;

  if (self->charset == NULL || proc_charset_is_known (self->charset))
    return TRUE;

  text = g_utf8_make_valid (self->charset, -1);
  return refuse (error, _("There is no charset “%s”"), text);
}

/* One rule for finding the program: a name with a slash is a path, relative to
 * the child's working directory; a bare name is searched in the child's PATH. */
static char **
find_candidates (const char *program, char **envp)
{
  g_autoptr(GPtrArray) candidates = g_ptr_array_new ();
  g_auto(GStrv) directories = NULL;
  const char *path;

  if (strchr (program, '/') != NULL)
    {
      g_ptr_array_add (candidates, g_strdup (program));
    }
  else
    {
      path = g_environ_getenv (envp, "PATH");
      if (path == NULL)
        path = DEFAULT_PATH;

      directories = g_strsplit (*path != '\0' ? path : ":", ":", -1);
      for (guint i = 0; directories[i] != NULL; i++)
        {
          const char *directory = *directories[i] != '\0' ? directories[i] : ".";

          g_ptr_array_add (candidates, g_strconcat (directory, "/", program, NULL));
        }
    }

  g_ptr_array_add (candidates, NULL);
  return (char **) g_ptr_array_steal (candidates, NULL);
}

/* Judges the plan and makes what follows from it. After this it is immutable. */
gboolean
proc_plan_seal (ProcPlan *self, GError **error)
{
  if (!check_argv (self, error)
      || !check_streams (self, error)
      || !check_cap (self, error)
      || !check_limits (self, error)
      || !check_fds (self, error)
      || !check_success_codes (self, error)
      || !check_charset (self, error)
      || !join_outputs (self, error))
    return FALSE;

  if (!proc_redirect_claim_stream (&self->in))
    return refuse (error, _("The stream for standard input has been used already: it serves one"
                            " run"));

  self->candidates = find_candidates (self->argv[0], self->variables->entries);
  return TRUE;
}

gboolean
proc_plan_is_success (const ProcPlan *self, int exit_status)
{
  if (exit_status == 0)
    return TRUE;

  for (guint i = 0; i < self->success_codes->len; i++)
    if (g_array_index (self->success_codes, int, i) == exit_status)
      return TRUE;

  return FALSE;
}
