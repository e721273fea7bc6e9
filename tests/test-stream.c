/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "test-stream.h"

#include <string.h>
#include <unistd.h>

#include "test-fixture.h"
#include "test-pattern.h"

#define LOOK_USEC (20 * G_TIME_SPAN_MILLISECOND)

typedef struct
{
  GInputStream parent_instance;

  guint64 size;
  guint64 fail_at;

  GMutex lock;
  GCond changed;
  guint64 given;
  guint64 block_at;
  gboolean blocking;
  gboolean listens;
} TestStream;

typedef struct
{
  GInputStreamClass parent_class;
} TestStreamClass;

static guint8 table[TEST_PATTERN_PERIOD];

static GType test_stream_get_type (void);

G_DEFINE_TYPE (TestStream, test_stream, G_TYPE_INPUT_STREAM)

static void
wait_for_release (TestStream *self, GCancellable *cancellable)
{
  self->blocking = TRUE;
  g_cond_broadcast (&self->changed);
  while (self->given >= self->block_at
         && !(self->listens && g_cancellable_is_cancelled (cancellable)))
    g_cond_wait_until (&self->changed, &self->lock, g_get_monotonic_time () + LOOK_USEC);
  self->blocking = FALSE;
}

static gssize
test_stream_read (GInputStream *stream, void *buffer, gsize count, GCancellable *cancellable,
                  GError **error)
{
  TestStream *self = (TestStream *) stream;
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  guint64 end;

  if (self->given >= self->block_at)
    wait_for_release (self, cancellable);
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return -1;

  if (self->given >= self->fail_at)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "The spring is dry");
      return -1;
    }

  end = MIN (MIN (self->size, self->fail_at), self->block_at);
  count = MIN (count, TEST_PATTERN_PERIOD - self->given % TEST_PATTERN_PERIOD);
  count = MIN (count, end - self->given);
  memcpy (buffer, table + self->given % TEST_PATTERN_PERIOD, count);
  self->given += count;
  return (gssize) count;
}

static void
test_stream_finalize (GObject *object)
{
  TestStream *self = (TestStream *) object;

  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  G_OBJECT_CLASS (test_stream_parent_class)->finalize (object);
}

static void
test_stream_class_init (TestStreamClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = test_stream_finalize;
  G_INPUT_STREAM_CLASS (klass)->read_fn = test_stream_read;
  test_pattern_fill (table, 0);
}

static void
test_stream_init (TestStream *self)
{
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->fail_at = G_MAXUINT64;
  self->block_at = G_MAXUINT64;
}

GInputStream *
test_stream_new (guint64 size)
{
  TestStream *self = g_object_new (test_stream_get_type (), NULL);

  self->size = size;
  return G_INPUT_STREAM (self);
}

void
test_stream_fail_after (GInputStream *stream, guint64 size)
{
  ((TestStream *) stream)->fail_at = size;
}

void
test_stream_block_after (GInputStream *stream, guint64 size)
{
  ((TestStream *) stream)->block_at = size;
}

void
test_stream_listen (GInputStream *stream)
{
  ((TestStream *) stream)->listens = TRUE;
}

void
test_stream_wait_for_block (GInputStream *stream)
{
  TestStream *self = (TestStream *) stream;

  g_mutex_lock (&self->lock);
  while (!self->blocking)
    g_cond_wait (&self->changed, &self->lock);
  g_mutex_unlock (&self->lock);
}

void
test_stream_release (GInputStream *stream)
{
  TestStream *self = (TestStream *) stream;

  g_mutex_lock (&self->lock);
  self->block_at = G_MAXUINT64;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

guint64
test_stream_get_given (GInputStream *stream)
{
  TestStream *self = (TestStream *) stream;
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->given;
}

GBytes *
test_unreadable (void)
{
  g_autofree char *path = test_path ("mapped");
  g_autofree char *text = g_strnfill (8192, 'x');
  g_autoptr(GMappedFile) mapped = NULL;
  g_autoptr(GError) error = NULL;

  g_assert_true (g_file_set_contents (path, text, -1, &error));
  mapped = g_mapped_file_new (path, FALSE, &error);
  g_assert_no_error (error);
  g_assert_no_errno (truncate (path, 0));
  return g_mapped_file_get_bytes (mapped);
}
