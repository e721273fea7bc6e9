/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-variables-private.h"

/* Takes @entries. NULL is an empty environment, as after clearenv (). */
ProcVariables *
proc_variables_new (char **entries)
{
  ProcVariables *self = g_atomic_rc_box_new (ProcVariables);

  self->entries = entries != NULL ? entries : g_new0 (char *, 1);
  return self;
}

ProcVariables *
proc_variables_ref (ProcVariables *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
variables_clear (gpointer data)
{
  ProcVariables *self = data;

  g_strfreev (self->entries);
}

void
proc_variables_unref (ProcVariables *self)
{
  g_atomic_rc_box_release_full (self, variables_clear);
}

/* Whether they are just these, in this order. NULL is an empty environment. */
gboolean
proc_variables_are (const ProcVariables *self, char *const *entries)
{
  static char *const none[] = { NULL };

  return g_strv_equal ((const char *const *) self->entries,
                       (const char *const *) (entries != NULL ? entries : none));
}
