/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Capture, right to the byte, and what goes to standard input. */

#include "config.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "test-fixture.h"

#define MIB (1024 * 1024)

static void
assert_output (ProcCommand *command, gconstpointer data, gsize size)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcResult) result = test_check (runner, command);

  test_assert_bytes (proc_result_get_stdout (result), data, size);
  g_assert_cmpuint (proc_result_get_stdout_size (result), ==, size);
  g_assert_true (proc_result_get_complete (result));
}

static void
test_out1_small (void)
{
  const char *texts[] = { "", "x", "x\n", "\n", "\n\n\n", "no end", "a\r\nb\rc" };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr(ProcCommand) command = test_child ("print", texts[i], NULL);

      assert_output (command, texts[i], strlen (texts[i]));
    }
}

static void
test_out1_empty_is_not_null (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("exit", "0", NULL);
  g_autoptr(ProcResult) result = test_run (runner, command);

  test_assert_text (proc_result_get_stdout (result), "");
  test_assert_text (proc_result_get_stderr (result), "");
  g_assert_cmpstr (proc_result_get_stdout_text (result), ==, "");
  g_assert_cmpstr (proc_result_get_stderr_text (result), ==, "");
}

static void
test_out2_nuls (void)
{
  g_autoptr(ProcCommand) command = test_child ("bytes", "0061006200", NULL);

  assert_output (command, "\0a\0b\0", 5);
}

static void
assert_text (const char *hex, const char *expected)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("bytes", hex, NULL);
  g_autoptr(ProcResult) result = test_run (runner, command);

  g_assert_cmpstr (proc_result_get_stdout_text (result), ==, expected);
}

/* OUT4: `bytes` writes each byte by itself, so characters are split across reads. */
static void
test_out3_out4_text (void)
{
  assert_text ("616263ff64", "abc\357\277\275d");
  assert_text ("e282ac", "€");
  assert_text ("f09f92a9", "💩");
  assert_text ("610a00", "a\n\357\277\275");
}

static void
assert_flood (guint64 out, guint64 err)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autofree char *out_size = g_strdup_printf ("%" G_GUINT64_FORMAT, out);
  g_autofree char *err_size = g_strdup_printf ("%" G_GUINT64_FORMAT, err);
  g_autoptr(ProcCommand) command = NULL;
  g_autoptr(ProcResult) result = NULL;

  command = test_child ("flood", out_size, "out", "flood", err_size, "err", NULL);
  result = test_check (runner, command);
  test_assert_pattern (proc_result_get_stdout (result), STDOUT_FILENO, out);
  test_assert_pattern (proc_result_get_stderr (result), STDERR_FILENO, err);
  g_assert_cmpuint (proc_result_get_stdout_size (result), ==, out);
  g_assert_cmpuint (proc_result_get_stderr_size (result), ==, err);
}

/* Around the sizes of pipes, pages and likely buffers. */
static void
test_out9_sizes (void)
{
  const guint64 sizes[] = { 4095, 4096, 4097, 65535, 65536, 65537, 262144, MIB - 1, MIB, MIB + 1 };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    assert_flood (sizes[i], i % 2 == 0 ? 0 : sizes[i]);
}

static gboolean
count_tick (gpointer n)
{
  ++*(guint *) n;
  return G_SOURCE_CONTINUE;
}

/* The loop goes on ticking meanwhile. */
static void
test_out5_200_megabytes (void)
{
  const guint64 size = test_in_valgrind () ? 10000000 : 200000000;
  g_autofree char *number = g_strdup_printf ("%" G_GUINT64_FORMAT, size);
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("flood", number, "out", NULL);
  g_autoptr(GSource) ticker = g_timeout_source_new (1);
  g_autoptr(GMainContext) context = g_main_context_ref_thread_default ();
  g_autoptr(ProcResult) result = NULL;
  g_autoptr(GBytes) bytes = NULL;
  guint n_ticks = 0;

  g_source_set_callback (ticker, count_tick, &n_ticks, NULL);
  g_source_attach (ticker, context);
  result = test_check (runner, command);
  g_source_destroy (ticker);

  bytes = g_bytes_ref (proc_result_get_stdout (result));
  g_clear_object (&result);
  test_assert_pattern (bytes, STDOUT_FILENO, size);
  g_assert_cmpuint (n_ticks, >=, test_in_valgrind () ? 1 : 10);
}

static void
test_out8_merged_order (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("interleave", "10000", NULL);
  g_autoptr(GString) expected = g_string_new (NULL);
  g_autoptr(ProcResult) result = NULL;

  for (int i = 0; i < 10000; i++)
    g_string_append_printf (expected, "%d\n", i);

  proc_command_set_stderr (command, PROC_STDIO_MERGE);
  result = test_check (runner, command);
  test_assert_text (proc_result_get_stdout (result), expected->str);
  test_assert_text (proc_result_get_stderr (result), "");
}

