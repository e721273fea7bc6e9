/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-pipe-private.h"

#include <fcntl.h>

/* Pipes that turn out to be busy are enlarged, for fewer and larger reads and writes.
 * An unprivileged user has 64 MiB of pipes; when they are used up, every new pipe is
 * small, in all of the user's programs. So only few of this program's are large at any
 * time, and one that the kernel refuses is left as it is.
 *
 * The count is the whole program's, and atomic. The rest belongs to one pipe.
 */
#define LARGE_SIZE (1024 * 1024)
#define MAX_ENLARGED 16

/* A pipe has 64 KiB. Filled by small writes it may hold less when it is full. */
#define FULL ((gsize) 32 * 1024)

static int n_enlarged;

static gboolean
take_slot (void)
{
  if (g_atomic_int_add (&n_enlarged, 1) < MAX_ENLARGED)
    return TRUE;

  g_atomic_int_add (&n_enlarged, -1);
  return FALSE;
}

/* After a read or a write of @n_moved bytes at our end, @fd, whichever that is. */
void
proc_pipe_note (ProcPipe *self, int fd, gsize n_moved)
{
  if (n_moved < FULL || self->enlarged || self->refused || !take_slot ())
    return;

  self->enlarged = fcntl (fd, F_SETPIPE_SZ, LARGE_SIZE) >= 0;
  self->refused = !self->enlarged;
  if (self->refused)
    g_atomic_int_add (&n_enlarged, -1);
}

/* When our end is closed. */
void
proc_pipe_release (ProcPipe *self)
{
  if (self->enlarged)
    g_atomic_int_add (&n_enlarged, -1);
  self->enlarged = FALSE;
}

guint
proc_pipe_get_n_enlarged (void)
{
  return g_atomic_int_get (&n_enlarged);
}
