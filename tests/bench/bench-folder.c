/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "bench-folder.h"

#include <glib/gstdio.h>
#include <stdlib.h>

char bench_memory_folder[] = "/dev/shm/procrunner-bench-XXXXXX";
char bench_disk_folder[] = "procrunner-bench-XXXXXX";

static void
remove_folder (const char *path)
{
  g_autoptr(GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);

      g_unlink (file);
    }

  g_rmdir (path);
}

/* A process that was forked ends by _exit (), and removes nothing. */
static void
remove_both (void)
{
  remove_folder (bench_memory_folder);
  remove_folder (bench_disk_folder);
}

void
bench_folder_make_both (void)
{
  g_assert_nonnull (g_mkdtemp (bench_memory_folder));
  g_assert_nonnull (g_mkdtemp (bench_disk_folder));
  atexit (remove_both);
}
