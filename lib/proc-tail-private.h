/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The end of one stream. All zero is empty. */
typedef struct
{
  GByteArray *bytes; /* NULL: none came yet */
  gboolean cut;      /* bytes before these were forgotten */
} ProcTail;

typedef struct
{
  char *last_line; /* the caller's */
  gboolean has_progress;
  double progress;
} ProcTailFacts;

void proc_tail_append (ProcTail *self, const guint8 *data, gsize size);
void proc_tail_clear (ProcTail *self);
void proc_tail_look (const ProcTail *self,
                     const char *charset,
                     GRegex *pattern,
                     double total,
                     ProcTailFacts *facts);

G_END_DECLS
