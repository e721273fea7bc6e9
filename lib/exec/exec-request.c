/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Written by the program, read by the helper: one file, so that they agree. Plain
 * C without GLib. What is read comes from the program that started the helper; yet
 * each number is checked, since the helper may be started by hand.
 */

#include "exec-request.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct
{
  char *at;
  size_t left; /* 0: it did not fit */
} Writer;

__attribute__ ((format (printf, 2, 3))) static void
put (Writer *writer, const char *format, ...)
{
  va_list args;
  int length;

  va_start (args, format);
  length = vsnprintf (writer->at, writer->left, format, args);
  va_end (args);

  if (length < 0 || (size_t) length >= writer->left)
    {
      writer->left = 0;
      return;
    }

  writer->at += length;
  writer->left -= length;
}

static int
count (char *const *strings)
{
  int n = 0;

  while (strings[n] != NULL)
    n++;

  return n;
}

/* Gives -1 if @size is too small. */
int
exec_request_format (const ExecSteps *steps, char *line, size_t size)
{
  Writer writer = { line, size };

  put (&writer, "%d %d %d %d %d %d %d %d %d %d %d", (int) steps->session, steps->supervise,
       steps->no_pidfd, steps->unbatch, steps->given[0], steps->given[1], steps->given[2],
       steps->umask_, steps->nice_, steps->cwd != NULL, count (steps->candidates));

  put (&writer, " %d", steps->n_limits);
  for (int i = 0; i < steps->n_limits; i++)
    put (&writer, " %d %llu %llu", steps->limits[i].resource, steps->limits[i].soft,
         steps->limits[i].hard);

  put (&writer, " %d", steps->n_fds);
  for (int i = 0; i < steps->n_fds; i++)
    put (&writer, " %d", steps->fds[i]);

  return writer.left > 0 ? 0 : -1;
}

/* A number of the line and one blank behind it, between two bounds. */
static int
take_int (const char **at, int lowest, int highest, int *value)
{
  char *end;
  long number;

  errno = 0;
  number = strtol (*at, &end, 10);
  if (errno != 0 || end == *at || number < lowest || number > highest)
    return -1;

  *value = (int) number;
  *at = *end == ' ' ? end + 1 : end;
  return 0;
}

static int
take_size (const char **at, unsigned long long *value)
{
  char *end;

  errno = 0;
  *value = strtoull (*at, &end, 10);
  if (errno != 0 || end == *at || **at == '-')
    return -1;

  *at = *end == ' ' ? end + 1 : end;
  return 0;
}

static int
take_limits (const char **at, ExecSteps *steps)
{
  if (take_int (at, 0, EXEC_MAX_LIMITS, &steps->n_limits) < 0)
    return -1;

  for (int i = 0; i < steps->n_limits; i++)
    if (take_int (at, 0, INT_MAX, &steps->limits[i].resource) < 0
        || take_size (at, &steps->limits[i].soft) < 0
        || take_size (at, &steps->limits[i].hard) < 0)
      return -1;

  return 0;
}

static int
take_fds (const char **at, ExecSteps *steps)
{
  if (take_int (at, 0, EXEC_MAX_FDS, &steps->n_fds) < 0)
    return -1;

  for (int i = 0; i < steps->n_fds; i++)
    if (take_int (at, 3, INT_MAX - 1, &steps->fds[i]) < 0)
      return -1;

  return 0;
}

static int
parse_line (const char *line, ExecSteps *steps, int *has_cwd, int *n_candidates)
{
  int session;

  if (take_int (&line, EXEC_SESSION_NEW, EXEC_SESSION_SHARED, &session) < 0
      || take_int (&line, 0, 1, &steps->supervise) < 0
      || take_int (&line, 0, 1, &steps->no_pidfd) < 0
      || take_int (&line, 0, 1, &steps->unbatch) < 0
      || take_int (&line, 0, 1, &steps->given[0]) < 0
      || take_int (&line, 0, 1, &steps->given[1]) < 0
      || take_int (&line, 0, 1, &steps->given[2]) < 0
      || take_int (&line, EXEC_KEEP_UMASK, 0777, &steps->umask_) < 0
      || take_int (&line, -100, 100, &steps->nice_) < 0
      || take_int (&line, 0, 1, has_cwd) < 0
      || take_int (&line, 1, INT_MAX - 8, n_candidates) < 0
      || take_limits (&line, steps) < 0
      || take_fds (&line, steps) < 0)
    return -1;

  steps->session = (ExecSession) session;
  return *line == '\0' ? 0 : -1;
}

/* @argv is that of main (), and is rearranged: the candidates move one place down,
 * to end in a NULL of their own. */
int
exec_request_parse (ExecSteps *steps, int argc, char **argv, char **envp)
{
  int has_cwd = 0;
  int n_candidates = 0;
  int first;

  memset (steps, 0, sizeof *steps);
  if (argc < 2 || parse_line (argv[1], steps, &has_cwd, &n_candidates) < 0)
    return -1;

  first = 2 + has_cwd;
  if (n_candidates >= argc - first)
    return -1;

  steps->cwd = has_cwd ? argv[2] : NULL;
  memmove (&argv[first - 1], &argv[first], n_candidates * sizeof *argv);
  argv[first - 1 + n_candidates] = NULL;
  steps->candidates = &argv[first - 1];
  steps->argv = &argv[first + n_candidates];
  steps->envp = envp;
  return 0;
}
