/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Output as text, in UTF-8 and in other charsets: as pure functions, and from a real child that
 * writes byte by byte, so that each character is split between reads. */

#include "config.h"

#include <string.h>

#include "proc-charset-private.h"
#include "proc-text-private.h"
#include "test-fixture.h"

#define BAD "\357\277\275"
#define BOM "\357\273\277"

typedef struct
{
  const char *charset;
  const char *bytes; /* in hexadecimal */
  const char *text;
} Sample;

static const Sample samples[] = {
  { "ISO-8859-1", "", "" },
  { "ISO-8859-1", "67e4ff", "gäÿ" },
  { "ISO-8859-1", "610062", "a" BAD "b" },
  { "latin1", "fffe41", "ÿþA" },
  { "windows-1252", "80e4", "€ä" },
  { "windows-1252", "6181628dff", "a" BAD "b" BAD "ÿ" },
  { "windows-1258", "786fd2", "xỏ" },
  { "windows-1258", "7861", "xa" },
  { "TCVN5712-1", "7861", "xa" },
  { "Shift_JIS", "93fa967b", "日本" },
  { "Shift_JIS", "93fa96", "日" BAD },
  { "Shift_JIS", "93fa960a61", "日" BAD "\na" },
  { "GB18030", "8139ef3061", "㐁a" },
  { "ISO-2022-JP", "611b2442467c4b5c1b284262", "a日本b" },
  { "ISO-2022-JP", "1b2442467c4b", "日" BAD },
  { "ISO-2022-JP", "1b2442467c", "日" },
  { "ISO-2022-JP", "ff61", BAD "a" },
  { "UTF-16", "fffe6100e400", "aä" },
  { "UTF-16", "feff006100e4", "aä" },
  { "UTF-16LE", "fffe6100", BOM "a" },
  { "UTF-16LE", "610000006200", "a" BAD "b" },
  { "UTF-16LE", "3dd800de", "😀" },
  { "UTF-16LE", "610062", "a" BAD },
  { "UTF-16LE", "61003dd8", "a" BAD },
  { "UTF-16LE", "00de61006200", BAD "ab" },
  { "UTF-16BE", "d83d00610062", BAD "ab" },
  { "UTF-32LE", "00d800006100000062", BAD "a" BAD },
  { "UTF-8", "efbbbf61c3a4", BOM "aä" },
  { "utf8", "61ff62e282", "a" BAD "b" BAD BAD },
};

static GBytes *
from_hex (const char *hex)
{
  g_autoptr(GByteArray) bytes = g_byte_array_new ();

  for (; hex[0] != '\0'; hex += 2)
    {
      guint8 byte = (guint8) (g_ascii_xdigit_value (hex[0]) << 4 | g_ascii_xdigit_value (hex[1]));

      g_byte_array_append (bytes, &byte, 1);
    }

  return g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
}

static void
test_decode (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (samples); i++)
    {
      g_autoptr(GBytes) bytes = from_hex (samples[i].bytes);
      g_autofree char *text = proc_text_decode_part (bytes, samples[i].charset, 0, FALSE);

      g_test_message ("%s: %s", samples[i].charset, samples[i].bytes);
      g_assert_cmpstr (text, ==, samples[i].text);
    }
}

/* In pieces of so many bytes. */
static char *
decode_in_pieces (GBytes *bytes, gsize piece, const char *charset)
{
  g_autoptr(GString) text = g_string_new (NULL);
  ProcDecoder *decoder = proc_decoder_new (charset);
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  g_assert_nonnull (decoder);
  for (gsize at = 0; at < size; at += piece)
    proc_decoder_feed (decoder, data + at, MIN (piece, size - at), text);
  proc_decoder_finish (decoder, text);
  proc_decoder_free (decoder);

  return g_utf8_make_valid (text->str, text->len);
}

static void
assert_same_in_pieces (GBytes *bytes, const char *charset)
{
  g_autofree char *whole = proc_charset_decode (bytes, 0, charset);

  for (gsize piece = 1; piece <= g_bytes_get_size (bytes); piece++)
    {
      g_autofree char *text = decode_in_pieces (bytes, piece, charset);

      g_assert_cmpstr (text, ==, whole);
    }
}

static void
test_decoder (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (samples); i++)
    {
      g_autoptr(GBytes) bytes = from_hex (samples[i].bytes);

      g_test_message ("%s: %s", samples[i].charset, samples[i].bytes);
      assert_same_in_pieces (bytes, samples[i].charset);
    }
}

