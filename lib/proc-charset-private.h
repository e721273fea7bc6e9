/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean proc_charset_is_known (const char *charset);
gsize proc_charset_measure_unit (const char *charset);
char *proc_charset_decode (GBytes *bytes, gsize start, const char *charset);

/* The same for a stream, in pieces that are cut anywhere. */
typedef struct _ProcDecoder ProcDecoder;

ProcDecoder *proc_decoder_new (const char *charset);
void proc_decoder_free (ProcDecoder *self);
void proc_decoder_feed (ProcDecoder *self, const guint8 *data, gsize size, GString *text);
void proc_decoder_finish (ProcDecoder *self, GString *text);

G_END_DECLS
