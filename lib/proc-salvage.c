/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-salvage-private.h"

#include "proc-buffer-private.h"
#include "proc-fd-private.h"
#include "proc-spool-private.h"

#include <errno.h>
#include <linux/magic.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

/* Brings back what was written to a file and is now to be in the result: with the tail,
 * which did not reach the file. All of it may wait for a disk.
 *
 * What is small is read. What is large is mapped, and takes no memory: from the file
 * itself if nobody else has it, since a mapped file that somebody shortens ends the
 * program, and if its disk can be relied on, since who looks at the bytes later waits for
 * it; else from a copy, which is also the way out when the disk is full. Memory is the
 * last resort, when that does not work either.
 */
#define SMALL ((guint64) 1024 * 1024)
#define XFS_MAGIC 0x58465342 /* <linux/magic.h> may lack it */
#define MAX_COPY ((gsize) 1024 * 1024 * 1024)

/* A server or a program may stand behind any other. */
static gboolean
is_on_local_disk (int fd)
{
  static const guint32 known[] = { BTRFS_SUPER_MAGIC, EXT4_SUPER_MAGIC, F2FS_SUPER_MAGIC,
                                   TMPFS_MAGIC, XFS_MAGIC };
  struct statfs info;

  if (fstatfs (fd, &info) < 0)
    return FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    if ((guint32) info.f_type == known[i])
      return TRUE;

  return FALSE;
}

static gboolean
write_at (int fd, GBytes *bytes, goffset offset)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  gsize n_written = 0;

  while (n_written < size)
    {
      gssize n = pwrite (fd, data + n_written, size - n_written, offset + (goffset) n_written);

      if (n < 0 && errno != EINTR)
        return FALSE;

      n_written += MAX (n, 0);
    }

  return TRUE;
}

static gboolean
copy (int to, int from, goffset start, guint64 size)
{
  off_t offset = start;
  const off_t end = start + (goffset) size;

  while (offset < end)
    {
      gssize n = sendfile (to, from, &offset, MIN ((guint64) (end - offset), MAX_COPY));

      if (n == 0 || (n < 0 && errno != EINTR))
        return FALSE;
    }

  return TRUE;
}

static GBytes *
map_with_tail (int fd, goffset start, guint64 size, GBytes *tail)
{
  if (size + g_bytes_get_size (tail) >= G_MAXSIZE
      || !write_at (fd, tail, start + (goffset) size))
    return NULL;

  return proc_spool_map (fd, start, size + g_bytes_get_size (tail));
}

static GBytes *
map_copy (int fd, goffset start, guint64 size, GBytes *tail)
{
  g_auto(ProcFd) spool = proc_spool_open ();

  if (spool < 0 || !copy (spool, fd, start, size))
    return NULL;

  return map_with_tail (spool, 0, size, tail);
}

/* As much as there is memory for. */
static GBytes *
read_all (int fd, goffset start, guint64 size, GBytes *tail)
{
  ProcBuffer buffer = { 0 };
  guint64 n_read = 0;
  gsize tail_size;
  const guint8 *tail_data = g_bytes_get_data (tail, &tail_size);

  while (n_read < size)
    {
      gsize room;
      guint8 *end = proc_buffer_reserve (&buffer, 1, &room);
      gssize n = end != NULL ? pread (fd, end, MIN (size - n_read, room), start + (goffset) n_read)
                             : 0;

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        break;

      proc_buffer_commit (&buffer, n);
      n_read += n;
    }

  if (n_read == size)
    proc_buffer_append (&buffer, tail_data, tail_size);
  return proc_buffer_take_bytes (&buffer);
}

static GBytes *
bring_back (int fd, goffset start, guint64 size, GBytes *tail, gboolean ours)
{
  GBytes *bytes = NULL;

  if (size == 0)
    return g_bytes_ref (tail);
  if (size + g_bytes_get_size (tail) <= SMALL)
    return read_all (fd, start, size, tail);

  if (ours && is_on_local_disk (fd))
    bytes = map_with_tail (fd, start, size, tail);
  if (bytes == NULL)
    bytes = map_copy (fd, start, size, tail);
  if (bytes == NULL)
    bytes = read_all (fd, start, size, tail);
  return bytes;
}

/* @ours: nobody else writes to the file. Tells whether that was all of it. */
GBytes *
proc_salvage (int fd,
              goffset start,
              guint64 size,
              GBytes *tail,
              gboolean ours,
              gboolean *whole)
{
  guint64 there = size;
  struct stat info;
  GBytes *bytes;

  /* Somebody may have shortened it. */
  if (fstat (fd, &info) == 0)
    there = MIN (size, (guint64) MAX (info.st_size - start, 0));

  bytes = bring_back (fd, start, there, tail, ours);
  *whole = g_bytes_get_size (bytes) == size + g_bytes_get_size (tail);
  return bytes;
}
