/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-capture-private.h"

#include "proc-buffer-private.h"
#include "proc-error-private.h"
#include "proc-ring-private.h"
#include "proc-spill-private.h"
#include "proc-worker-private.h"

#include <errno.h>
#include <glib/gi18n-lib.h>

/* The sink that captures.
 *
 *   in memory   the pump reads into the buffer that becomes the bytes
 *   spilling    the memory limit was passed: all goes to a file, which is mapped at
 *               the end
 *   failed      the file cannot be written: what it does not hold stays in memory
 *
 * Spilling, a thread of this sink's own writes one buffer while the pump fills the
 * other; when both are full, the pump is held, and so the child. The first buffer that
 * is written is the one that was filled up to the memory limit.
 *
 * The thread is made when the limit is passed. While it is busy, the request belongs to
 * it, and when mapping also the buffer that is filled otherwise, for then the pump is
 * closed.
 */
#define BLOCK_SIZE ((gsize) 512 * 1024)

typedef enum
{
  REQUEST_WRITE,
  REQUEST_MAP
} RequestKind;

typedef struct
{
  ProcSink parent;
  gsize memory_limit;
  ProcWorker *worker; /* NULL: in memory */

  /* the request */
  RequestKind kind;
  ProcSpill spill;
  ProcBuffer block;
  gsize n_written; /* of the block */
  int saved_errno; /* 0: it went well */
  GBytes *bytes;

  /* the engine's side */
  ProcBuffer filling;
  gsize n_spilled; /* failed: how much of the buffer is in the file as well */
  gboolean failed;
  gboolean settling;
} Capture;

static void
write_block (Capture *self)
{
  if (!proc_spill_write (&self->spill, self->block.data, self->block.size, &self->n_written))
    {
      self->saved_errno = errno;
      return;
    }

  /* The memory up to the limit is given back here: that takes a while. */
  if (self->block.capacity > 2 * BLOCK_SIZE)
    proc_buffer_clear (&self->block);
  self->block.size = 0;
}

static void
map_output (Capture *self)
{
  self->bytes = proc_spill_map (&self->spill, self->filling.data + self->n_spilled,
                                self->filling.size - self->n_spilled);
  if (self->bytes == NULL)
    self->saved_errno = errno;
}

static void
do_request (gpointer user_data)
{
  Capture *self = user_data;

  self->saved_errno = 0;
  if (self->kind == REQUEST_WRITE)
    write_block (self);
  else
    map_output (self);
}

static void
send_request (Capture *self, RequestKind kind)
{
  self->kind = kind;
  proc_worker_send (self->worker);
}

static void
send_block (Capture *self)
{
  ProcBuffer empty = self->block;

  self->block = self->filling;
  self->filling = empty;
  send_request (self, REQUEST_WRITE);
}

/* From now on there is only memory. Of what comes yet it takes as much again as it
 * may: a child that does not heed SIGTERM could fill all there is. */
static void
fail (Capture *self, int saved_errno)
{
  g_autoptr(GError) error = NULL;

  self->failed = TRUE;
  self->parent.end = self->parent.size + self->memory_limit;
  proc_set_error_from_errno (&error, PROC_RUNNER_ERROR_OUTPUT_FILE, saved_errno,
                             /* Translators: the folder of temporary files */
                             _("Cannot keep the output in a temporary file in “%s”"),
                             g_get_tmp_dir ());
  proc_sink_take_error (&self->parent, g_steal_pointer (&error));
}

static void on_request_done (gpointer user_data);

static void
start_spilling (Capture *self)
{
  self->worker = proc_worker_new ("procrunner-spill", do_request, on_request_done, self, NULL);
  if (self->worker == NULL)
    fail (self, EAGAIN);
}

/* What comes next, when nothing is under way. Whoever calls this tells if it has
 * settled: that may be the end of @self, and so must be the last that is done. */
static void
advance (Capture *self)
{
  if (self->worker == NULL && !self->failed && self->filling.size > self->memory_limit)
    start_spilling (self);

  if (self->worker != NULL && proc_worker_is_busy (self->worker))
    return;

  if (self->worker != NULL && !self->failed && self->filling.size > 0)
    send_block (self);
  else if (self->settling && self->spill.n_written > 0)
    send_request (self, REQUEST_MAP);
  else if (self->settling)
    self->parent.settled = TRUE;
}

