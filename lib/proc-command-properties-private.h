/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "proc-command-private.h"

G_BEGIN_DECLS

/* Of ProcCommand, for the two files that have them. */
enum
{
  PROP_0,
  PROP_ARGV,
  PROP_SCRIPT,
  PROP_SCRIPT_ARGS,
  PROP_LINE,
  PROP_CWD,
  PROP_ENVIRON,
  PROP_TIMEOUT_MSEC,
  PROP_IDLE_TIMEOUT_MSEC,
  PROP_MAX_OUTPUT,
  PROP_OVERFLOW,
  PROP_ARGV0,
  PROP_NICE,
  PROP_UMASK,
  PROP_STDIN,
  PROP_STDIN_BYTES,
  PROP_STDIN_TEXT,
  PROP_STDIN_FILE,
  PROP_STDIN_STREAM,
  PROP_STDOUT,
  PROP_STDOUT_FILE,
  PROP_STDOUT_FILE_FLAGS,
  PROP_STDOUT_STREAM,
  PROP_STDERR,
  PROP_STDERR_FILE,
  PROP_STDERR_FILE_FLAGS,
  PROP_CHARSET,
  PROP_PROGRESS_PATTERN,
  PROP_PROGRESS_TOTAL,
  PROP_SUCCESS_CODE,
  PROP_SECRET,
  N_PROPS
};

#define READWRITE (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY)
#define WRITE_ONLY (G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS)
#define CONSTRUCT_ONLY (G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS)

void proc_command_get_stream_property (ProcCommand *self,
                                       guint prop_id,
                                       GValue *value,
                                       GParamSpec *pspec);
void proc_command_set_stream_property (ProcCommand *self,
                                       guint prop_id,
                                       const GValue *value,
                                       GParamSpec *pspec);
void proc_command_fill_stream_properties (GParamSpec **properties);

G_END_DECLS