static void
test_interleaved_apart (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("interleave", "10000", NULL);
  g_autoptr(ProcResult) result = test_check (runner, command);
  g_autoptr(GString) even = g_string_new (NULL);
  g_autoptr(GString) odd = g_string_new (NULL);

  for (int i = 0; i < 10000; i++)
    g_string_append_printf (i % 2 == 0 ? even : odd, "%d\n", i);

  test_assert_text (proc_result_get_stdout (result), even->str);
  test_assert_text (proc_result_get_stderr (result), odd->str);
}

static void
test_discard (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("flood", "1000000", "out", "err", "kept", NULL);
  g_autoptr(ProcCommand) merged = test_child ("echo", "a", "err", "b", NULL);
  g_autoptr(ProcResult) result = NULL;
  g_autoptr(ProcResult) merged_result = NULL;

  proc_command_set_stdout (command, PROC_STDIO_DISCARD);
  result = test_check (runner, command);
  test_assert_text (proc_result_get_stdout (result), "");
  test_assert_text (proc_result_get_stderr (result), "kept\n");

  proc_command_set_stdout (merged, PROC_STDIO_DISCARD);
  proc_command_set_stderr (merged, PROC_STDIO_MERGE);
  merged_result = test_check (runner, merged);
  test_assert_text (proc_result_get_stdout (merged_result), "");
  test_assert_text (proc_result_get_stderr (merged_result), "");
}

/* Runs with a file in the place of one of this program's own streams. */
static ProcResult *
run_with_stream (ProcCommand *command, int fd, const char *path)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  ProcResult *result;
  int saved, file;

  fflush (stdout);
  saved = fcntl (fd, F_DUPFD_CLOEXEC, 10);
  file = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  g_assert_cmpint (file, >=, 0);
  g_assert_cmpint (dup2 (file, fd), ==, fd);
  result = test_check (runner, command);
  g_assert_cmpint (dup2 (saved, fd), ==, fd);
  close (saved);
  close (file);

  return result;
}

static void
test_inherit (void)
{
  g_autoptr(ProcCommand) out = test_child ("echo", "out", NULL);
  g_autoptr(ProcCommand) err = test_child ("err", "err", NULL);
  g_autoptr(ProcCommand) in = test_child ("cat", NULL);
  g_autoptr(GFile) out_file = test_file ("out", NULL);
  g_autoptr(GFile) err_file = test_file ("err", NULL);
  g_autoptr(GFile) in_file = test_file ("in", "from the program's own\n");
  g_autoptr(ProcResult) out_result = NULL;
  g_autoptr(ProcResult) err_result = NULL;
  g_autoptr(ProcResult) in_result = NULL;

  proc_command_set_stdout (out, PROC_STDIO_INHERIT);
  out_result = run_with_stream (out, STDOUT_FILENO, g_file_peek_path (out_file));
  test_assert_file (out_file, "out\n");
  test_assert_text (proc_result_get_stdout (out_result), "");

  proc_command_set_stderr (err, PROC_STDIO_INHERIT);
  err_result = run_with_stream (err, STDERR_FILENO, g_file_peek_path (err_file));
  test_assert_file (err_file, "err\n");

  proc_command_set_stdin (in, PROC_STDIO_INHERIT);
  in_result = run_with_stream (in, STDIN_FILENO, g_file_peek_path (in_file));
  test_assert_text (proc_result_get_stdout (in_result), "from the program's own\n");
}

static GBytes *
make_bytes (gsize size)
{
  guint8 *data = g_malloc (size);

  for (gsize i = 0; i < size; i++)
    data[i] = (guint8) (i * 31 + i / 251);

  return g_bytes_new_take (data, size);
}

static void
test_in3_8_mebibytes_through_cat (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("cat", NULL);
  g_autoptr(GBytes) input = make_bytes (8 * MIB);
  g_autoptr(ProcResult) result = NULL;

  proc_command_set_stdin_bytes (command, input);
  result = test_check (runner, command);
  g_assert_true (g_bytes_equal (proc_result_get_stdout (result), input));
  g_assert_true (proc_result_get_stdin_complete (result));
}

/* The child writes more than a pipe to both streams before it reads anything. */
static void
test_in3_both_ways (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = NULL;
  g_autoptr(GBytes) input = make_bytes (640 * 1024);
  g_autoptr(ProcResult) result = NULL;

  command = test_child ("flood", "655360", "err", "cat", "flood", "655360", "err", NULL);
  proc_command_set_stdin_bytes (command, input);
  result = test_check (runner, command);
  g_assert_true (g_bytes_equal (proc_result_get_stdout (result), input));
  g_assert_cmpuint (proc_result_get_stderr_size (result), ==, 2 * 655360);
}

