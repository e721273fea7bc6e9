/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "bench-folder.h"

#include <glib/gstdio.h>
#include <stdlib.h>

/* NULL-terminated. A process that was forked ends by _exit (), and removes nothing. */
static const char *folders[3];

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

static void
remove_folders (void)
{
  for (guint i = 0; folders[i] != NULL; i++)
    remove_folder (folders[i]);
}

gboolean
bench_folder_make (char *path)
{
  guint i = 0;

  if (g_mkdtemp (path) == NULL)
    return FALSE;

  while (folders[i] != NULL)
    i++;

  g_assert_cmpuint (i + 1, <, G_N_ELEMENTS (folders));
  folders[i] = path;
  if (i == 0)
    atexit (remove_folders);

  return TRUE;
}
