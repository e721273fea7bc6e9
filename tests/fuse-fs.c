/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A file system that shows a folder, and is bad at one thing:
 *
 *   fuse-fs MOUNTPOINT FOLDER READY hang GATE   each write waits until the gate is a file
 *   fuse-fs MOUNTPOINT FOLDER READY write       each write but the first fails
 *   fuse-fs MOUNTPOINT FOLDER READY close       each close fails
 *
 * To the FIFO READY it writes its process when it is mounted, and 0 if it cannot be.
 */

#define FUSE_USE_VERSION 31

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <fuse.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *folder;
static const char *ready;
static const char *fault;
static const char *gate;

static void
say (int pid)
{
  char line[32];
  int size = snprintf (line, sizeof line, "%d\n", pid);
  int fd = open (ready, O_WRONLY | O_CLOEXEC);

  if (write (fd, line, (size_t) size) != size)
    perror (ready);
  close (fd);
}

static const char *
real (const char *path, char *buffer)
{
  snprintf (buffer, 4096, "%s%s", folder, path);
  return buffer;
}

static int
check (int result)
{
  return result < 0 ? -errno : 0;
}

static void *
fs_init (struct fuse_conn_info *connection, struct fuse_config *config)
{
  config->hard_remove = 1; /* an open file that is removed is gone */
  say (getpid ());
  return NULL;
}

static int
fs_getattr (const char *path, struct stat *info, struct fuse_file_info *file)
{
  char buffer[4096];

  if (file != NULL)
    return check (fstat ((int) file->fh, info));

  return check (lstat (real (path, buffer), info));
}

static int
fs_open (const char *path, struct fuse_file_info *file)
{
  char buffer[4096];

  file->fh = (uint64_t) open (real (path, buffer), file->flags | O_CLOEXEC);
  return check ((int) file->fh);
}

static int
fs_create (const char *path, mode_t mode, struct fuse_file_info *file)
{
  char buffer[4096];

  file->fh = (uint64_t) open (real (path, buffer), file->flags | O_CREAT | O_CLOEXEC, mode);
  return check ((int) file->fh);
}

static int
fs_read (const char *path, char *data, size_t size, off_t offset, struct fuse_file_info *file)
{
  ssize_t n = pread ((int) file->fh, data, size, offset);

  return n < 0 ? -errno : (int) n;
}

static int
fs_write (const char *path, const char *data, size_t size, off_t offset,
          struct fuse_file_info *file)
{
  ssize_t n;

  while (strcmp (fault, "hang") == 0 && access (gate, F_OK) < 0)
    usleep (10000);
  if (strcmp (fault, "write") == 0 && offset > 0)
    return -EIO;

  n = pwrite ((int) file->fh, data, size, offset);
  return n < 0 ? -errno : (int) n;
}

static int
fs_flush (const char *path, struct fuse_file_info *file)
{
  return strcmp (fault, "close") == 0 ? -EIO : 0;
}

static int
fs_release (const char *path, struct fuse_file_info *file)
{
  return check (close ((int) file->fh));
}

static int
fs_truncate (const char *path, off_t size, struct fuse_file_info *file)
{
  char buffer[4096];

  return check (truncate (real (path, buffer), size));
}

static int
fs_chmod (const char *path, mode_t mode, struct fuse_file_info *file)
{
  char buffer[4096];

  return check (chmod (real (path, buffer), mode));
}

static int
fs_unlink (const char *path)
{
  char buffer[4096];

  return check (unlink (real (path, buffer)));
}

static int
fs_rename (const char *from, const char *to, unsigned int flags)
{
  char from_buffer[4096], to_buffer[4096];

  return check (rename (real (from, from_buffer), real (to, to_buffer)));
}

static const struct fuse_operations operations = {
  .init = fs_init,
  .getattr = fs_getattr,
  .open = fs_open,
  .create = fs_create,
  .read = fs_read,
  .write = fs_write,
  .flush = fs_flush,
  .release = fs_release,
  .truncate = fs_truncate,
  .chmod = fs_chmod,
  .unlink = fs_unlink,
  .rename = fs_rename,
};

int
main (int argc, char **argv)
{
  char in_front[] = "-f";
  char *args[] = { argv[0], in_front, argc > 1 ? argv[1] : NULL, NULL };
  int status;

  if (argc < 5)
    return 2;

  folder = argv[2];
  ready = argv[3];
  fault = argv[4];
  gate = argc > 5 ? argv[5] : "";
  alarm (300);
  status = fuse_main (3, args, &operations, NULL);
  if (status != 0)
    say (0);

  return status;
}
