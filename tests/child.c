/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The program that the tests run. Its arguments are verbs, done one after the other:
 *
 *   child echo hello fork ignore-term
 *
 * prints a line, forks, and goes on in the grandchild. What comes after the last verb is exit
 * status 0, or a pause for ever where a verb such as `ignore-term` would otherwise be pointless.
 * Verbs that concern other processes are in child-processes.c. No GLib here, so that it starts
 * fast, and an alarm, so that a failed test leaves nothing for longer than a few minutes.
 */

#include "config.h"

#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "exec/exec-protocol.h"
#include "test-pattern.h"

#define STATUS_USAGE 125
#define STATUS_FAILED 126
#define FLOOD_BLOCK 65536

typedef struct
{
  const char *name;
  int n_args;
  void (*run) (char **args);
} Verb;

static int hang_at_end;
static int term_status;
static char **rest;
static volatile unsigned long long *meter; /* NULL: nobody wants to know */

void
need (int ok, const char *what)
{
  if (!ok)
    {
      perror (what);
      exit (STATUS_FAILED);
    }
}

void
write_all (int fd, const void *data, size_t size)
{
  const char *bytes = data;

  while (size > 0)
    {
      ssize_t n = write (fd, bytes, size);

      if (n < 0 && errno == EINTR)
        continue;

      need (n >= 0, "write");
      bytes += n;
      size -= (size_t) n;
    }
}

void
write_line (int fd, const char *text)
{
  char line[4096];
  int size = snprintf (line, sizeof line, "%s\n", text);

  write_all (fd, line, (size_t) size);
}

_Noreturn void
pause_for_ever (void)
{
  for (;;)
    pause ();
}

static void
do_echo (char **args)
{
  write_line (STDOUT_FILENO, args[0]);
}

/* As the exec helper says it, which this is not. */
static void
do_protocol (char **args)
{
  write_line (STDOUT_FILENO, EXEC_PROTOCOL);
}

static void
do_err (char **args)
{
  write_line (STDERR_FILENO, args[0]);
}

static void
do_print (char **args)
{
  write_all (STDOUT_FILENO, args[0], strlen (args[0]));
}

/* One write() for each byte, given in hexadecimal: `ff00e282ac`. */
static void
do_bytes (char **args)
{
  for (const char *hex = args[0]; hex[0] != '\0' && hex[1] != '\0'; hex += 2)
    {
      char digits[3] = { hex[0], hex[1], '\0' };
      unsigned char byte = (unsigned char) strtoul (digits, NULL, 16);

      write_all (STDOUT_FILENO, &byte, 1);
    }
}

static void
do_cat (char **args)
{
  static char buffer[65536];
  ssize_t n;

  while ((n = read (STDIN_FILENO, buffer, sizeof buffer)) > 0)
    write_all (STDOUT_FILENO, buffer, (size_t) n);

  need (n == 0, "read");
}

static void
do_read (char **args)
{
  static char buffer[65536];
  size_t left = strtoul (args[0], NULL, 10);

  while (left > 0)
    {
      ssize_t n = read (STDIN_FILENO, buffer, left < sizeof buffer ? left : sizeof buffer);

      need (n >= 0, "read");
      if (n == 0)
        return;

      left -= (size_t) n;
    }
}

static _Noreturn void
do_exit (char **args)
{
  exit (atoi (args[0]));
}

static void
do_signal (char **args)
{
  struct rlimit no_core = { 0, 0 };
  int number = atoi (args[0]);

  setrlimit (RLIMIT_CORE, &no_core);
  signal (number, SIG_DFL);
  kill (getpid (), number);
}

