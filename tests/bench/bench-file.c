/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How fast output becomes a file: in memory, on a disk, and one that is not native
 * and keeps nothing. No transfer finds an old file, or pages of an earlier one that
 * wait for the disk.
 *
 * The command is `head -c 1G /dev/zero`. One that does nothing but write, as fast as
 * can be, is shown beside it: a pipe is one copy more, which only a command's own
 * work can hide.
 */

#include "config.h"

#include "bench-child.h"
#include "bench-data.h"
#include "bench-folder.h"
#include "bench-null-file.h"
#include "bench-run.h"
#include "bench-transfer.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <unistd.h>

static char *
get_path (const BenchTransfer *self)
{
  return g_build_filename (self->folder, "output", NULL);
}

/* Starts the clock. */
static void
begin (BenchClock *clock)
{
  sync ();
  bench_clock_start (clock);
}

/* Stops it, and looks at what has been written. */
static void
end (const BenchTransfer *self, const char *path, BenchClock *clock)
{
  bench_clock_stop (clock);
  bench_data_check_file (self->source, path);
  g_unlink (path);
}

/* sh -c 'command > file' */
static void
run_shell (const BenchTransfer *self, BenchClock *clock)
{
  g_autofree char *path = get_path (self);
  g_autoptr(GPtrArray) argv = g_ptr_array_new ();

  g_ptr_array_add (argv, (gpointer) "sh");
  g_ptr_array_add (argv, (gpointer) "-c");
  g_ptr_array_add (argv, (gpointer) "\"$@\" > \"$0\"");
  g_ptr_array_add (argv, path);
  for (const char *const *arg = bench_data_get_argv (self->source); *arg != NULL; arg++)
    g_ptr_array_add (argv, (gpointer) *arg);
  g_ptr_array_add (argv, NULL);

  begin (clock);
  bench_child_wait (bench_child_spawn ((const char *const *) argv->pdata, -1, -1, -1));
  end (self, path, clock);
}

static void
write_ours (const BenchTransfer *self, GFile *file, ProcFileFlags flags)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = proc_command_new (bench_data_get_argv (self->source));
  g_autoptr(ProcResult) result = NULL;

  proc_command_set_stdout_file (command, file, flags);
  result = bench_run (runner, command);
}

static void
write_to_path (const BenchTransfer *self, ProcFileFlags flags, BenchClock *clock)
{
  g_autofree char *path = get_path (self);
  g_autoptr(GFile) file = g_file_new_for_path (path);

  begin (clock);
  write_ours (self, file, flags);
  end (self, path, clock);
}

static void
run_ours (const BenchTransfer *self, BenchClock *clock)
{
  write_to_path (self, PROC_FILE_FLAGS_NONE, clock);
}

static void
run_direct (const BenchTransfer *self, BenchClock *clock)
{
  write_to_path (self, PROC_FILE_FLAGS_DIRECT, clock);
}

static void
on_spliced (GObject *source, GAsyncResult *result, gpointer user_data)
{
  gboolean *done = user_data;
  g_autoptr(GError) error = NULL;

  g_output_stream_splice_finish (G_OUTPUT_STREAM (source), result, &error);
  g_assert_no_error (error);
  *done = TRUE;
}

static void
splice (const BenchTransfer *self, GFile *file)
{
  const GOutputStreamSpliceFlags flags
    = G_OUTPUT_STREAM_SPLICE_CLOSE_SOURCE | G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET;
  g_autoptr(GFileOutputStream) stream = NULL;
  g_autoptr(GSubprocess) subprocess = NULL;
  g_autoptr(GError) error = NULL;
  gboolean done = FALSE;

  stream = g_file_replace (file, NULL, FALSE, G_FILE_CREATE_NONE, NULL, &error);
  g_assert_no_error (error);
  subprocess = g_subprocess_newv (bench_data_get_argv (self->source),
                                  G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error);
  g_assert_no_error (error);
  g_output_stream_splice_async (G_OUTPUT_STREAM (stream),
                                g_subprocess_get_stdout_pipe (subprocess), flags,
                                G_PRIORITY_DEFAULT, NULL, on_spliced, &done);
  while (!done)
    g_main_context_iteration (NULL, TRUE);
  g_subprocess_wait_check (subprocess, NULL, &error);
  g_assert_no_error (error);
}

static void
run_splice (const BenchTransfer *self, BenchClock *clock)
{
  g_autofree char *path = get_path (self);
  g_autoptr(GFile) file = g_file_new_for_path (path);

  begin (clock);
  splice (self, file);
  end (self, path, clock);
}

static void
run_stream_ours (const BenchTransfer *self, BenchClock *clock)
{
  g_autoptr(GFile) file = bench_null_file_new (self->source);

  begin (clock);
  write_ours (self, file, PROC_FILE_FLAGS_NONE);
  bench_clock_stop (clock);
  g_assert_cmpuint (bench_null_file_get_size (file), ==, bench_data_get_size ());
}

static void
run_stream_truncate (const BenchTransfer *self, BenchClock *clock)
{
  g_autoptr(GFile) file = bench_null_file_new (self->source);

  begin (clock);
  write_ours (self, file, PROC_FILE_FLAGS_TRUNCATE);
  bench_clock_stop (clock);
  g_assert_cmpuint (bench_null_file_get_size (file), ==, bench_data_get_size ());
}

static void
run_stream_splice (const BenchTransfer *self, BenchClock *clock)
{
  g_autoptr(GFile) file = bench_null_file_new (self->source);

  begin (clock);
  splice (self, file);
  bench_clock_stop (clock);
  g_assert_cmpuint (bench_null_file_get_size (file), ==, bench_data_get_size ());
}

