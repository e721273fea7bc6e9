/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-file-target-private.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

/* How a native file can be replaced, or written. All of it may block, and runs
 * in the thread of a file's writer. Functions fail with errno, which the writer
 * turns into a sentence with the file's name.
 *
 * A file is replaced by renaming a new one over it, where the new one can have
 * the old one's owner and mode, and where nothing else hangs on the old one: no
 * second name, no access list, no extended attribute. Otherwise it is written in
 * place, and that only after the command has succeeded.
 */
#define NEW_NAME_ATTEMPTS 100
#define MAX_LINKS 40

/* Waiting for a device or the reader of a FIFO, a thread looks this often
 * whether its run has been stopped: a cancellable has no descriptor to wait on
 * that could not fail to be made. */
#define STOP_CHECK_MSEC 50

gboolean
proc_file_wait_writable (int fd, GCancellable *cancellable)
{
  struct pollfd poll_fd = { .fd = fd, .events = POLLOUT };

  for (;;)
    {
      int n_ready = poll (&poll_fd, 1, STOP_CHECK_MSEC);

      if (g_cancellable_is_cancelled (cancellable))
        {
          errno = ECANCELED;
          return FALSE;
        }
      if (n_ready > 0)
        return TRUE;
      if (n_ready < 0 && errno != EINTR)
        return FALSE;
    }
}

/* Devices and FIFOs are written in place whatever the flags. A FIFO that nobody
 * reads is waited for, as a shell would; and like all waiting, that can be
 * stopped, which is why none of them is opened blocking. */
static int
open_special (const char *path, gboolean is_fifo, GCancellable *cancellable)
{
  for (;;)
    {
      int fd = proc_fd_lift (open (path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));

      if (fd >= 0 || errno != ENXIO || !is_fifo)
        return fd;
      if (!proc_file_wait_writable (-1, cancellable))
        return -1;
    }
}

gboolean
proc_file_target_open_in_place (ProcFileTarget *self,
                                const char *path,
                                int flag,
                                GCancellable *cancellable)
{
  struct stat info;

  self->kind = PROC_FILE_TARGET_IN_PLACE;
  if (stat (path, &info) == 0 && !S_ISREG (info.st_mode) && !S_ISDIR (info.st_mode))
    self->fd = open_special (path, S_ISFIFO (info.st_mode), cancellable);
  else
    self->fd = proc_fd_lift (open (path, O_WRONLY | O_CREAT | flag | O_NOCTTY | O_CLOEXEC, 0666));

  return self->fd >= 0;
}

/* For a child that is given the descriptor: it cannot know what EAGAIN would mean. */
gboolean
proc_file_target_set_blocking (ProcFileTarget *self)
{
  int flags = fcntl (self->fd, F_GETFL);

  return flags >= 0 && fcntl (self->fd, F_SETFL, flags & ~O_NONBLOCK) == 0;
}

/* Follows symbolic links to where the file is, or would be made. */
static char *
follow_links (const char *path)
{
  g_autofree char *current = g_strdup (path);

  for (guint i = 0; i < MAX_LINKS; i++)
    {
      g_autofree char *target = g_file_read_link (current, NULL);
      g_autofree char *directory = NULL;
      char *next;

      if (target == NULL)
        return g_steal_pointer (&current);

      directory = g_path_get_dirname (current);
      next = g_path_is_absolute (target) ? g_strdup (target)
                                         : g_build_filename (directory, target, NULL);
      g_free (current);
      current = next;
    }

  errno = ELOOP;
  return NULL;
}

static gboolean
is_same_inode (const char *path, const char *other_path)
{
  struct stat info, other_info;

  return stat (path, &info) == 0 && stat (other_path, &other_info) == 0
         && info.st_dev == other_info.st_dev && info.st_ino == other_info.st_ino;
}

/* TRUE: both are names of one file, or of one that is yet to be made. */
gboolean
proc_file_target_is_same (const char *path, const char *other_path)
{
  g_autofree char *real_path = follow_links (path);
  g_autofree char *other_real_path = follow_links (other_path);
  g_autofree char *name = NULL;
  g_autofree char *other_name = NULL;
  g_autofree char *directory = NULL;
  g_autofree char *other_directory = NULL;

  if (real_path == NULL || other_real_path == NULL)
    return FALSE;

  if (g_file_test (real_path, G_FILE_TEST_EXISTS))
    return is_same_inode (real_path, other_real_path);

  name = g_path_get_basename (real_path);
  other_name = g_path_get_basename (other_real_path);
  directory = g_path_get_dirname (real_path);
  other_directory = g_path_get_dirname (other_real_path);
  return g_str_equal (name, other_name) && is_same_inode (directory, other_directory);
}

