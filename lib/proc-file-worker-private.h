/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "proc-fd-private.h"
#include "proc-file-writer-private.h"
#include "proc-outlet-private.h"

G_BEGIN_DECLS

#define PROC_FILE_BLOCK_SIZE ((gsize) 256 * 1024)

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
  gboolean has_stop_fd;

  /* the engine's */
  gboolean busy;
  ProcFileRequest kind;

  /* the request: the thread's while busy, but the engine may read the block too */
  ProcFileBlock block;
  gboolean keep;
  gboolean failed;
  GBytes *tail;
  int pulls;          /* atomic; WRITE: go on from the pipe */
  ProcFd pipe;        /* one of its own, -1: there is none */
  ProcOutlet *outlet; /* NULL: nobody follows */

  /* the answer: the thread's while busy */
  GError *error;
  gsize n_written; /* of the block */
  guint64 n_pulled;
  gboolean is_twin;
  GBytes *bytes;
  gboolean whole; /* the bytes are all that they were to be */
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
gboolean proc_file_worker_set_pipe (ProcFileWorker *self, int fd, ProcOutlet *outlet);
void proc_file_worker_close_pipe (ProcFileWorker *self);
void proc_file_worker_send (ProcFileWorker *self, ProcFileRequest kind);
GBytes *proc_file_worker_leave (ProcFileWorker *self);

G_END_DECLS
