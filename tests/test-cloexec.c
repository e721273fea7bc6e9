/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* FD6: every descriptor is close-on-exec from its birth, so that a program that forks and executes
 * by itself at any moment hands none of ours on. strace looks on while `test-surroundings` does a
 * little of everything; it lets go of whoever executes another program. */

#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "test-fixture.h"

#define MAKERS \
  "pipe,pipe2,socket,socketpair,open,openat,dup,dup2,dup3,eventfd2,epoll_create1,memfd_create," \
  "recvmsg,signalfd4,timerfd_create,accept4,inotify_init1,fcntl"

/* Opened by GLib and by the C library, for a moment, and by the test itself. */
static const char *const exempt[] = {
  "giomodule.cache\"", "gconv-modules.cache\"", "/dev/urandom\"", "/file\"", ".mo\"", NULL,
};

static gboolean
is_exempt (const char *line)
{
  for (guint i = 0; exempt[i] != NULL; i++)
    if (strstr (line, exempt[i]) != NULL)
      return TRUE;

  return FALSE;
}

/* On the way to another program, the three standard streams are put into their places. */
static gboolean
makes_standard_stream (const char *line)
{
  return strstr (line, "dup2(") != NULL
         && (strstr (line, ", 0)") != NULL || strstr (line, ", 1)") != NULL
             || strstr (line, ", 2)") != NULL);
}

static gboolean
makes_descriptor (const char *line)
{
  if (strstr (line, " = -1 ") != NULL || strstr (line, " = ") == NULL)
    return FALSE;
  if (strstr (line, "fcntl(") != NULL)
    return strstr (line, "F_DUPFD") != NULL;
  if (strstr (line, "recvmsg(") != NULL)
    return strstr (line, "SCM_RIGHTS") != NULL;

  return strchr (line, '(') != NULL;
}

/* "PID call(… <unfinished ...>" and later "PID <... call resumed>…) = 0": as one line. */
static char *
join (GHashTable *unfinished, const char *line)
{
  const char *rest = line + strcspn (line, " ");
  g_autofree char *pid = g_strndup (line, (gsize) (rest - line));
  const char *end = strstr (line, " <unfinished");
  const char *begun;

  if (end != NULL)
    {
      g_hash_table_insert (unfinished, g_steal_pointer (&pid),
                           g_strndup (line, (gsize) (end - line)));
      return NULL;
    }

  begun = strstr (line, "resumed>") != NULL ? g_hash_table_lookup (unfinished, pid) : NULL;
  return g_strconcat (begun != NULL ? begun : "", line, NULL);
}

/* Gives how many descriptors there were. */
static guint
assert_close_on_exec (char **lines)
{
  g_autoptr(GHashTable) unfinished = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  guint n = 0;

  for (; *lines != NULL; lines++)
    {
      g_autofree char *line = join (unfinished, *lines);

      if (line == NULL || !makes_descriptor (line))
        continue;

      n++;
      if (strstr (line, "CLOEXEC") == NULL && !makes_standard_stream (line) && !is_exempt (line))
        g_error ("not close-on-exec: %s", line);
    }

  return n;
}

static ProcCommand *
trace (const char *const *argv, const char *output)
{
  ProcCommand *command = proc_command_new (
    TEST_ARGV ("strace", "-f", "-b", "execve", "-e", "trace=" MAKERS, "-o", output));

  for (; *argv != NULL; argv++)
    proc_command_add_arg (command, *argv);
  proc_command_set_stderr (command, PROC_STDIO_MERGE);
  return command;
}

static gboolean
can_trace (ProcRunner *runner)
{
  g_autoptr(ProcCommand) command = trace (TEST_ARGV ("true"), "/dev/null");
  g_autoptr(GError) error = NULL;
  g_autoptr(ProcResult) result = proc_runner_check (runner, command, NULL, &error);
  g_autofree char *reason = NULL;

  if (result != NULL)
    return TRUE;

  reason = g_strdup_printf ("no strace here: %s", error->message);
  g_test_skip (reason);
  return FALSE;
}

static void
test_fd6_from_birth (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autofree char *output = test_path ("trace");
  g_autofree char *program = g_test_build_filename (G_TEST_BUILT, "test-surroundings", NULL);
  g_autofree char *place = g_dir_make_tmp ("procrunner-test-XXXXXX", NULL);
  g_autoptr(ProcCommand) command = trace (TEST_ARGV (program), output);
  g_autofree char *text = NULL;
  g_auto(GStrv) lines = NULL;
  g_autoptr(ProcResult) result = NULL;
  g_autofree char *file = g_build_filename (place, "file", NULL);

  if (test_in_valgrind () || test_in_sanitizer ())
    {
      g_test_skip ("a checker has descriptors of its own");
    }
  else if (can_trace (runner))
    {
      proc_command_setenv (command, "PROC_TEST_INSIDE", place);
      proc_command_setenv (command, "PROC_TEST_CHILD", test_child_path ());
      result = test_check (runner, command);
      g_assert_true (g_file_get_contents (output, &text, NULL, NULL));
      lines = g_strsplit (text, "\n", -1);
      g_assert_cmpuint (assert_close_on_exec (lines), >, 50);
      g_assert_no_errno (g_unlink (file));
    }

  g_assert_no_errno (g_rmdir (place));
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/cloexec/fd6-from-birth", test_fd6_from_birth);

  return g_test_run ();
}
