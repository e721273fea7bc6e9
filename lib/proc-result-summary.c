/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A result in words, for people: its summary, and the error that it makes. */

#include "config.h"

#include "proc-result-private.h"

#include "proc-command-private.h"
#include "proc-error-private.h"
#include "proc-text-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* A character of UTF-8 may take so much of another charset's for each byte. */
#define WIDEST_BYTE 4

/* Hides secrets before the line is cut: part of one is one. What is left of one where the
 * output itself was cut is shorter than the longest of them. */
static char *
find_last_line (ProcResult *self, GBytes *output, const ProcCap *cap, guint64 size)
{
  gsize longest = proc_command_measure_secrets (self->command);
  guint64 n_lost = proc_cap_count_lost (cap, size, g_bytes_get_size (output));
  gboolean cut;
  g_autofree char *tail = proc_text_tail (output, self->command->charset, n_lost,
                                          longest * WIDEST_BYTE, &cut);
  g_autofree char *masked = proc_command_mask (self->command, tail);
  const char *start = masked;

  if (cut)
    start += MIN (longest, strlen (masked));
  while ((*start & 0xC0) == 0x80)
    start++;
  return proc_text_last_line (start);
}

/* What the child said last, of its errors if it spoke of any. */
static char *
find_last_words (ProcResult *self)
{
  const ProcReport *report = self->report;
  g_autofree char *line = find_last_line (self, report->stderr_bytes, &report->stderr_cap,
                                          report->stderr_size);

  return *line != '\0' ? g_steal_pointer (&line)
                       : find_last_line (self, report->stdout_bytes, &report->stdout_cap,
                                         report->stdout_size);
}

/* Names the stream that was too long, and its limit. The number is no part of the text
 * to translate, which has no way to name its type; its plural is that of its last digits,
 * since an unsigned long may not hold it. */
static char *
describe_overflow (const ProcReport *report, const char *label)
{
  gboolean on_stdout = proc_cap_is_broken (&report->stdout_cap, report->stdout_size);
  guint64 limit = on_stdout ? report->stdout_cap.limit : report->stderr_cap.limit;
  gulong count = limit < 1000000 ? limit : 1000000 + limit % 1000000;
  g_autofree char *number = g_strdup_printf ("%" G_GUINT64_FORMAT, limit);

  if (on_stdout)
    return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE,
                                         /* Translators: a command, how much it might write */
                                         "“%s” wrote more than %s byte to standard output",
                                         "“%s” wrote more than %s bytes to standard output", count),
                            label, number);

  return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE,
                                       /* Translators: a command, how much it might write */
                                       "“%s” wrote more than %s byte to standard error",
                                       "“%s” wrote more than %s bytes to standard error", count),
                          label, number);
}

static char *
describe_end (ProcResult *self, const char *label)
{
  const ProcReport *report = self->report;

  switch (report->outcome)
    {
    case PROC_OUTCOME_SIGNALED:
      /* Translators: a command, a signal's number, the system's words for the signal */
      return g_strdup_printf (_("“%s” was ended by signal %d (%s)"), label, report->term_signal,
                              g_strsignal (report->term_signal));
    case PROC_OUTCOME_TIMED_OUT:
      return g_strdup_printf (_("“%s” was stopped because its time was over"), label);
    case PROC_OUTCOME_IDLE:
      return g_strdup_printf (_("“%s” was stopped because it had written nothing for too long"),
                              label);
    case PROC_OUTCOME_OUTPUT_LIMIT:
      return describe_overflow (report, label);
    case PROC_OUTCOME_CANCELLED:
      return g_strdup_printf (_("“%s” was cancelled"), label);
    case PROC_OUTCOME_UNKNOWN:
      /* Translators: “it” is the status, which the system gives only once */
      return g_strdup_printf (_("“%s” ended with an unknown status: it was taken by another part of"
                                " the program"), label);
    case PROC_OUTCOME_EXITED:
    default:
      /* Translators: a command and its exit status */
      return g_strdup_printf (_("“%s” exited with status %d"), label, report->exit_status);
    }
}

char *
proc_result_make_summary (ProcResult *self)
{
  g_autofree char *label = proc_command_dup_label (self->command);
  g_autofree char *end = NULL;
  g_autofree char *last_words = NULL;

  if (self->report->error != NULL)
    return proc_text_blank_controls (proc_command_mask (self->command,
                                                        self->report->error->message));

  end = describe_end (self, label);
  if (self->report->successful
      || self->report->outcome == PROC_OUTCOME_CANCELLED
      || self->report->outcome == PROC_OUTCOME_OUTPUT_LIMIT)
    return g_steal_pointer (&end);

  last_words = find_last_words (self);
  if (*last_words == '\0')
    return g_steal_pointer (&end);

  /* Translators: how a command ended, then what it said last */
  return g_strdup_printf (_("%s: %s"), end, last_words);
}

static GError *
make_error (ProcResult *self)
{
  switch (self->report->outcome)
    {
    case PROC_OUTCOME_SIGNALED:
      return g_error_new_literal (PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_SIGNALED, self->summary);
    case PROC_OUTCOME_TIMED_OUT:
    case PROC_OUTCOME_IDLE:
      return g_error_new_literal (PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_TIMED_OUT, self->summary);
    case PROC_OUTCOME_OUTPUT_LIMIT:
      return g_error_new_literal (PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_OUTPUT_LIMIT,
                                  self->summary);
    case PROC_OUTCOME_UNKNOWN:
      return g_error_new_literal (PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_UNKNOWN_STATUS,
                                  self->summary);
    case PROC_OUTCOME_CANCELLED:
      return g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, self->summary);
    case PROC_OUTCOME_EXITED:
    default:
      return g_error_new_literal (PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_EXIT_STATUS,
                                  self->summary);
    }
}

/* Gives what the run itself fails with, whatever the child's end: NULL if we could
 * do all we were to do. */
GError *
proc_result_make_run_error (ProcResult *self)
{
  g_autoptr(GError) error = NULL;

  if (self->report->error != NULL)
    error = g_error_new_literal (self->report->error->domain, self->report->error->code,
                                 self->summary);
  else if (self->report->outcome == PROC_OUTCOME_CANCELLED)
    error = make_error (self);

  if (error != NULL && error->domain == PROC_RUNNER_ERROR)
    proc_error_set_result (error, self);

  return g_steal_pointer (&error);
}

/**
 * proc_result_check:
 * @self: a result
 * @error: return location for an error
 *
 * Fails unless the result is a success.
 *
 * The error is `EXIT_STATUS`, `SIGNALED`, `TIMED_OUT`, `OUTPUT_LIMIT`, `UNKNOWN_STATUS`,
 * `OUTPUT_FILE` or `INPUT_FILE` of [error@Proc.RunnerError], and carries this result; or it is
 * `G_IO_ERROR_CANCELLED`.
 *
 * Returns: %TRUE if the result is a success
 *
 * Since: 1.0
 */
gboolean
proc_result_check (ProcResult *self, GError **error)
{
  g_autoptr(GError) failure = NULL;

  g_return_val_if_fail (PROC_IS_RESULT (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (self->report->successful)
    return TRUE;

  failure = proc_result_make_run_error (self);
  if (failure == NULL)
    {
      failure = make_error (self);
      proc_error_set_result (failure, self);
    }

  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}
