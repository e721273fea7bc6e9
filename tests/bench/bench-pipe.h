/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

/* A pipe as the kernel gives it, or as large as it gives anybody. */
void bench_pipe_open (int fds[2], gboolean large);

/* Memory that doubles when it is full. */
typedef struct
{
  guint8 *data;
  gsize size;
  gsize capacity;
} BenchBuffer;

gboolean bench_buffer_read (BenchBuffer *self, int fd);
