/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The splitter: the same lines come out wherever the output is cut. */

#include "config.h"

#include <string.h>

#include "proc-lines-private.h"
#include "test-fixture.h"

static void
feed (ProcLines *splitter, const char *data, gsize size, GPtrArray *lines)
{
  proc_lines_feed (splitter, (const guint8 *) data, size, lines);
}

/* In pieces of so many bytes; 0: all at once. */
static GPtrArray *
split (const char *data, gsize size, gsize piece, const char *charset)
{
  g_autoptr(ProcLines) splitter = proc_lines_new (charset);
  GPtrArray *lines = g_ptr_array_new_with_free_func (g_free);

  if (piece == 0)
    piece = MAX (size, 1);
  for (gsize at = 0; at < size; at += piece)
    feed (splitter, data + at, MIN (piece, size - at), lines);
  proc_lines_finish (splitter, lines);

  return lines;
}

static void
assert_lines (GPtrArray *lines, const char *const *expected)
{
  guint n = g_strv_length ((char **) expected);

  for (guint i = 0; i < MIN (n, lines->len); i++)
    g_assert_cmpstr (g_ptr_array_index (lines, i), ==, expected[i]);
  g_assert_cmpuint (lines->len, ==, n);
}

static void
assert_split_bytes (const char *data,
                    gsize size,
                    const char *charset,
                    const char *const *expected)
{
  for (gsize piece = 0; piece <= MIN (size, 8); piece++)
    {
      g_autoptr(GPtrArray) lines = split (data, size, piece, charset);

      assert_lines (lines, expected);
    }
}

#define assert_split_in(charset, data, ...) \
  assert_split_bytes ((data), sizeof (data) - 1, (charset), \
                      (const char *const[]){ __VA_ARGS__, NULL })
#define assert_split(data, ...) assert_split_in (NULL, (data), __VA_ARGS__)

static void
test_ends (void)
{
  static const char *const none[] = { NULL };

  assert_split_bytes ("", 0, NULL, none);
  assert_split ("one", "one");
  assert_split ("one\n", "one");
  assert_split ("one\ntwo", "one", "two");
  assert_split ("one\r\ntwo\r\n", "one", "two");
  assert_split ("\n", "");
  assert_split ("\n\n\n", "", "", "");
  assert_split ("\r\n\r\n", "", "");
  assert_split ("a\n\nb\n", "a", "", "b");
}

/* What is written over does not stay. */
static void
test_lone_cr (void)
{
  assert_split (" 10%\r 50%\r100%\n", "100%");
  assert_split ("100%\rdone\n", "done");
  assert_split ("half\r", "half");
  assert_split ("half\r\r\n", "half");
  assert_split ("a\rb\rc", "c");
  assert_split ("\rfirst\nsecond\n", "first", "second");
}

static void
test_backspace (void)
{
  assert_split ("working |\b/\b-\b\\\bdone\n", "working done");
  assert_split ("\b\b\bx\n", "x");
  assert_split ("a\303\244\bo\n", "ao");
}

static void
test_ansi (void)
{
  assert_split ("\033[1;31mred\033[0m and plain\n", "red and plain");
  assert_split ("\033]0;a title\007text\n", "text");
  assert_split ("\033]8;;http://a/\033\\link\033]8;;\033\\\n", "link");
  assert_split ("\033(Bcharset\033=\n", "charset");
  assert_split ("50%\033[K\r100%\033[K\ndone\n", "100%", "done");
  assert_split ("counting\r\033[Kdone\n", "done");
  assert_split ("counting\r\033[K\n", "");
  assert_split ("rest\033[2Knew\n", "new");
  assert_split ("a\033[0Kb\n", "ab");
}

/* What was begun and never ended costs no line after its own. */
static void
test_broken_ansi (void)
{
  assert_split ("a\033[12\nb\n", "a", "b");
  assert_split ("a\033]title\nb\n", "a", "b");
  assert_split ("a\033\nb\n", "a", "b");
  assert_split ("a\033", "a");
}

static void
test_text (void)
{
  assert_split ("\303\244\342\202\254\360\237\230\200\n", "ä€😀");
  assert_split ("a\377b\n", "a\357\277\275b");
  assert_split ("x\303\n\244\n", "x\357\277\275", "\357\277\275");
  assert_split ("a\0b\n", "a\357\277\275b");
  assert_split ("\357\273\277bom\n", "\357\273\277bom");
  assert_split ("tab\tstays\n", "tab\tstays");
}

/* What has just the size of a piece is one line, and none behind it. */
static void
test_as_long_as_can_be (void)
{
  const char *const ends[] = { "\n", "\r\n", "" };

  for (guint n = 1; n <= 2; n++)
    for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
      {
        g_autofree char *filler = g_strnfill (n * PROC_LINES_MAX_LINE, 'x');
        g_autofree char *text = g_strconcat (filler, ends[i], NULL);
        g_autoptr(GPtrArray) lines = split (text, strlen (text), 65536, NULL);

        g_assert_cmpuint (lines->len, ==, n);
        for (guint j = 0; j < n; j++)
          g_assert_cmpuint (strlen (g_ptr_array_index (lines, j)), ==, PROC_LINES_MAX_LINE);
      }
}

