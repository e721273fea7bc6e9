/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Where the command's standard input comes from. */

#include "config.h"

#include "proc-command-private.h"

#include <string.h>

/* Where the input comes from: at most one is given, and the others are forgotten. */
static void
set_source (ProcCommand *self, GBytes *bytes, GFile *file, GInputStream *stream)
{
  GObject *object = G_OBJECT (self);

  g_object_freeze_notify (object);
  if (self->in.bytes != bytes)
    {
      g_clear_pointer (&self->in.bytes, g_bytes_unref);
      self->in.bytes = bytes != NULL ? g_bytes_ref (bytes) : NULL;
      g_object_notify (object, "stdin-bytes");
    }
  if (g_set_object (&self->in.file, file))
    g_object_notify (object, "stdin-file");
  if (g_set_object (&self->in.stream, stream))
    g_object_notify (object, "stdin-stream");
  g_object_thaw_notify (object);
}

/**
 * proc_command_get_stdin:
 * @self: a command
 *
 * Gets where standard input comes from, if no bytes, file or stream are given.
 *
 * Returns: `PROC_STDIO_DISCARD` or `PROC_STDIO_INHERIT`
 *
 * Since: 1.0
 */
ProcStdio
proc_command_get_stdin (ProcCommand *self)
{
  g_return_val_if_fail (PROC_IS_COMMAND (self), PROC_STDIO_DISCARD);

  return self->in.kind;
}

/**
 * proc_command_set_stdin:
 * @self: a command
 * @stdio: `PROC_STDIO_DISCARD` or `PROC_STDIO_INHERIT`
 *
 * Sets where standard input comes from, and forgets bytes, a file or a stream given
 * earlier.
 *
 * Since: 1.0
 */
void
proc_command_set_stdin (ProcCommand *self, ProcStdio stdio)
{
  g_return_if_fail (PROC_IS_COMMAND (self));

  set_source (self, NULL, NULL, NULL);
  if (self->in.kind == stdio)
    return;

  self->in.kind = stdio;
  g_object_notify (G_OBJECT (self), "stdin");
}

/**
 * proc_command_get_stdin_bytes:
 * @self: a command
 *
 * Gets what the child reads from its standard input.
 *
 * Returns: (transfer none) (nullable): the bytes, which belong to the command, or
 *   %NULL if none were given
 *
 * Since: 1.0
 */
GBytes *
proc_command_get_stdin_bytes (ProcCommand *self)
{
  g_return_val_if_fail (PROC_IS_COMMAND (self), NULL);

  return self->in.bytes;
}

/**
 * proc_command_set_stdin_bytes:
 * @self: a command
 * @bytes: (nullable): what the child reads, or %NULL for nothing of that kind
 *
 * Sets what the child reads from its standard input, before the end of file. A file
 * or a stream given earlier is forgotten.
 *
 * A child need not read it all: that is no error, and
 * [property@Proc.Result:stdin-complete] tells.
 *
 * Since: 1.0
 */
void
proc_command_set_stdin_bytes (ProcCommand *self, GBytes *bytes)
{
  g_return_if_fail (PROC_IS_COMMAND (self));

  if (bytes != NULL || self->in.bytes != NULL)
    set_source (self, bytes, NULL, NULL);
}

/**
 * proc_command_set_stdin_text:
 * @self: a command
 * @text: (nullable): what the child reads, or %NULL for nothing of that kind
 *
 * Sets what the child reads from its standard input, as
 * [method@Proc.Command.set_stdin_bytes] does. No line end is added.
 *
 * Since: 1.0
 */
void
proc_command_set_stdin_text (ProcCommand *self, const char *text)
{
  g_autoptr(GBytes) bytes = NULL;

  g_return_if_fail (PROC_IS_COMMAND (self));

  if (text != NULL)
    bytes = g_bytes_new (text, strlen (text));
  proc_command_set_stdin_bytes (self, bytes);
}

/**
 * proc_command_get_stdin_file:
 * @self: a command
 *
 * Gets the file that the child reads.
 *
 * Returns: (transfer none) (nullable): the file, which belongs to the command, or
 *   %NULL if none was given
 *
 * Since: 1.0
 */
GFile *
proc_command_get_stdin_file (ProcCommand *self)
{
  g_return_val_if_fail (PROC_IS_COMMAND (self), NULL);

  return self->in.file;
}

/**
 * proc_command_set_stdin_file:
 * @self: a command
 * @file: (nullable): a file, or %NULL for nothing of that kind
 *
 * Lets the child read a file from its beginning. Bytes or a stream given earlier are
 * forgotten.
 *
 * A native file is opened before anything is started, and the child reads it by
 * itself: nothing is copied, and it may seek. Any other file is read as
 * [method@Proc.Command.set_stdin_stream] reads a stream, but anew for each run. A FIFO
 * that nobody has opened for writing is waited for; cancelling ends that.
 *
 * What is wrong with the file, like a missing one, one that may not be read, or a
 * directory, is `PROC_RUNNER_ERROR_INPUT_FILE` before anything is started. If it is not
 * a native one and cannot be read further, the child is stopped, with the same error.
 *
 * Since: 1.0
 */
void
proc_command_set_stdin_file (ProcCommand *self, GFile *file)
{
  g_return_if_fail (PROC_IS_COMMAND (self));
  g_return_if_fail (file == NULL || G_IS_FILE (file));

  if (file != NULL || self->in.file != NULL)
    set_source (self, NULL, file, NULL);
}

/**
 * proc_command_get_stdin_stream:
 * @self: a command
 *
 * Gets the stream that is read for the child.
 *
 * Returns: (transfer none) (nullable): the stream, which belongs to the command, or
 *   %NULL if none was given
 *
 * Since: 1.0
 */
GInputStream *
proc_command_get_stdin_stream (ProcCommand *self)
{
  g_return_val_if_fail (PROC_IS_COMMAND (self), NULL);

  return self->in.stream;
}

/**
 * proc_command_set_stdin_stream:
 * @self: a command
 * @stream: (nullable): a stream, or %NULL for nothing of that kind
 *
 * Lets the child read what a stream gives, from where the stream is to its end. Bytes or
 * a file given earlier are forgotten.
 *
 * A stream serves one run. Any further run with it, also of another command, is
 * `PROC_RUNNER_ERROR_INVALID_COMMAND`.
 *
 * The stream is read with `g_input_stream_read ()` in a thread of the library's, not
 * much faster than the child reads, and is not closed. Leave it alone from the call
 * until the run's end. Reading stops when nobody reads the child's standard input any
 * more, or the run is stopped; what was read then and not handed over is gone. The run
 * does not wait long for a stream that ignores being cancelled: such a one may be in
 * use, and kept, until it comes back. A stream whose reading is implemented in
 * JavaScript cannot be used, since it would be read in another thread.
 *
 * If the stream cannot be read, the child is stopped, and the run fails with
 * `PROC_RUNNER_ERROR_INPUT_FILE`: a part of the input is not taken for all of it. What
 * the child had written is kept.
 *
 * Since: 1.0
 */
void
proc_command_set_stdin_stream (ProcCommand *self, GInputStream *stream)
{
  g_return_if_fail (PROC_IS_COMMAND (self));
  g_return_if_fail (stream == NULL || G_IS_INPUT_STREAM (stream));

  if (stream != NULL || self->in.stream != NULL)
    set_source (self, NULL, NULL, stream);
}
