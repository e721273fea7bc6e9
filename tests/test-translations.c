/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Errors in each language of po/LINGUAS, each in a process of its own: a language is for good. */

#include "config.h"

#include <glib/gstdio.h>
#include <libintl.h>
#include <string.h>
#include <unistd.h>

#include "test-fixture.h"

/* The C library asks LANGUAGE in every locale but C, and newer ones not in C.UTF-8 either. So
 * that the machine needs no locale of any language, ours is C.UTF-8 by another name. */
#define LOCALE_NAME "und.UTF-8"
#define LOCALE_DATA "/usr/lib/locale/C.utf8"

static const struct
{
  const char *language;
  const char *exited;
} languages[] = {
  { "und", "“false” exited with status 1" },
  { "ar", "خرج «\u200efalse\u200e» بالحالة 1" },
  { "cs", "Příkaz „false“ skončil s kódem 1" },
  { "de", "„false“ wurde mit Status 1 beendet" },
  { "es", "«false» terminó con el estado 1" },
  { "fr", "« false » s’est terminé avec le code 1" },
  { "ja", "「false」がステータス 1 で終了しました" },
  { "pl", "Polecenie „false” zakończyło się z kodem 1" },
  { "pt_BR", "“false” terminou com status 1" },
  { "tr", "“false” komutu 1 durumu ile sonlandı" },
  { "zh_CN", "“false”已退出，状态 1" },
};

static void
speak (const char *language)
{
  const char *built = g_getenv ("PROC_TEST_LOCALEDIR");

  g_setenv ("LANGUAGE", language, TRUE);

  /* With its class, the library binds its domain: for the process, and so for us too. */
  g_type_class_ref (PROC_TYPE_RUNNER);
  if (built != NULL)
    bindtextdomain (GETTEXT_PACKAGE, built);
}

static const char *
find_exited (const char *language)
{
  for (gsize i = 0; i < G_N_ELEMENTS (languages); i++)
    if (g_str_equal (languages[i].language, language))
      return languages[i].exited;

  g_assert_not_reached ();
}

/* The message is for people; what programs look at is the same in every language. */
static void
test_language (void)
{
  const char *language = strrchr (g_test_get_path (), '/') + 1;
  g_autoptr(GEnumClass) codes = g_type_class_ref (PROC_TYPE_RUNNER_ERROR);
  g_autoptr(ProcCommand) command = proc_command_new (TEST_ARGV ("false"));
  g_autoptr(ProcRunner) runner = NULL;
  g_autoptr(GError) error = NULL;

  speak (language);
  runner = proc_runner_new ();
  error = test_error (runner, command, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_EXIT_STATUS);
  g_assert_cmpstr (error->message, ==, find_exited (language));
  g_assert_cmpstr (g_enum_get_value (codes, error->code)->value_nick, ==, "exit-status");
}

static void
test_language_decides_the_order (void)
{
  g_autoptr(ProcCommand) command = proc_command_new (TEST_ARGV ("sh", "-c", "kill -9 $$"));
  g_autoptr(ProcRunner) runner = NULL;
  g_autoptr(GError) error = NULL;

  speak ("es");
  runner = proc_runner_new ();
  error = test_error (runner, command, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_SIGNALED);
  g_assert_true (g_str_has_prefix (error->message, "La señal 9 ("));
  g_assert_true (g_str_has_suffix (error->message, ") terminó «sh -c 'kill -9 $$'»"));
}

static void
test_count_decides_the_form (void)
{
  static const struct
  {
    guint64 max_output;
    const char *part;
  } forms[] = {
    { 1, " więcej niż 1 bajt na " },
    { 2, " więcej niż 2 bajty na " },
    { 5, " więcej niż 5 bajtów na " },
    { 22, " więcej niż 22 bajty na " },
  };
  g_autoptr(ProcRunner) runner = NULL;

  speak ("pl");
  runner = proc_runner_new ();
  for (gsize i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      g_autoptr(ProcCommand) command = proc_command_new (TEST_ARGV ("seq", "100"));
      g_autoptr(GError) error = NULL;

      proc_runner_set_max_output (runner, forms[i].max_output);
      error = test_error (runner, command, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_OUTPUT_LIMIT);
      test_assert_in_error (error, forms[i].part);
    }
}

/* A link to a locale, in a folder for the C library to look in. The processes of the tests
 * have it from the one that starts them. */
static char *
make_locale (void)
{
  g_autofree char *dir = NULL;
  g_autofree char *link_name = NULL;

  if (g_getenv ("LOCPATH") != NULL)
    return NULL;

  dir = g_dir_make_tmp ("procrunner-locale-XXXXXX", NULL);
  g_assert_nonnull (dir);
  link_name = g_build_filename (dir, LOCALE_NAME, NULL);
  g_assert_no_errno (symlink (LOCALE_DATA, link_name));

  g_setenv ("LOCPATH", dir, TRUE);
  g_setenv ("LC_ALL", LOCALE_NAME, TRUE);
  return g_steal_pointer (&dir);
}

static void
remove_locale (const char *dir)
{
  g_autofree char *link_name = g_build_filename (dir, LOCALE_NAME, NULL);

  g_assert_no_errno (g_unlink (link_name));
  g_assert_no_errno (g_rmdir (dir));
}

int
main (int argc, char *argv[])
{
  g_autofree char *dir = NULL;
  int status;

  if (!g_file_test (LOCALE_DATA, G_FILE_TEST_IS_DIR))
    {
      g_print ("1..0 # SKIP there is no %s\n", LOCALE_DATA);
      return 0;
    }

  dir = make_locale ();
  test_init (&argc, &argv);

  for (gsize i = 0; i < G_N_ELEMENTS (languages); i++)
    {
      g_autofree char *path = g_strconcat ("/translations/", languages[i].language, NULL);

      TEST_ADD_APART (path, test_language);
    }

  TEST_ADD_APART ("/translations/order", test_language_decides_the_order);
  TEST_ADD_APART ("/translations/form", test_count_decides_the_form);

  status = g_test_run ();
  if (dir != NULL)
    remove_locale (dir);
  return status;
}
