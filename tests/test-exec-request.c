/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the program writes for the helper, and what the helper makes of it, or of anything else. */

#include "config.h"

#include <limits.h>
#include <string.h>

#include "exec/exec-request.h"
#include "test-fixture.h"

static const char *const candidates[] = { "/a/program", "/b/program", NULL };

static ExecSteps
make_steps (void)
{
  const ExecSteps steps = {
    .session = EXEC_SESSION_GROUP,
    .no_pidfd = 1,
    .unbatch = 1,
    .given = { 1, 0, 1 },
    .umask_ = 0027,
    .nice_ = -5,
    .n_limits = 2,
    .limits = { { 7, 10, 20 }, { 4, 0, G_MAXUINT64 } },
    .n_fds = 3,
    .fds = { 3, 9, 1000 },
    .cwd = "/directory",
    .candidates = (char *const *) candidates,
  };

  return steps;
}

static char *
format (const ExecSteps *steps)
{
  char line[EXEC_REQUEST_SIZE];

  g_assert_cmpint (exec_request_format (steps, line, sizeof line), ==, 0);
  return g_strdup (line);
}

/* As the helper's own argument vector, with what comes behind the line. */
static GPtrArray *
make_argv (const char *line, const char *cwd)
{
  GPtrArray *argv = g_ptr_array_new ();

  g_ptr_array_add (argv, (gpointer) "helper");
  g_ptr_array_add (argv, (gpointer) line);
  if (cwd != NULL)
    g_ptr_array_add (argv, (gpointer) cwd);
  for (guint i = 0; candidates[i] != NULL; i++)
    g_ptr_array_add (argv, (gpointer) candidates[i]);
  g_ptr_array_add (argv, (gpointer) "name");
  g_ptr_array_add (argv, (gpointer) "argument");
  g_ptr_array_add (argv, NULL);
  return argv;
}

static int
parse (ExecSteps *steps, GPtrArray *argv)
{
  static const char *const envp[] = { "A=1", NULL };

  return exec_request_parse (steps, argv->len - 1, (char **) argv->pdata, (char **) envp);
}

static void
assert_strings (char *const *strings, const char *expected)
{
  g_autofree char *joined = g_strjoinv (" ", (char **) strings);

  g_assert_cmpstr (joined, ==, expected);
}

static void
assert_same (const ExecSteps *parsed, const ExecSteps *steps)
{
  g_assert_cmpint (parsed->session, ==, steps->session);
  g_assert_cmpint (parsed->no_pidfd, ==, steps->no_pidfd);
  g_assert_cmpint (parsed->unbatch, ==, steps->unbatch);
  g_assert_cmpmem (parsed->given, sizeof parsed->given, steps->given, sizeof steps->given);
  g_assert_cmpint (parsed->umask_, ==, steps->umask_);
  g_assert_cmpint (parsed->nice_, ==, steps->nice_);
  g_assert_cmpstr (parsed->cwd, ==, steps->cwd);
  g_assert_cmpint (parsed->n_limits, ==, steps->n_limits);
  for (int i = 0; i < steps->n_limits; i++)
    {
      g_assert_cmpint (parsed->limits[i].resource, ==, steps->limits[i].resource);
      g_assert_cmpuint (parsed->limits[i].soft, ==, steps->limits[i].soft);
      g_assert_cmpuint (parsed->limits[i].hard, ==, steps->limits[i].hard);
    }

  g_assert_cmpint (parsed->n_fds, ==, steps->n_fds);
  for (int i = 0; i < steps->n_fds; i++)
    g_assert_cmpint (parsed->fds[i], ==, steps->fds[i]);
}

static void
assert_round_trip (const ExecSteps *steps)
{
  g_autofree char *line = format (steps);
  g_autoptr(GPtrArray) argv = make_argv (line, steps->cwd);
  ExecSteps parsed;

  g_assert_cmpint (parse (&parsed, argv), ==, 0);
  assert_same (&parsed, steps);
  assert_strings (parsed.candidates, "/a/program /b/program");
  assert_strings (parsed.argv, "name argument");
  assert_strings (parsed.envp, "A=1");
}

