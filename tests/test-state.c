/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The invariants of the acceptance catalogue that concern the whole process.
 *
 * V2, descriptors: the set number → target is the one before. Closing may come a moment after
 * the callback, in a thread of GLib's or of ours, so this one is allowed to become true.
 * V3, children: this program is a subreaper, so that orphans come to it. An orphan that is a
 * zombie counts as gone and is reaped here; a zombie that leads a session or a group was our
 * library's child, and a leak.
 * V4, survivors: all children have an environment variable with a value that only this program
 * uses. It is set once, before there is another thread.
 * V10, globals: a text that describes them, compared with the one from the start.
 */

#include "config.h"

#include "test-state.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test-fixture.h"

#define MARKER "PROC_TEST_MARKER"

/* A detail of the C library's, there once a disposition has been set at all, also to the same. */
#define LIBC_SA_RESTORER 0x04000000u

static char *marker;
static char *saved_process;
static char *saved_descriptors;

static gboolean
have_pidfd (void)
{
  int fd = (int) syscall (SYS_pidfd_open, getpid (), 0);

  if (fd < 0)
    return FALSE;

  close (fd);
  return TRUE;
}

static void
describe_signals (GString *text)
{
  sigset_t mask;

  g_assert_cmpint (pthread_sigmask (SIG_SETMASK, NULL, &mask), ==, 0);

  for (int number = 1; number <= SIGRTMAX; number++)
    {
      struct sigaction action;

      /* Where the kernel has no pidfd, GLib installs a handler for SIGCHLD. */
      if (sigaction (number, NULL, &action) < 0 || (number == SIGCHLD && !have_pidfd ()))
        continue;

      g_string_append_printf (text, "signal %d: handler %p, flags %x, blocked %d\n", number,
                              (gpointer) action.sa_handler,
                              (guint) action.sa_flags & ~LIBC_SA_RESTORER,
                              sigismember (&mask, number));
    }
}

static void
describe_status (GString *text)
{
  g_autofree char *status = NULL;
  g_auto(GStrv) lines = NULL;

  g_assert_true (g_file_get_contents ("/proc/self/status", &status, NULL, NULL));
  lines = g_strsplit (status, "\n", -1);
  for (gsize i = 0; lines[i] != NULL; i++)
    if (g_str_has_prefix (lines[i], "Umask:") || g_str_has_prefix (lines[i], "Uid:"))
      g_string_append_printf (text, "%s\n", lines[i]);
}

static char *
describe_process (void)
{
  GString *text = g_string_new (NULL);
  g_autofree char *cwd = g_get_current_dir ();
  g_auto(GStrv) envp = g_get_environ ();
  g_autofree char *environment = g_strjoinv ("\n", envp);

  describe_signals (text);
  describe_status (text);
  for (int resource = 0; resource < (int) RLIMIT_NLIMITS; resource++)
    {
      struct rlimit limit = { 0, 0 };

      getrlimit (resource, &limit);
      g_string_append_printf (text, "limit %d: %" G_GUINT64_FORMAT "\n", resource,
                              (guint64) limit.rlim_cur);
    }

  for (int fd = 0; fd < 3; fd++)
    g_string_append_printf (text, "flags of %d: %x\n", fd, (guint) fcntl (fd, F_GETFL));

  g_string_append_printf (text, "directory: %s\n%s\n", cwd, environment);
  return g_string_free (text, FALSE);
}

void
test_state_init (void)
{
  g_assert_no_errno (prctl (PR_SET_CHILD_SUBREAPER, 1));

  marker = g_strdup_printf ("%d-%" G_GINT64_FORMAT, (int) getpid (), g_get_real_time ());
  g_assert_true (g_setenv (MARKER, marker, TRUE));
  saved_process = describe_process ();
}

