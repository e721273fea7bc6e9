/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *proc_text_make_valid (const char *data, gsize size);
char *proc_text_decode_part (GBytes *bytes,
                             const char *charset,
                             guint64 n_lost,
                             gboolean cut_end);
char *proc_text_chomp (char *text);
char *proc_text_tail (GBytes *bytes,
                      const char *charset,
                      guint64 n_lost,
                      gsize spare,
                      gboolean *cut);
char *proc_text_last_line (const char *text);
char *proc_text_blank_controls (char *text);
char *proc_text_shorten (const char *text, guint max_chars);
void proc_text_append_quoted (GString *line, const char *arg);

G_END_DECLS
