/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

#include "proc-fd-private.h"

G_BEGIN_DECLS

typedef enum
{
  PROC_FILE_TARGET_RENAME,  /* a new file beside it can take its place */
  PROC_FILE_TARGET_COPY,    /* it must be written in place, when all is known to be well */
  PROC_FILE_TARGET_IN_PLACE /* it is written as the output comes */
} ProcFileTargetKind;

typedef struct
{
  ProcFileTargetKind kind;
  ProcFd fd;      /* RENAME: the new file; COPY, IN_PLACE: the file itself */
  ProcFd dir_fd;  /* RENAME: the folder of both */
  char *name;     /* RENAME: in that folder */
  char *new_name; /* RENAME: until it has taken the place */
} ProcFileTarget;

gboolean proc_file_target_open_replace (ProcFileTarget *self,
                                        const char *path,
                                        GCancellable *cancellable);
gboolean proc_file_target_open_in_place (ProcFileTarget *self,
                                         const char *path,
                                         int flag,
                                         GCancellable *cancellable);
gboolean proc_file_target_set_blocking (ProcFileTarget *self);
gboolean proc_file_target_is_same (const char *path, const char *other_path);
gboolean proc_file_target_flush (ProcFileTarget *self);
gboolean proc_file_target_rename (ProcFileTarget *self);
void proc_file_target_clear (ProcFileTarget *self);
gboolean proc_file_wait_writable (int fd, GCancellable *cancellable);

G_END_DECLS
