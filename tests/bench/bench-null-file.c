/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A stream counts for itself, and tells the file when it is closed. One is written
 * at a time, and the file's size is asked for after its end: nothing is locked.
 */

#include "config.h"

#include "bench-null-file.h"

typedef struct
{
  GObject parent_instance;
  BenchSource source;
  guint64 size;
} BenchNullFile;

typedef struct
{
  GObjectClass parent_class;
} BenchNullFileClass;

typedef struct
{
  GFileOutputStream parent_instance;
  BenchNullFile *file;
  guint64 size;
} BenchNullStream;

typedef struct
{
  GFileOutputStreamClass parent_class;
} BenchNullStreamClass;

static void bench_null_file_iface_init (GFileIface *iface);
static GType bench_null_file_get_type (void);
static GType bench_null_stream_get_type (void);

G_DEFINE_TYPE_WITH_CODE (BenchNullFile, bench_null_file, G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (G_TYPE_FILE, bench_null_file_iface_init))
G_DEFINE_TYPE (BenchNullStream, bench_null_stream, G_TYPE_FILE_OUTPUT_STREAM)

static gssize
bench_null_stream_write (GOutputStream *stream, const void *buffer, gsize count,
                         GCancellable *cancellable, GError **error)
{
  BenchNullStream *self = (BenchNullStream *) stream;

  bench_data_check (self->file->source, self->size, buffer, count);
  self->size += count;
  return (gssize) count;
}

static gboolean
bench_null_stream_close (GOutputStream *stream, GCancellable *cancellable, GError **error)
{
  BenchNullStream *self = (BenchNullStream *) stream;

  self->file->size = self->size;
  return TRUE;
}

static void
bench_null_stream_finalize (GObject *object)
{
  BenchNullStream *self = (BenchNullStream *) object;

  G_OBJECT_CLASS (bench_null_stream_parent_class)->finalize (object);
  g_object_unref (self->file);
}

static void
bench_null_stream_class_init (BenchNullStreamClass *klass)
{
  GOutputStreamClass *stream_class = G_OUTPUT_STREAM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = bench_null_stream_finalize;
  stream_class->write_fn = bench_null_stream_write;
  stream_class->close_fn = bench_null_stream_close;
}

static void
bench_null_stream_init (BenchNullStream *self)
{
}

static GFile *
bench_null_file_dup (GFile *file)
{
  return g_object_ref (file);
}

static gboolean
bench_null_file_is_native (GFile *file)
{
  return FALSE;
}

static char *
bench_null_file_get_path (GFile *file)
{
  return NULL;
}

static char *
bench_null_file_get_uri (GFile *file)
{
  return g_strdup ("null:///");
}

static GFile *
bench_null_file_get_parent (GFile *file)
{
  return NULL;
}

static GFileInfo *
bench_null_file_query_info (GFile *file, const char *attributes, GFileQueryInfoFlags flags,
                            GCancellable *cancellable, GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "Nothing is ever kept");
  return NULL;
}

static GFileOutputStream *
bench_null_file_replace (GFile *file, const char *etag, gboolean make_backup,
                         GFileCreateFlags flags, GCancellable *cancellable, GError **error)
{
  BenchNullStream *stream = g_object_new (bench_null_stream_get_type (), NULL);

  stream->file = (BenchNullFile *) g_object_ref (file);
  return G_FILE_OUTPUT_STREAM (stream);
}

static void
bench_null_file_iface_init (GFileIface *iface)
{
  iface->dup = bench_null_file_dup;
  iface->is_native = bench_null_file_is_native;
  iface->get_path = bench_null_file_get_path;
  iface->get_uri = bench_null_file_get_uri;
  iface->get_parse_name = bench_null_file_get_uri;
  iface->get_parent = bench_null_file_get_parent;
  iface->query_info = bench_null_file_query_info;
  iface->replace = bench_null_file_replace;
}

static void
bench_null_file_class_init (BenchNullFileClass *klass)
{
}

static void
bench_null_file_init (BenchNullFile *self)
{
}

GFile *
bench_null_file_new (BenchSource source)
{
  BenchNullFile *self = g_object_new (bench_null_file_get_type (), NULL);

  self->source = source;
  return G_FILE (self);
}

guint64
bench_null_file_get_size (GFile *file)
{
  return ((BenchNullFile *) file)->size;
}
