/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-spool-private.h"

#include "proc-buffer-private.h"
#include "proc-fd-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/mman.h>
#include <unistd.h>

/* Output that is too large for memory, or must not be seen yet: a temporary file
 * without a name, which vanishes with its descriptor and its last mapping. All of it
 * may wait for a disk, but the mapping.
 */

/* -1 with errno if there is none to be had. */
int
proc_spool_open (void)
{
  g_autofree char *path = NULL;
  int fd = proc_fd_lift (open (g_get_tmp_dir (), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));

  if (fd >= 0)
    return fd;

  path = g_build_filename (g_get_tmp_dir (), ".procrunner-XXXXXX", NULL);
  fd = proc_fd_lift (g_mkstemp_full (path, O_RDWR | O_CLOEXEC, 0600));
  if (fd >= 0)
    {
      g_unlink (path);
      return fd;
    }

  return proc_fd_lift (memfd_create ("procrunner", MFD_CLOEXEC));
}

/* Gives @size bytes from @start on, without reading them, and NUL-terminated behind
 * the end; NULL with errno if that cannot be had. Nobody else may have the file, which
 * gets a byte longer: beyond its end there would be no byte to terminate with. */
GBytes *
proc_spool_map (int fd, guint64 start, gsize size)
{
  gsize page = sysconf (_SC_PAGESIZE);
  gsize skipped = start % page;
  gsize length = skipped + size + 1;
  void *mapped;

  while (pwrite (fd, "", 1, (off_t) (start + size)) < 0)
    if (errno != EINTR)
      return NULL;

  mapped = mmap (NULL, length, PROT_READ, MAP_PRIVATE, fd, (off_t) (start - skipped));
  if (mapped == MAP_FAILED)
    return NULL;

  return proc_bytes_new_mapped (mapped, length, skipped, size);
}
