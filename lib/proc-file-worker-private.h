/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "proc-file-writer-private.h"

G_BEGIN_DECLS

typedef struct _ProcFileWorker ProcFileWorker;
typedef void (*ProcFileWorkerDone) (gpointer user_data);

typedef enum
{
  PROC_FILE_REQUEST_OPEN,
  PROC_FILE_REQUEST_WRITE,
  PROC_FILE_REQUEST_SETTLE,
  PROC_FILE_REQUEST_DROP
} ProcFileRequest;

typedef struct
{
  guint8 *data;
  gsize size;
} ProcFileBlock;

struct _ProcFileWorker
{
  /* set before it starts */
  ProcRedirect redirect;
  ProcRedirect twin; /* no file: none */
  GCancellable *stop;

  /* the engine's */
  gboolean busy;
  ProcFileRequest kind;

  /* the request: the thread's while busy, but the engine may read the block too */
  ProcFileBlock block;
  gboolean keep;
  gboolean failed;
  GBytes *tail;

  /* the answer: the thread's while busy */
  GError *error;
  gsize n_written;
  gboolean is_twin;
  GBytes *bytes;
  guint64 size;
  ProcFileWriter *writer;

  /* both sides': see proc_file_worker_leave () */
  GBytes *spooled; /* atomic */

  /* private */
  GMainContext *context;
  GThread *thread;
  GAsyncQueue *requests;
  ProcFileWorkerDone done; /* NULL: left behind */
  gpointer user_data;
};

ProcFileWorker *proc_file_worker_new (const ProcRedirect *redirect);
gboolean proc_file_worker_start (ProcFileWorker *self,
                                 ProcFileWorkerDone done,
                                 gpointer user_data,
                                 GError **error);
void proc_file_worker_send (ProcFileWorker *self, ProcFileRequest kind);
GBytes *proc_file_worker_leave (ProcFileWorker *self);

G_END_DECLS
