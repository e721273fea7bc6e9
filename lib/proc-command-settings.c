/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The settings of ProcCommand: each is kept, and judged when the command is run. */

#include "config.h"

#include "proc-command-private.h"

#include <string.h>

/**
 * proc_command_get_cwd:
 * @self: a command
 *
 * Gets the working directory.
 *
 * Returns: (type filename) (nullable): the directory, or %NULL for the runner's
 *
 * Since: 1.0
 */
const char *
proc_command_get_cwd (ProcCommand *self)
{
  g_return_val_if_fail (PROC_IS_COMMAND (self), NULL);

  return self->cwd;
}

/**
 * proc_command_set_cwd:
 * @self: a command
 * @cwd: (type filename) (nullable): a directory, or %NULL for the runner's
 *
 * Sets the working directory. One that cannot be entered is
 * `PROC_RUNNER_ERROR_BAD_CWD` when the command is run.
 *
 * Since: 1.0
 */
void
proc_command_set_cwd (ProcCommand *self, const char *cwd)
{
  g_return_if_fail (PROC_IS_COMMAND (self));

  if (g_strcmp0 (self->cwd, cwd) == 0)
    return;

  g_free (self->cwd);
  self->cwd = g_strdup (cwd);
  g_object_notify (G_OBJECT (self), "cwd");
}

/**
 * proc_command_set_environ:
 * @self: a command
 * @envp: (array zero-terminated=1) (element-type filename) (nullable): the
 *   environment, as `NAME=value`, or %NULL for the runner's
 *
 * Sets the whole environment, and forgets earlier changes to it. An empty array
 * is an empty environment.
 *
 * Since: 1.0
 */
void
proc_command_set_environ (ProcCommand *self, const char *const *envp)
{
  g_return_if_fail (PROC_IS_COMMAND (self));

  proc_environ_replace (self->environ_, envp);
}

/**
 * proc_command_setenv:
 * @self: a command
 * @name: (type filename): a variable
 * @value: (type filename): its value
 *
 * Sets a variable of the environment. A name that is empty or holds a `=` is
 * `PROC_RUNNER_ERROR_INVALID_COMMAND` when the command is run.
 *
 * Since: 1.0
 */
void
proc_command_setenv (ProcCommand *self, const char *name, const char *value)
{
  g_return_if_fail (PROC_IS_COMMAND (self));
  g_return_if_fail (name != NULL);
  g_return_if_fail (value != NULL);

  proc_environ_set (self->environ_, name, value);
}

/**
 * proc_command_unsetenv:
 * @self: a command
 * @name: (type filename): a variable
 *
 * Removes a variable from the environment.
 *
 * Since: 1.0
 */
void
proc_command_unsetenv (ProcCommand *self, const char *name)
{
  g_return_if_fail (PROC_IS_COMMAND (self));
  g_return_if_fail (name != NULL);

  proc_environ_unset (self->environ_, name);
}

/**
 * proc_command_get_timeout_msec:
 * @self: a command
 *
 * Gets the longest time that the command may run.
 *
 * Returns: milliseconds, 0 for any time, or -1 for the runner's
 *
 * Since: 1.0
 */
int
proc_command_get_timeout_msec (ProcCommand *self)
{
  g_return_val_if_fail (PROC_IS_COMMAND (self), -1);

  return self->timeout_msec;
}

/**
 * proc_command_set_timeout_msec:
 * @self: a command
 * @timeout_msec: milliseconds, 0 for any time, or -1 for the runner's
 *
 * Sets the longest time that the command may run, from its start.
 *
 * Since: 1.0
 */
void
proc_command_set_timeout_msec (ProcCommand *self, int timeout_msec)
{
  g_return_if_fail (PROC_IS_COMMAND (self));
  g_return_if_fail (timeout_msec >= -1);

  if (self->timeout_msec == timeout_msec)
    return;

  self->timeout_msec = timeout_msec;
  g_object_notify (G_OBJECT (self), "timeout-msec");
}

/**
 * proc_command_get_idle_timeout_msec:
 * @self: a command
 *
 * Gets the longest time that the command may write nothing.
 *
 * Returns: milliseconds, 0 for any time, or -1 for the runner's
 *
 * Since: 1.0
 */
int
proc_command_get_idle_timeout_msec (ProcCommand *self)
{
  g_return_val_if_fail (PROC_IS_COMMAND (self), -1);

  return self->idle_timeout_msec;
}

/**
 * proc_command_set_idle_timeout_msec:
 * @self: a command
 * @idle_timeout_msec: milliseconds, 0 for any time, or -1 for the runner's
 *
 * Sets the longest time that the command may write nothing to those of its outputs
 * that are captured or go to a file.
 *
 * Since: 1.0
 */
void
proc_command_set_idle_timeout_msec (ProcCommand *self, int idle_timeout_msec)
{
  g_return_if_fail (PROC_IS_COMMAND (self));
  g_return_if_fail (idle_timeout_msec >= -1);

  if (self->idle_timeout_msec == idle_timeout_msec)
    return;

  self->idle_timeout_msec = idle_timeout_msec;
  g_object_notify (G_OBJECT (self), "idle-timeout-msec");
}

/**
 * proc_command_set_argv0:
 * @self: a command
 * @argv0: (type filename) (nullable): a name, or %NULL for the program as it was
 *   named
 *
 * Sets what the program finds as its own name. Which program is started does not
 * change.
 *
 * Since: 1.0
 */
