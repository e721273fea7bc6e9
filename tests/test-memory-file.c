/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The node is what all duplicates of a file and its streams share, in whatever thread they are
 * used; its contents are NULL until the file exists.
 */

#include "config.h"

#include "test-memory-file.h"

#include <string.h>

typedef struct
{
  GMutex lock;
  char *name;
  GBytes *contents;
  gsize limit;
  gboolean fail_at_close;
  gboolean hold_reader;
  gboolean reader_waits;
  gboolean fail_at_flush;
  guint n_flushes;

  GCond changed;
  gboolean hangs;
  gboolean stubborn;
  guint n_hanging;
} Node;

typedef struct
{
  GObject parent_instance;
  Node *node;
} TestMemoryFile;

typedef struct
{
  GObjectClass parent_class;
} TestMemoryFileClass;

typedef struct
{
  GFileOutputStream parent_instance;
  Node *node;
  GByteArray *data;
  gsize n_written;
} TestMemoryStream;

typedef struct
{
  GFileOutputStreamClass parent_class;
} TestMemoryStreamClass;

typedef struct
{
  GFileInputStream parent_instance;
  Node *node;
  gsize n_read;
} TestMemoryReader;

typedef struct
{
  GFileInputStreamClass parent_class;
} TestMemoryReaderClass;

static void test_memory_file_iface_init (GFileIface *iface);
static GType test_memory_file_get_type (void);
static GType test_memory_stream_get_type (void);
static GType test_memory_reader_get_type (void);

G_DEFINE_TYPE_WITH_CODE (TestMemoryFile, test_memory_file, G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (G_TYPE_FILE, test_memory_file_iface_init))
G_DEFINE_TYPE (TestMemoryStream, test_memory_stream, G_TYPE_FILE_OUTPUT_STREAM)
G_DEFINE_TYPE (TestMemoryReader, test_memory_reader, G_TYPE_FILE_INPUT_STREAM)

static Node *
node_of (gpointer file)
{
  return ((TestMemoryFile *) file)->node;
}

static void
node_clear (Node *node)
{
  g_mutex_clear (&node->lock);
  g_cond_clear (&node->changed);
  g_clear_pointer (&node->name, g_free);
  g_clear_pointer (&node->contents, g_bytes_unref);
}

static void
node_unref (Node *node)
{
  g_atomic_rc_box_release_full (node, (GDestroyNotify) node_clear);
}

/* The stream that writes */

#define LOOK_USEC (10 * 1000)

/* With the lock held. */
static gboolean
wait_while_hanging (Node *node, GCancellable *cancellable, GError **error)
{
  gboolean go_on = TRUE;

  node->n_hanging++;
  g_cond_broadcast (&node->changed);
  while (go_on && node->hangs)
    {
      g_cond_wait_until (&node->changed, &node->lock, g_get_monotonic_time () + LOOK_USEC);
      go_on = node->stubborn || !g_cancellable_set_error_if_cancelled (cancellable, error);
    }

  node->n_hanging--;
  return go_on;
}

static gssize
test_memory_stream_write (GOutputStream *stream, const void *buffer, gsize count,
                          GCancellable *cancellable, GError **error)
{
  TestMemoryStream *self = (TestMemoryStream *) stream;
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->node->lock);
  gsize limit = self->node->limit;

  if (!wait_while_hanging (self->node, cancellable, error))
    return -1;

  if (self->n_written >= limit)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "The moon is full");
      return -1;
    }

  count = MIN (count, limit - self->n_written);
  g_byte_array_append (self->data, buffer, (guint) count);
  self->n_written += count;
  return (gssize) count;
}

static gboolean
test_memory_stream_flush (GOutputStream *stream, GCancellable *cancellable, GError **error)
{
  TestMemoryStream *self = (TestMemoryStream *) stream;
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->node->lock);

  if (!wait_while_hanging (self->node, cancellable, error))
    return FALSE;

  self->node->n_flushes++;
  if (self->node->fail_at_flush)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "The moon is dark");

  return !self->node->fail_at_flush;
}

static gboolean
test_memory_stream_close (GOutputStream *stream, GCancellable *cancellable, GError **error)
{
  TestMemoryStream *self = (TestMemoryStream *) stream;
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->node->lock);

  if (g_cancellable_set_error_if_cancelled (cancellable, error)
      || !wait_while_hanging (self->node, cancellable, error))
    return FALSE;

  if (self->node->fail_at_close)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "The moon has set");
      return FALSE;
    }

  g_clear_pointer (&self->node->contents, g_bytes_unref);
  self->node->contents = g_bytes_new (self->data->data, self->data->len);
  return TRUE;
}

