/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-cap-private.h"

/* A cap on one output, as pure functions of how many bytes were read. Exactly as many
 * as the limit do not exceed it.
 */

/* TRUE: not all is kept. */
gboolean
proc_cap_is_exceeded (const ProcCap *self, guint64 size)
{
  return self->limit > 0 && size > self->limit;
}

/* TRUE: the run has failed for that. */
gboolean
proc_cap_is_broken (const ProcCap *self, guint64 size)
{
  return self->overflow == PROC_OVERFLOW_FAIL && proc_cap_is_exceeded (self, size);
}

/* Gives how many of the bytes behind the first @size are kept, until later ones push
 * them out. */
guint64
proc_cap_get_room (const ProcCap *self, guint64 size)
{
  if (self->limit == 0 || self->overflow == PROC_OVERFLOW_TAIL)
    return G_MAXUINT64;

  return size < self->limit ? self->limit - size : 0;
}

/* Gives how many bytes at the end of the output are kept; 0 if it is not the end that
 * matters. */
guint64
proc_cap_get_last (const ProcCap *self)
{
  return self->overflow == PROC_OVERFLOW_TAIL ? self->limit : 0;
}

/* Gives how many bytes were before the @n_kept last ones, and are not kept. */
guint64
proc_cap_count_lost (const ProcCap *self, guint64 size, gsize n_kept)
{
  return proc_cap_is_exceeded (self, size) && proc_cap_get_last (self) > 0 ? size - n_kept : 0;
}
