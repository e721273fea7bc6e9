/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-ring-private.h"

#include "proc-buffer-private.h"
#include "proc-error-private.h"
#include "proc-fd-private.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <sys/mman.h>
#include <unistd.h>

/* The sink that keeps the last bytes of an output in memory.
 *
 * The memory is mapped twice, one mapping behind the other: what runs over the end of
 * the first one is at the beginning of both. So each read has all of the ring to
 * itself, and the last bytes are always in one piece: nothing is ever moved. The ring
 * is longer than what is kept, so that there is a byte for the NUL, and so that a small
 * limit does not make small reads. Only what was written to takes up memory.
 */
#define MIN_CAPACITY ((guint64) 256 * 1024)

/* Below this, the bytes are copied, and the ring is given back. */
#define MAX_COPY ((gsize) 128 * 1024)

typedef struct
{
  ProcSink parent;
  guint64 last; /* how many bytes to keep */
  gsize capacity;
  guint8 *data; /* 2 * capacity */
  guint64 n_written;
} Ring;

static gboolean
map_twice (Ring *self, int fd)
{
  guint8 *data;

  if (ftruncate (fd, self->capacity) < 0)
    return FALSE;

  data = mmap (NULL, 2 * self->capacity, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
               -1, 0);
  if (data == MAP_FAILED)
    return FALSE;

  self->data = data;
  for (guint i = 0; i < 2; i++)
    if (mmap (data + i * self->capacity, self->capacity, PROT_READ | PROT_WRITE,
              MAP_SHARED | MAP_FIXED, fd, 0) == MAP_FAILED)
      return FALSE;

  return TRUE;
}

static gboolean
make_memory (Ring *self)
{
  g_auto(ProcFd) fd = -1;
  guint64 page = sysconf (_SC_PAGESIZE);

  if (self->last > G_MAXSIZE / 4)
    {
      errno = ENOMEM;
      return FALSE;
    }

  self->capacity = (MAX (self->last + 1, MIN_CAPACITY) + page - 1) / page * page;
  fd = proc_fd_lift (memfd_create ("procrunner", MFD_CLOEXEC));
  return fd >= 0 && map_twice (self, fd);
}

static void
ring_open (ProcSink *sink)
{
  Ring *self = (Ring *) sink;

  if (make_memory (self))
    {
      proc_sink_set_opened (sink);
      return;
    }

  proc_set_error_from_errno (&sink->error, PROC_RUNNER_ERROR_SPAWN, errno,
                             _("There is no memory to keep the output in"));
  proc_sink_set_settled (sink);
}

static guint8 *
ring_reserve (ProcSink *sink, gsize *size)
{
  Ring *self = (Ring *) sink;

  *size = self->capacity;
  return self->data + self->n_written % self->capacity;
}

static void
ring_commit (ProcSink *sink, gsize size)
{
  Ring *self = (Ring *) sink;

  self->n_written += size;
}

static void
ring_settle (ProcSink *sink, gboolean keep)
{
  proc_sink_set_settled (sink);
}

static GBytes *
ring_take_bytes (ProcSink *sink)
{
  Ring *self = (Ring *) sink;
  gsize size = MIN (self->n_written, self->last);
  gsize start = (self->n_written - size) % self->capacity;
  guint8 *mapped = self->data;

  if (size == 0)
    return proc_bytes_new_empty ();

  mapped[start + size] = '\0';
  if (size <= MAX_COPY)
    return g_bytes_new_take (g_memdup2 (mapped + start, size + 1), size);

  self->data = NULL;
  return proc_bytes_new_mapped (mapped, 2 * self->capacity, start, size);
}

static void
ring_free (ProcSink *sink)
{
  Ring *self = (Ring *) sink;

  if (self->data != NULL)
    munmap (self->data, 2 * self->capacity);
  g_free (self);
}

static const ProcSinkClass ring_class = {
  .open = ring_open,
  .reserve = ring_reserve,
  .commit = ring_commit,
  .settle = ring_settle,
  .take_bytes = ring_take_bytes,
  .free = ring_free,
};

/* Keeps the last @last bytes. */
ProcSink *
proc_ring_new (guint64 last)
{
  Ring *self = g_new0 (Ring, 1);

  proc_sink_init (&self->parent, &ring_class);
  self->last = last;
  return &self->parent;
}
