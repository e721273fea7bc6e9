/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is known of a command before it is started: variables, and where the
 * program may be. */

#include "config.h"

#include "proc-environ-private.h"
#include "proc-plan-private.h"
#include "proc-runner-private.h"
#include "test-fixture.h"

static ProcVariables *
variables_new (const char *const *entries)
{
  return proc_variables_new (g_strdupv ((char **) entries));
}

static void
assert_environ (const ProcEnviron *environ_, const char *const *inherited, const char *expected)
{
  g_autoptr(ProcVariables) variables = variables_new (inherited);
  g_autoptr(ProcVariables) applied = proc_environ_apply (environ_, variables);
  g_autofree char *joined = g_strjoinv (" ", applied->entries);

  g_assert_cmpstr (joined, ==, expected);
}

static void
test_environ_edits (void)
{
  g_autoptr(ProcEnviron) environ_ = proc_environ_new ();
  g_autoptr(ProcEnviron) copy = NULL;

  assert_environ (environ_, TEST_ARGV ("A=1", "B=2"), "A=1 B=2");

  proc_environ_set (environ_, "A", "3");
  proc_environ_unset (environ_, "B");
  proc_environ_set (environ_, "C", "");
  copy = proc_environ_copy (environ_);
  proc_environ_unset (environ_, "C");

  assert_environ (environ_, TEST_ARGV ("A=1", "B=2"), "A=3");
  assert_environ (copy, TEST_ARGV ("A=1", "B=2"), "A=3 C=");
}

static void
test_environ_base (void)
{
  g_autoptr(ProcEnviron) environ_ = proc_environ_new ();

  proc_environ_set (environ_, "A", "forgotten");
  proc_environ_replace (environ_, TEST_ARGV ("X=1", "Y=a=b", "X=2"));
  assert_environ (environ_, TEST_ARGV ("A=1"), "X=2 Y=a=b");

  proc_environ_replace (environ_, (const char *const[]) { NULL });
  assert_environ (environ_, TEST_ARGV ("A=1"), "");

  proc_environ_replace (environ_, NULL);
  assert_environ (environ_, TEST_ARGV ("A=1"), "A=1");
}

static void
test_environ_bad_entries (void)
{
  g_autoptr(ProcEnviron) environ_ = proc_environ_new ();

  g_assert_null (proc_environ_find_bad_entry (environ_));

  proc_environ_set (environ_, "A=B", "1");
  g_assert_cmpstr (proc_environ_find_bad_entry (environ_), ==, "A=B");
  assert_environ (environ_, TEST_ARGV ("C=1"), "C=1");

  proc_environ_replace (environ_, TEST_ARGV ("OK=1", "=1"));
  g_assert_cmpstr (proc_environ_find_bad_entry (environ_), ==, "=1");

  proc_environ_replace (environ_, TEST_ARGV ("NOTHING"));
  g_assert_cmpstr (proc_environ_find_bad_entry (environ_), ==, "NOTHING");
}

static ProcPlan *
make_plan (ProcRunner *runner, ProcCommand *command)
{
  ProcReport *refusal = NULL;
  ProcPlan *plan = proc_runner_make_plan (runner, command, FALSE, &refusal);

  g_assert_nonnull (plan);
  return plan;
}

static const char *
get_value (const ProcPlan *plan)
{
  return g_environ_getenv (plan->variables->entries, "PROC_TEST_VALUE");
}

/* Gives one of two plans that have one environment. */
static ProcPlan *
make_two_plans (ProcRunner *runner, ProcCommand *command)
{
  g_autoptr(ProcPlan) plan = make_plan (runner, command);
  g_autoptr(ProcPlan) other = make_plan (runner, command);

  g_assert_true (plan->variables == other->variables);
  return g_steal_pointer (&plan);
}

/* Ten thousand jobs that wait have one environment, as long as nobody changes it. */
static void
test_environ_is_shared (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("exit", "0", NULL);
  g_autoptr(ProcPlan) before = make_two_plans (runner, command);
  g_autoptr(ProcPlan) programs = NULL;
  g_autoptr(ProcPlan) runners = NULL;
  g_autoptr(ProcPlan) own = NULL;

  g_setenv ("PROC_TEST_VALUE", "program", TRUE);
  programs = make_two_plans (runner, command);
  proc_runner_setenv (runner, "PROC_TEST_VALUE", "runner");
  runners = make_two_plans (runner, command);
  proc_command_setenv (command, "PROC_TEST_VALUE", "command");
  own = make_plan (runner, command);
  g_unsetenv ("PROC_TEST_VALUE");

  g_assert_cmpstr (get_value (before), ==, NULL);
  g_assert_cmpstr (get_value (programs), ==, "program");
  g_assert_cmpstr (get_value (runners), ==, "runner");
  g_assert_cmpstr (get_value (own), ==, "command");
}

static void
assert_candidates (const char *program, const char *variable, const char *expected)
{
  g_autoptr(ProcPlan) plan = proc_plan_new ();
  g_autoptr(GError) error = NULL;
  g_autofree char *joined = NULL;

  plan->argv = g_strdupv ((char **) TEST_ARGV (program));
  plan->variables = variables_new ((const char *const[]) { variable, NULL });
  g_assert_true (proc_plan_seal (plan, &error));
  g_assert_no_error (error);

  joined = g_strjoinv (" ", plan->candidates);
  g_assert_cmpstr (joined, ==, expected);
}

static void
test_candidates (void)
{
  assert_candidates ("x", "PATH=/a:/b", "/a/x /b/x");
  assert_candidates ("x", "PATH=/a::/b", "/a/x ./x /b/x");
  assert_candidates ("x", "PATH=rel", "rel/x");
  assert_candidates ("x", NULL, "/bin/x /usr/bin/x");
  assert_candidates ("./x", "PATH=/a", "./x");
  assert_candidates ("/y/x", "PATH=/a", "/y/x");
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/plan/environ-edits", test_environ_edits);
  TEST_ADD ("/plan/environ-base", test_environ_base);
  TEST_ADD ("/plan/environ-bad-entries", test_environ_bad_entries);
  TEST_ADD ("/plan/environ-is-shared", test_environ_is_shared);
  TEST_ADD ("/plan/candidates", test_candidates);

  return g_test_run ();
}
