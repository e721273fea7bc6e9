/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-file-writer-private.h"

#include "proc-buffer-private.h"
#include "proc-error-private.h"
#include "proc-file-stream-private.h"
#include "proc-file-target-private.h"
#include "proc-salvage-private.h"
#include "proc-spool-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Writes output to a file or a stream, blocking, in a thread that may wait for a disk.
 *
 *   open → write* → settle
 *
 * There are three ways to write, and what each does with output until the command has
 * succeeded:
 *
 *   rename     to a new file beside the old one, which then takes its name
 *   copy       to an unlinked file, which is then copied over the old one
 *   in place   to the file itself: nothing is left to do
 *
 * With the first two, nothing of a failed command reaches the old file, and settling
 * gives all that was written. In place, what a failed command wrote stays in the file;
 * settling reads it back only if writing itself failed, from regular files. A file that
 * is not native goes through its own streams, and is replaced by copying: so the promise
 * does not depend on what stands behind it. A stream is written in place.
 *
 * A file that the child writes by itself goes the same ways, without write ().
 */
#define COPY_BLOCK ((gsize) 256 * 1024)

struct _ProcFileWriter
{
  ProcRedirect redirect;
  GCancellable *cancellable;
  ProcFileTarget target;
  GOutputStream *stream; /* in place, of what is not native */
  ProcFd spool;          /* copy: where the output is until then */
  GBytes *spooled;       /* copy, of what is not native: all of the spool, for settling */
  guint64 written;
  goffset start;         /* in place: where our first byte is, -1 if that cannot be told */
  gboolean whole;        /* all that settling was to bring back is there */
};

static gboolean
fail_with_errno (ProcFileWriter *self, GError **error)
{
  int saved_errno = errno;
  g_autofree char *name = g_file_get_parse_name (self->redirect.file);

  proc_set_error_from_errno (error, PROC_RUNNER_ERROR_OUTPUT_FILE, saved_errno,
                             _("Cannot write to “%s”"), name);
  return FALSE;
}

static gboolean
is_direct (const ProcFileWriter *self)
{
  return (self->redirect.file_flags & PROC_FILE_FLAGS_DIRECT) != 0;
}

static gboolean
open_spool (ProcFileWriter *self)
{
  self->spool = proc_spool_open ();
  return self->spool >= 0;
}

/* Where the child writes by itself, its first byte comes here. */
static void
note_start (ProcFileWriter *self)
{
  struct stat info;

  if (self->target.kind != PROC_FILE_TARGET_IN_PLACE)
    self->start = 0;
  else if (fstat (self->target.fd, &info) == 0 && S_ISREG (info.st_mode))
    self->start = info.st_size;
}

static gboolean
open_native (ProcFileWriter *self, const char *path)
{
  ProcFileFlags flags = self->redirect.file_flags;
  gboolean opened;

  if ((flags & PROC_FILE_FLAGS_TRUNCATE) != 0)
    opened = proc_file_target_open_in_place (&self->target, path, O_TRUNC, self->cancellable);
  else if ((flags & PROC_FILE_FLAGS_APPEND) != 0)
    opened = proc_file_target_open_in_place (&self->target, path, O_APPEND, self->cancellable);
  else
    opened = proc_file_target_open_replace (&self->target, path, self->cancellable);

  if (!opened || (self->target.kind == PROC_FILE_TARGET_COPY && !open_spool (self)))
    return FALSE;
  if (!is_direct (self))
    return TRUE;

  note_start (self);
  return proc_file_target_set_blocking (&self->target);
}

static gboolean
open_foreign (ProcFileWriter *self, GError **error)
{
  const ProcFileFlags in_place = PROC_FILE_FLAGS_TRUNCATE | PROC_FILE_FLAGS_APPEND;
  GFile *file = self->redirect.file;

  if ((self->redirect.file_flags & in_place) == 0)
    {
      self->target.kind = PROC_FILE_TARGET_COPY;
      return proc_file_stream_check (file, self->cancellable, error)
             && (open_spool (self) || fail_with_errno (self, error));
    }

  self->target.kind = PROC_FILE_TARGET_IN_PLACE;
  self->stream = proc_file_stream_open (file, self->redirect.file_flags, self->cancellable, error);
  return self->stream != NULL;
}

