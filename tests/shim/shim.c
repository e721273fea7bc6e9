/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* To be preloaded: lets one system call of a program fail, the one with a given number.
 *
 * Counted are calls of the C library's functions, in all threads, once the program has
 * asked for it. What the C library calls by itself is not seen. Left alone is what GLib
 * does not get over: its means to wake a main loop, its locks, the waitid () by which it
 * reaps, and what g_spawn reads from a child that it has forked.
 *
 * A close () that fails has closed.
 */

#define _GNU_SOURCE

#include "shim.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#define PUBLIC __attribute__ ((visibility ("default")))
#define MAX_CALLS 65536
#define MAX_FDS 4096

typedef struct
{
  const char *name;
  const int *errors;
} Call;

static atomic_int armed;
static atomic_uint n_calls;
static unsigned int target;
static int target_error;
static Call calls[MAX_CALLS];
static atomic_bool is_wakeup[MAX_FDS]; /* GLib's */

PUBLIC void shim_arm (unsigned int number, int error);
PUBLIC unsigned int shim_disarm (void);
PUBLIC const char *shim_describe (unsigned int number, const int **errors);

void
shim_arm (unsigned int number, int error)
{
  n_calls = 0;
  target = number;
  target_error = error;
  armed = 1;
}

unsigned int
shim_disarm (void)
{
  armed = 0;
  return n_calls;
}

const char *
shim_describe (unsigned int number, const int **errors)
{
  if (number == 0 || number > n_calls || number > MAX_CALLS)
    return NULL;

  *errors = calls[number - 1].errors;
  return calls[number - 1].name;
}

/* Threads may come in another order than when the calls were counted: then it may be a
 * call that cannot fail so, and fails with what it can. */
static int
choose_error (const int *errors)
{
  for (int i = 0; errors[i] != 0; i++)
    if (errors[i] == target_error)
      return target_error;

  return errors[0];
}

/* Counts a call. TRUE: it fails, and errno says with what. */
static int
fails (const char *name, const int *errors)
{
  unsigned int number;

  if (!armed)
    return 0;

  number = ++n_calls;
  if (number <= MAX_CALLS)
    calls[number - 1] = (Call) { name, errors };
  if (number != target)
    return 0;

  errno = choose_error (errors);
  return 1;
}

static void *
find (const char *name)
{
  return dlsym (RTLD_NEXT, name);
}

