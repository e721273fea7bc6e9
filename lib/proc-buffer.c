/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-buffer-private.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Memory that grows at its end and becomes a GBytes, without a copy of the
 * whole: small, it is a heap block; from MAP_THRESHOLD on it is a mapping of its
 * own, which the kernel enlarges by moving page tables. One byte is always kept
 * free, for the NUL behind the data.
 *
 * Of much data, most of the time would go into page faults. So from MUCH on the pages
 * that come next are asked for some ahead, many in one call, while the processor's caches
 * still hold the last ones. Huge pages are not asked for: to make one takes long where
 * memory is in pieces, and where a virtual machine's host has yet to find it.
 */
#define FIRST_CAPACITY ((gsize) 4 * 1024)
#define MAP_THRESHOLD ((gsize) 256 * 1024)
#define MUCH ((gsize) 8 * 1024 * 1024)
#define AHEAD ((gsize) 1024 * 1024)
#define POPULATE_SIZE ((gsize) 256 * 1024)

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

static gsize
round_to_pages (gsize size)
{
  gsize page = sysconf (_SC_PAGESIZE);

  return (size + page - 1) / page * page;
}

static void *
map_anonymous (gsize size)
{
  return mmap (NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

/* The last time that the data is copied, at a size that does not matter. */
static gboolean
move_to_mapping (ProcBuffer *self, gsize capacity)
{
  void *mapping = map_anonymous (capacity);

  if (mapping == MAP_FAILED)
    return FALSE;

  if (self->size > 0)
    memcpy (mapping, self->data, self->size);
  g_free (self->data);
  self->data = mapping;
  self->mapped = TRUE;
  return TRUE;
}

static gboolean
enlarge_mapping (ProcBuffer *self, gsize capacity)
{
  void *mapping = mremap (self->data, self->capacity, capacity, MREMAP_MAYMOVE);

  if (mapping == MAP_FAILED)
    return FALSE;

  self->data = mapping;
  return TRUE;
}

static gboolean
grow (ProcBuffer *self, gsize at_least)
{
  gsize capacity = MAX (self->capacity, FIRST_CAPACITY);

  while (capacity - self->size <= at_least)
    {
      if (capacity > G_MAXSIZE / 2)
        return FALSE;
      capacity *= 2;
    }

  if (self->mapped)
    {
      if (!enlarge_mapping (self, capacity))
        return FALSE;
    }
  else if (capacity >= MAP_THRESHOLD)
    {
      if (!move_to_mapping (self, capacity))
        return FALSE;
    }
  else
    {
      self->data = g_realloc (self->data, capacity);
    }

  self->capacity = capacity;
  return TRUE;
}

/* Where the kernel cannot do it, the faults will. */
static void
populate (ProcBuffer *self)
{
  gsize wanted = MIN (self->size + AHEAD, self->capacity);

  self->populated = MAX (self->populated, self->size / POPULATE_SIZE * POPULATE_SIZE);
  while (self->populated < wanted)
    {
      gsize size = MIN (POPULATE_SIZE, self->capacity - self->populated);

      madvise (self->data + self->populated, size, MADV_POPULATE_WRITE);
      self->populated += size;
    }
}

/* Gives room for at least @at_least bytes, and in @size how many there are; NULL
 * if there is no memory. */
guint8 *
proc_buffer_reserve (ProcBuffer *self, gsize at_least, gsize *size)
{
  if (self->capacity - self->size <= at_least && !grow (self, at_least))
    return NULL;

  if (self->size >= MUCH)
    populate (self);
  *size = self->capacity - self->size - 1;
  return self->data + self->size;
}

void
proc_buffer_commit (ProcBuffer *self, gsize size)
{
  g_assert (size < self->capacity - self->size);

  self->size += size;
}

gboolean
proc_buffer_append (ProcBuffer *self, const guint8 *data, gsize size)
{
  gsize room;
  guint8 *end;

  if (size == 0)
    return TRUE;

  end = proc_buffer_reserve (self, size, &room);
  if (end == NULL)
    return FALSE;

  memcpy (end, data, size);
  proc_buffer_commit (self, size);
  return TRUE;
}

static gboolean
begins_a_page (const void *data)
{
  return (gsize) data % (gsize) sysconf (_SC_PAGESIZE) == 0;
}

/* Behind the heap's own pointer, and not where a page begins. */
static void *
new_in_heap (gsize size)
{
  gpointer *start = g_malloc (size + 4 * sizeof (gpointer));
  gpointer *block = begins_a_page (start + 2) ? start + 4 : start + 2;

  block[-1] = start;
  return block;
}

/* Memory to read into, from the beginning of a page on: to where the kernel's copies are
 * twice as fast on some processors. It leaves no gap in the heap when it goes. Where
 * nothing can be mapped, it comes from there all the same. */
guint8 *
proc_block_new (gsize size)
{
  void *block = map_anonymous (size);

  return block != MAP_FAILED ? block : new_in_heap (size);
}

void
proc_block_free (guint8 *block, gsize size)
{
  if (block == NULL)
    return;

  if (begins_a_page (block))
    munmap (block, size);
  else
    g_free (((gpointer *) (void *) block)[-1]);
}

/* No bytes, and yet a pointer to a NUL, as behind all output. */
GBytes *
proc_bytes_new_empty (void)
{
  return g_bytes_new_static ("", 0);
}

typedef struct
{
  void *start;
  gsize length;
} Mapping;

static void
mapping_free (gpointer data)
{
  Mapping *mapping = data;

  munmap (mapping->start, mapping->length);
  g_free (mapping);
}

/* Takes a mapping of @length, of which @size bytes are given, behind the first @skipped. */
GBytes *
proc_bytes_new_mapped (void *start, gsize length, gsize skipped, gsize size)
{
  Mapping *mapping = g_new (Mapping, 1);

  mapping->start = start;
  mapping->length = length;
  return g_bytes_new_with_free_func ((guint8 *) start + skipped, size, mapping_free, mapping);
}

/* Gives back the pages behind the data. A mapping that cannot shrink stays. */
static GBytes *
take_mapping (ProcBuffer *self)
{
  gsize needed = round_to_pages (self->size + 1);
  gsize length = self->capacity;

  if (needed < length && mremap (self->data, length, needed, 0) != MAP_FAILED)
    length = needed;

  return proc_bytes_new_mapped (self->data, length, 0, self->size);
}

/* Gives what was put in, NUL-terminated behind its end, and empties the buffer. */
GBytes *
proc_buffer_take_bytes (ProcBuffer *self)
{
  GBytes *bytes;

  if (self->size == 0)
    {
      proc_buffer_clear (self);
      return proc_bytes_new_empty ();
    }

  self->data[self->size] = '\0';
  if (self->mapped)
    bytes = take_mapping (self);
  else
    bytes = g_bytes_new_take (g_realloc (self->data, self->size + 1), self->size);

  memset (self, 0, sizeof *self);
  return bytes;
}

void
proc_buffer_clear (ProcBuffer *self)
{
  if (self->mapped)
    munmap (self->data, self->capacity);
  else
    g_free (self->data);

  memset (self, 0, sizeof *self);
}
