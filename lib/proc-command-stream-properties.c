/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The properties of ProcCommand that are of its streams. */

#include "config.h"

#include "proc-command-properties-private.h"

void
proc_command_get_stream_property (ProcCommand *self,
                                  guint prop_id,
                                  GValue *value,
                                  GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_STDIN:
      g_value_set_enum (value, self->in.kind);
      break;
    case PROP_STDIN_BYTES:
      g_value_set_boxed (value, self->in.bytes);
      break;
    case PROP_STDIN_FILE:
      g_value_set_object (value, self->in.file);
      break;
    case PROP_STDIN_STREAM:
      g_value_set_object (value, self->in.stream);
      break;
    case PROP_STDOUT:
      g_value_set_enum (value, self->out.kind);
      break;
    case PROP_STDOUT_FILE:
      g_value_set_object (value, self->out.file);
      break;
    case PROP_STDOUT_FILE_FLAGS:
      g_value_set_flags (value, self->out.file_flags);
      break;
    case PROP_STDOUT_STREAM:
      g_value_set_object (value, self->out.output_stream);
      break;
    case PROP_STDERR:
      g_value_set_enum (value, self->err.kind);
      break;
    case PROP_STDERR_FILE:
      g_value_set_object (value, self->err.file);
      break;
    case PROP_STDERR_FILE_FLAGS:
      g_value_set_flags (value, self->err.file_flags);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (self, prop_id, pspec);
    }
}