static void
test_memory_stream_finalize (GObject *object)
{
  TestMemoryStream *self = (TestMemoryStream *) object;

  G_OBJECT_CLASS (test_memory_stream_parent_class)->finalize (object);
  g_byte_array_unref (self->data);
  node_unref (self->node);
}

static void
test_memory_stream_class_init (TestMemoryStreamClass *klass)
{
  GOutputStreamClass *stream_class = G_OUTPUT_STREAM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = test_memory_stream_finalize;
  stream_class->write_fn = test_memory_stream_write;
  stream_class->close_fn = test_memory_stream_close;
  stream_class->flush = test_memory_stream_flush;
}

static void
test_memory_stream_init (TestMemoryStream *self)
{
  self->data = g_byte_array_new ();
}

static GFileOutputStream *
open_stream (GFile *file, gboolean append)
{
  TestMemoryStream *stream = g_object_new (test_memory_stream_get_type (), NULL);
  Node *node = node_of (file);

  stream->node = g_atomic_rc_box_acquire (node);
  g_mutex_lock (&node->lock);
  if (append && node->contents != NULL)
    g_byte_array_append (stream->data, g_bytes_get_data (node->contents, NULL),
                         (guint) g_bytes_get_size (node->contents));

  g_mutex_unlock (&node->lock);
  return G_FILE_OUTPUT_STREAM (stream);
}

/* The stream that reads */

static gssize
test_memory_reader_read (GInputStream *stream, void *buffer, gsize count,
                         GCancellable *cancellable, GError **error)
{
  TestMemoryReader *self = (TestMemoryReader *) stream;
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->node->lock);
  gsize size = 0;
  const guint8 *data = g_bytes_get_data (self->node->contents, &size);

  if (self->n_read >= self->node->limit)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "The moon is dark");
      return -1;
    }

  count = MIN (count, MIN (size, self->node->limit) - self->n_read);
  if (count > 0)
    memcpy (buffer, data + self->n_read, count);
  self->n_read += count;
  return (gssize) count;
}

static void
test_memory_reader_finalize (GObject *object)
{
  node_unref (((TestMemoryReader *) object)->node);
  G_OBJECT_CLASS (test_memory_reader_parent_class)->finalize (object);
}

static void
test_memory_reader_class_init (TestMemoryReaderClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = test_memory_reader_finalize;
  G_INPUT_STREAM_CLASS (klass)->read_fn = test_memory_reader_read;
}

static void
test_memory_reader_init (TestMemoryReader *self)
{
}

/* The file */

static GFile *
file_for_node (Node *node)
{
  TestMemoryFile *self = g_object_new (test_memory_file_get_type (), NULL);

  self->node = node;
  return G_FILE (self);
}

static GFile *
test_memory_file_dup (GFile *file)
{
  return file_for_node (g_atomic_rc_box_acquire (node_of (file)));
}

static guint
test_memory_file_hash (GFile *file)
{
  return g_direct_hash (node_of (file));
}

static gboolean
test_memory_file_equal (GFile *a, GFile *b)
{
  return node_of (a) == node_of (b);
}

static gboolean
test_memory_file_is_native (GFile *file)
{
  return FALSE;
}

static gboolean
test_memory_file_has_uri_scheme (GFile *file, const char *scheme)
{
  return g_str_equal (scheme, "moon");
}

static char *
test_memory_file_get_uri_scheme (GFile *file)
{
  return g_strdup ("moon");
}

static char *
test_memory_file_get_no_path (GFile *file)
{
  return NULL;
}

static char *
test_memory_file_get_basename (GFile *file)
{
  return g_strdup (node_of (file)->name);
}

static char *
test_memory_file_get_uri (GFile *file)
{
  return g_strconcat ("moon:///", node_of (file)->name, NULL);
}

static GFile *
test_memory_file_get_parent (GFile *file)
{
  return NULL;
}

static GFileInfo *
test_memory_file_query_info (GFile *file, const char *attributes, GFileQueryInfoFlags flags,
                             GCancellable *cancellable, GError **error)
{
  g_autoptr(GBytes) contents = test_memory_file_ref_contents (file);
  GFileInfo *info;

  if (contents == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "Not on the moon");
      return NULL;
    }

  info = g_file_info_new ();
  g_file_info_set_name (info, node_of (file)->name);
  g_file_info_set_file_type (info, G_FILE_TYPE_REGULAR);
  g_file_info_set_size (info, (goffset) g_bytes_get_size (contents));
  return info;
}