static const BenchTransfer transfers[] = {
  { "memory-shell", run_shell, BENCH_ZEROS, bench_memory_folder },
  { "memory-ours", run_ours, BENCH_ZEROS, bench_memory_folder },
  { "memory-direct", run_direct, BENCH_ZEROS, bench_memory_folder },
  { "memory-splice", run_splice, BENCH_ZEROS, bench_memory_folder },
  { "memory-shell-flood", run_shell, BENCH_PATTERN, bench_memory_folder },
  { "memory-ours-flood", run_ours, BENCH_PATTERN, bench_memory_folder },
  { "disk-shell", run_shell, BENCH_ZEROS, bench_disk_folder },
  { "disk-ours", run_ours, BENCH_ZEROS, bench_disk_folder },
  { "disk-direct", run_direct, BENCH_ZEROS, bench_disk_folder },
  { "disk-splice", run_splice, BENCH_ZEROS, bench_disk_folder },
  { "disk-shell-flood", run_shell, BENCH_PATTERN, bench_disk_folder },
  { "disk-ours-flood", run_ours, BENCH_PATTERN, bench_disk_folder },
  { "stream-ours", run_stream_ours, BENCH_ZEROS },
  { "stream-truncate", run_stream_truncate, BENCH_ZEROS },
  { "stream-splice", run_stream_splice, BENCH_ZEROS },
};

static const BenchRow rows[] = {
  { "tmpfs, MiB/s, sh -c 'command > file'", RATE, "memory-shell", NULL, NO_TARGET, 0 },
  { "tmpfs, MiB/s, splice_async", RATE, "memory-splice", NULL, NO_TARGET, 0 },
  { "  own CPU time, msec", CPU, "memory-splice", NULL, NO_TARGET, 0 },
  { "tmpfs, MiB/s, ours", RATE, "memory-ours", NULL, NO_TARGET, 0 },
  { "  to the shell's", RATE, "memory-ours", "memory-shell", AT_LEAST, 0.9 },
  { "  to splice_async", RATE, "memory-ours", "memory-splice", AT_LEAST, 5 },
  { "  own CPU time, msec", CPU, "memory-ours", NULL, NO_TARGET, 0 },
  { "  memory, MiB more", GROWN, "memory-ours", NULL, AT_MOST, 4 },
  { "tmpfs, MiB/s, ours DIRECT", RATE, "memory-direct", NULL, NO_TARGET, 0 },
  { "  to the shell's", RATE, "memory-direct", "memory-shell", AT_LEAST, 0.9 },
  { "  own CPU time, msec", CPU, "memory-direct", NULL, AT_MOST, 20 },
  { "tmpfs, MiB/s, sh -c 'flood > file'", RATE, "memory-shell-flood", NULL, NO_TARGET, 0 },
  { "tmpfs, MiB/s, ours, flood", RATE, "memory-ours-flood", NULL, NO_TARGET, 0 },
  { "  to the shell's", RATE, "memory-ours-flood", "memory-shell-flood", NO_TARGET, 0 },
  { "disk, MiB/s, sh -c 'command > file'", RATE, "disk-shell", NULL, NO_TARGET, 0 },
  { "disk, MiB/s, splice_async", RATE, "disk-splice", NULL, NO_TARGET, 0 },
  { "  own CPU time, msec", CPU, "disk-splice", NULL, NO_TARGET, 0 },
  { "disk, MiB/s, ours", RATE, "disk-ours", NULL, NO_TARGET, 0 },
  { "  to the shell's", RATE, "disk-ours", "disk-shell", AT_LEAST, 0.9 },
  { "  to splice_async", RATE, "disk-ours", "disk-splice", AT_LEAST, 5 },
  { "  own CPU time, msec", CPU, "disk-ours", NULL, NO_TARGET, 0 },
  { "  memory, MiB more", GROWN, "disk-ours", NULL, AT_MOST, 4 },
  { "disk, MiB/s, ours DIRECT", RATE, "disk-direct", NULL, NO_TARGET, 0 },
  { "  to the shell's", RATE, "disk-direct", "disk-shell", AT_LEAST, 0.9 },
  { "  own CPU time, msec", CPU, "disk-direct", NULL, AT_MOST, 20 },
  { "disk, MiB/s, sh -c 'flood > file'", RATE, "disk-shell-flood", NULL, NO_TARGET, 0 },
  { "disk, MiB/s, ours, flood", RATE, "disk-ours-flood", NULL, NO_TARGET, 0 },
  { "  to the shell's", RATE, "disk-ours-flood", "disk-shell-flood", NO_TARGET, 0 },
  { "stream, MiB/s, splice_async", RATE, "stream-splice", NULL, NO_TARGET, 0 },
  { "stream, MiB/s, ours", RATE, "stream-ours", NULL, NO_TARGET, 0 },
  { "  to splice_async", RATE, "stream-ours", "stream-splice", AT_LEAST, 1 },
  { "  memory, MiB more", GROWN, "stream-ours", NULL, AT_MOST, 4 },
  { "stream, MiB/s, ours TRUNCATE", RATE, "stream-truncate", NULL, NO_TARGET, 0 },
  { "  to splice_async", RATE, "stream-truncate", "stream-splice", AT_LEAST, 1 },
  { "  memory, MiB more", GROWN, "stream-truncate", NULL, AT_MOST, 4 },
};

int
main (void)
{
  bench_folder_make_both ();
  bench_transfer_compare (transfers, G_N_ELEMENTS (transfers), rows, G_N_ELEMENTS (rows));
  return EXIT_SUCCESS;
}
