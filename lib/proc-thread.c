/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-thread-private.h"

#include "proc-error-private.h"
#include "proc-fd-private.h"
#include "proc-pidfd-private.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

/* Our threads take no signal of the program's. So a broken pipe is EPIPE there
 * and no SIGPIPE, whatever the program's disposition, and none of the program's
 * handlers ever runs on our stacks.
 *
 * Faults stay open: they are raised by our own instructions, and a program's
 * crash handler must see them. SIGCHLD stays open where the kernel has no pidfd:
 * GLib then waits for children by a handler, and all other threads may block it.
 */
static void
block_signals (sigset_t *old_mask)
{
  static const int faults[] = { SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGSYS, SIGTRAP };
  g_auto(ProcFd) pidfd = proc_pidfd_open (getpid ());
  sigset_t mask;

  sigfillset (&mask);
  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    sigdelset (&mask, faults[i]);
  if (pidfd < 0)
    sigdelset (&mask, SIGCHLD);

  pthread_sigmask (SIG_BLOCK, &mask, old_mask);
}

/* A thread inherits the mask of its creator, so the creator blocks: inside the
 * thread there would be a moment in which a signal could still arrive. The error is that of a
 * start for which a process is wanting. */
GThread *
proc_thread_new (const char *name, GThreadFunc func, gpointer data, GError **error)
{
  GThread *thread;
  g_autoptr(GError) cause = NULL;
  GError *made;
  sigset_t old_mask;

  block_signals (&old_mask);
  thread = g_thread_try_new (name, func, data, &cause);
  pthread_sigmask (SIG_SETMASK, &old_mask, NULL);
  if (thread != NULL)
    return thread;

  made = g_error_new_literal (PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_SPAWN, cause->message);
  proc_error_set_errno (made, EAGAIN);
  g_propagate_error (error, made);
  return NULL;
}

/* A thread that wakes often takes the processor from the one that woke it, which may be
 * the caller's, about to draw. One of SCHED_BATCH does not, and loses nothing else by
 * it. Any other policy than the usual is the program's own wish, and stays. */
static _Thread_local gboolean became_batch;

void
proc_thread_become_batch (void)
{
  const struct sched_param no_priority = { 0 };

  if (sched_getscheduler (0) == SCHED_OTHER)
    became_batch = sched_setscheduler (0, SCHED_BATCH, &no_priority) == 0;
}

gboolean
proc_thread_became_batch (void)
{
  return became_batch;
}

/* Calls @func once in the thread that iterates @context, never inside this call:
 * g_main_context_invoke () may. By the time of g_source_unref (), which locks the
 * context, @func may have run and its thread have dropped the last other reference:
 * so one is kept here, and released after the source. */
void
proc_thread_post (GMainContext *context, int priority, GSourceFunc func, gpointer data)
{
  g_autoptr(GMainContext) kept G_GNUC_UNUSED = g_main_context_ref (context);
  g_autoptr(GSource) source = g_idle_source_new ();

  g_source_set_priority (source, priority);
  g_source_set_callback (source, func, data, NULL);
  g_source_set_static_name (source, "[procrunner] post");
  g_source_attach (source, context);
}