static void
test_round_trip (void)
{
  ExecSteps steps = make_steps ();

  assert_round_trip (&steps);
  steps.cwd = NULL;
  steps.umask_ = EXEC_KEEP_UMASK;
  assert_round_trip (&steps);
  steps.n_limits = 0;
  steps.n_fds = 0;
  steps.session = EXEC_SESSION_SHARED;
  assert_round_trip (&steps);
}

/* As much as there can be, and then a line that is too short for it. */
static void
test_largest (void)
{
  ExecSteps steps = make_steps ();
  g_autofree char *line = NULL;
  char shorter[EXEC_REQUEST_SIZE];

  steps.n_limits = EXEC_MAX_LIMITS;
  for (int i = 0; i < EXEC_MAX_LIMITS; i++)
    steps.limits[i] = (ExecLimit){ INT_MAX, G_MAXUINT64, G_MAXUINT64 };
  steps.n_fds = EXEC_MAX_FDS;
  for (int i = 0; i < EXEC_MAX_FDS; i++)
    steps.fds[i] = INT_MAX - 1 - i;

  assert_round_trip (&steps);
  line = format (&steps);
  for (gsize size = 0; size <= strlen (line); size++)
    g_assert_cmpint (exec_request_format (&steps, shorter, size), ==, -1);
  g_assert_cmpint (exec_request_format (&steps, shorter, strlen (line) + 1), ==, 0);
  g_assert_cmpstr (shorter, ==, line);
}

static void
assert_refused (const char *line)
{
  g_autoptr(GPtrArray) argv = make_argv (line, "/directory");
  ExecSteps parsed;

  if (parse (&parsed, argv) == 0)
    g_error ("“%s” was taken for a request", line);
}

static void
assert_refused_with (char **numbers, guint at, const char *word)
{
  g_autofree char *number = numbers[at];
  g_autofree char *line = NULL;

  numbers[at] = (char *) word;
  line = g_strjoinv (" ", numbers);
  numbers[at] = g_steal_pointer (&number);
  assert_refused (line);
}

/* Each number of a good line in turn gives way to what is none, or is out of bounds. */
static void
test_malformed_numbers (void)
{
  static const char *const words[] = { "x", "1x", "-", "-101", "99999999999999999999999" };
  ExecSteps steps = make_steps ();
  g_autofree char *line = format (&steps);
  g_auto(GStrv) numbers = g_strsplit (line, " ", -1);

  for (guint i = 0; numbers[i] != NULL; i++)
    for (guint j = 0; j < G_N_ELEMENTS (words); j++)
      assert_refused_with (numbers, i, words[j]);
}

static void
test_malformed_lines (void)
{
  ExecSteps steps = make_steps ();
  g_autofree char *line = format (&steps);
  g_autofree char *longer = g_strconcat (line, " 3", NULL);
  g_autofree char *commented = g_strconcat (line, ";", NULL);

  for (gsize length = 0; length < strlen (line); length++)
    {
      g_autofree char *shorter = g_strndup (line, length);

      /* The last number may lose digits, and be another one. */
      if (strrchr (line, ' ') + 1 >= line + length)
        assert_refused (shorter);
    }

  assert_refused (longer);
  assert_refused (commented);
  assert_refused ("--help");
  assert_refused ("1 2 3");
}

/* The line promises a directory and two candidates, and a program needs a name. */
static void
test_too_few_arguments (void)
{
  ExecSteps steps = make_steps ();
  g_autofree char *line = format (&steps);
  ExecSteps parsed;

  for (guint n_args = 0; n_args <= 5; n_args++)
    {
      g_autoptr(GPtrArray) argv = make_argv (line, "/directory");

      g_ptr_array_set_size (argv, n_args);
      g_ptr_array_add (argv, NULL);
      g_assert_cmpint (parse (&parsed, argv), ==, -1);
    }
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/exec-request/round-trip", test_round_trip);
  TEST_ADD ("/exec-request/largest", test_largest);
  TEST_ADD ("/exec-request/malformed-numbers", test_malformed_numbers);
  TEST_ADD ("/exec-request/malformed-lines", test_malformed_lines);
  TEST_ADD ("/exec-request/too-few-arguments", test_too_few_arguments);

  return g_test_run ();
}
