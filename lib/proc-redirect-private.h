/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

#include "proc-enums.h"

G_BEGIN_DECLS

/* What becomes of one standard stream. Bytes or a file win over the kind. */
typedef struct
{
  ProcStdio kind;
  GBytes *bytes; /* input only */
  GFile *file;
  ProcFileFlags file_flags; /* output only */
} ProcRedirect;

void proc_redirect_copy (const ProcRedirect *self, ProcRedirect *copy);
void proc_redirect_clear (ProcRedirect *self);

G_END_DECLS
