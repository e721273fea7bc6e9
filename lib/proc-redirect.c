/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-redirect-private.h"

/* What is in @copy is forgotten. */
void
proc_redirect_copy (const ProcRedirect *self, ProcRedirect *copy)
{
  proc_redirect_clear (copy);
  copy->kind = self->kind;
  copy->bytes = self->bytes != NULL ? g_bytes_ref (self->bytes) : NULL;
  g_set_object (&copy->file, self->file);
  copy->file_flags = self->file_flags;
}

void
proc_redirect_clear (ProcRedirect *self)
{
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_clear_object (&self->file);
}
