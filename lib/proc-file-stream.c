/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-file-stream-private.h"

#include "proc-error-private.h"

#include <errno.h>
#include <glib/gi18n-lib.h>

/* How a file that is not native is written: through the streams of whatever stands
 * behind it. All of it may block, and hang.
 */
#define BLOCK_SIZE ((gsize) 256 * 1024)

/* Takes @cause. @file is NULL for a stream that has no name. */
gboolean
proc_file_stream_fail (GFile *file, GError *cause, GError **error)
{
  g_autofree char *name = file != NULL ? g_file_get_parse_name (file) : NULL;

  if (name != NULL)
    g_set_error (error, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_OUTPUT_FILE,
                 _("Cannot write to “%s”: %s"), name, cause->message);
  else
    g_set_error (error, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_OUTPUT_FILE,
                 _("Cannot write to the output stream: %s"), cause->message);

  g_error_free (cause);
  return FALSE;
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
gboolean
proc_file_stream_check (GFile *file, GCancellable *cancellable, GError **error)
{
  const char *attributes = G_FILE_ATTRIBUTE_STANDARD_TYPE "," G_FILE_ATTRIBUTE_ACCESS_CAN_WRITE;
  g_autoptr(GFileInfo) info = NULL;
  g_autoptr(GFile) parent = NULL;
  GError *cause = NULL;

  info = g_file_query_info (file, attributes, G_FILE_QUERY_INFO_NONE, cancellable, &cause);
  if (info != NULL)
    {
      cause = find_obstacle (info);
    }
  else if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    {
      g_clear_error (&cause);
      parent = g_file_get_parent (file);
      if (parent != NULL)
        info = g_file_query_info (parent, attributes, G_FILE_QUERY_INFO_NONE, cancellable,
                                  &cause);
    }

  return cause == NULL || proc_file_stream_fail (file, cause, error);
}

/* To write in place. */
GOutputStream *
proc_file_stream_open (GFile *file, ProcFileFlags flags, GCancellable *cancellable, GError **error)
{
  GFileOutputStream *stream;
  GError *cause = NULL;

  if ((flags & PROC_FILE_FLAGS_APPEND) != 0)
    stream = g_file_append_to (file, G_FILE_CREATE_NONE, cancellable, &cause);
  else
    stream = g_file_replace (file, NULL, FALSE, G_FILE_CREATE_NONE, cancellable, &cause);

  if (stream == NULL)
    proc_file_stream_fail (file, cause, error);
  return G_OUTPUT_STREAM (stream);
}

/* In blocks: not every stream takes gigabytes at once, and heeds a cancellable while it
 * writes them. */
static gboolean
write_bytes (GOutputStream *stream, GBytes *bytes, GCancellable *cancellable, GError **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  gsize n_written;

  for (gsize offset = 0; offset < size; offset += n_written)
    if (!g_output_stream_write_all (stream, data + offset, MIN (size - offset, BLOCK_SIZE),
                                    &n_written, cancellable, error))
      return FALSE;

  return TRUE;
}

/* Closing as usual would put a part in the place of the old content. */
static void
abandon (GOutputStream *stream)
{
  g_autoptr(GCancellable) cancelled = g_cancellable_new ();

  g_cancellable_cancel (cancelled);
  g_output_stream_close (stream, cancelled, NULL);
}

gboolean
proc_file_stream_replace (GFile *file, GBytes *bytes, GCancellable *cancellable, GError **error)
{
  g_autoptr(GOutputStream) stream = NULL;
  GError *cause = NULL;

  stream = proc_file_stream_open (file, PROC_FILE_FLAGS_NONE, cancellable, error);
  if (stream == NULL)
    return FALSE;

  if (write_bytes (stream, bytes, cancellable, &cause)
      && g_output_stream_close (stream, cancellable, &cause))
    return TRUE;

  abandon (stream);
  return proc_file_stream_fail (file, cause, error);
}
