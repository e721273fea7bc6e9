/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a stream says last: the same wherever its output is cut, and however much came before. */

#include "config.h"

#include <string.h>

#include "proc-tail-private.h"
#include "test-fixture.h"

#define BAD "\357\277\275"

/* More than a tail keeps, ever. */
#define A_LOT 20000

static ProcTail
tail_of (const char *data, gsize size, gsize piece)
{
  ProcTail tail = { NULL };

  for (gsize at = 0; at < size; at += piece)
    proc_tail_append (&tail, (const guint8 *) data + at, MIN (piece, size - at));

  return tail;
}

static void
assert_facts (const ProcTail *tail, const char *charset, const char *line, double progress)
{
  g_autofree char *last_line = NULL;
  ProcTailFacts facts;

  proc_tail_look (tail, charset, NULL, 0, &facts);
  last_line = facts.last_line;
  g_assert_cmpstr (last_line, ==, line);
  g_assert_cmpint (facts.has_progress, ==, progress >= 0);
  if (progress >= 0)
    g_assert_cmpfloat_with_epsilon (facts.progress, progress, 1e-9);
}

/* In pieces of so many bytes, up to all at once. */
static void
assert_tail_bytes (const char *data,
                   gsize size,
                   const char *charset,
                   const char *line,
                   double progress)
{
  const gsize pieces[] = { 1, 2, 3, 7, 4095, 4096, 4097, MAX (size, 1) };

  for (gsize i = 0; i < G_N_ELEMENTS (pieces); i++)
    {
      ProcTail tail = tail_of (data, size, pieces[i]);

      assert_facts (&tail, charset, line, progress);
      assert_facts (&tail, charset, line, progress);
      proc_tail_clear (&tail);
    }
}

#define NONE (-1.0)
#define assert_tail(data, line, progress) \
  assert_tail_bytes ((data), sizeof (data) - 1, NULL, (line), (progress))

static GString *
a_lot_of (const char *text)
{
  GString *all = g_string_new (NULL);

  while (all->len < A_LOT)
    g_string_append (all, text);

  return all;
}

static void
test_last_line (void)
{
  assert_tail ("", "", NONE);
  assert_tail ("one", "one", NONE);
  assert_tail ("one\n", "one", NONE);
  assert_tail ("one\ntwo", "two", NONE);
  assert_tail ("one\r\ntwo\r\n", "two", NONE);
  assert_tail ("one\n\n\n", "one", NONE);
  assert_tail ("\n\n", "", NONE);
  assert_tail ("one\n \n", " ", NONE);
}

/* As it stands on a terminal. */
static void
test_written_over (void)
{
  assert_tail ("first\rsecond", "second", NONE);
  assert_tail ("first\rsecond\r", "second", NONE);
  assert_tail ("first\rsecond\r\n", "second", NONE);
  assert_tail ("ab\b\bcd", "cd", NONE);
  assert_tail ("\033[1mbold\033[0m\n", "bold", NONE);
  assert_tail ("old\033[2Knew", "new", NONE);
  assert_tail ("one\n\033[0m", "one", NONE);
  assert_tail ("one\n\033[3", "one", NONE);
}

/* A character that lacks its rest yet is none. */
static void
test_utf8 (void)
{
  assert_tail ("gr\303\274n\n", "grün", NONE);
  assert_tail ("gr\303", "gr" BAD, NONE);
  assert_tail ("a\377b", "a" BAD "b", NONE);
  assert_tail ("a\0b", "a" BAD "b", NONE);
}

static void
test_charsets (void)
{
  assert_tail_bytes ("gr\374n\n", 5, "ISO-8859-1", "grün", NONE);
  assert_tail_bytes ("5\0000\000%\000\n\000", 8, "UTF-16LE", "50%", 0.5);
  assert_tail_bytes ("\000a\000\r\000b", 6, "UTF-16BE", "b", NONE);
  assert_tail_bytes ("xa", 2, "windows-1258", "xa", NONE);
  assert_tail_bytes ("\033$BF|K\\\033(B", 10, "ISO-2022-JP", "日本", NONE);
}

/* What is kept begins anywhere, and its lines are right all the same. */
static void
test_after_a_lot (void)
{
  for (guint shift = 0; shift < 5; shift++)
    {
      g_autoptr(GString) text = a_lot_of ("Zeile für Zeile\n");

      for (guint i = 0; i < shift; i++)
        g_string_append_c (text, 'x');
      g_string_append (text, "\nzum Schluß\n\n");
      assert_tail_bytes (text->str, text->len, NULL, "zum Schluß", NONE);
    }
}

/* Charsets whose characters all have one size stay in step. */
static void
test_after_a_lot_in_charsets (void)
{
  static const char *const charsets[] = { "ISO-8859-1", "UTF-16LE", "UTF-16BE", "UTF-32LE" };

  for (gsize i = 0; i < G_N_ELEMENTS (charsets); i++)
    {
      g_autoptr(GString) text = a_lot_of ("Zeile für Zeile\n");
      g_autofree char *data = NULL;
      gsize size;

      g_string_append (text, "größer 12%\n");
      data = g_convert (text->str, -1, charsets[i], "UTF-8", NULL, &size, NULL);
      assert_tail_bytes (data, size, charsets[i], "größer 12%", 0.12);
    }
}

