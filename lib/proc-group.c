/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-group-private.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

/* A process group by its number. The number stays taken while the group has a
 * member, a zombie included, so it is safe to use from the leader's start until
 * the group was once found empty, and not after that.
 *
 * A zombie is gone: it runs no code and holds no descriptor. Its parent may never
 * reap it (in a container that may be a process 1 that does not), so the kernel's
 * answer that a group exists is no proof of a living member.
 */

void
proc_group_signal (pid_t group, int signal_number)
{
  g_assert (group > 1);

  kill (-group, signal_number);
}

/* "pid (name) state ppid pgrp …", where the name may hold anything. */
static gboolean
is_living_member (const char *pid, pid_t group)
{
  g_autofree char *path = g_strconcat ("/proc/", pid, "/stat", NULL);
  g_autofree char *stat = NULL;
  const char *rest;
  char state;
  int parent;
  int member_of;

  if (!g_file_get_contents (path, &stat, NULL, NULL))
    return FALSE;

  rest = strrchr (stat, ')');
  return rest != NULL
         && sscanf (rest + 1, " %c %d %d", &state, &parent, &member_of) == 3
         && member_of == group
         && state != 'Z' && state != 'X';
}

static gboolean
has_living_member (pid_t group)
{
  g_autoptr(GDir) processes = g_dir_open ("/proc", 0, NULL);
  const char *name;

  if (processes == NULL)
    return TRUE;

  while ((name = g_dir_read_name (processes)) != NULL)
    if (g_ascii_isdigit (*name) && is_living_member (name, group))
      return TRUE;

  return FALSE;
}

/* Without /proc, zombies count as members. */
gboolean
proc_group_is_empty (pid_t group)
{
  if (kill (-group, 0) < 0 && errno == ESRCH)
    return TRUE;

  return !has_living_member (group);
}
