/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A file as a command's input, and a stream: here one that compresses the file while
 * the command reads. Neither is ever in memory as a whole. */

#include <locale.h>
#include <procrunner.h>

static gboolean
print_size (ProcCommand *command, const char *what, GError **error)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcResult) result = proc_runner_check (runner, command, NULL, error);

  if (result == NULL)
    return FALSE;

  g_print ("%s: %s", what, proc_result_get_stdout_text (result));
  return TRUE;
}

static gboolean
print_sizes (GFile *file, GError **error)
{
  const char *argv[] = { "wc", "-c", NULL };
  g_autoptr(ProcCommand) command = proc_command_new (argv);
  g_autoptr(GZlibCompressor) gzip = g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, -1);
  g_autoptr(GFileInputStream) plain = NULL;
  g_autoptr(GInputStream) compressed = NULL;

  proc_command_set_stdin_file (command, file);
  if (!print_size (command, "bytes", error))
    return FALSE;

  plain = g_file_read (file, NULL, error);
  if (plain == NULL)
    return FALSE;

  compressed = g_converter_input_stream_new (G_INPUT_STREAM (plain), G_CONVERTER (gzip));
  proc_command_set_stdin_stream (command, compressed); /* takes the file's place */
  return print_size (command, "compressed", error);
}

int
main (int argc, char **argv)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GFile) file = g_file_new_for_commandline_arg (argc > 1 ? argv[1] : "COPYING");

  setlocale (LC_ALL, "");
  if (!print_sizes (file, &error))
    g_printerr ("%s\n", error->message);

  return error != NULL;
}
