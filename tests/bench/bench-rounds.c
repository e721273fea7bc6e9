/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Rounds are interleaved: each measures every series once, in one order and then
 * in the other. So what else the machine does falls on all.
 */

#include "config.h"

#include "bench-rounds.h"

#include "bench-setting.h"

#include <string.h>

#define N_ROUNDS 11

typedef struct
{
  const char *name;
  GByteArray *figures; /* of each round, one behind the other; of none if it cannot be had */
} Series;

struct _BenchRounds
{
  gsize figures_size;
  GArray *series;
};

static void
series_clear (gpointer data)
{
  Series *series = data;

  g_byte_array_unref (series->figures);
}

BenchRounds *
bench_rounds_new (gsize figures_size)
{
  BenchRounds *self = g_new (BenchRounds, 1);

  self->figures_size = figures_size;
  self->series = g_array_new (FALSE, FALSE, sizeof (Series));
  g_array_set_clear_func (self->series, series_clear);
  return self;
}

void
bench_rounds_free (BenchRounds *self)
{
  g_array_unref (self->series);
  g_free (self);
}

/* Does not copy @name. */
void
bench_rounds_add_series (BenchRounds *self, const char *name)
{
  Series series = { name, g_byte_array_new () };

  g_array_append_val (self->series, series);
}

/* Those that warm up are measured too, and forgotten. */
void
bench_rounds_run (BenchRounds *self,
                  guint n_warm_ups,
                  BenchMeasure measure,
                  gconstpointer user_data)
{
  guint n_rounds = n_warm_ups + bench_setting_get ("PROC_BENCH_ROUNDS", N_ROUNDS);
  g_autofree guint8 *figures = g_malloc (self->figures_size);

  for (guint round = 0; round < n_rounds; round++)
    for (guint i = 0; i < self->series->len; i++)
      {
        guint at = round % 2 == 0 ? i : self->series->len - 1 - i;
        Series *series = &g_array_index (self->series, Series, at);

        memset (figures, 0, self->figures_size);
        if (measure (at, figures, user_data) && round >= n_warm_ups)
          g_byte_array_append (series->figures, figures, self->figures_size);
      }
}

/* Those that were kept, of a series that could be had. */
guint
bench_rounds_get_n_rounds (BenchRounds *self)
{
  guint n_rounds = 0;

  for (guint i = 0; i < self->series->len; i++)
    {
      const Series *series = &g_array_index (self->series, Series, i);

      n_rounds = MAX (n_rounds, series->figures->len / self->figures_size);
    }

  return n_rounds;
}

guint
bench_rounds_get_n_series (BenchRounds *self)
{
  return self->series->len;
}

const char *
bench_rounds_get_name (BenchRounds *self, guint series)
{
  return g_array_index (self->series, Series, series).name;
}

static const Series *
find_series (BenchRounds *self, const char *name)
{
  for (guint i = 0; i < self->series->len; i++)
    {
      const Series *series = &g_array_index (self->series, Series, i);

      if (g_str_equal (series->name, name))
        return series;
    }

  g_error ("There is no series “%s”", name);
}

/* Gives one double for each round, in their order. */
GArray *
bench_rounds_get_values (BenchRounds *self, const char *series, gsize figure)
{
  const Series *found = find_series (self, series);
  GArray *values = g_array_new (FALSE, FALSE, sizeof (double));

  for (gsize at = 0; at < found->figures->len; at += self->figures_size)
    g_array_append_val (values, G_STRUCT_MEMBER (double, found->figures->data + at, figure));

  return values;
}