#define REAL(name) \
  static __typeof__ (name) *real; \
  if (real == NULL) \
    real = (__typeof__ (name) *) find (#name)

/* A function that fails with -1 and errno. */
#define WRAP(type, name, parameters, arguments, ...) \
  PUBLIC type name parameters \
  { \
    static const int errors[] = { __VA_ARGS__, 0 }; \
    REAL (name); \
    return fails (#name, errors) ? (type) -1 : real arguments; \
  }

/* The same for what a wake-up may be. */
#define WRAP_FD(type, name, parameters, arguments, ...) \
  PUBLIC type name parameters \
  { \
    static const int errors[] = { __VA_ARGS__, 0 }; \
    REAL (name); \
    return !is_wakeup[fd % MAX_FDS] && fails (#name, errors) ? (type) -1 : real arguments; \
  }

/* One that gives its error. */
#define WRAP_GIVING(name, parameters, arguments, ...) \
  PUBLIC int name parameters \
  { \
    static const int errors[] = { __VA_ARGS__, 0 }; \
    REAL (name); \
    return fails (#name, errors) ? errno : real arguments; \
  }

PUBLIC int
eventfd (unsigned int value, int flags)
{
  int fd;

  REAL (eventfd);
  fd = real (value, flags);
  if (fd >= 0)
    is_wakeup[fd % MAX_FDS] = 1;
  return fd;
}

PUBLIC int
close (int fd)
{
  static const int errors[] = { EIO, EINTR, 0 };
  int was_wakeup = fd >= 0 && is_wakeup[fd % MAX_FDS];
  int saved_errno;
  int fail = 0;
  int result;

  REAL (close);
  if (was_wakeup)
    is_wakeup[fd % MAX_FDS] = 0;
  else
    fail = fails ("close", errors);

  saved_errno = errno;
  result = real (fd);
  if (fail)
    errno = saved_errno;
  return fail ? -1 : result;
}

WRAP (int, pipe2, (int fds[2], int flags), (fds, flags), EMFILE, ENFILE, ENOMEM)
WRAP (int, socketpair, (int domain, int type, int protocol, int fds[2]),
      (domain, type, protocol, fds), EMFILE, ENFILE, ENOMEM)
WRAP (int, dup2, (int fd, int to), (fd, to), EBUSY, EINTR)
WRAP (int, dup3, (int fd, int to, int flags), (fd, to, flags), EBUSY, EINTR)
WRAP (int, memfd_create, (const char *name, unsigned int flags), (name, flags), EMFILE, ENOSYS,
      ENOMEM)

/* Two numbers are what a child of g_spawn's says of its exec, which waits for the child's
 * end, without a word to it, when it cannot read them. */
PUBLIC ssize_t
read (int fd, void *data, size_t size)
{
  static const int errors[] = { EINTR, EAGAIN, EIO, 0 };
  int is_glibs = is_wakeup[fd % MAX_FDS] || size == 2 * sizeof (int);

  REAL (read);
  return !is_glibs && fails ("read", errors) ? -1 : real (fd, data, size);
}

WRAP_FD (ssize_t, write, (int fd, const void *data, size_t size), (fd, data, size), EINTR, EAGAIN,
         EIO, ENOSPC, EPIPE)
WRAP (ssize_t, pread64, (int fd, void *data, size_t size, off64_t at), (fd, data, size, at), EINTR,
      EIO)
WRAP (ssize_t, pwrite64, (int fd, const void *data, size_t size, off64_t at), (fd, data, size, at),
      EINTR, EIO, ENOSPC)
WRAP (ssize_t, sendmsg, (int fd, const struct msghdr *message, int flags), (fd, message, flags),
      EINTR, EAGAIN, ENOMEM, EPIPE, EMFILE)
WRAP (ssize_t, recvmsg, (int fd, struct msghdr *message, int flags), (fd, message, flags), EINTR,
      EAGAIN, ENOMEM)
WRAP (ssize_t, send, (int fd, const void *data, size_t size, int flags), (fd, data, size, flags),
      EINTR, EAGAIN, EPIPE)
WRAP (ssize_t, recv, (int fd, void *data, size_t size, int flags), (fd, data, size, flags), EINTR,
      EAGAIN)
WRAP (ssize_t, sendfile64, (int out, int in, off64_t *at, size_t size), (out, in, at, size), EINTR,
      EIO, ENOSPC, ENOSYS)
WRAP (int, poll, (struct pollfd *fds, nfds_t n_fds, int msec), (fds, n_fds, msec), EINTR)

WRAP (int, fstat64, (int fd, struct stat64 *info), (fd, info), EIO, ENOMEM)
WRAP (int, stat64, (const char *path, struct stat64 *info), (path, info), EIO, ENOMEM)
WRAP (int, fstatfs64, (int fd, struct statfs64 *info), (fd, info), EIO, ENOSYS)
WRAP (int, ftruncate64, (int fd, off64_t size), (fd, size), EINTR, EIO, ENOSPC)
WRAP (off64_t, lseek64, (int fd, off64_t at, int whence), (fd, at, whence), EIO)
WRAP (int, fchmod, (int fd, mode_t mode), (fd, mode), EIO, EPERM)
WRAP (int, fchown, (int fd, uid_t uid, gid_t gid), (fd, uid, gid), EIO, EPERM)
WRAP (int, renameat, (int from_dir, const char *from, int to_dir, const char *to),
      (from_dir, from, to_dir, to), EIO, ENOSPC, EPERM)
WRAP (int, unlinkat, (int dir, const char *name, int flags), (dir, name, flags), EIO, EPERM)
WRAP (ssize_t, listxattr, (const char *path, char *list, size_t size), (path, list, size), EIO,
      ENOSYS)

WRAP (void *, mmap64, (void *at, size_t size, int protection, int flags, int fd, off64_t offset),
      (at, size, protection, flags, fd, offset), ENOMEM)
WRAP (int, mprotect, (void *at, size_t size, int protection), (at, size, protection), ENOMEM)

WRAP (pid_t, fork, (void), (), EAGAIN, ENOMEM)
WRAP (int, kill, (pid_t pid, int number), (pid, number), EPERM)
WRAP (pid_t, waitpid, (pid_t pid, int *status, int options), (pid, status, options), EINTR)
WRAP (int, sched_setscheduler, (pid_t pid, int policy, const struct sched_param *param),
      (pid, policy, param), EPERM)
WRAP_GIVING (posix_spawn,
             (pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
              const posix_spawnattr_t *attributes, char *const argv[], char *const envp[]),
             (pid, path, actions, attributes, argv, envp), EAGAIN, ENOMEM, ENOSYS)
WRAP_GIVING (pthread_create,
             (pthread_t *thread, const pthread_attr_t *attributes, void *(*start) (void *),
              void *argument),
             (thread, attributes, start, argument), EAGAIN)

/* One that reaps is GLib's, which takes the child for reaped whatever comes of it. */
PUBLIC int
waitid (idtype_t type, id_t id, siginfo_t *info, int options)
{
  static const int errors[] = { EINTR, ENOSYS, 0 };

  REAL (waitid);
  return (options & WNOWAIT) != 0 && fails ("waitid", errors) ? -1
                                                              : real (type, id, info, options);
}

PUBLIC void *
mremap (void *at, size_t size, size_t new_size, int flags, ...)
{
  static const int errors[] = { ENOMEM, 0 };

  REAL (mremap);
  return fails ("mremap", errors) ? MAP_FAILED : real (at, size, new_size, flags);
}

PUBLIC int
fcntl64 (int fd, int command, ...)
{
  static const int errors[] = { EMFILE, EPERM, EINTR, 0 };
  va_list arguments;
  long argument;

  REAL (fcntl64);
  va_start (arguments, command);
  argument = va_arg (arguments, long);
  va_end (arguments);
  return fails ("fcntl64", errors) ? -1 : real (fd, command, argument);
}

PUBLIC int
ioctl (int fd, unsigned long request, ...)
{
  static const int errors[] = { EPERM, ENOTTY, 0 };
  va_list arguments;
  void *argument;

  REAL (ioctl);
  va_start (arguments, request);
  argument = va_arg (arguments, void *);
  va_end (arguments);
  return fails ("ioctl", errors) ? -1 : real (fd, request, argument);
}

static const int open_errors[] = { EINTR, EMFILE, ENFILE, ENOMEM, EIO, 0 };
static const int openat_errors[] = { EINTR, EMFILE, ENFILE, ENOMEM, EIO, EPERM, ENOSPC, 0 };

PUBLIC int
open64 (const char *path, int flags, ...)
{
  va_list arguments;
  mode_t mode;

  REAL (open64);
  va_start (arguments, flags);
  mode = va_arg (arguments, mode_t);
  va_end (arguments);
  return fails ("open64", open_errors) ? -1 : real (path, flags, mode);
}

PUBLIC int
openat64 (int dir, const char *path, int flags, ...)
{
  va_list arguments;
  mode_t mode;

  REAL (openat64);
  va_start (arguments, flags);
  mode = va_arg (arguments, mode_t);
  va_end (arguments);
  return fails ("openat64", openat_errors) ? -1 : real (dir, path, flags, mode);
}

/* pidfd_open (), pidfd_send_signal (), close_range () … but not GLib's locks. */
PUBLIC long
syscall (long number, ...)
{
  static const int errors[] = { ENOSYS, EPERM, EMFILE, 0 };
  va_list list;
  long a[6];

  REAL (syscall);
  va_start (list, number);
  for (int i = 0; i < 6; i++)
    a[i] = va_arg (list, long);
  va_end (list);
  return number != SYS_futex && fails ("syscall", errors)
           ? -1 : real (number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
