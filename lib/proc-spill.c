/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-spill-private.h"

#include "proc-buffer-private.h"
#include "proc-spool-private.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Captured output that is too long for memory, in a file without a name. All of it
 * may wait for a disk.
 *
 * Where only the end of the output matters, the file is a ring, so that it never gets
 * longer than that end. The ring is whole pages: so its two parts can be mapped one
 * behind the other, and the end comes back in one piece.
 *
 * What comes back is the file's pages, up to the last that is full. What is on the
 * page behind them is copied into memory of its own, where there is also room for
 * what never reached the file, and for the NUL behind the end. So nothing has to be
 * written to a disk that may be full.
 */
#define RING_MARGIN ((guint64) 64 * 1024)

/* At once: a kernel that does not preempt system calls keeps others waiting for larger
 * pieces of memory. */
#define WRITE_SIZE ((gsize) 32 * 1024)

static guint64
get_page_size (void)
{
  return sysconf (_SC_PAGESIZE);
}

static guint64
round_up (guint64 size, guint64 page)
{
  return (size + page - 1) / page * page;
}

void
proc_spill_init (ProcSpill *self, guint64 last)
{
  memset (self, 0, sizeof *self);
  self->fd = -1;
  self->last = last;
  if (last > 0 && last < G_MAXINT64 - RING_MARGIN)
    self->ring = round_up (last + RING_MARGIN, get_page_size ());
}

void
proc_spill_clear (ProcSpill *self)
{
  proc_fd_clear (&self->fd);
}

/* Where in the file a byte of the output is, and how many follow it there. */
static off_t
locate (const ProcSpill *self, guint64 offset, gsize *size)
{
  if (self->ring == 0)
    return offset;

  *size = MIN (*size, self->ring - offset % self->ring);
  return offset % self->ring;
}

/* Writes behind what there is. On failure gives FALSE with errno; in any case in
 * @n_written how many bytes are in the file. */
gboolean
proc_spill_write (ProcSpill *self, const guint8 *data, gsize size, gsize *n_written)
{
  *n_written = 0;
  if (self->fd < 0)
    self->fd = proc_spool_open ();
  if (self->fd < 0)
    return FALSE;

  while (*n_written < size)
    {
      gsize piece = MIN (size - *n_written, WRITE_SIZE);
      off_t position = locate (self, self->n_written, &piece);
      gssize n = pwrite (self->fd, data + *n_written, piece, position);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return FALSE;

      *n_written += n;
      self->n_written += n;
    }

  return TRUE;
}

static gboolean
read_piece (ProcSpill *self, guint8 *data, guint64 offset, gsize size)
{
  gsize n_read = 0;

  while (n_read < size)
    {
      gsize piece = size - n_read;
      off_t position = locate (self, offset + n_read, &piece);
      gssize n = pread (self->fd, data + n_read, piece, position);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return FALSE;

      n_read += n;
    }

  return TRUE;
}

/* Puts whole pages of the file where addresses were reserved for them. */
static gboolean
map_pages (ProcSpill *self, guint8 *start, guint64 offset, gsize size)
{
  gsize n_mapped = 0;

  while (n_mapped < size)
    {
      gsize piece = size - n_mapped;
      off_t position = locate (self, offset + n_mapped, &piece);

      if (mmap (start + n_mapped, piece, PROT_READ, MAP_PRIVATE | MAP_FIXED, self->fd, position)
          == MAP_FAILED)
        return FALSE;

      n_mapped += piece;
    }

  return TRUE;
}

/* Gives the output from @start to the end of the file, and @rest behind it. */
static GBytes *
map_from (ProcSpill *self, guint64 start, const guint8 *rest, gsize rest_size)
{
  guint64 page = get_page_size ();
  guint64 end = self->n_written;
  gsize skipped = start % page;
  gsize whole = end / page * page - (start - skipped);
  gsize partial = end % page;
  gsize length = round_up (whole + partial + rest_size + 1, page);
  int saved_errno;
  guint8 *mapped;

  mapped = mmap (NULL, length, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapped == MAP_FAILED)
    return NULL;

  if (!map_pages (self, mapped, start - skipped, whole)
      || mprotect (mapped + whole, length - whole, PROT_READ | PROT_WRITE) < 0
      || !read_piece (self, mapped + whole, end - partial, partial))
    {
      saved_errno = errno;
      munmap (mapped, length);
      errno = saved_errno;
      return NULL;
    }

  if (rest_size > 0)
    memcpy (mapped + whole + partial, rest, rest_size);
  return proc_bytes_new_mapped (mapped, length, skipped, end - start + rest_size);
}

/* Gives what matters of the output: what was written, and behind it @rest, which could
 * not be. NULL with errno if that cannot be had. */
GBytes *
proc_spill_map (ProcSpill *self, const guint8 *rest, gsize rest_size)
{
  guint64 kept = self->n_written;

  if (self->last > 0 && rest_size > self->last)
    {
      rest += rest_size - self->last;
      rest_size = self->last;
    }
  if (self->last > 0)
    kept = MIN (kept, self->last - rest_size);

  if (kept > G_MAXSIZE / 2 - rest_size)
    {
      errno = ENOMEM;
      return NULL;
    }

  return map_from (self, self->n_written - kept, rest, rest_size);
}
