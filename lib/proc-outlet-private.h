/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "proc-tail-private.h"

G_BEGIN_DECLS

typedef struct _ProcOutlet ProcOutlet;
typedef void (*ProcOutletFunc) (gpointer user_data);

/* What the bytes are for. */
typedef enum
{
  PROC_OUTLET_UNUSED,
  PROC_OUTLET_UNDECIDED, /* who could have asked for them had no occasion to */
  PROC_OUTLET_SIGNALS,
  PROC_OUTLET_READ
} ProcOutletUse;

typedef struct
{
  guint64 size; /* bytes read from the child, ever */
  gint64 last_put; /* monotonic; 0 if none came */
  ProcTailFacts tail;
} ProcOutletFacts;

/* How progress is told of; a NULL pattern is the usual way. */
typedef struct
{
  const char *charset;
  GRegex *pattern;
  double total;
} ProcOutletText;

ProcOutlet *proc_outlet_new (ProcOutletFunc ready, gpointer user_data);
ProcOutlet *proc_outlet_ref (ProcOutlet *self);
void proc_outlet_unref (ProcOutlet *self);

/* In the program, any thread */
void proc_outlet_set_use (ProcOutlet *self, ProcOutletUse use);
ProcOutletUse proc_outlet_get_use (ProcOutlet *self);
GBytes *proc_outlet_take (ProcOutlet *self, gsize at_most, gboolean *ended);
gboolean proc_outlet_is_waiting (ProcOutlet *self);
gboolean proc_outlet_is_open_for_signals (ProcOutlet *self);
void proc_outlet_look (ProcOutlet *self, const ProcOutletText *text, ProcOutletFacts *facts);
void proc_outlet_open (ProcOutlet *self);
void proc_outlet_open_undecided (ProcOutlet *self);
void proc_outlet_keep_undecided (ProcOutlet *self);
void proc_outlet_leave (ProcOutlet *self);
void proc_outlet_attend (ProcOutlet *self);
void proc_outlet_abandon (ProcOutlet *self);

/* In the engine */
void proc_outlet_attach (ProcOutlet *self,
                         gboolean exclusive,
                         ProcOutletFunc changed,
                         gpointer user_data);
void proc_outlet_detach (ProcOutlet *self);
gboolean proc_outlet_has_room (ProcOutlet *self);
gboolean proc_outlet_is_passed_by (ProcOutlet *self);
gboolean proc_outlet_is_closed (ProcOutlet *self);
void proc_outlet_put (ProcOutlet *self, const guint8 *data, gsize size);
void proc_outlet_end (ProcOutlet *self);
void proc_outlet_end_if_detached (ProcOutlet *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ProcOutlet, proc_outlet_unref)

G_END_DECLS
