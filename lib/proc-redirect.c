/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-redirect-private.h"

static G_DEFINE_QUARK (proc-stream-claimed, stream_claimed)

/* What is in @copy is forgotten. */
void
proc_redirect_copy (const ProcRedirect *self, ProcRedirect *copy)
{
  proc_redirect_clear (copy);
  copy->kind = self->kind;
  copy->bytes = self->bytes != NULL ? g_bytes_ref (self->bytes) : NULL;
  g_set_object (&copy->file, self->file);
  g_set_object (&copy->stream, self->stream);
  copy->file_flags = self->file_flags;
  g_set_object (&copy->output_stream, self->output_stream);
}

void
proc_redirect_clear (ProcRedirect *self)
{
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_clear_object (&self->file);
  g_clear_object (&self->stream);
  g_clear_object (&self->output_stream);
}

/* A stream serves one run, whatever commands it was given to, in whatever threads they
 * are: so the mark is the stream's own. FALSE: it has served one. */
gboolean
proc_redirect_claim_stream (const ProcRedirect *self)
{
  return self->stream == NULL
         || g_object_replace_qdata (G_OBJECT (self->stream), stream_claimed_quark (), NULL,
                                    GINT_TO_POINTER (TRUE), NULL, NULL);
}
