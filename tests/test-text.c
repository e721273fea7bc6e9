/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Text for people: pure functions. */

#include "config.h"

#include <string.h>

#include "proc-text-private.h"
#include "test-fixture.h"

static void
assert_decoded (const char *data, gsize size, const char *expected)
{
  g_autoptr(GBytes) bytes = g_bytes_new (data, size);
  g_autofree char *text = proc_text_decode_part (bytes, NULL, 0, FALSE);

  g_assert_true (g_utf8_validate (text, -1, NULL));
  g_assert_cmpstr (text, ==, expected);
}

static void
test_decode (void)
{
  assert_decoded ("", 0, "");
  assert_decoded ("plain", 5, "plain");
  assert_decoded ("\303\244", 2, "ä");
  assert_decoded ("a\0b", 3, "a\357\277\275b");
  assert_decoded ("\0", 1, "\357\277\275");
  assert_decoded ("a\377b", 3, "a\357\277\275b");
  /* cut in the middle of a character */
  assert_decoded ("x\303", 2, "x\357\277\275");
  /* a byte order mark is left alone */
  assert_decoded ("\357\273\277x", 4, "\357\273\277x");
}

/* Of bytes among which characters of each length are, whole and broken. */
static void
test_make_valid (void)
{
  static const guint8 some[] = { 0, 'a', 0x7F, 0x80, 0x8F, 0xA0, 0xBF, 0xC0, 0xC3, 0xE0, 0xE2,
                                 0xED, 0xF0, 0xF4, 0xF8, 0xFF };
  char data[40];

  for (guint i = 0; i < 20000; i++)
    {
      gsize size = g_test_rand_int_range (0, G_N_ELEMENTS (data));
      g_autofree char *text = NULL;
      g_autofree char *expected = NULL;

      for (gsize at = 0; at < size; at++)
        data[at] = some[g_test_rand_int_range (0, G_N_ELEMENTS (some))];
      text = proc_text_make_valid (data, size);
      expected = g_utf8_make_valid (data, size);
      g_assert_cmpstr (text, ==, expected);
    }
}

static void
assert_part (const char *data, gboolean cut_start, gboolean cut_end, const char *expected)
{
  g_autoptr(GBytes) bytes = g_bytes_new (data, strlen (data));
  g_autofree char *text = proc_text_decode_part (bytes, NULL, cut_start ? 1 : 0, cut_end);

  g_assert_cmpstr (text, ==, expected);
}

/* What is left of a character goes, and nothing else. */
static void
test_out4_decode_part (void)
{
  assert_part ("", TRUE, TRUE, "");
  assert_part ("ab", TRUE, TRUE, "ab");
  assert_part ("a\303", FALSE, TRUE, "a");
  assert_part ("a\342\202", FALSE, TRUE, "a");
  assert_part ("a\360\237\222", FALSE, TRUE, "a");
  assert_part ("\360\237\222", FALSE, TRUE, "");
  assert_part ("a\342\202\254", FALSE, TRUE, "a€");
  assert_part ("\254b", TRUE, FALSE, "b");
  assert_part ("\202\254b", TRUE, FALSE, "b");
  assert_part ("\237\222\251b\303", TRUE, TRUE, "b");
  assert_part ("\237\222\251", TRUE, TRUE, "");
  assert_part ("\254b\303", FALSE, FALSE, "\357\277\275b\357\277\275");
  /* no beginning of a character */
  assert_part ("a\377", FALSE, TRUE, "a\357\277\275");
  assert_part ("a\303a", FALSE, TRUE, "a\357\277\275a");
}

static void
assert_chomped (const char *text, const char *expected)
{
  g_autofree char *copy = g_strdup (text);

  g_assert_cmpstr (proc_text_chomp (copy), ==, expected);
}

static void
test_chomp (void)
{
  assert_chomped ("", "");
  assert_chomped ("\n", "");
  assert_chomped ("\r\n", "");
  assert_chomped ("a", "a");
  assert_chomped ("a\n", "a");
  assert_chomped ("a\r\n", "a");
  assert_chomped ("a\n\n", "a\n");
  assert_chomped ("a\r", "a\r");
}

static void
assert_last_line (const char *text, const char *expected)
{
  g_autoptr(GBytes) bytes = g_bytes_new (text, strlen (text));
  gboolean cut;
  g_autofree char *tail = proc_text_tail (bytes, NULL, 0, 0, &cut);
  g_autofree char *line = proc_text_last_line (tail);

  g_assert_cmpstr (line, ==, expected);
}

static void
test_last_line (void)
{
  g_autofree char *filler = g_strnfill (10000, 'f');
  g_autofree char *far = g_strconcat (filler, "\nnear", NULL);

  assert_last_line ("", "");
  assert_last_line ("\n \n", "");
  assert_last_line ("one", "one");
  assert_last_line ("one\ntwo\n", "two");
  assert_last_line ("one\r\ntwo\r\n\r\n", "two");
  assert_last_line ("10%\r20%\rdone", "done");
  assert_last_line ("  in\tdented \n", "in dented");
  assert_last_line ("bad \377\n", "bad \357\277\275");
  assert_last_line (far, "near");
}

static void
test_last_line_is_short (void)
{
  g_autofree char *filler = g_strnfill (100000, 'f');
  g_autoptr(GBytes) bytes = g_bytes_new (filler, 100000);
  gboolean cut;
  g_autofree char *tail = proc_text_tail (bytes, NULL, 0, 0, &cut);
  g_autofree char *line = proc_text_last_line (tail);

  g_assert_cmpint (g_utf8_strlen (line, -1), <=, 300);
  g_assert_true (g_str_has_suffix (line, "…"));
}

static void
test_shorten (void)
{
  g_autofree char *same = proc_text_shorten ("äöü", 3);
  g_autofree char *shorter = proc_text_shorten ("äöüß", 3);

  g_assert_cmpstr (same, ==, "äöü");
  g_assert_cmpstr (shorter, ==, "äö…");
}

static void
assert_quoted (const char *arg, const char *expected)
{
  g_autoptr(GString) line = g_string_new (NULL);

  proc_text_append_quoted (line, arg);
  g_assert_cmpstr (line->str, ==, expected);
}

static void
test_quote (void)
{
  assert_quoted ("git", "git");
  assert_quoted ("a=b", "'a=b'");
  assert_quoted ("/usr/bin/x_y.z", "/usr/bin/x_y.z");
  assert_quoted ("", "''");
  assert_quoted ("a b", "'a b'");
  assert_quoted ("$HOME", "'$HOME'");
  assert_quoted ("it's", "'it'\\''s'");
  assert_quoted ("~", "'~'");
  assert_quoted ("•••", "'•••'");
}

static void
test_quote_line (void)
{
  g_autoptr(GString) line = g_string_new ("env ");

  proc_text_append_quoted (line, "a=b");
  g_string_append_c (line, ' ');
  proc_text_append_quoted (line, "c d");
  g_assert_cmpstr (line->str, ==, "env a=b 'c d'");
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/text/decode", test_decode);
  TEST_ADD ("/text/make-valid", test_make_valid);
  TEST_ADD ("/text/out4-decode-part", test_out4_decode_part);
  TEST_ADD ("/text/chomp", test_chomp);
  TEST_ADD ("/text/last-line", test_last_line);
  TEST_ADD ("/text/last-line-is-short", test_last_line_is_short);
  TEST_ADD ("/text/shorten", test_shorten);
  TEST_ADD ("/text/quote", test_quote);
  TEST_ADD ("/text/quote-line", test_quote_line);

  return g_test_run ();
}
