/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-file-writer-private.h"

#include "proc-error-private.h"
#include "proc-file-target-private.h"
#include "proc-spool-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <unistd.h>

/* Writes output to a file, blocking, in a thread that may wait for a disk.
 *
 *   open → write* → commit            the command succeeded
 *                 → recover           it did not, or we could not write
 *
 * There are three ways to write, and what each does with output until commit:
 *
 *   rename     to a new file beside the old one, which then takes its name
 *   copy       to an unlinked file, which is then copied over the old one
 *   in place   to the file itself: commit has nothing left to do
 *
 * With the first two, nothing of a failed command reaches the old file, and
 * recover () gives all that was written. In place, what a failed command wrote
 * stays in the file; recover () reads it back only if writing itself failed, from
 * regular files. A file that is not native goes through its own streams, and is
 * replaced by copying: so the promise does not depend on what stands behind it.
 */
#define COPY_BLOCK ((gsize) 256 * 1024)

struct _ProcFileWriter
{
  GFile *file;
  GCancellable *cancellable;
  ProcFileTarget target;
  GOutputStream *stream; /* in place, of a file that is not native */
  ProcFd spool;          /* copy: where the output is until then */
  guint64 written;
  goffset start;         /* in place: where our first byte is, -1 if that cannot be told */
};

static gboolean
fail_with_errno (ProcFileWriter *self, GError **error)
{
  int saved_errno = errno;
  g_autofree char *name = g_file_get_parse_name (self->file);

  proc_set_error_from_errno (error, PROC_RUNNER_ERROR_OUTPUT_FILE, saved_errno,
                             _("Cannot write to “%s”"), name);
  return FALSE;
}

/* Takes @cause. */
static gboolean
fail_with_cause (ProcFileWriter *self, GError *cause, GError **error)
{
  g_autofree char *name = g_file_get_parse_name (self->file);

  g_set_error (error, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_OUTPUT_FILE,
               _("Cannot write to “%s”: %s"), name, cause->message);
  g_error_free (cause);
  return FALSE;
}

static gboolean
open_spool (ProcFileWriter *self)
{
  self->spool = proc_spool_open ();
  return self->spool >= 0;
}

static gboolean
open_native (ProcFileWriter *self, const char *path, ProcFileFlags flags)
{
  if ((flags & PROC_FILE_FLAGS_TRUNCATE) != 0)
    return proc_file_target_open_in_place (&self->target, path, O_TRUNC, self->cancellable);
  if ((flags & PROC_FILE_FLAGS_APPEND) != 0)
    return proc_file_target_open_in_place (&self->target, path, O_APPEND, self->cancellable);

  return proc_file_target_open_replace (&self->target, path, self->cancellable)
         && (self->target.kind != PROC_FILE_TARGET_COPY || open_spool (self));
}

/* Gives what stands against writing to @info's file, or NULL. */
static GError *
find_obstacle (GFileInfo *info)
{
  if (g_file_info_get_file_type (info) == G_FILE_TYPE_DIRECTORY)
    return g_error_new_literal (G_IO_ERROR, G_IO_ERROR_IS_DIRECTORY, g_strerror (EISDIR));

  if (g_file_info_has_attribute (info, G_FILE_ATTRIBUTE_ACCESS_CAN_WRITE)
      && !g_file_info_get_attribute_boolean (info, G_FILE_ATTRIBUTE_ACCESS_CAN_WRITE))
    return g_error_new_literal (G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED, g_strerror (EACCES));

  return NULL;
}

/* The file will be opened when the command has succeeded. What can be known to
 * stand against that is said before it starts. */
