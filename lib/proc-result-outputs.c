/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a ProcResult holds of the output. */

#include "config.h"

#include "proc-result-private.h"

#include "proc-command-private.h"
#include "proc-text-private.h"

/**
 * proc_result_get_stdout:
 * @self: a result
 *
 * Gets the standard output, as far as it was captured: to the byte what the child
 * wrote. Behind the data stands a NUL, which does not count.
 *
 * Returns: (transfer none): the bytes, which belong to the result
 *
 * Since: 1.0
 */
GBytes *
proc_result_get_stdout (ProcResult *self)
{
  g_return_val_if_fail (PROC_IS_RESULT (self), NULL);

  return self->report->stdout_bytes;
}

/**
 * proc_result_get_stderr:
 * @self: a result
 *
 * Gets the standard error, as far as it was captured: to the byte what the child
 * wrote. Behind the data stands a NUL, which does not count.
 *
 * Returns: (transfer none): the bytes, which belong to the result
 *
 * Since: 1.0
 */
GBytes *
proc_result_get_stderr (ProcResult *self)
{
  g_return_val_if_fail (PROC_IS_RESULT (self), NULL);

  return self->report->stderr_bytes;
}

static char *
decode (ProcResult *self, GBytes *bytes, const ProcCap *cap, guint64 size)
{
  guint64 n_lost = proc_cap_count_lost (cap, size, g_bytes_get_size (bytes));
  gboolean cut_end = n_lost == 0 && proc_cap_is_exceeded (cap, size);

  return proc_text_decode_part (bytes, self->command->charset, n_lost, cut_end);
}

static char *
decode_stderr (ProcResult *self)
{
  const ProcReport *report = self->report;

  return decode (self, report->stderr_bytes, &report->stderr_cap, report->stderr_size);
}

char *
proc_result_decode_stdout (ProcResult *self)
{
  const ProcReport *report = self->report;

  return decode (self, report->stdout_bytes, &report->stdout_cap, report->stdout_size);
}

/* Made once: the text belongs to the result, which several threads may read. */
static const char *
decode_once (ProcResult *self, char **text, char *(*decode_it) (ProcResult *))
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  if (*text == NULL)
    *text = decode_it (self);

  return *text;
}

/**
 * proc_result_get_stdout_text:
 * @self: a result
 *
 * Gets the standard output as text: each byte that is no UTF-8, and each NUL, is
 * U+FFFD. Of a character that a limit has cut in two nothing is shown. If the command
 * has a [property@Proc.Command:charset], it is converted from that.
 *
 * Returns: the text, which belongs to the result
 *
 * Since: 1.0
 */
const char *
proc_result_get_stdout_text (ProcResult *self)
{
  g_return_val_if_fail (PROC_IS_RESULT (self), NULL);

  return decode_once (self, &self->stdout_text, proc_result_decode_stdout);
}

/**
 * proc_result_get_stderr_text:
 * @self: a result
 *
 * Gets the standard error as text: each byte that is no UTF-8, and each NUL, is
 * U+FFFD. Of a character that a limit has cut in two nothing is shown. If the command
 * has a [property@Proc.Command:charset], it is converted from that.
 *
 * Returns: the text, which belongs to the result
 *
 * Since: 1.0
 */
const char *
proc_result_get_stderr_text (ProcResult *self)
{
  g_return_val_if_fail (PROC_IS_RESULT (self), NULL);

  return decode_once (self, &self->stderr_text, decode_stderr);
}

/**
 * proc_result_get_stdout_size:
 * @self: a result
 *
 * Gets how many bytes of standard output were read, wherever they went.
 *
 * Returns: the number of bytes
 *
 * Since: 1.0
 */
guint64
proc_result_get_stdout_size (ProcResult *self)
{
  g_return_val_if_fail (PROC_IS_RESULT (self), 0);

  return self->report->stdout_size;
}

/**
 * proc_result_get_stderr_size:
 * @self: a result
 *
 * Gets how many bytes of standard error were read.
 *
 * Returns: the number of bytes
 *
 * Since: 1.0
 */
guint64
proc_result_get_stderr_size (ProcResult *self)
{
  g_return_val_if_fail (PROC_IS_RESULT (self), 0);

  return self->report->stderr_size;
}

/**
 * proc_result_get_truncated:
 * @self: a result
 *
 * Gets whether an output was longer than what was kept of it: see
 * [method@Proc.Runner.set_max_output]. Its size tells how long it was.
 *
 * Returns: %TRUE if the output was cut
 *
 * Since: 1.0
 */
gboolean
proc_result_get_truncated (ProcResult *self)
{
  g_return_val_if_fail (PROC_IS_RESULT (self), FALSE);

  return self->report->truncated;
}

/**
 * proc_result_get_complete:
 * @self: a result
 *
 * Gets whether the output was read to its end.
 *
 * Returns: %FALSE if another process still held it open some time after the child
 *   had gone
 *
 * Since: 1.0
 */
gboolean
proc_result_get_complete (ProcResult *self)
{
  g_return_val_if_fail (PROC_IS_RESULT (self), FALSE);

  return self->report->complete;
}