static GFileInputStream *
test_memory_file_read (GFile *file, GCancellable *cancellable, GError **error)
{
  g_autoptr(GBytes) contents = test_memory_file_ref_contents (file);
  Node *node = node_of (file);
  TestMemoryReader *stream;

  g_mutex_lock (&node->lock);
  node->reader_waits = TRUE;
  g_cond_broadcast (&node->changed);
  while (node->hold_reader)
    g_cond_wait (&node->changed, &node->lock);
  g_mutex_unlock (&node->lock);

  if (contents == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "Not on the moon");
      return NULL;
    }

  stream = g_object_new (test_memory_reader_get_type (), NULL);
  stream->node = g_atomic_rc_box_acquire (node);
  return G_FILE_INPUT_STREAM (stream);
}

static GFileOutputStream *
test_memory_file_append_to (GFile *file, GFileCreateFlags flags, GCancellable *cancellable,
                            GError **error)
{
  return open_stream (file, TRUE);
}

static GFileOutputStream *
test_memory_file_create (GFile *file, GFileCreateFlags flags, GCancellable *cancellable,
                         GError **error)
{
  return open_stream (file, FALSE);
}

static GFileOutputStream *
test_memory_file_replace (GFile *file, const char *etag, gboolean make_backup,
                          GFileCreateFlags flags, GCancellable *cancellable, GError **error)
{
  return open_stream (file, FALSE);
}

static void
test_memory_file_iface_init (GFileIface *iface)
{
  iface->dup = test_memory_file_dup;
  iface->hash = test_memory_file_hash;
  iface->equal = test_memory_file_equal;
  iface->is_native = test_memory_file_is_native;
  iface->has_uri_scheme = test_memory_file_has_uri_scheme;
  iface->get_uri_scheme = test_memory_file_get_uri_scheme;
  iface->get_basename = test_memory_file_get_basename;
  iface->get_path = test_memory_file_get_no_path;
  iface->get_uri = test_memory_file_get_uri;
  iface->get_parse_name = test_memory_file_get_uri;
  iface->get_parent = test_memory_file_get_parent;
  iface->query_info = test_memory_file_query_info;
  iface->read_fn = test_memory_file_read;
  iface->append_to = test_memory_file_append_to;
  iface->create = test_memory_file_create;
  iface->replace = test_memory_file_replace;
}

static void
test_memory_file_finalize (GObject *object)
{
  node_unref (node_of (object));
  G_OBJECT_CLASS (test_memory_file_parent_class)->finalize (object);
}

static void
test_memory_file_class_init (TestMemoryFileClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = test_memory_file_finalize;
}

static void
test_memory_file_init (TestMemoryFile *self)
{
}

/* For the tests */

GFile *
test_memory_file_new (const char *name, const char *contents)
{
  Node *node = g_atomic_rc_box_new0 (Node);

  g_mutex_init (&node->lock);
  g_cond_init (&node->changed);
  node->name = g_strdup (name);
  node->limit = G_MAXSIZE;
  if (contents != NULL)
    node->contents = g_bytes_new (contents, strlen (contents));

  return file_for_node (node);
}

void
test_memory_file_fail_after (GFile *file, gsize n_bytes)
{
  node_of (file)->limit = n_bytes;
}

void
test_memory_file_fail_at_close (GFile *file)
{
  node_of (file)->fail_at_close = TRUE;
}

void
test_memory_file_hold_reader (GFile *file)
{
  node_of (file)->hold_reader = TRUE;
}

void
test_memory_file_wait_for_reader (GFile *file)
{
  Node *node = node_of (file);

  g_mutex_lock (&node->lock);
  while (!node->reader_waits)
    g_cond_wait (&node->changed, &node->lock);
  g_mutex_unlock (&node->lock);
}

void
test_memory_file_release_reader (GFile *file)
{
  Node *node = node_of (file);

  g_mutex_lock (&node->lock);
  node->hold_reader = FALSE;
  g_cond_broadcast (&node->changed);
  g_mutex_unlock (&node->lock);
}

void
test_memory_file_fail_at_flush (GFile *file)
{
  node_of (file)->fail_at_flush = TRUE;
}

guint
test_memory_file_get_n_flushes (GFile *file)
{
  Node *node = node_of (file);
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&node->lock);

  return node->n_flushes;
}

void
test_memory_file_hang (GFile *file, gboolean stubborn)
{
  Node *node = node_of (file);
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&node->lock);

  node->hangs = TRUE;
  node->stubborn = stubborn;
}

void
test_memory_file_wait_for_hanging (GFile *file)
{
  Node *node = node_of (file);
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&node->lock);

  while (node->n_hanging == 0)
    g_cond_wait (&node->changed, &node->lock);
}

void
test_memory_file_let_go (GFile *file)
{
  Node *node = node_of (file);
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&node->lock);

  node->hangs = FALSE;
  g_cond_broadcast (&node->changed);
}

GBytes *
test_memory_file_ref_contents (GFile *file)
{
  Node *node = node_of (file);
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&node->lock);

  return node->contents != NULL ? g_bytes_ref (node->contents) : NULL;
}
