/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Runs a program for which the kernel has no such system calls:
 *
 *   refuse pidfd_open close_range=EPERM … -- PROGRAM [ARGUMENT…]
 *
 * ENOSYS is what an old kernel says, and newer container engines; older ones say EPERM.
 * All that the program starts is refused the same. Exit status 77: it cannot be done here.
 */

#include "config.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define STATUS_USAGE 125
#define STATUS_CANNOT 77
#define MAX_STEPS 128

#define FIRST_ARGUMENT offsetof (struct seccomp_data, args[0]) /* its lower half, little-endian */

typedef struct
{
  const char *name;
  int number;
  int first_argument; /* -1: whatever it is */
} Call;

/* Numbers that all architectures share where the C library may not know them yet. */
static const Call known_calls[] = {
  { "clone3", 435, -1 },
  { "close_range", 436, -1 },
  { "memfd_create", SYS_memfd_create, -1 },
  { "pidfd_open", 434, -1 },
  { "pidfd_send_signal", 424, -1 },
  { "splice", SYS_splice, -1 },
  { "waitid_pidfd", SYS_waitid, 3 /* P_PIDFD */ },
};

static struct sock_filter steps[MAX_STEPS];
static unsigned short n_steps;

static void
add (struct sock_filter step)
{
  if (n_steps == MAX_STEPS)
    exit (STATUS_USAGE);

  steps[n_steps++] = step;
}

static void
load (unsigned int offset)
{
  add ((struct sock_filter) BPF_STMT (BPF_LD | BPF_W | BPF_ABS, offset));
}

static void
skip_unless (unsigned int value, unsigned char n)
{
  add ((struct sock_filter) BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, value, 0, n));
}

static void
answer (unsigned int what)
{
  add ((struct sock_filter) BPF_STMT (BPF_RET | BPF_K, what));
}

static void
refuse (const Call *call, int error)
{
  load (offsetof (struct seccomp_data, nr));
  if (call->first_argument < 0)
    {
      skip_unless ((unsigned int) call->number, 1);
    }
  else
    {
      skip_unless ((unsigned int) call->number, 3);
      load (FIRST_ARGUMENT);
      skip_unless ((unsigned int) call->first_argument, 1);
    }

  answer (SECCOMP_RET_ERRNO | (unsigned int) error);
}

/* "NAME" or "NAME=EPERM" */
static void
refuse_by_name (const char *word)
{
  size_t length = strcspn (word, "=");
  int error = strcmp (word + length, "=EPERM") == 0 ? EPERM : ENOSYS;

  for (size_t i = 0; i < sizeof known_calls / sizeof known_calls[0]; i++)
    if (strlen (known_calls[i].name) == length && strncmp (word, known_calls[i].name, length) == 0)
      {
        refuse (&known_calls[i], error);
        return;
      }

  fprintf (stderr, "refuse: no such call: %s\n", word);
  exit (STATUS_USAGE);
}

int
main (int argc, char **argv)
{
  struct sock_fprog program;

  for (argv++; *argv != NULL && strcmp (*argv, "--") != 0; argv++)
    refuse_by_name (*argv);
  if (*argv == NULL || argv[1] == NULL)
    return STATUS_USAGE;

  answer (SECCOMP_RET_ALLOW);
  program = (struct sock_fprog) { n_steps, steps };
  if (prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0
      || prctl (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
    {
      perror ("refuse: seccomp");
      return STATUS_CANNOT;
    }

  execv (argv[1], argv + 1);
  perror (argv[1]);
  return STATUS_USAGE;
}
