/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* RX4: system calls that the kernel does not have, or that a sandbox refuses. Other test programs
 * are run so once more, by way of `refuse`: all that holds elsewhere holds there too. */

#include "config.h"

#include "test-fixture.h"

#define STATUS_CANNOT 77

static const char *const some_programs[] = { "runner", "stop", NULL };

static const char *const more_programs[] = {
  "bounds", "cancel-random", "drain", "engine", "environ", "file", "file-both", "file-direct",
  "file-errors", "file-promises", "file-stream", "file-tee", "group", "helper", "idle", "input",
  "input-fifo", "input-stream", "job", "job-pipe", "job-stream", "job-write", "ladder", "limits",
  "max-running", "memory-limit", "output", "reach", "result", "spawn", "spill", "stop-all",
  "supervise", "tail", "threads", "want", NULL,
};

static ProcCommand *
refuse (const char *const *calls, const char *name)
{
  g_autofree char *launcher = g_test_build_filename (G_TEST_BUILT, "refuse", NULL);
  g_autofree char *base = g_strdup_printf ("test-%s", name);
  g_autofree char *program = g_test_build_filename (G_TEST_BUILT, base, NULL);
  g_autoptr(ProcCommand) command = proc_command_new (TEST_ARGV (launcher));

  for (; *calls != NULL; calls++)
    proc_command_add_arg (command, *calls);
  proc_command_add_arg (command, "--");
  proc_command_add_arg (command, program);
  proc_command_add_arg (command, "--tap");
  proc_command_unsetenv (command, "PROC_TEST_LONG");
  proc_command_set_stderr (command, PROC_STDIO_MERGE);
  return g_steal_pointer (&command);
}

/* FALSE: it cannot be tried. */
static gboolean
run_program (const char *const *calls, const char *name)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = refuse (calls, name);
  g_autoptr(ProcResult) result = test_run (runner, command);

  if (proc_result_get_exit_status (result) == STATUS_CANNOT)
    return FALSE;

  if (!proc_result_get_successful (result))
    g_error ("%s\n%s", proc_result_get_summary (result), proc_result_get_stdout_text (result));

  return TRUE;
}

static void
run_programs (const char *const *calls, gboolean all_programs)
{
  if (test_in_valgrind () || test_in_sanitizer ())
    {
      g_test_skip ("a checker would be what is refused something");
      return;
    }

  for (guint i = 0; some_programs[i] != NULL; i++)
    if (!run_program (calls, some_programs[i]))
      {
        g_test_skip ("no seccomp filters here");
        return;
      }

  all_programs = all_programs && test_count (FALSE, FALSE, TRUE);
  for (guint i = 0; all_programs && more_programs[i] != NULL; i++)
    run_program (calls, more_programs[i]);
}

#define REFUSED(name, all_programs, ...) \
  static void \
  test_rx4_##name (void) \
  { \
    run_programs (TEST_ARGV (__VA_ARGS__), all_programs); \
  }

REFUSED (pidfd_open, TRUE, "pidfd_open")
REFUSED (pidfd_open_eperm, FALSE, "pidfd_open=EPERM")
REFUSED (pidfd_send_signal, FALSE, "pidfd_send_signal")
REFUSED (close_range, FALSE, "close_range")
REFUSED (close_range_eperm, FALSE, "close_range=EPERM")
REFUSED (clone3, FALSE, "clone3")
REFUSED (splice, FALSE, "splice")
REFUSED (memfd_create, FALSE, "memfd_create")
REFUSED (all, TRUE, "pidfd_open", "pidfd_send_signal", "waitid_pidfd", "close_range", "clone3",
         "splice")

static void
test_rx4_waitid_pidfd (void)
{
  /* Warns by itself of each child then, and a test ends at a warning. */
  if (glib_check_version (2, 78, 0) == NULL)
    g_test_skip ("this GLib cannot do without it");
  else
    run_programs (TEST_ARGV ("waitid_pidfd"), FALSE);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/refused/rx4-pidfd-open", test_rx4_pidfd_open);
  TEST_ADD ("/refused/rx4-pidfd-open-eperm", test_rx4_pidfd_open_eperm);
  TEST_ADD ("/refused/rx4-pidfd-send-signal", test_rx4_pidfd_send_signal);
  TEST_ADD ("/refused/rx4-waitid-pidfd", test_rx4_waitid_pidfd);
  TEST_ADD ("/refused/rx4-close-range", test_rx4_close_range);
  TEST_ADD ("/refused/rx4-close-range-eperm", test_rx4_close_range_eperm);
  TEST_ADD ("/refused/rx4-clone3", test_rx4_clone3);
  TEST_ADD ("/refused/rx4-splice", test_rx4_splice);
  TEST_ADD ("/refused/rx4-memfd-create", test_rx4_memfd_create);
  TEST_ADD ("/refused/rx4-all", test_rx4_all);

  return g_test_run ();
}
