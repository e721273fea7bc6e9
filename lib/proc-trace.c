/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-trace-private.h"

#include "proc-command-private.h"
#include "proc-result-private.h"

#include <stdlib.h>

#ifdef HAVE_SYSPROF
# include <sysprof-capture.h>
#endif

/* What is told of runs to who looks for faults: a debug message for each, with
 * G_MESSAGES_DEBUG=Proc; a mark in a recording of Sysprof's; and with PROCRUNNER_DEBUG=jobs,
 * what still runs or waits when the program exits.
 *
 * All in the callers' threads. A run is known by the command that was copied for it.
 */
#define DEBUG_JOBS (1 << 0)

static const GDebugKey keys[] = {
  { "jobs", DEBUG_JOBS },
};

static GMutex lock;
static GHashTable *pending; /* ProcCommand → gint64: when it was submitted */

static void
print_pending (void)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&lock);
  gint64 now = g_get_monotonic_time ();
  GHashTableIter iter;
  gpointer command;
  gpointer submitted;

  g_hash_table_iter_init (&iter, pending);
  while (g_hash_table_iter_next (&iter, &command, &submitted))
    {
      g_autofree char *label = proc_command_dup_label (command);

      g_printerr ("procrunner: not over at exit, submitted %.3f s before: %s\n",
                  (now - *(gint64 *) submitted) / 1e6, label);
    }
}

static gboolean
keeps_pending (void)
{
  static gsize made = 0;

  if (g_once_init_enter (&made))
    {
      const char *wanted = g_getenv ("PROCRUNNER_DEBUG");

      if (g_parse_debug_string (wanted, keys, G_N_ELEMENTS (keys)) & DEBUG_JOBS)
        {
          pending = g_hash_table_new_full (NULL, NULL, g_object_unref, g_free);
          atexit (print_pending);
        }
      g_once_init_leave (&made, 1);
    }

  return pending != NULL;
}

void
proc_trace_begin (ProcCommand *command)
{
  g_autoptr(GMutexLocker) locker = NULL;
  gint64 now;

  if (!keeps_pending ())
    return;

  now = g_get_monotonic_time ();
  locker = g_mutex_locker_new (&lock);
  g_hash_table_replace (pending, g_object_ref (command), g_memdup2 (&now, sizeof now));
}

static void
forget (ProcCommand *command)
{
  g_autoptr(GMutexLocker) locker = NULL;

  if (!keeps_pending ())
    return;

  locker = g_mutex_locker_new (&lock);
  g_hash_table_remove (pending, command);
}

static void
log_end (ProcCommand *command, const ProcVerdict *verdict)
{
  const ProcReport *report;
  g_autoptr(GDateTime) start = NULL;
  g_autofree char *time = NULL;

  if (verdict->result == NULL)
    {
      g_autofree char *label = proc_command_dup_label (command);

      g_debug ("%s: not started: %s", label, verdict->error->message);
      return;
    }

  if (verdict->result->start_time == NULL)
    {
      g_debug ("%s", verdict->result->summary);
      return;
    }

  report = verdict->result->report;
  start = g_date_time_to_local (verdict->result->start_time);
  time = g_date_time_format (start, "%H:%M:%S");
  g_debug ("%s [pid %d, from %s for %.3f s; %" G_GUINT64_FORMAT " and %" G_GUINT64_FORMAT " bytes"
           " of output]", verdict->result->summary, report->pid, time,
           report->elapsed_usec / 1e6, report->stdout_size, report->stderr_size);
}

static void
mark_end (ProcCommand *command, const ProcVerdict *verdict)
{
#ifdef HAVE_SYSPROF
  const ProcReport *report;
  g_autofree char *label = NULL;

  if (verdict->result == NULL || verdict->result->start_time == NULL
      || !sysprof_collector_is_active ())
    return;

  report = verdict->result->report;
  label = proc_command_dup_label (command);
  sysprof_collector_mark (report->start_monotonic * 1000, report->elapsed_usec * 1000,
                          "procrunner", label, verdict->result->summary);
#endif
}

/* Not while a lock is held: whoever gets the message may use the library. */
void
proc_trace_end (ProcCommand *command, const ProcVerdict *verdict)
{
  forget (command);
  mark_end (command, verdict);
  if (!g_log_writer_default_would_drop (G_LOG_LEVEL_DEBUG, G_LOG_DOMAIN))
    log_end (command, verdict);
}