/* Much of it is bad in most charsets, and beginnings of characters are frequent. UTF-7 is left out:
 * what the C library makes of it behind a bad shift depends on the cut. */
static void
test_decoder_random (void)
{
  static const char *const charsets[] = { "windows-1258", "TCVN5712-1", "Shift_JIS", "EUC-JP",
                                          "GB18030", "Big5", "UTF-16", "UTF-16BE", "UTF-32",
                                          "ISO-2022-JP", "ISO-2022-KR", "UTF-8" };
  const guint n_rounds = test_in_valgrind () ? 10 : 200;

  for (gsize i = 0; i < G_N_ELEMENTS (charsets); i++)
    for (guint round = 0; round < n_rounds; round++)
      {
        guint8 data[24];
        g_autoptr(GBytes) bytes = g_bytes_new_static (data, sizeof data);

        for (gsize j = 0; j < sizeof data; j++)
          data[j] = (guint8) g_test_rand_int ();
        assert_same_in_pieces (bytes, charsets[i]);
      }
}

/* What is known to be text is given at once, but for what may yet change. */
static void
test_decoder_gives_early (void)
{
  g_autoptr(GString) text = g_string_new (NULL);
  ProcDecoder *decoder = proc_decoder_new ("Shift_JIS");

  proc_decoder_feed (decoder, (const guint8 *) "a\223", 2, text);
  g_assert_cmpstr (text->str, ==, "a");
  proc_decoder_feed (decoder, (const guint8 *) "\372b\226", 3, text);
  g_assert_cmpstr (text->str, ==, "a日b");
  proc_decoder_finish (decoder, text);
  g_assert_cmpstr (text->str, ==, "a日b" BAD);
  proc_decoder_free (decoder);

  g_assert_null (proc_decoder_new ("no-such-charset"));
  g_assert_null (proc_decoder_new (""));
}

/* Longer than any buffer on the way, and with a character across each of their ends. */
static void
test_decode_long (void)
{
  g_autoptr(GString) expected = g_string_new ("x");
  g_autofree char *data = NULL;
  g_autofree char *text = NULL;
  g_autoptr(GBytes) bytes = NULL;
  gsize size;

  for (guint i = 0; i < 100000; i++)
    g_string_append (expected, "日本語");

  data = g_convert (expected->str, -1, "Shift_JIS", "UTF-8", NULL, &size, NULL);
  bytes = g_bytes_new (data, size);
  text = proc_text_decode_part (bytes, "Shift_JIS", 0, FALSE);
  g_assert_cmpstr (text, ==, expected->str);
}

static void
test_pairs_of_bytes (void)
{
  static const char *const charsets[] = { "ISO-8859-1", "windows-1252", "Shift_JIS", "EUC-JP",
                                          "GB18030",    "Big5",         "KOI8-R",    "UTF-16",
                                          "UTF-32",     "ISO-2022-JP",  "UTF-7" };

  for (gsize i = 0; i < G_N_ELEMENTS (charsets); i++)
    for (guint pair = 0; pair < 0x10000; pair += test_in_valgrind () ? 251 : 5)
      {
        const guint8 data[] = { (guint8) (pair >> 8), (guint8) pair };
        g_autoptr(GBytes) bytes = g_bytes_new_static (data, sizeof data);
        g_autofree char *text = proc_charset_decode (bytes, 0, charsets[i]);

        g_assert_true (g_utf8_validate (text, -1, NULL));
      }
}

static void
assert_last_line (const char *charset, const char *text, const char *expected)
{
  gsize size;
  g_autofree char *data = g_convert (text, -1, charset, "UTF-8", NULL, &size, NULL);
  g_autoptr(GBytes) bytes = g_bytes_new (data, size);
  gboolean cut;
  g_autofree char *tail = proc_text_tail (bytes, charset, 0, 0, &cut);
  g_autofree char *line = proc_text_last_line (tail);

  g_assert_nonnull (data);
  g_assert_cmpstr (line, ==, expected);
}

/* Looked for in the end of the output alone: the order of bytes, their step and the shift stay
 * right, wherever that begins. */
static void
test_last_line (void)
{
  static const char *const charsets[] = { "UTF-16", "UTF-16LE", "UTF-32", "Shift_JIS",
                                          "ISO-2022-JP" };

  for (gsize i = 0; i < G_N_ELEMENTS (charsets); i++)
    for (guint length = 2000; length < 2006; length++)
      {
        g_autoptr(GString) text = g_string_new (NULL);

        for (guint j = 0; j < length; j++)
          g_string_append (text, j % 50 == 0 ? "本\n" : "日");
        g_string_append (text, "\n最後a\n\n");
        assert_last_line (charsets[i], text->str, "最後a");
      }
}