static gboolean
check_replaceable (ProcFileWriter *self, GError **error)
{
  const char *attributes = G_FILE_ATTRIBUTE_STANDARD_TYPE "," G_FILE_ATTRIBUTE_ACCESS_CAN_WRITE;
  g_autoptr(GFileInfo) info = NULL;
  g_autoptr(GFile) parent = NULL;
  GError *cause = NULL;

  info = g_file_query_info (self->file, attributes, G_FILE_QUERY_INFO_NONE, self->cancellable,
                            &cause);
  if (info != NULL)
    {
      cause = find_obstacle (info);
    }
  else if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    {
      g_clear_error (&cause);
      parent = g_file_get_parent (self->file);
      if (parent != NULL)
        info = g_file_query_info (parent, attributes, G_FILE_QUERY_INFO_NONE, self->cancellable,
                                  &cause);
    }

  return cause == NULL || fail_with_cause (self, cause, error);
}

static gboolean
open_foreign (ProcFileWriter *self, ProcFileFlags flags, GError **error)
{
  GFileOutputStream *stream;
  GError *cause = NULL;

  if (flags == PROC_FILE_FLAGS_NONE)
    {
      self->target.kind = PROC_FILE_TARGET_COPY;
      return check_replaceable (self, error)
             && (open_spool (self) || fail_with_errno (self, error));
    }

  self->target.kind = PROC_FILE_TARGET_IN_PLACE;
  if ((flags & PROC_FILE_FLAGS_APPEND) != 0)
    stream = g_file_append_to (self->file, G_FILE_CREATE_NONE, self->cancellable, &cause);
  else
    stream = g_file_replace (self->file, NULL, FALSE, G_FILE_CREATE_NONE, self->cancellable,
                             &cause);
  if (stream == NULL)
    return fail_with_cause (self, cause, error);

  self->stream = G_OUTPUT_STREAM (stream);
  return TRUE;
}

/* Opens @file. @cancellable ends whatever waits in here and later: it tells that
 * the run is being stopped. */
ProcFileWriter *
proc_file_writer_open (GFile *file,
                       ProcFileFlags flags,
                       GCancellable *cancellable,
                       GError **error)
{
  g_autoptr(ProcFileWriter) self = g_new0 (ProcFileWriter, 1);
  g_autofree char *path = g_file_is_native (file) ? g_file_get_path (file) : NULL;
  gboolean opened;

  self->file = g_object_ref (file);
  self->cancellable = g_object_ref (cancellable);
  self->target.fd = -1;
  self->target.dir_fd = -1;
  self->spool = -1;
  self->start = -1;

  if (path != NULL)
    opened = open_native (self, path, flags) || fail_with_errno (self, error);
  else
    opened = open_foreign (self, flags, error);

  return opened ? g_steal_pointer (&self) : NULL;
}

void
proc_file_writer_free (ProcFileWriter *self)
{
  proc_file_target_clear (&self->target);
  proc_fd_clear (&self->spool);
  g_clear_object (&self->stream);
  g_clear_object (&self->file);
  g_clear_object (&self->cancellable);
  g_free (self);
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
      else if (errno == EAGAIN && !proc_file_wait_writable (fd, self->cancellable))
        return FALSE;
      else if (errno != EAGAIN && errno != EINTR)
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
  int fd = self->target.kind == PROC_FILE_TARGET_COPY ? self->spool : self->target.fd;
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

  return cause != NULL ? fail_with_cause (self, cause, error) : fail_with_errno (self, error);
}

static gboolean
read_spool (ProcFileWriter *self, guint64 offset, guint8 *block, gsize *n_read, GError **error)
{
  gssize n = pread (self->spool, block, COPY_BLOCK, offset);

  if (n == 0)
    errno = EIO;

  *n_read = MAX (n, 0);
  return n > 0 || fail_with_errno (self, error);
}

/* Over the old content of the file itself: owner, access list and other names
 * stay, and a reader may see a part. */
static gboolean
copy_to_native (ProcFileWriter *self, GError **error)
{
  g_autofree guint8 *block = g_malloc (COPY_BLOCK);
  gsize n_read;
  gsize n_written;

  if (ftruncate (self->target.fd, 0) < 0)
    return fail_with_errno (self, error);

  for (guint64 offset = 0; offset < self->written; offset += n_read)
    {
      if (!read_spool (self, offset, block, &n_read, error))
        return FALSE;
      if (!write_fd (self, self->target.fd, block, n_read, &n_written))
        return fail_with_errno (self, error);
    }

  return proc_file_target_flush (&self->target) || fail_with_errno (self, error);
}