static gboolean
open_target (ProcFileWriter *self, GError **error)
{
  GFile *file = self->redirect.file;
  g_autofree char *path = NULL;

  if (file == NULL)
    {
      self->target.kind = PROC_FILE_TARGET_IN_PLACE;
      self->stream = g_object_ref (self->redirect.output_stream);
      return TRUE;
    }

  path = g_file_is_native (file) ? g_file_get_path (file) : NULL;
  if (path == NULL)
    return open_foreign (self, error);

  return open_native (self, path) || fail_with_errno (self, error);
}

/* @cancellable ends whatever waits in here and later: it tells that the run is being
 * stopped. */
ProcFileWriter *
proc_file_writer_open (const ProcRedirect *redirect, GCancellable *cancellable, GError **error)
{
  g_autoptr(ProcFileWriter) self = g_new0 (ProcFileWriter, 1);

  proc_redirect_copy (redirect, &self->redirect);
  self->cancellable = g_object_ref (cancellable);
  self->target.fd = -1;
  self->target.dir_fd = -1;
  self->spool = -1;
  self->start = -1;
  self->whole = TRUE;

  return open_target (self, error) ? g_steal_pointer (&self) : NULL;
}

void
proc_file_writer_free (ProcFileWriter *self)
{
  proc_file_target_clear (&self->target);
  proc_fd_clear (&self->spool);
  g_clear_pointer (&self->spooled, g_bytes_unref);

  /* The last reference would close it, too, and nothing would end that where the other
   * side is stuck. What is closed already stays so; what is the user's is not closed. */
  if (self->stream != NULL && self->redirect.output_stream == NULL)
    g_output_stream_close (self->stream, self->cancellable, NULL);
  g_clear_object (&self->stream);
  g_clear_object (&self->cancellable);
  proc_redirect_clear (&self->redirect);
  g_free (self);
}

static int
get_fd (const ProcFileWriter *self)
{
  return self->target.kind == PROC_FILE_TARGET_COPY ? self->spool : self->target.fd;
}

/* Gives the descriptor for a child that writes by itself, or -1. */
int
proc_file_writer_get_child_fd (const ProcFileWriter *self)
{
  return is_direct (self) ? get_fd (self) : -1;
}

guint64
proc_file_writer_get_written (const ProcFileWriter *self)
{
  return self->written;
}

/* When settled. FALSE: of what was written, not all could be read again. */
gboolean
proc_file_writer_is_whole (const ProcFileWriter *self)
{
  return self->whole;
}

/* Gives how much of @data was written, also when it fails. */
static gboolean
write_fd (ProcFileWriter *self, int fd, const guint8 *data, gsize size, gsize *n_written)
{
  *n_written = 0;
  while (*n_written < size)
    {
      gssize n = write (fd, data + *n_written, size - *n_written);

      if (n >= 0)
        *n_written += n;
      else if (errno != EINTR
               && (errno != EAGAIN || !proc_file_wait_writable (fd, self->cancellable)))
        return FALSE;
    }

  return TRUE;
}

gboolean
proc_file_writer_write (ProcFileWriter *self,
                        const guint8 *data,
                        gsize size,
                        gsize *n_written,
                        GError **error)
{
  int fd = get_fd (self);
  GError *cause = NULL;
  gboolean all;

  if (self->stream != NULL)
    all = g_output_stream_write_all (self->stream, data, size, n_written, self->cancellable,
                                     &cause);
  else
    all = write_fd (self, fd, data, size, n_written);

  if (self->written == 0 && *n_written > 0 && self->stream == NULL)
    self->start = lseek (fd, 0, SEEK_CUR) - (goffset) *n_written;
  self->written += *n_written;
  if (all)
    return TRUE;

  return cause != NULL ? proc_file_stream_fail (self->redirect.file, cause, error)
                       : fail_with_errno (self, error);
}

/* Over the old content of the file itself: owner, access list and other names
 * stay, and a reader may see a part. */
static gboolean
copy_to_native (ProcFileWriter *self, GError **error)
{
  g_autofree guint8 *block = g_malloc (COPY_BLOCK);
  gsize n_written;

  if (ftruncate (self->target.fd, 0) < 0)
    return fail_with_errno (self, error);

  for (guint64 offset = 0; offset < self->written; offset += n_written)
    {
      gssize n_read = pread (self->spool, block, COPY_BLOCK, (off_t) offset);

      if (n_read == 0)
        errno = EIO;
      if (n_read <= 0 || !write_fd (self, self->target.fd, block, n_read, &n_written))
        return fail_with_errno (self, error);
    }

  return proc_file_target_flush (&self->target) || fail_with_errno (self, error);
}