/* Cut between characters. */
static void
test_over_long (void)
{
  const char *euro = "\342\202\254";
  gsize n = 2 * PROC_LINES_MAX_LINE / 3;
  g_autoptr(GString) text = g_string_new (NULL);
  g_autoptr(GPtrArray) lines = NULL;
  g_autoptr(GString) joined = g_string_new (NULL);

  for (gsize i = 0; i < n; i++)
    g_string_append (text, euro);
  g_string_append_c (text, '\n');
  lines = split (text->str, text->len, 4096, NULL);

  g_assert_cmpuint (lines->len, ==, 2);
  for (guint i = 0; i < lines->len; i++)
    {
      const char *line = g_ptr_array_index (lines, i);

      g_assert_cmpuint (strlen (line), <=, PROC_LINES_MAX_LINE);
      g_assert_cmpuint (strlen (line) % 3, ==, 0);
      g_string_append (joined, line);
    }
  g_string_append_c (joined, '\n');
  g_assert_true (g_string_equal (joined, text));
}

/* In two pieces, cut at each byte: what was begun before the cut is whole after it. */
static void
assert_cut_anywhere (const char *charset, const char *text, const char *const *expected)
{
  gsize size;
  g_autofree char *data = g_convert (text, -1, charset, "UTF-8", NULL, &size, NULL);

  g_assert_nonnull (data);
  for (gsize cut = 0; cut <= size; cut++)
    {
      g_autoptr(ProcLines) splitter = proc_lines_new (charset);
      g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);

      feed (splitter, data, cut, lines);
      feed (splitter, data + cut, size - cut, lines);
      proc_lines_finish (splitter, lines);
      assert_lines (lines, expected);
    }

  assert_split_bytes (data, size, charset, expected);
}

#define assert_charset(charset, text, ...) \
  assert_cut_anywhere ((charset), (text), (const char *const[]){ __VA_ARGS__, NULL })

static void
test_charsets (void)
{
  assert_charset ("ISO-8859-1", "größer\nÿ\r\nüber", "größer", "ÿ", "über");
  assert_charset ("UTF-16LE", "größer\r\n日本 😀\n\nEnde", "größer", "日本 😀", "", "Ende");
  assert_charset ("UTF-16BE", "größer\r\n日本 😀\n\nEnde", "größer", "日本 😀", "", "Ende");
  assert_charset ("UTF-16", "größer\n日本\n", "größer", "日本");
  assert_charset ("UTF-32BE", " 10%\r100%\n", "100%");
  assert_charset ("ISO-2022-JP", "a日本b\n日\n本", "a日本b", "日", "本");
  assert_charset ("windows-1258", "xa\nxo", "xa", "xo");
  assert_charset ("UTF-8", "ä€😀\n\033[1mbold\033[0m", "ä€😀", "bold");
}

/* A byte that would end a line, return, or begin a sequence in ASCII, and is half a character
 * here: U+0A0A, U+0D1B, U+1B08. */
static void
test_charset_controls (void)
{
  assert_charset ("UTF-16BE", "ਊഛᬈ\n", "ਊഛᬈ");
  assert_charset ("UTF-16LE", "ਊഛᬈ\n", "ਊഛᬈ");
  assert_charset ("UTF-16LE", "\033[31mrot\033[0m\n", "rot");
}

/* Its last letter may yet change, and no letter is lost by that. */
static void
test_charset_held_back (void)
{
  assert_split_in ("windows-1258", "xo\322", "xỏ");
  assert_split_in ("windows-1258", "xo\322\nxa", "xỏ", "xa");
  assert_split_in ("TCVN5712-1", "xa\na", "xa", "a");
}

static void
test_charset_bad (void)
{
  assert_split_in ("windows-1252", "a\201b\n\201", "a\357\277\275b", "\357\277\275");
  assert_split_in ("UTF-16LE", "a\0\0\330b\0\n\0c", "a\357\277\275b", "\357\277\275");
  assert_split_in ("Shift_JIS", "\223\372\226\nb", "日\357\277\275", "b");
}

/* A plan with such a name is refused: this is what is left if one comes here all the same. */
static void
test_charset_unknown (void)
{
  assert_split_in ("no-such-charset", "gr\303\274n\n\374", "grün", "\357\277\275");
  assert_split_in ("", "gr\303\274n", "grün");
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/lines/ends", test_ends);
  TEST_ADD ("/lines/lone-cr", test_lone_cr);
  TEST_ADD ("/lines/backspace", test_backspace);
  TEST_ADD ("/lines/ansi", test_ansi);
  TEST_ADD ("/lines/broken-ansi", test_broken_ansi);
  TEST_ADD ("/lines/out4-text", test_text);
  TEST_ADD ("/lines/as-long-as-can-be", test_as_long_as_can_be);
  TEST_ADD ("/lines/over-long", test_over_long);
  TEST_ADD ("/lines/charsets", test_charsets);
  TEST_ADD ("/lines/charset-controls", test_charset_controls);
  TEST_ADD ("/lines/charset-held-back", test_charset_held_back);
  TEST_ADD ("/lines/charset-bad", test_charset_bad);
  TEST_ADD ("/lines/charset-unknown", test_charset_unknown);

  return g_test_run ();
}
