/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "proc-error.h"

G_BEGIN_DECLS

void proc_set_error_from_errno (GError **error,
                                ProcRunnerError code,
                                int saved_errno,
                                const char *format,
                                ...) G_GNUC_PRINTF (4, 5);
void proc_error_set_errno (GError *error, int saved_errno);
gboolean proc_error_is_exhaustion (const GError *error);
void proc_error_name_limit (GError *error);
void proc_error_set_result (GError *error, ProcResult *result);

G_END_DECLS
