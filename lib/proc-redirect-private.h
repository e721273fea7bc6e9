/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

#include "proc-enums.h"

G_BEGIN_DECLS

/* What becomes of one standard stream. Bytes, a file or a stream, of which at most one
 * is there, win over the kind. */
typedef struct
{
  ProcStdio kind;
  GBytes *bytes; /* input only */
  GFile *file;
  GInputStream *stream; /* input only */
  ProcFileFlags file_flags; /* output only */
  GOutputStream *output_stream; /* output only */
} ProcRedirect;

void proc_redirect_copy (const ProcRedirect *self, ProcRedirect *copy);
void proc_redirect_clear (ProcRedirect *self);
gboolean proc_redirect_claim_stream (const ProcRedirect *self);

G_END_DECLS
