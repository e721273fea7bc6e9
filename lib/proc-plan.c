/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-plan-private.h"

#include "proc-error-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Runner + command → plan. All that can be known to be wrong with a command
 * without starting it is found here, by proc_plan_seal (), in the caller's
 * thread; the engine gets sealed plans only.
 */

/* How long output may stay open after the child has gone. */
#define DRAIN_GRACE_MSEC 1000

/* Where a program is searched if the child's environment has no PATH. */
#define DEFAULT_PATH "/bin:/usr/bin"

ProcPlan *
proc_plan_new (void)
{
  ProcPlan *self = g_atomic_rc_box_new0 (ProcPlan);

  self->drain_grace_msec = DRAIN_GRACE_MSEC;
  self->stdin_kind = PROC_STDIO_DISCARD;
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
  g_strfreev (self->envp);
  g_strfreev (self->candidates);
  g_free (self->cwd);
  g_clear_pointer (&self->stdin_bytes, g_bytes_unref);
  g_clear_object (&self->stdout_file);
  g_array_unref (self->success_codes);
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
check_streams (const ProcPlan *self, GError **error)
{
  const ProcFileFlags both = PROC_FILE_FLAGS_TRUNCATE | PROC_FILE_FLAGS_APPEND;

  if (self->stdin_bytes == NULL
      && self->stdin_kind != PROC_STDIO_DISCARD && self->stdin_kind != PROC_STDIO_INHERIT)
    return refuse (error, _("Standard input can be discarded or inherited, or given as bytes or"
                            " text"));

  if (self->stdout_kind == PROC_STDIO_MERGE)
    return refuse (error, _("Standard output cannot be merged: standard error can"));

  if ((self->stdout_file_flags & both) == both)
    return refuse (error, _("An output file cannot be both truncated and appended to"));

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
      || !check_success_codes (self, error))
    return FALSE;

  self->candidates = find_candidates (self->argv[0], self->envp);
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