/* With a mark that says the order which is not this machine's. */
static void
test_last_line_after_mark (void)
{
  const gboolean little = G_BYTE_ORDER == G_LITTLE_ENDIAN;
  g_autoptr(GString) text = g_string_new (BOM);
  g_autofree char *data = NULL;
  g_autofree char *tail = NULL;
  g_autofree char *line = NULL;
  g_autoptr(GBytes) bytes = NULL;
  gboolean cut;
  gsize size;

  for (guint i = 0; i < 5000; i++)
    g_string_append (text, "line\n");
  g_string_append (text, "the last ä\n");

  data = g_convert (text->str, -1, little ? "UTF-16BE" : "UTF-16LE", "UTF-8", NULL, &size, NULL);
  bytes = g_bytes_new (data, size);
  tail = proc_text_tail (bytes, "UTF-16", 0, 0, &cut);
  line = proc_text_last_line (tail);
  g_assert_cmpstr (line, ==, "the last ä");
}

static void
test_known (void)
{
  g_assert_true (proc_charset_is_known ("UTF-8"));
  g_assert_true (proc_charset_is_known ("shift_jis"));
  g_assert_false (proc_charset_is_known ("no-such-charset"));
  g_assert_false (proc_charset_is_known (""));
}

static ProcCommand *
command_in (const char *charset, const char *hex)
{
  ProcCommand *command = test_child ("bytes", hex, NULL);

  proc_command_set_charset (command, charset);
  return command;
}

static void
test_child_output (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (samples); i++)
    {
      g_autoptr(ProcCommand) command = command_in (samples[i].charset, samples[i].bytes);
      g_autoptr(ProcResult) result = test_check (runner, command);
      g_autoptr(GBytes) bytes = from_hex (samples[i].bytes);

      g_assert_cmpstr (proc_result_get_stdout_text (result), ==, samples[i].text);
      g_assert_true (g_bytes_equal (proc_result_get_stdout (result), bytes));
    }
}

/* As `cat` passes it on, in pieces of which most end within a character. */
static void
test_out4_across_pipe_fills (void)
{
  static const char *const charsets[] = { NULL, "UTF-8", "UTF-16LE", "Shift_JIS", "ISO-2022-JP" };
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(GString) text = g_string_new ("x");

  for (guint i = 0; i < 300000; i++)
    g_string_append (text, "日本");

  for (gsize i = 0; i < G_N_ELEMENTS (charsets); i++)
    {
      const char *charset = charsets[i] != NULL ? charsets[i] : "UTF-8";
      g_autoptr(ProcCommand) command = test_child ("cat", NULL);
      g_autoptr(ProcResult) result = NULL;
      g_autoptr(GBytes) bytes = NULL;
      gsize size;
      char *data = g_convert (text->str, -1, charset, "UTF-8", NULL, &size, NULL);

      bytes = g_bytes_new_take (data, size);
      proc_command_set_stdin_bytes (command, bytes);
      proc_command_set_charset (command, charsets[i]);
      result = test_check (runner, command);
      g_assert_cmpstr (proc_result_get_stdout_text (result), ==, text->str);
    }
}

/* Without a charset: both streams, and the verb that gives text. */
static void
test_out2_out3_utf8 (void)
{
  const char *script = "printf '\\357\\273\\277a\\000b\\377\\n'";
  const char *expected = BOM "a" BAD "b" BAD;
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autofree char *to_stderr = g_strconcat (script, " >&2", NULL);
  g_autoptr(ProcCommand) command = proc_command_new_shell (to_stderr, NULL);
  g_autoptr(ProcResult) result = test_check (runner, command);
  g_autofree char *line = g_strconcat (expected, "\n", NULL);
  g_autofree char *text = NULL;
  g_autoptr(GError) error = NULL;

  g_assert_cmpstr (proc_result_get_stderr_text (result), ==, line);
  test_assert_bytes (proc_result_get_stderr (result), BOM "a\0b\377\n", 8);

  text = proc_runner_check_output_text (runner, TEST_ARGV ("/bin/sh", "-c", script), NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, expected);
}