static int
compare_strings (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Of a socket, a pipe or the like only the kind is told: the rest is a number that changes. */
static char *
describe_descriptor (const char *number)
{
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%s", number);
  char target[PATH_MAX + 1] = "";

  if (readlink (path, target, sizeof target - 1) < 0)
    return NULL;

  if (target[0] != '/' && strchr (target, '[') != NULL && !g_str_has_prefix (target, "anon"))
    *strchr (target, '[') = '\0';

  return g_strdup_printf ("%s → %s", number, target);
}

static char *
describe_descriptors (void)
{
  g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  g_autoptr(GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  g_autofree char *self = g_strdup_printf ("/proc/%d/fd", (int) getpid ());
  const char *name;

  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *line = describe_descriptor (name);

      if (line != NULL && !g_str_has_suffix (line, self))
        g_ptr_array_add (lines, g_steal_pointer (&line));
    }

  g_ptr_array_sort (lines, compare_strings);
  g_ptr_array_add (lines, NULL);
  return g_strjoinv ("\n", (char **) lines->pdata);
}

static gboolean
descriptors_are_same (gpointer data)
{
  g_autofree char *now = describe_descriptors ();

  return strcmp (now, saved_descriptors) == 0;
}

static gboolean
descriptors_are_stable (gpointer data)
{
  g_autofree char *before = saved_descriptors;

  saved_descriptors = describe_descriptors ();
  return g_strcmp0 (before, saved_descriptors) == 0;
}

/* Called once after a first run, when a thread may still be about to close something. */
void
test_state_save_descriptors (void)
{
  guint n_same = 0;

  g_main_context_default (); /* made when it is first asked for, by whichever test that is */
  while (n_same < 20)
    {
      n_same = descriptors_are_stable (NULL) ? n_same + 1 : 0;
      g_poll (NULL, 0, 1);
    }
}

void
test_assert_same_descriptors (void)
{
  g_autofree char *now = NULL;

  if (test_eventually (descriptors_are_same, NULL))
    return;

  now = describe_descriptors ();
  g_error ("descriptors were:\n%s\nand are:\n%s", saved_descriptors, now);
}

/* No source is ready, none waits for a descriptor other than the context's own, none for a time. */
void
test_state_assert_context_idle (GMainContext *context)
{
  GPollFD fds[4];
  int timeout = 0;
  int priority = 0;

  if (context == NULL)
    context = g_main_context_default ();

  while (g_main_context_iteration (context, FALSE))
    continue;

  g_assert_false (g_main_context_pending (context));
  g_assert_true (g_main_context_acquire (context));
  g_main_context_prepare (context, &priority);
  g_assert_cmpint (
    g_main_context_query (context, G_MAXINT, &timeout, fds, G_N_ELEMENTS (fds)), <=, 1);
  g_assert_cmpint (timeout, ==, -1);
  g_main_context_release (context);
}

void
test_state_assert_process (void)
{
  g_autofree char *now = describe_process ();
  g_auto(GStrv) lines = g_strsplit (now, "\n", -1);
  g_auto(GStrv) saved = g_strsplit (saved_process, "\n", -1);

  for (gsize i = 0; lines[i] != NULL && saved[i] != NULL; i++)
    g_assert_cmpstr (lines[i], ==, saved[i]);

  g_assert_cmpstr (now, ==, saved_process);
}

/* Whether the process led a group or a session, as every child of the library's does. */
static gboolean
is_leader (pid_t pid)
{
  return getpgid (pid) == pid;
}

static G_NORETURN void
fail_for_living_child (void)
{
  g_autoptr(GDir) dir = g_dir_open ("/proc", 0, NULL);
  g_autofree char *parent = g_strdup_printf (" %d ", (int) getpid ());
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename ("/proc", name, "stat", NULL);
      g_autofree char *stat = NULL;
      const char *state;

      if (g_file_get_contents (path, &stat, NULL, NULL) && (state = strstr (stat, ") ")) != NULL
          && g_str_has_prefix (state + 3, parent))
        g_message ("alive: %s", stat);
    }

  g_error ("a child is still alive");
}

static G_NORETURN void
fail_for_zombie (pid_t pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/stat", (int) pid);
  g_autofree char *stat = NULL;

  g_file_get_contents (path, &stat, NULL, NULL);
  g_error ("a child has not been reaped: %s", stat != NULL ? stat : "it has gone since");
}

static gboolean
is_waitable (gpointer data)
{
  siginfo_t *info = data;

  return waitid (P_ALL, 0, info, WEXITED | WNOHANG | WNOWAIT) < 0 || info->si_pid != 0;
}

/* An orphan that is a zombie in /proc comes to its new parent, us, a moment later. Who
 * lives does not. */
void
test_assert_no_children (void)
{
  siginfo_t info = { 0 };

  while (waitid (P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0)
    {
      if (info.si_pid == 0 && !test_eventually (is_waitable, &info))
        fail_for_living_child ();
      if (info.si_pid == 0)
        break;

      if (is_leader (info.si_pid))
        fail_for_zombie (info.si_pid);

      g_assert_cmpint (waitpid (info.si_pid, NULL, WNOHANG), ==, info.si_pid);
      memset (&info, 0, sizeof info);
    }

  g_assert_cmpint (errno, ==, ECHILD);
}

static gboolean
has_marker (const char *pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%s/environ", pid);
  g_autofree char *environment = NULL;
  gsize size = 0;

  if (!g_ascii_isdigit (pid[0]) || atoi (pid) == getpid ())
    return FALSE;

  if (!g_file_get_contents (path, &environment, &size, NULL))
    return FALSE;

  return memmem (environment, size, marker, strlen (marker)) != NULL;
}

void
test_assert_no_survivors (void)
{
  g_autoptr(GDir) dir = g_dir_open ("/proc", 0, NULL);
  const char *name;

  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)) != NULL)
    if (has_marker (name))
      g_error ("the descendant %s has survived", name);
}
