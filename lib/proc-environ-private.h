/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

#include "proc-variables-private.h"

G_BEGIN_DECLS

typedef struct _ProcEnviron ProcEnviron;

ProcEnviron *proc_environ_new (void);
ProcEnviron *proc_environ_copy (const ProcEnviron *self);
void proc_environ_free (ProcEnviron *self);

void proc_environ_replace (ProcEnviron *self, const char *const *envp);
void proc_environ_set (ProcEnviron *self, const char *name, const char *value);
void proc_environ_unset (ProcEnviron *self, const char *name);
const char *proc_environ_find_bad_entry (const ProcEnviron *self);
ProcVariables *proc_environ_apply (const ProcEnviron *self, ProcVariables *inherited);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ProcEnviron, proc_environ_free)

G_END_DECLS
