/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What becomes of the command's standard streams. */

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

/**
 * proc_command_get_stdout:
 * @self: a command
 *
 * Gets what becomes of standard output, if it goes to no file.
 *
 * Returns: what becomes of it
 *
 * Since: 1.0
 */
ProcStdio
proc_command_get_stdout (ProcCommand *self)
{
  g_return_val_if_fail (PROC_IS_COMMAND (self), PROC_STDIO_CAPTURE);

  return self->out.kind;
}

/**
 * proc_command_set_stdout:
 * @self: a command
 * @stdio: any but `PROC_STDIO_MERGE`
 *
 * Sets what becomes of standard output, and forgets a file given earlier.
 *
 * Since: 1.0
 */
void
proc_command_set_stdout (ProcCommand *self, ProcStdio stdio)
{
  g_return_if_fail (PROC_IS_COMMAND (self));

  proc_command_set_stdout_file (self, NULL, PROC_FILE_FLAGS_NONE);
  if (self->out.kind == stdio)
    return;

  self->out.kind = stdio;
  g_object_notify (G_OBJECT (self), "stdout");
}

/**
 * proc_command_get_stdout_file:
 * @self: a command
 *
 * Gets the file that gets the standard output.
 *
 * Returns: (transfer none) (nullable): the file, which belongs to the command
 *
 * Since: 1.0
 */
GFile *
proc_command_get_stdout_file (ProcCommand *self)
{
  g_return_val_if_fail (PROC_IS_COMMAND (self), NULL);

  return self->out.file;
}

/**
 * proc_command_get_stdout_file_flags:
 * @self: a command
 *
 * Gets how the file of the standard output is written.
 *
 * Returns: the flags
 *
 * Since: 1.0
 */
ProcFileFlags
proc_command_get_stdout_file_flags (ProcCommand *self)
{
  g_return_val_if_fail (PROC_IS_COMMAND (self), PROC_FILE_FLAGS_NONE);

  return self->out.file_flags;
}

/**
 * proc_command_set_stdout_file:
 * @self: a command
 * @file: (nullable): a file, or %NULL for none
 * @flags: how to write it
 *
 * Lets the standard output go to a file.
 *
 * Without flags the file is replaced: its new content appears at once, and only
 * if the command succeeded; otherwise the old file stays as it was, and what the
 * command had written is the result's [property@Proc.Result:stdout]. The mode
 * stays, and a symbolic link stays one. A file that has other names or an access
 * list, that belongs to somebody else, whose folder cannot be written, or that is
 * not a native one, is copied over after the command has succeeded, which is not
 * atomic. What is no regular file, like a device or a FIFO, is written in place
 * whatever the flags.
 *
 * Written in place, the file has what the command wrote, whatever its end. If the
 * file itself cannot be written, the result has the rest, and from a native regular
 * file that may be read also what had been written before: no byte is lost. No
 * output file is synchronised to disk.
 *
 * A file that cannot be opened is `PROC_RUNNER_ERROR_OUTPUT_FILE` before anything
 * is started; if it cannot be written, the child is stopped.
 *
 * Since: 1.0
 */
void
proc_command_set_stdout_file (ProcCommand *self, GFile *file, ProcFileFlags flags)
{
  g_return_if_fail (PROC_IS_COMMAND (self));
  g_return_if_fail (file == NULL || G_IS_FILE (file));

  if (g_set_object (&self->out.file, file))
    g_object_notify (G_OBJECT (self), "stdout-file");

  if (self->out.file_flags == flags)
    return;

  self->out.file_flags = flags;
  g_object_notify (G_OBJECT (self), "stdout-file-flags");
}

/**
 * proc_command_get_stderr:
 * @self: a command
 *
 * Gets what becomes of standard error.
 *
 * Returns: what becomes of it
 *
 * Since: 1.0
 */
ProcStdio
proc_command_get_stderr (ProcCommand *self)
{
  g_return_val_if_fail (PROC_IS_COMMAND (self), PROC_STDIO_CAPTURE);

  return self->err.kind;
}

/**
 * proc_command_set_stderr:
 * @self: a command
 * @stdio: what becomes of standard error
 *
 * Sets what becomes of standard error. `PROC_STDIO_MERGE` sends it where standard
 * output goes, in the order in which the child wrote.
 *
 * Since: 1.0
 */
void
proc_command_set_stderr (ProcCommand *self, ProcStdio stdio)
{
  g_return_if_fail (PROC_IS_COMMAND (self));

  if (self->err.kind == stdio)
    return;

  self->err.kind = stdio;
  g_object_notify (G_OBJECT (self), "stderr");
}