static void
test_in1_unread_stdin (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) good = test_child ("echo", "out", NULL);
  g_autoptr(ProcCommand) bad = test_child ("exit", "9", NULL);
  g_autoptr(ProcCommand) closing = test_child ("close-stdin", "echo", "on", NULL);
  g_autoptr(GBytes) input = make_bytes (4 * MIB);
  g_autoptr(ProcResult) good_result = NULL;
  g_autoptr(ProcResult) bad_result = NULL;
  g_autoptr(ProcResult) closing_result = NULL;
  struct sigaction action;

  g_assert_no_errno (sigaction (SIGPIPE, NULL, &action));
  g_assert_true (action.sa_handler == SIG_DFL);

  proc_command_set_stdin_bytes (good, input);
  good_result = test_check (runner, good);
  test_assert_text (proc_result_get_stdout (good_result), "out\n");
  g_assert_false (proc_result_get_stdin_complete (good_result));

  proc_command_set_stdin_bytes (bad, input);
  bad_result = test_fail (runner, bad, PROC_RUNNER_ERROR, PROC_RUNNER_ERROR_EXIT_STATUS);
  g_assert_cmpint (proc_result_get_exit_status (bad_result), ==, 9);
  g_assert_false (proc_result_get_stdin_complete (bad_result));

  proc_command_set_stdin_bytes (closing, input);
  closing_result = test_check (runner, closing);
  test_assert_text (proc_result_get_stdout (closing_result), "on\n");
  g_assert_false (proc_result_get_stdin_complete (closing_result));
}

static void
test_sg1_never_sigpipe (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = proc_command_new (TEST_ARGV ("true"));
  g_autoptr(GBytes) input = make_bytes (MIB);

  proc_command_set_stdin_bytes (command, input);
  for (guint i = 0; i < test_count (200, 200, 1000); i++)
    {
      g_autoptr(ProcResult) result = proc_runner_check (runner, command, NULL, NULL);

      g_assert_nonnull (result);
    }
}

static void
test_in4_no_input (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) none = test_child ("fds", "cat", NULL);
  g_autoptr(ProcCommand) empty = test_child ("cat", "echo", "end", NULL);
  g_autoptr(GBytes) bytes = g_bytes_new_static ("", 0);
  g_autoptr(ProcResult) none_result = test_check (runner, none);
  g_autoptr(ProcResult) empty_result = NULL;

  g_assert_true (g_str_has_prefix (proc_result_get_stdout_text (none_result), "0 /dev/null\n"));

  proc_command_set_stdin_bytes (empty, bytes);
  empty_result = test_check (runner, empty);
  test_assert_text (proc_result_get_stdout (empty_result), "end\n");
  g_assert_true (proc_result_get_stdin_complete (empty_result));
}

/* No result before the exit, though there is nothing left to read. */
static void
test_in6_closed_output (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_auto(TestFifo) ready = test_fifo_ready ();
  g_auto(TestFifo) gate = test_fifo_gate ();
  g_autoptr(ProcCommand) command = NULL;
  g_auto(TestCall) call = TEST_CALL_INIT;
  g_autoptr(GError) error = NULL;
  g_autoptr(ProcResult) result = NULL;

  command = test_child ("echo", "first", "close-stdin", "close-stdout", "close-stderr", "ready",
                        ready.path, "gate", gate.path, "exit", "5", NULL);
  proc_runner_run_async (runner, command, NULL, test_call_done, test_call_begin (&call));
  test_fifo_wait (&ready);
  g_assert_false (g_main_context_pending (call.context));
  test_fifo_open (&gate);
  result = proc_runner_run_finish (runner, test_call_wait (&call), &error);
  g_assert_no_error (error);
  g_assert_cmpint (proc_result_get_exit_status (result), ==, 5);
  test_assert_text (proc_result_get_stdout (result), "first\n");
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/output/out1-small", test_out1_small);
  TEST_ADD ("/output/out1-empty-is-not-null", test_out1_empty_is_not_null);
  TEST_ADD ("/output/out2-nuls", test_out2_nuls);
  TEST_ADD ("/output/out3-out4-text", test_out3_out4_text);
  TEST_ADD ("/output/out9-sizes", test_out9_sizes);
  TEST_ADD ("/output/out5-200-megabytes", test_out5_200_megabytes);
  TEST_ADD ("/output/out8-merged-order", test_out8_merged_order);
  TEST_ADD ("/output/interleaved-apart", test_interleaved_apart);
  TEST_ADD ("/output/discard", test_discard);
  TEST_ADD ("/output/inherit", test_inherit);
  TEST_ADD ("/output/in1-unread-stdin", test_in1_unread_stdin);
  TEST_ADD ("/output/in3-8-mebibytes-through-cat", test_in3_8_mebibytes_through_cat);
  TEST_ADD ("/output/in3-both-ways", test_in3_both_ways);
  TEST_ADD ("/output/in4-no-input", test_in4_no_input);
  TEST_ADD ("/output/in6-closed-output", test_in6_closed_output);
  TEST_ADD ("/output/sg1-never-sigpipe", test_sg1_never_sigpipe);

  return g_test_run ();
}