/* The end of an output is kept from any byte on. */
static void
test_out6_last_bytes (void)
{
  const char *const charsets[] = { "UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-16", "ISO-8859-1" };
  g_autoptr(ProcRunner) runner = proc_runner_new ();

  for (guint i = 0; i < G_N_ELEMENTS (charsets); i++)
    for (guint last = 80; last < 88; last++)
      {
        g_autofree char *script = g_strdup_printf ("seq 100 199 | iconv -f ASCII -t %s; exit 1",
                                                   charsets[i]);
        g_autoptr(ProcCommand) command = proc_command_new_shell (script, NULL);
        g_autoptr(ProcResult) result = NULL;

        proc_command_set_charset (command, charsets[i]);
        proc_command_set_max_output (command, last, PROC_OVERFLOW_TAIL);
        result = test_run (runner, command);
        g_assert_true (g_str_has_suffix (proc_result_get_stdout_text (result), "\n198\n199\n"));
        g_assert_null (strstr (proc_result_get_stdout_text (result), "\357\277\275"));
        g_assert_nonnull (strstr (proc_result_get_summary (result), "199"));
      }
}

/* What the message quotes, and what the secret is looked for in, is text. */
static void
test_error_line (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = proc_command_new_shell (
    "printf 'g\\344\\200\\n' >&2; printf '\\344' ; exit 3", NULL);
  g_autoptr(ProcResult) result = NULL;
  g_autoptr(GError) error = NULL;

  proc_command_set_charset (command, "windows-1252");
  proc_command_add_secret (command, "ä");
  result = test_run (runner, command);

  g_assert_cmpstr (proc_result_get_stderr_text (result), ==, "gä€\n");
  g_assert_cmpstr (proc_result_get_stdout_text (result), ==, "ä");
  g_assert_false (proc_result_check (result, &error));
  g_assert_true (g_str_has_suffix (error->message, ": g•••€"));
}

static void
test_unknown (void)
{
  static const char *const charsets[] = { "no-such-charset", "", "//\377" };
  static const char *const named[] = { "“no-such-charset”", "“”", "“//" BAD "”" };
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autofree char *marker = test_path ("marker");

  for (gsize i = 0; i < G_N_ELEMENTS (charsets); i++)
    {
      g_autoptr(ProcCommand) command = test_child ("touch", marker, NULL);
      g_autoptr(GError) error = NULL;

      proc_command_set_charset (command, charsets[i]);
      error = test_error (runner, command, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_INVALID_COMMAND);
      test_assert_in_error (error, named[i]);
      g_assert_false (g_file_test (marker, G_FILE_TEST_EXISTS));
    }
}

static void
count_notify (guint *n_notifies)
{
  (*n_notifies)++;
}

static void
test_property (void)
{
  const char *const argv[] = { "true", NULL };
  g_autoptr(ProcCommand) command =
    g_object_new (PROC_TYPE_COMMAND, "argv", argv, "charset", "KOI8-R", NULL);
  g_autofree char *charset = NULL;
  guint n_notifies = 0;

  g_signal_connect_swapped (command, "notify::charset", G_CALLBACK (count_notify), &n_notifies);
  g_assert_cmpstr (proc_command_get_charset (command), ==, "KOI8-R");
  proc_command_set_charset (command, "KOI8-R");
  g_assert_cmpuint (n_notifies, ==, 0);

  g_object_set (command, "charset", "UTF-16", NULL);
  g_object_get (command, "charset", &charset, NULL);
  g_assert_cmpstr (charset, ==, "UTF-16");
  proc_command_set_charset (command, NULL);
  g_assert_null (proc_command_get_charset (command));
  g_assert_cmpuint (n_notifies, ==, 2);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/charset/decode", test_decode);
  TEST_ADD ("/charset/decoder", test_decoder);
  TEST_ADD ("/charset/decoder-random", test_decoder_random);
  TEST_ADD ("/charset/decoder-gives-early", test_decoder_gives_early);
  TEST_ADD ("/charset/decode-long", test_decode_long);
  TEST_ADD ("/charset/pairs-of-bytes", test_pairs_of_bytes);
  TEST_ADD ("/charset/last-line", test_last_line);
  TEST_ADD ("/charset/last-line-after-mark", test_last_line_after_mark);
  TEST_ADD ("/charset/known", test_known);
  TEST_ADD ("/charset/child-output", test_child_output);
  TEST_ADD ("/charset/out4-across-pipe-fills", test_out4_across_pipe_fills);
  TEST_ADD ("/charset/out2-out3-utf8", test_out2_out3_utf8);
  TEST_ADD ("/charset/error-line", test_error_line);
  TEST_ADD ("/charset/unknown", test_unknown);
  TEST_ADD ("/charset/property", test_property);
  TEST_ADD ("/charset/out6-last-bytes", test_out6_last_bytes);

  return g_test_run ();
}