void
proc_command_set_stream_property (ProcCommand *self,
                                  guint prop_id,
                                  const GValue *value,
                                  GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_STDIN:
      proc_command_set_stdin (self, g_value_get_enum (value));
      break;
    case PROP_STDIN_BYTES:
      proc_command_set_stdin_bytes (self, g_value_get_boxed (value));
      break;
    case PROP_STDIN_TEXT:
      proc_command_set_stdin_text (self, g_value_get_string (value));
      break;
    case PROP_STDIN_FILE:
      proc_command_set_stdin_file (self, g_value_get_object (value));
      break;
    case PROP_STDIN_STREAM:
      proc_command_set_stdin_stream (self, g_value_get_object (value));
      break;
    case PROP_STDOUT:
      proc_command_set_stdout (self, g_value_get_enum (value));
      break;
    case PROP_STDOUT_FILE:
      proc_command_set_stdout_file (self, g_value_get_object (value), self->out.file_flags);
      break;
    case PROP_STDOUT_FILE_FLAGS:
      proc_command_set_stdout_file (self, self->out.file, g_value_get_flags (value));
      break;
    case PROP_STDOUT_STREAM:
      proc_command_set_stdout_stream (self, g_value_get_object (value));
      break;
    case PROP_STDERR:
      proc_command_set_stderr (self, g_value_get_enum (value));
      break;
    case PROP_STDERR_FILE:
      proc_command_set_stderr_file (self, g_value_get_object (value), self->err.file_flags);
      break;
    case PROP_STDERR_FILE_FLAGS:
      proc_command_set_stderr_file (self, self->err.file, g_value_get_flags (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (self, prop_id, pspec);
    }
}

static void
install_input_properties (GParamSpec **properties)
{
  /**
   * ProcCommand:stdin: (getter get_stdin) (setter set_stdin)
   *
   * Where standard input comes from, if no bytes, file or stream are given:
   * `PROC_STDIO_DISCARD` or `PROC_STDIO_INHERIT`.
   *
   * Since: 1.0
   */
  properties[PROP_STDIN] =
    g_param_spec_enum ("stdin", NULL, NULL, PROC_TYPE_STDIO, PROC_STDIO_DISCARD, READWRITE);

  /**
   * ProcCommand:stdin-bytes: (getter get_stdin_bytes) (setter set_stdin_bytes)
   *
   * What the child reads from its standard input, before the end of file.
   *
   * Since: 1.0
   */
  properties[PROP_STDIN_BYTES] =
    g_param_spec_boxed ("stdin-bytes", NULL, NULL, G_TYPE_BYTES, READWRITE);

  /**
   * ProcCommand:stdin-text: (setter set_stdin_text)
   *
   * What the child reads from its standard input, as text.
   *
   * Since: 1.0
   */
  properties[PROP_STDIN_TEXT] = g_param_spec_string ("stdin-text", NULL, NULL, NULL, WRITE_ONLY);

  /**
   * ProcCommand:stdin-file: (getter get_stdin_file) (setter set_stdin_file)
   *
   * The file that the child reads, as [method@Proc.Command.set_stdin_file] sets it.
   *
   * Since: 1.0
   */
  properties[PROP_STDIN_FILE] =
    g_param_spec_object ("stdin-file", NULL, NULL, G_TYPE_FILE, READWRITE);

  /**
   * ProcCommand:stdin-stream: (getter get_stdin_stream) (setter set_stdin_stream)
   *
   * The stream that is read for the child, once, as
   * [method@Proc.Command.set_stdin_stream] sets it.
   *
   * Since: 1.0
   */
  properties[PROP_STDIN_STREAM] =
    g_param_spec_object ("stdin-stream", NULL, NULL, G_TYPE_INPUT_STREAM, READWRITE);
}

static void
install_output_properties (GParamSpec **properties)
{
  /**
   * ProcCommand:stdout: (getter get_stdout) (setter set_stdout)
   *
   * What becomes of standard output, if it goes to no file.
   *
   * Since: 1.0
   */
  properties[PROP_STDOUT] =
    g_param_spec_enum ("stdout", NULL, NULL, PROC_TYPE_STDIO, PROC_STDIO_CAPTURE, READWRITE);

  /**
   * ProcCommand:stdout-file: (getter get_stdout_file)
   *
   * The file that gets the standard output.
   *
   * Since: 1.0
   */
  properties[PROP_STDOUT_FILE] =
    g_param_spec_object ("stdout-file", NULL, NULL, G_TYPE_FILE, READWRITE);

  /**
   * ProcCommand:stdout-file-flags: (getter get_stdout_file_flags)
   *
   * How [property@Proc.Command:stdout-file] is written.
   *
   * Since: 1.0
   */
  properties[PROP_STDOUT_FILE_FLAGS] =
    g_param_spec_flags ("stdout-file-flags", NULL, NULL, PROC_TYPE_FILE_FLAGS,
                        PROC_FILE_FLAGS_NONE, READWRITE);

  /**
   * ProcCommand:stdout-stream: (getter get_stdout_stream) (setter set_stdout_stream)
   *
   * The stream that gets the standard output.
   *
   * Since: 1.0
   */
  properties[PROP_STDOUT_STREAM] =
    g_param_spec_object ("stdout-stream", NULL, NULL, G_TYPE_OUTPUT_STREAM, READWRITE);
}

static void
install_error_properties (GParamSpec **properties)
{
  /**
   * ProcCommand:stderr: (getter get_stderr) (setter set_stderr)
   *
   * What becomes of standard error, if it goes to no file.
   *
   * Since: 1.0
   */
  properties[PROP_STDERR] =
    g_param_spec_enum ("stderr", NULL, NULL, PROC_TYPE_STDIO, PROC_STDIO_CAPTURE, READWRITE);

  /**
   * ProcCommand:stderr-file: (getter get_stderr_file)
   *
   * The file that gets the standard error.
   *
   * Since: 1.0
   */
  properties[PROP_STDERR_FILE] =
    g_param_spec_object ("stderr-file", NULL, NULL, G_TYPE_FILE, READWRITE);

  /**
   * ProcCommand:stderr-file-flags: (getter get_stderr_file_flags)
   *
   * How [property@Proc.Command:stderr-file] is written.
   *
   * Since: 1.0
   */
  properties[PROP_STDERR_FILE_FLAGS] =
    g_param_spec_flags ("stderr-file-flags", NULL, NULL, PROC_TYPE_FILE_FLAGS,
                        PROC_FILE_FLAGS_NONE, READWRITE);
}

void
proc_command_fill_stream_properties (GParamSpec **properties)
{
  install_input_properties (properties);
  install_output_properties (properties);
  install_error_properties (properties);
}
