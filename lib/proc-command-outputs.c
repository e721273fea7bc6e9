/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What becomes of the command's standard output and standard error. */

#include "config.h"

#include "proc-command-private.h"

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
 * Sets what becomes of standard output, and forgets a file or stream given earlier.
 *
 * Since: 1.0
 */
void
proc_command_set_stdout (ProcCommand *self, ProcStdio stdio)
{
  g_return_if_fail (PROC_IS_COMMAND (self));

  proc_command_set_stdout_file (self, NULL, PROC_FILE_FLAGS_NONE);
  proc_command_set_stdout_stream (self, NULL);
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

static void
set_file (ProcCommand *self,
          ProcRedirect *redirect,
          GFile *file,
          ProcFileFlags flags,
          const char *file_property,
          const char *flags_property)
{
  if (g_set_object (&redirect->file, file))
    g_object_notify (G_OBJECT (self), file_property);

  if (redirect->file_flags == flags)
    return;

  redirect->file_flags = flags;
  g_object_notify (G_OBJECT (self), flags_property);
}

/**
 * proc_command_set_stdout_file:
 * @self: a command
 * @file: (nullable): a file, or %NULL for none
 * @flags: how to write it
 *
 * Lets the standard output go to a file, and forgets a stream given earlier.
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
 * With `PROC_FILE_FLAGS_TEE` the output is captured as well: the result has all of
 * it, whatever the end.
 *
 * With `PROC_FILE_FLAGS_DIRECT` the command gets the file's own descriptor. That
 * costs no time of this program's, and the output goes on if this program ends. In
 * exchange an idle timeout sees none of it, [property@Proc.Runner:max-output] does not
 * bound it, a write that fails is for the command to notice, [property@Proc.Result:stdout-size] is by how much the file grew (0 for what
 * is no regular file), and the run does not wait for processes that the command
 * leaves behind: what they write after its end reaches a file that was written in
 * place or replaced by renaming, and is lost to one that was copied over.
 *
 * A file that cannot be opened is `PROC_RUNNER_ERROR_OUTPUT_FILE` before anything
 * is started; if it cannot be written, the child is stopped. A file on a slow or
 * hanging disk holds up this run, and no other one. A run that is stopped waits for
 * the writes to a local file that are under way; a file that is not local and does
 * not answer is given up after a second.
 *
 * Standard error may go to the same file: see
 * [method@Proc.Command.set_stderr_file].
 *
 * Since: 1.0
 */
void
proc_command_set_stdout_file (ProcCommand *self, GFile *file, ProcFileFlags flags)
{
  g_return_if_fail (PROC_IS_COMMAND (self));
  g_return_if_fail (file == NULL || G_IS_FILE (file));

  if (file != NULL)
    proc_command_set_stdout_stream (self, NULL);
  set_file (self, &self->out, file, flags, "stdout-file", "stdout-file-flags");
}

/**
 * proc_command_get_stdout_stream:
 * @self: a command
 *
 * Gets the stream that gets the standard output.
 *
 * Returns: (transfer none) (nullable): the stream, which belongs to the command
 *
 * Since: 1.0
 */
GOutputStream *
proc_command_get_stdout_stream (ProcCommand *self)
{
  g_return_val_if_fail (PROC_IS_COMMAND (self), NULL);

  return self->out.output_stream;
}

/**
 * proc_command_set_stdout_stream:
 * @self: a command
 * @stream: (nullable): a stream, or %NULL for none
 *
 * Lets the standard output go to a stream, and forgets a file given earlier.
 *
 * The stream is written from a thread of the library's until the run has ended, with
 * one blocking write at a time. So it must not be used elsewhere meanwhile, nor by a
 * second run, and it must bear being used in another thread: one that is implemented
 * in JavaScript does not. At the end it is flushed, and it stays open.
 *
 * A write that fails stops the child and is `PROC_RUNNER_ERROR_OUTPUT_FILE`; the
 * result's [property@Proc.Result:stdout] has what did not reach the stream. A stream
 * that hangs holds up this run alone. When the run is stopped, its writes are
 * cancelled; a stream that does not heed that within a second is given up, and the
 * library drops it when its last call has come back. It may then have got a part of
 * what the result has.
 *
 * Since: 1.0
 */
void
proc_command_set_stdout_stream (ProcCommand *self, GOutputStream *stream)
{
  g_return_if_fail (PROC_IS_COMMAND (self));
  g_return_if_fail (stream == NULL || G_IS_OUTPUT_STREAM (stream));

  if (stream != NULL)
    proc_command_set_stdout_file (self, NULL, PROC_FILE_FLAGS_NONE);
  if (g_set_object (&self->out.output_stream, stream))
    g_object_notify (G_OBJECT (self), "stdout-stream");
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
 * Sets what becomes of standard error, and forgets a file given earlier.
 * `PROC_STDIO_MERGE` sends it where standard output goes, in the order in which the
 * child wrote.
 *
 * Since: 1.0
 */
void
proc_command_set_stderr (ProcCommand *self, ProcStdio stdio)
{
  g_return_if_fail (PROC_IS_COMMAND (self));

  proc_command_set_stderr_file (self, NULL, PROC_FILE_FLAGS_NONE);
  if (self->err.kind == stdio)
    return;

  self->err.kind = stdio;
  g_object_notify (G_OBJECT (self), "stderr");
}

/**
 * proc_command_get_stderr_file:
 * @self: a command
 *
 * Gets the file that gets the standard error.
 *
 * Returns: (transfer none) (nullable): the file, which belongs to the command
 *
 * Since: 1.0
 */
GFile *
proc_command_get_stderr_file (ProcCommand *self)
{
  g_return_val_if_fail (PROC_IS_COMMAND (self), NULL);

  return self->err.file;
}

/**
 * proc_command_get_stderr_file_flags:
 * @self: a command
 *
 * Gets how the file of the standard error is written.
 *
 * Returns: the flags
 *
 * Since: 1.0
 */
ProcFileFlags
proc_command_get_stderr_file_flags (ProcCommand *self)
{
  g_return_val_if_fail (PROC_IS_COMMAND (self), PROC_FILE_FLAGS_NONE);

  return self->err.file_flags;
}

/**
 * proc_command_set_stderr_file:
 * @self: a command
 * @file: (nullable): a file, or %NULL for none
 * @flags: how to write it
 *
 * Lets the standard error go to a file, as [method@Proc.Command.set_stdout_file] does
 * with the standard output; what is said of the result's
 * [property@Proc.Result:stdout] there, is here true of its
 * [property@Proc.Result:stderr].
 *
 * If it is the file of the standard output, also by another name of a local file, the
 * two are one stream in the order in which the child wrote, as with
 * `PROC_STDIO_MERGE`: as `>file 2>&1` does in a shell. The flags must be the same
 * then; if they are not, that is `PROC_RUNNER_ERROR_INVALID_COMMAND`, and no file is
 * touched.
 *
 * Since: 1.0
 */
void
proc_command_set_stderr_file (ProcCommand *self, GFile *file, ProcFileFlags flags)
{
  g_return_if_fail (PROC_IS_COMMAND (self));
  g_return_if_fail (file == NULL || G_IS_FILE (file));

  set_file (self, &self->err, file, flags, "stderr-file", "stderr-file-flags");
}