/* Closing as usual would put a part in the place of the old content. */
static void
abandon (GOutputStream *stream)
{
  g_autoptr(GCancellable) cancelled = g_cancellable_new ();

  g_cancellable_cancel (cancelled);
  g_output_stream_close (stream, cancelled, NULL);
}

static gboolean
copy_to_stream (ProcFileWriter *self, GOutputStream *stream, GError **error)
{
  g_autofree guint8 *block = g_malloc (COPY_BLOCK);
  GError *cause = NULL;
  gsize n_read;

  for (guint64 offset = 0; offset < self->written; offset += n_read)
    {
      if (!read_spool (self, offset, block, &n_read, error))
        return FALSE;
      if (!g_output_stream_write_all (stream, block, n_read, NULL, self->cancellable, &cause))
        return fail_with_cause (self, cause, error);
    }

  if (!g_output_stream_close (stream, self->cancellable, &cause))
    return fail_with_cause (self, cause, error);

  return TRUE;
}

static gboolean
copy_to_foreign (ProcFileWriter *self, GError **error)
{
  g_autoptr(GFileOutputStream) stream = NULL;
  GError *cause = NULL;

  stream = g_file_replace (self->file, NULL, FALSE, G_FILE_CREATE_NONE, self->cancellable, &cause);
  if (stream == NULL)
    return fail_with_cause (self, cause, error);

  if (copy_to_stream (self, G_OUTPUT_STREAM (stream), error))
    return TRUE;

  abandon (G_OUTPUT_STREAM (stream));
  return FALSE;
}

static gboolean
close_in_place (ProcFileWriter *self, GError **error)
{
  GError *cause = NULL;

  if (self->stream != NULL)
    return g_output_stream_close (self->stream, self->cancellable, &cause)
           || fail_with_cause (self, cause, error);

  return proc_file_target_flush (&self->target) || fail_with_errno (self, error);
}

/* The command succeeded: the file gets its content. */
gboolean
proc_file_writer_commit (ProcFileWriter *self, GError **error)
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

static void
read_back (ProcFileWriter *self, int fd, goffset start, ProcBuffer *buffer)
{
  guint64 offset = 0;

  while (offset < self->written)
    {
      gsize room;
      gsize wanted = MIN (self->written - offset, COPY_BLOCK);
      guint8 *end = proc_buffer_reserve (buffer, wanted, &room);
      gssize n = end != NULL ? pread (fd, end, wanted, start + (goffset) offset) : 0;

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return;

      proc_buffer_commit (buffer, n);
      offset += n;
    }
}

/* The descriptor may be for writing only. If somebody else has appended in
 * between, what is ours cannot be told. */
static void
read_back_in_place (ProcFileWriter *self, ProcBuffer *buffer)
{
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", self->target.fd);
  g_auto(ProcFd) fd = -1;

  if (self->start < 0
      || lseek (self->target.fd, 0, SEEK_CUR) != self->start + (goffset) self->written)
    return;

  fd = proc_fd_lift (open (path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (fd >= 0)
    read_back (self, fd, self->start, buffer);
}

/* Appends to @buffer what was written and shall be in the result. With @failed, it
 * was not the command that failed, but the writing. */
void
proc_file_writer_recover (ProcFileWriter *self, gboolean failed, ProcBuffer *buffer)
{
  if (self->target.kind == PROC_FILE_TARGET_RENAME)
    read_back (self, self->target.fd, 0, buffer);
  else if (self->target.kind == PROC_FILE_TARGET_COPY)
    read_back (self, self->spool, 0, buffer);
  else if (failed && self->stream == NULL)
    read_back_in_place (self, buffer);
}