/* What is in memory stays in one piece. */
static void
take_back_block (Capture *self)
{
  proc_buffer_append (&self->block, self->filling.data, self->filling.size);
  proc_buffer_clear (&self->filling);
  self->filling = self->block;
  self->block = (ProcBuffer) { 0 };
  self->n_spilled = self->n_written;
}

static void
on_request_done (gpointer user_data)
{
  Capture *self = user_data;

  if (self->saved_errno != 0)
    fail (self, self->saved_errno);

  if (self->kind == REQUEST_MAP)
    {
      self->parent.lost = self->bytes == NULL;
      self->parent.settled = TRUE;
    }
  else
    {
      if (self->failed)
        take_back_block (self);
      advance (self);
    }

  proc_sink_notify (&self->parent);
}

static void
capture_open (ProcSink *sink)
{
  proc_sink_set_opened (sink);
}

/* How large the buffer that is being filled may get. The limit is passed only by a byte
 * that is there, so there must be room for more than it. */
static gsize
get_capacity (const Capture *self)
{
  if (self->failed || self->memory_limit > G_MAXSIZE - BLOCK_SIZE)
    return G_MAXSIZE;

  return self->worker != NULL ? BLOCK_SIZE : self->memory_limit + BLOCK_SIZE;
}

static guint8 *
capture_reserve (ProcSink *sink, gsize *size)
{
  Capture *self = (Capture *) sink;
  gsize capacity = get_capacity (self);
  g_autoptr(GError) error = NULL;
  guint8 *data;

  if (self->filling.size >= capacity)
    return NULL;

  data = proc_buffer_reserve (&self->filling, 1, size);
  if (data == NULL)
    {
      proc_set_error_from_errno (&error, PROC_RUNNER_ERROR_OUTPUT_FILE, ENOMEM,
                                 _("Cannot keep the output"));
      proc_sink_take_error (sink, g_steal_pointer (&error));
      return NULL;
    }

  *size = MIN (*size, capacity - self->filling.size);
  return data;
}

static void
capture_commit (ProcSink *sink, gsize size)
{
  Capture *self = (Capture *) sink;
  gboolean had_failed = self->failed;

  proc_buffer_commit (&self->filling, size);
  advance (self);
  if (self->failed && !had_failed)
    proc_sink_notify (sink); /* there is no thread to spill with */
}

static void
capture_settle (ProcSink *sink, gboolean keep)
{
  Capture *self = (Capture *) sink;

  self->settling = TRUE;
  advance (self);
  if (sink->settled)
    proc_sink_notify (sink);
}

static GBytes *
capture_take_bytes (ProcSink *sink)
{
  Capture *self = (Capture *) sink;

  return self->bytes != NULL ? g_steal_pointer (&self->bytes)
                             : proc_buffer_take_bytes (&self->filling);
}

static void
capture_free (ProcSink *sink)
{
  Capture *self = (Capture *) sink;

  g_clear_pointer (&self->worker, proc_worker_free);
  g_clear_pointer (&self->bytes, g_bytes_unref);
  proc_spill_clear (&self->spill);
  proc_buffer_clear (&self->block);
  proc_buffer_clear (&self->filling);
  g_free (self);
}

static const ProcSinkClass capture_class = {
  .open = capture_open,
  .reserve = capture_reserve,
  .commit = capture_commit,
  .settle = capture_settle,
  .take_bytes = capture_take_bytes,
  .free = capture_free,
};

/* Keeps up to @memory_limit bytes in memory, 0 for any number; and of all the last
 * @last, or with 0 all. */
ProcSink *
proc_capture_new (guint64 memory_limit, guint64 last)
{
  Capture *self;

  if (last > 0 && (memory_limit == 0 || last <= memory_limit))
    return proc_ring_new (last);

  self = g_new0 (Capture, 1);
  proc_sink_init (&self->parent, &capture_class);
  self->memory_limit = memory_limit == 0 ? G_MAXSIZE : MIN (memory_limit, G_MAXSIZE);
  proc_spill_init (&self->spill, last);
  return &self->parent;
}