/* Gives all that is spooled for a file that is not native, so that it can be had also
 * while the file hangs; else NULL. */
GBytes *
proc_file_writer_map_spool (ProcFileWriter *self)
{
  if (self->spool < 0 || self->target.fd >= 0 || self->spooled != NULL)
    return NULL;

  self->spooled = proc_spool_map (self->spool, 0, self->written);
  return self->spooled != NULL ? g_bytes_ref (self->spooled) : NULL;
}

static gboolean
copy_to_foreign (ProcFileWriter *self, GError **error)
{
  if (self->spooled == NULL)
    return fail_with_errno (self, error);

  return proc_file_stream_replace (self->redirect.file, self->spooled, self->cancellable, error);
}

/* A stream that was given to us stays open. One of a run that is being stopped is asked
 * for nothing more: it might hang. What it was to write, if anything, may not be there then. */
static gboolean
close_in_place (ProcFileWriter *self, GError **error)
{
  GError *cause = NULL;
  gboolean closed;

  if (self->stream == NULL)
    return proc_file_target_flush (&self->target) || fail_with_errno (self, error);
  if (self->redirect.file == NULL && self->written == 0)
    return TRUE;
  if (g_cancellable_set_error_if_cancelled (self->cancellable, &cause))
    return proc_file_stream_fail (self->redirect.file, cause, error);

  if (self->redirect.file == NULL)
    closed = g_output_stream_flush (self->stream, self->cancellable, &cause);
  else
    closed = g_output_stream_close (self->stream, self->cancellable, &cause);

  return closed || proc_file_stream_fail (self->redirect.file, cause, error);
}

/* The file gets its content. */
static gboolean
commit (ProcFileWriter *self, GError **error)
{
  switch (self->target.kind)
    {
    case PROC_FILE_TARGET_RENAME:
      return proc_file_target_rename (&self->target) || fail_with_errno (self, error);

    case PROC_FILE_TARGET_COPY:
      return self->target.fd >= 0 ? copy_to_native (self, error) : copy_to_foreign (self, error);

    case PROC_FILE_TARGET_IN_PLACE:
    default:
      return close_in_place (self, error);
    }
}

/* The descriptor may be for writing only. If somebody else has appended in
 * between, what is ours cannot be told. */
static GBytes *
recover_in_place (ProcFileWriter *self, GBytes *tail)
{
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", self->target.fd);
  g_auto(ProcFd) fd = -1;

  self->whole = self->start < 0;
  if (self->start < 0
      || lseek (self->target.fd, 0, SEEK_CUR) != self->start + (goffset) self->written)
    return g_bytes_ref (tail);

  fd = proc_fd_lift (open (path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (fd < 0)
    return g_bytes_ref (tail);

  return proc_salvage (fd, self->start, self->written, tail, FALSE, &self->whole);
}

/* A process that the child left behind may still have the file that it wrote by itself. */
static GBytes *
recover (ProcFileWriter *self, gboolean failed, GBytes *tail)
{
  if ((self->redirect.file_flags & PROC_FILE_FLAGS_TEE) != 0)
    return proc_bytes_new_empty ();
  if (self->spooled != NULL)
    return g_bytes_ref (self->spooled);

  if (self->target.kind != PROC_FILE_TARGET_IN_PLACE)
    return proc_salvage (get_fd (self), 0, self->written, tail, !is_direct (self),
                         &self->whole);

  if (failed && self->stream == NULL && !is_direct (self))
    return recover_in_place (self, tail);

  return g_bytes_ref (tail);
}

/* By how much the file has grown, where that can be told. */
static void
measure (ProcFileWriter *self)
{
  struct stat info;

  if (self->start >= 0 && fstat (get_fd (self), &info) == 0)
    self->written = MAX (info.st_size - self->start, 0);
}

/* All has been written, or writing has @failed, and @tail did not reach the file. With
 * @keep the command succeeded, and the file gets its content. Gives what belongs into
 * the result, whether or not it fails. */
GBytes *
proc_file_writer_settle (ProcFileWriter *self,
                         gboolean keep,
                         gboolean failed,
                         GBytes *tail,
                         GError **error)
{
  gboolean complete = !failed && (keep || self->target.kind == PROC_FILE_TARGET_IN_PLACE);

  if (is_direct (self))
    measure (self);

  if (complete && commit (self, error))
    return proc_bytes_new_empty ();

  return recover (self, failed || complete, tail);
}
