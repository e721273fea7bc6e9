/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The environment of a child: counted, and never changed, so that many plans and threads
 * share one. */
typedef struct
{
  char **entries; /* "NAME=value" */
} ProcVariables;

ProcVariables *proc_variables_new (char **entries);
ProcVariables *proc_variables_ref (ProcVariables *self);
void proc_variables_unref (ProcVariables *self);
gboolean proc_variables_are (const ProcVariables *self, char *const *entries);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ProcVariables, proc_variables_unref)

G_END_DECLS