/* From now on a file tells how much `flood` could write so far, as a number of eight bytes. */
static void
do_meter (char **args)
{
  int fd = open (args[0], O_RDWR | O_CREAT | O_CLOEXEC, 0644);

  need (fd >= 0 && ftruncate (fd, sizeof *meter) == 0, args[0]);
  meter = mmap (NULL, sizeof *meter, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  need (meter != MAP_FAILED, "mmap");
  close (fd);
}

/* In blocks of whole pages, as fast programs write, at any place of the table. */
static void
do_flood (char **args)
{
  static unsigned char table[TEST_PATTERN_PERIOD + FLOOD_BLOCK];
  unsigned long long size = strtoull (args[0], NULL, 10);
  int fd = strcmp (args[1], "err") == 0 ? STDERR_FILENO : STDOUT_FILENO;

  test_pattern_fill (table, (unsigned int) fd);
  for (size_t i = TEST_PATTERN_PERIOD; i < sizeof table; i++)
    table[i] = table[i - TEST_PATTERN_PERIOD];

  for (unsigned long long at = 0; at < size;)
    {
      size_t n = size - at < FLOOD_BLOCK ? (size_t) (size - at) : FLOOD_BLOCK;

      write_all (fd, table + at % TEST_PATTERN_PERIOD, n);
      at += n;
      if (meter != NULL)
        *meter += n;
    }
}

static void
do_interleave (char **args)
{
  long n = atol (args[0]);

  for (long i = 0; i < n; i++)
    {
      char line[32];
      int size = snprintf (line, sizeof line, "%ld\n", i);

      write_all (i % 2 == 0 ? STDOUT_FILENO : STDERR_FILENO, line, (size_t) size);
    }
}

static void
print_strings (char **strings)
{
  for (; *strings != NULL; strings++)
    write_all (STDOUT_FILENO, *strings, strlen (*strings) + 1);
}

/* What follows is printed, not done. */
static void
do_args (char **args)
{
  print_strings (rest);
  while (*rest != NULL)
    rest++;
}

static void
do_env (char **args)
{
  print_strings (environ);
}

static void
do_cwd (char **args)
{
  char path[4096];

  need (getcwd (path, sizeof path) != NULL, "getcwd");
  write_line (STDOUT_FILENO, path);
}

static void
do_fds (char **args)
{
  for (int fd = 0; fd < 4096; fd++)
    {
      char path[64], target[3072], line[4096];
      ssize_t n;

      snprintf (path, sizeof path, "/proc/self/fd/%d", fd);
      n = readlink (path, target, sizeof target - 1);
      if (n < 0)
        continue;

      target[n] = '\0';
      snprintf (line, sizeof line, "%d %s", fd, target);
      write_line (STDOUT_FILENO, line);
    }
}

static void
do_sigs (char **args)
{
  FILE *status = fopen ("/proc/self/status", "re");
  char line[256];

  need (status != NULL, "/proc/self/status");

  while (fgets (line, sizeof line, status) != NULL)
    if (strncmp (line, "Sig", 3) == 0)
      write_all (STDOUT_FILENO, line, strlen (line));

  fclose (status);
}

static _Noreturn void
do_hang (char **args)
{
  pause_for_ever ();
}

static _Noreturn void
do_spin (char **args)
{
  volatile unsigned int n = 0;

  for (;;)
    n++;
}

static void
do_stop (char **args)
{
  kill (getpid (), SIGSTOP);
}

static void
do_ignore_term (char **args)
{
  signal (SIGTERM, SIG_IGN);
  hang_at_end = 1;
}

static _Noreturn void
handle_term (int number)
{
  write_all (STDOUT_FILENO, "bye\n", 4);
  _exit (term_status);
}

static void
do_trap_term (char **args)
{
  term_status = atoi (args[0]);
  signal (SIGTERM, handle_term);
  hang_at_end = 1;
}

static void
do_close_stdin (char **args)
{
  close (STDIN_FILENO);
}

static void
do_close_stdout (char **args)
{
  close (STDOUT_FILENO);
}

static void
do_close_stderr (char **args)
{
  close (STDERR_FILENO);
}

static void
do_touch (char **args)
{
  int fd = open (args[0], O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

  need (fd >= 0, args[0]);
  close (fd);
}

/* In one write, so that what several say is not mixed. */
static void
do_append (char **args)
{
  int fd = open (args[0], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);

  need (fd >= 0, args[0]);
  write_all (fd, args[1], strlen (args[1]));
  close (fd);
}

static const Verb verbs[] = {
  { "append", 2, do_append },
  { "args", 0, do_args },
  { "become-root", 0, do_become_root },
  { "bytes", 1, do_bytes },
  { "cat", 0, do_cat },
  { "close-stderr", 0, do_close_stderr },
  { "close-stdin", 0, do_close_stdin },
  { "close-stdout", 0, do_close_stdout },
  { "cwd", 0, do_cwd },
  { "--protocol", 0, do_protocol },
  { "echo", 1, do_echo },
  { "env", 0, do_env },
  { "err", 1, do_err },
  { "exit", 1, do_exit },
  { "fds", 0, do_fds },
  { "flood", 2, do_flood },
  { "fork", 0, do_fork },
  { "gate", 1, do_gate },
  { "hang", 0, do_hang },
  { "hold-stdout", 1, do_hold_stdout },
  { "ids", 0, do_ids },
  { "ignore-term", 0, do_ignore_term },
  { "interleave", 1, do_interleave },
  { "leave", 0, do_leave },
  { "meter", 1, do_meter },
  { "new-session", 0, do_new_session },
  { "print", 1, do_print },
  { "read", 1, do_read },
  { "ready", 1, do_ready },
  { "relay", 1, do_relay },
  { "setsid-fork", 0, do_setsid_fork },
  { "signal", 1, do_signal },
  { "sigs", 0, do_sigs },
  { "spin", 0, do_spin },
  { "stop", 0, do_stop },
  { "touch", 1, do_touch },
  { "trap-term", 1, do_trap_term },
  { "watch", 2, do_watch },
};

static void
run_verb (const char *name)
{
  for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
    {
      char **args = rest;

      if (strcmp (name, verbs[i].name) != 0)
        continue;

      for (int n = 0; n < verbs[i].n_args; n++, rest++)
        if (*rest == NULL)
          exit (STATUS_USAGE);

      verbs[i].run (args);
      return;
    }

  fprintf (stderr, "child: no such verb: %s\n", name);
  exit (STATUS_USAGE);
}

/* In the place of the exec helper, which it becomes when a gate opens. */
static void
be_late_helper (char **argv)
{
  char *ready = getenv ("PROC_TEST_LATE_READY");
  char *gate = getenv ("PROC_TEST_LATE_GATE");
  const char *helper = getenv ("PROC_TEST_LATE_HELPER");

  if (gate == NULL || argv[1] == NULL || strcmp (argv[1], "--protocol") == 0)
    return;

  do_ready (&ready);
  do_gate (&gate);
  execv (helper, argv);
  need (0, helper);
}

int
main (int argc, char **argv)
{
  alarm (LIFETIME_SECONDS);
  be_late_helper (argv);

  rest = argc > 0 ? argv + 1 : argv;
  while (*rest != NULL)
    {
      const char *name = *rest++;

      run_verb (name);
    }

  if (hang_at_end)
    pause_for_ever ();

  return 0;
}
