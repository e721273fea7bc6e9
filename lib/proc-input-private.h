/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

#include "proc-feed-private.h"

G_BEGIN_DECLS

typedef struct _ProcInput ProcInput;
typedef void (*ProcInputChanged) (gpointer user_data);

ProcInput *proc_input_new (GFile *file,
                           GInputStream *stream,
                           ProcInputChanged changed,
                           gpointer user_data);
void proc_input_free (ProcInput *self);

void proc_input_open (ProcInput *self);
gboolean proc_input_is_opened (const ProcInput *self);
gboolean proc_input_is_fifo (const ProcInput *self);
const GError *proc_input_get_error (const ProcInput *self);
int proc_input_steal_fd (ProcInput *self);
void proc_input_start (ProcInput *self, ProcFeed *feed);
void proc_input_stop (ProcInput *self);
gboolean proc_input_is_settled (const ProcInput *self);

G_END_DECLS