/* It is the end of the line that is seen. */
static void
test_long_line (void)
{
  g_autoptr(GString) text = a_lot_of ("äöü");
  ProcTail tail = { NULL };
  ProcTailFacts facts;

  g_string_append (text, " the end");
  tail = tail_of (text->str, text->len, 1000);
  proc_tail_look (&tail, NULL, NULL, 0, &facts);
  g_assert_true (g_utf8_validate (facts.last_line, -1, NULL));
  g_assert_true (g_str_has_suffix (facts.last_line, "the end"));
  g_assert_cmpuint (strlen (facts.last_line), <=, 8192);
  g_free (facts.last_line);
  proc_tail_clear (&tail);
}

/* The last that was told, whatever else has been said since. */
static void
test_progress (void)
{
  assert_tail ("10%\n20%\n", "20%", 0.2);
  assert_tail ("10%\r20%\r", "20%", 0.2);
  assert_tail ("30%\nwarning: slow\n", "warning: slow", 0.3);
  assert_tail ("[3/4] building\n\n", "[3/4] building", 0.75);
  assert_tail ("40", "40", NONE);
  assert_tail ("0%", "0%", 0);
  assert_tail ("100%\r\n", "100%", 1);
}

/* Wherever the number is cut, it is taken for all or for nothing. */
static void
assert_number_cut (const char *before, const char *behind, const char *charset)
{
  guint n_cut = 0;

  for (gsize n_behind = 4080; n_behind <= 4096; n_behind++)
    {
      g_autoptr(GString) text = g_string_new (NULL);
      ProcTail tail;
      ProcTailFacts facts;

      g_string_append_printf (text, "%s77%%%s", before, behind);
      for (gsize i = 0; i < n_behind; i++)
        g_string_append_c (text, '.');

      tail = tail_of (text->str, text->len, text->len);
      proc_tail_look (&tail, charset, NULL, 0, &facts);
      if (facts.has_progress)
        g_assert_cmpfloat_with_epsilon (facts.progress, 0.77, 1e-9);
      n_cut += tail.bytes->data[0] == '7' && tail.bytes->data[1] == '%';
      g_free (facts.last_line);
      proc_tail_clear (&tail);
    }

  g_assert_cmpuint (n_cut, >, 0);
}

static void
test_number_cut (void)
{
  assert_number_cut ("at\t", " ", NULL);
  assert_number_cut ("\n\nx", "\n", NULL);
  assert_number_cut ("at\t", " ", "ISO-8859-1");
}

/* No blank tells where the number began. */
static void
test_number_cut_without_blanks (void)
{
  assert_number_cut ("###", "###", NULL);
  assert_number_cut ("###", "###", "ISO-8859-1");
}

static void
assert_pattern (const char *text, GRegex *pattern, double total, double progress)
{
  for (gsize piece = 1; piece <= strlen (text); piece++)
    {
      ProcTail tail = tail_of (text, strlen (text), piece);
      ProcTailFacts facts;

      proc_tail_look (&tail, NULL, pattern, total, &facts);
      g_assert_cmpint (facts.has_progress, ==, progress >= 0);
      if (progress >= 0)
        g_assert_cmpfloat_with_epsilon (facts.progress, progress, 1e-9);
      g_free (facts.last_line);
      proc_tail_clear (&tail);
    }
}

/* In place of the usual way. */
static void
test_pattern (void)
{
  g_autoptr(GRegex) pattern = g_regex_new ("^(\\d+) bytes", 0, 0, NULL);
  g_autoptr(GRegex) of = g_regex_new ("frame (\\d+) of (\\d+)", 0, 0, NULL);

  assert_pattern ("512 bytes copied\n", pattern, 2048, 0.25);
  assert_pattern ("512 bytes copied\rat 90%\n", pattern, 2048, NONE);
  assert_pattern ("512 bytes copied\nat 90%\n", pattern, 2048, 0.25);
  assert_pattern ("512 bytes copied\n1024 bytes copied\n", pattern, 2048, 0.5);
  assert_pattern ("512 bytes copied\n", pattern, 0, NONE);
  assert_pattern ("frame 1 of 4\nframe 2 of 4", of, 0, 0.5);
}

/* A stream that says much is not kept. */
static void
test_bounded (void)
{
  g_autoptr(GString) text = a_lot_of ("x");
  const gsize pieces[] = { 1, 4095, 4096, 4097, 8192, A_LOT };

  for (gsize i = 0; i < G_N_ELEMENTS (pieces); i++)
    {
      ProcTail tail = tail_of (text->str, text->len, pieces[i]);

      g_assert_cmpuint (tail.bytes->len, >=, 4090);
      g_assert_cmpuint (tail.bytes->len, <=, 8192);
      g_assert_cmpuint ((text->len - tail.bytes->len) % 4, ==, 0);
      proc_tail_clear (&tail);
      g_assert_null (tail.bytes);
    }
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/tail/last-line", test_last_line);
  TEST_ADD ("/tail/written-over", test_written_over);
  TEST_ADD ("/tail/out4-utf8", test_utf8);
  TEST_ADD ("/tail/charsets", test_charsets);
  TEST_ADD ("/tail/after-a-lot", test_after_a_lot);
  TEST_ADD ("/tail/after-a-lot-in-charsets", test_after_a_lot_in_charsets);
  TEST_ADD ("/tail/long-line", test_long_line);
  TEST_ADD ("/tail/progress", test_progress);
  TEST_ADD ("/tail/number-cut", test_number_cut);
  TEST_ADD ("/tail/number-cut-without-blanks", test_number_cut_without_blanks);
  TEST_ADD ("/tail/pattern", test_pattern);
  TEST_ADD ("/tail/bounded", test_bounded);

  return g_test_run ();
}