void
proc_command_set_argv0 (ProcCommand *self, const char *argv0)
{
  g_return_if_fail (PROC_IS_COMMAND (self));

  g_free (self->argv0);
  self->argv0 = g_strdup (argv0);
}

/**
 * proc_command_set_rlimit:
 * @self: a command
 * @resource: one of the `RLIMIT_` constants
 * @soft: the limit, or %G_MAXUINT64 for none
 * @hard: how far the child may raise it, or %G_MAXUINT64 for any
 *
 * Sets a resource limit of the child, as `setrlimit ()` does. One that the system
 * refuses is `PROC_RUNNER_ERROR_SPAWN` when the command is run.
 *
 * Since: 1.0
 */
void
proc_command_set_rlimit (ProcCommand *self, int resource, guint64 soft, guint64 hard)
{
  const ProcLimit limit = { resource, soft, hard };

  g_return_if_fail (PROC_IS_COMMAND (self));
  g_return_if_fail (resource >= 0);

  for (guint i = 0; i < self->limits->len; i++)
    if (g_array_index (self->limits, ProcLimit, i).resource == resource)
      g_array_remove_index (self->limits, i--);

  g_array_append_val (self->limits, limit);
}

/**
 * proc_command_set_nice:
 * @self: a command
 * @nice_value: what is added to this program's nice value
 *
 * Sets the child's scheduling priority, as `nice ()` does: a higher value is nicer
 * to other processes. A lower one needs a privilege; without it, the command fails
 * with `PROC_RUNNER_ERROR_SPAWN`.
 *
 * Since: 1.0
 */
void
proc_command_set_nice (ProcCommand *self, int nice_value)
{
  g_return_if_fail (PROC_IS_COMMAND (self));

  self->nice_value = CLAMP (nice_value, -40, 40);
}

/**
 * proc_command_set_umask:
 * @self: a command
 * @umask_value: a file mode creation mask, or -1 for this program's
 *
 * Sets the child's file mode creation mask.
 *
 * Since: 1.0
 */
void
proc_command_set_umask (ProcCommand *self, int umask_value)
{
  g_return_if_fail (PROC_IS_COMMAND (self));

  self->umask_value = umask_value;
}

/**
 * proc_command_take_fd:
 * @self: a command
 * @source_fd: a descriptor, which the command takes and closes in the end
 * @target_fd: the number by which the child knows it, at least 3
 *
 * Gives the child a descriptor beside its standard streams. It is duplicated for
 * each run of the command; the open file is shared by all of them.
 *
 * Since: 1.0
 */
void
proc_command_take_fd (ProcCommand *self, int source_fd, int target_fd)
{
  g_return_if_fail (PROC_IS_COMMAND (self));

  g_ptr_array_add (self->fds, proc_shared_fd_new (source_fd, target_fd));
}

/**
 * proc_command_get_stdin:
 * @self: a command
 *
 * Gets where standard input comes from, if no bytes are given.
 *
 * Returns: `PROC_STDIO_DISCARD` or `PROC_STDIO_INHERIT`
 *
 * Since: 1.0
 */
ProcStdio
proc_command_get_stdin (ProcCommand *self)
{
  g_return_val_if_fail (PROC_IS_COMMAND (self), PROC_STDIO_DISCARD);

  return self->stdin_kind;
}

/**
 * proc_command_set_stdin:
 * @self: a command
 * @stdio: `PROC_STDIO_DISCARD` or `PROC_STDIO_INHERIT`
 *
 * Sets where standard input comes from, and forgets bytes given earlier.
 *
 * Since: 1.0
 */
void
proc_command_set_stdin (ProcCommand *self, ProcStdio stdio)
{
  g_return_if_fail (PROC_IS_COMMAND (self));

  proc_command_set_stdin_bytes (self, NULL);
  if (self->stdin_kind == stdio)
    return;

  self->stdin_kind = stdio;
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

  return self->stdin_bytes;
}

/**
 * proc_command_set_stdin_bytes:
 * @self: a command
 * @bytes: (nullable): what the child reads, or %NULL for nothing of that kind
 *
 * Sets what the child reads from its standard input, before the end of file.
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

  if (self->stdin_bytes == bytes)
    return;

  g_clear_pointer (&self->stdin_bytes, g_bytes_unref);
  self->stdin_bytes = bytes != NULL ? g_bytes_ref (bytes) : NULL;
  g_object_notify (G_OBJECT (self), "stdin-bytes");
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

  return self->stdout_kind;
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
  if (self->stdout_kind == stdio)
    return;

  self->stdout_kind = stdio;
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

  return self->stdout_file;
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

  return self->stdout_file_flags;
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

  if (g_set_object (&self->stdout_file, file))
    g_object_notify (G_OBJECT (self), "stdout-file");

  if (self->stdout_file_flags == flags)
    return;

  self->stdout_file_flags = flags;
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

  return self->stderr_kind;
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

  if (self->stderr_kind == stdio)
    return;

  self->stderr_kind = stdio;
  g_object_notify (G_OBJECT (self), "stderr");
}

/**
 * proc_command_add_success_code:
 * @self: a command
 * @exit_status: an exit status, 0 to 255
 *
 * Lets an exit status count as success, as 1 of `grep` may. 0 always counts.
 *
 * Since: 1.0
 */
void
proc_command_add_success_code (ProcCommand *self, int exit_status)
{
  g_return_if_fail (PROC_IS_COMMAND (self));

  g_array_append_val (self->success_codes, exit_status);
}