/* Names of the security modules are set by the system on the new file too. */
static gboolean
has_attributes (const char *path)
{
  char names[4096];
  gssize size = listxattr (path, names, sizeof names);

  if (size < 0)
    return errno == ERANGE;

  for (const char *name = names; name < names + size; name += strlen (name) + 1)
    if (!g_str_has_prefix (name, "security."))
      return TRUE;

  return FALSE;
}

static gboolean
make_new_file (ProcFileTarget *self, mode_t mode)
{
  for (guint i = 0; i < NEW_NAME_ATTEMPTS; i++)
    {
      g_autofree char *name = g_strdup_printf (".procrunner-%08x", g_random_int ());

      self->fd = proc_fd_lift (openat (self->dir_fd, name,
                                       O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode));
      if (self->fd >= 0)
        {
          self->new_name = g_steal_pointer (&name);
          return TRUE;
        }
      if (errno != EEXIST)
        return FALSE;
    }

  return FALSE;
}

/* FALSE: a rename would change what others see of the file. */
static gboolean
copy_owner_and_mode (int fd, const struct stat *old)
{
  struct stat new;

  if (fstat (fd, &new) < 0)
    return FALSE;

  if ((new.st_uid != old->st_uid || new.st_gid != old->st_gid)
      && fchown (fd, old->st_uid, old->st_gid) < 0)
    return FALSE;

  return fchmod (fd, old->st_mode & 07777) == 0;
}

/* Nothing can be renamed over it. FALSE also where nobody can tell. */
static gboolean
is_mount_point (const char *path, const char *directory)
{
  struct statx file, folder;

  return statx (AT_FDCWD, path, 0, STATX_MNT_ID, &file) == 0
         && statx (AT_FDCWD, directory, 0, STATX_MNT_ID, &folder) == 0
         && (file.stx_mask & folder.stx_mask & STATX_MNT_ID) != 0
         && file.stx_mnt_id != folder.stx_mnt_id;
}

static gboolean
open_for_rename (ProcFileTarget *self, const char *path, const struct stat *old)
{
  g_autofree char *directory = g_path_get_dirname (path);

  if (old != NULL
      && (old->st_nlink > 1 || has_attributes (path) || is_mount_point (path, directory)))
    return FALSE;

  self->dir_fd = proc_fd_lift (open (directory, O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (self->dir_fd < 0)
    return FALSE;

  /* Until it has the old one's mode it is nobody else's: whoever opened it would keep it. */
  if (!make_new_file (self, old != NULL ? 0600 : 0666))
    return FALSE;

  self->kind = PROC_FILE_TARGET_RENAME;
  self->name = g_path_get_basename (path);
  return old == NULL || copy_owner_and_mode (self->fd, old);
}

gboolean
proc_file_target_open_replace (ProcFileTarget *self, const char *path, GCancellable *cancellable)
{
  g_autofree char *real_path = follow_links (path);
  struct stat info;
  g_auto(ProcFd) old_fd = -1;

  if (real_path == NULL)
    return FALSE;

  if (stat (path, &info) < 0)
    return errno == ENOENT && open_for_rename (self, real_path, NULL);

  if (!S_ISREG (info.st_mode) && !S_ISDIR (info.st_mode))
    return proc_file_target_open_in_place (self, path, 0, cancellable);

  /* What cannot be written cannot be replaced either, whoever owns the folder. */
  old_fd = proc_fd_lift (open (path, O_WRONLY | O_NOCTTY | O_CLOEXEC));
  if (old_fd < 0)
    return FALSE;

  /* A link such as those of /proc/self/fd leads to a file that may have another name, or none. */
  if (is_same_inode (path, real_path) && open_for_rename (self, real_path, &info))
    return TRUE;

  proc_file_target_clear (self);
  self->kind = PROC_FILE_TARGET_COPY;
  self->fd = proc_fd_steal (&old_fd);
  return TRUE;
}

/* Some file systems tell only at closing that they could not write; and what they
 * did write may have to be read back then. Without a descriptor for that, they are not asked. */
gboolean
proc_file_target_flush (ProcFileTarget *self)
{
  int copy = fcntl (self->fd, F_DUPFD_CLOEXEC, 3);

  return copy >= 0 ? close (copy) == 0 : errno == EMFILE || errno == ENFILE;
}

gboolean
proc_file_target_rename (ProcFileTarget *self)
{
  if (!proc_file_target_flush (self))
    return FALSE;

  if (renameat (self->dir_fd, self->new_name, self->dir_fd, self->name) < 0)
    return FALSE;

  g_clear_pointer (&self->new_name, g_free);
  return TRUE;
}

void
proc_file_target_clear (ProcFileTarget *self)
{
  if (self->new_name != NULL)
    unlinkat (self->dir_fd, self->new_name, 0);

  g_clear_pointer (&self->new_name, g_free);
  g_clear_pointer (&self->name, g_free);
  proc_fd_clear (&self->fd);
  proc_fd_clear (&self->dir_fd);
}
