/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The verbs that make processes, and those by which processes wait for each other. Whoever goes on
 * after a fork has an alarm of its own: it is not inherited. */

#include "config.h"

#include "child.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* The kernel's own. A C library's may block all signals meanwhile, as musl's does: then one that
 * comes to the group reaches the parent afterwards, and its child never. */
static pid_t
fork_with_signals (void)
{
#ifdef SYS_fork
  return (pid_t) syscall (SYS_fork);
#else
  return (pid_t) syscall (SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
#endif
}

static pid_t
fork_once (void)
{
  pid_t pid = fork_with_signals ();

  need (pid >= 0, "fork");
  if (pid == 0)
    alarm (LIFETIME_SECONDS);

  return pid;
}

/* The child waits for the grandchild and ends as it ends. */
void
do_fork (char **args)
{
  int status = 0;
  pid_t pid = fork_once ();

  if (pid == 0)
    return;

  while (waitpid (pid, &status, 0) < 0 && errno == EINTR)
    continue;

  exit (WIFEXITED (status) ? WEXITSTATUS (status) : 128 + WTERMSIG (status));
}

/* The child is gone at once; the grandchild goes on in its group. */
void
do_leave (char **args)
{
  if (fork_once () > 0)
    _exit (0);
}

/* A daemon: out of the session, and nobody waits for it. */
void
do_setsid_fork (char **args)
{
  do_leave (args);
  setsid ();
}

/* Out of the session, and whoever started us goes on waiting. */
void
do_new_session (char **args)
{
  need (setsid () >= 0, "setsid");
}

/* So many runners, each of which hands on to a child of its own without end: hard to catch, and no
 * alarm would end them. Who was left behind comes to the first, which need not reap it. */
_Noreturn void
do_relay (char **args)
{
  time_t deadline = time (NULL) + LIFETIME_SECONDS;
  int n = atoi (args[0]);

  signal (SIGCHLD, SIG_IGN);
  need (prctl (PR_SET_CHILD_SUBREAPER, 1) == 0, "prctl");
  for (int i = 0; i < n; i++)
    if (fork_once () == 0)
      while (time (NULL) < deadline)
        do_leave (args);

  pause_for_ever ();
}

/* With the set-user-ID bit: out of reach for who started us, as after sudo. */
void
do_become_root (char **args)
{
  need (setresuid (0, 0, 0) == 0, "setresuid");
}

void
do_ids (char **args)
{
  char line[64];

  snprintf (line, sizeof line, "%d %d %d", (int) getpid (), (int) getpgrp (), (int) getsid (0));
  write_line (STDOUT_FILENO, line);
}

/* Waits until the other side of a FIFO writes a byte or goes away. */
void
do_gate (char **args)
{
  char byte;
  int fd = open (args[0], O_RDONLY | O_CLOEXEC);

  need (fd >= 0, args[0]);
  while (read (fd, &byte, 1) < 0 && errno == EINTR)
    continue;

  close (fd);
}

/* Leaves a grandchild that holds standard output, and that only, until the gate opens. */
void
do_hold_stdout (char **args)
{
  if (fork_once () > 0)
    return;

  close (STDIN_FILENO);
  close (STDERR_FILENO);
  do_gate (args);
  _exit (0);
}

/* Says to the reader of a FIFO that we have come this far, and who we are. */
void
do_ready (char **args)
{
  char line[32];
  int fd = open (args[0], O_WRONLY | O_CLOEXEC);
  int size = snprintf (line, sizeof line, "%d\n", (int) getpid ());

  need (fd >= 0, args[0]);
  write_all (fd, line, (size_t) size);
  close (fd);
}

/* Of the listed ones, zombies apart. */
static int
count_living (FILE *list)
{
  int pid;
  int n = 0;

  while (fscanf (list, "%d", &pid) == 1)
    {
      char path[64];
      char state = 'Z';
      FILE *stat;

      snprintf (path, sizeof path, "/proc/%d/stat", pid);
      stat = pid != getpid () ? fopen (path, "re") : NULL;
      if (stat == NULL)
        continue;

      if (fscanf (stat, "%*d (%*[^)]) %c", &state) == 1 && state != 'Z' && state != 'X')
        n++;
      fclose (stat);
    }

  return n;
}

/* Ourselves left out. */
static int
count_children (const char *parent)
{
  char path[512];
  struct dirent *task;
  DIR *tasks;
  int n = 0;

  snprintf (path, sizeof path, "/proc/%s/task", parent);
  tasks = opendir (path);
  need (tasks != NULL, path);
  while ((task = readdir (tasks)) != NULL)
    {
      FILE *list;

      snprintf (path, sizeof path, "/proc/%s/task/%s/children", parent, task->d_name);
      list = task->d_name[0] != '.' ? fopen (path, "re") : NULL;
      if (list == NULL)
        continue;

      n += count_living (list);
      fclose (list);
    }

  closedir (tasks);
  return n;
}

/* Looks at the children of a process, for ever, and keeps a file that says how many there
 * were at most at once. */
_Noreturn void
do_watch (char **args)
{
  int fd = open (args[1], O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  int most = -1;

  need (fd >= 0, args[1]);
  for (;;)
    {
      int n = count_children (args[0]);
      char text[16];

      if (n <= most)
        continue;

      most = n;
      snprintf (text, sizeof text, "%8d\n", most);
      need (pwrite (fd, text, strlen (text), 0) > 0, args[1]);
    }
}
