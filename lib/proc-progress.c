/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-progress-private.h"

#include <string.h>

/* How far a command has come, by what it says in a line. Pure functions.
 *
 * A percentage up to 100 is one, or a count in brackets, [N/M] or (N/M) with N ≤ M.
 * A count without brackets is none: "24000/1001 fps" is no progress, and "12/24" may
 * be a date. Where there are several, the last one counts, and a percentage more than
 * a count.
 */
#define MAX_DIGITS 15

/* Gives where the number that ends before @end begins, or @end if there is none. */
static const char *
find_number (const char *line, const char *end)
{
  const char *begin = end;

  while (begin > line && (g_ascii_isdigit (begin[-1]) || begin[-1] == '.'))
    begin--;

  return begin < end && g_ascii_isdigit (*begin) ? begin : end;
}

static gboolean
read_percentage (const char *line, double *progress)
{
  for (const char *sign = strrchr (line, '%'); sign != NULL && sign > line;)
    {
      const char *begin = find_number (line, sign[-1] == ' ' ? sign - 1 : sign);
      gboolean negative = begin > line && (begin[-1] == '-' || begin[-1] == ',');
      double value = g_ascii_strtod (begin, NULL);

      if (g_ascii_isdigit (*begin) && !negative && value <= 100)
        {
          *progress = value / 100;
          return TRUE;
        }

      sign = g_strrstr_len (line, sign - line, "%");
    }

  return FALSE;
}

/* Reads digits, and gives what is behind them; NULL if there are none, or too many. */
static const char *
read_count (const char *at, guint64 *count)
{
  char *end;

  at += strspn (at, " ");
  if (!g_ascii_isdigit (*at) || strspn (at, G_CSET_DIGITS) > MAX_DIGITS)
    return NULL;

  *count = g_ascii_strtoull (at, &end, 10);
  return end + strspn (end, " ");
}

static gboolean
read_fraction (const char *open, double *progress)
{
  const char close = *open == '[' ? ']' : ')';
  guint64 n;
  guint64 total;
  const char *at = read_count (open + 1, &n);

  if (at == NULL || *at != '/')
    return FALSE;

  at = read_count (at + 1, &total);
  if (at == NULL || *at != close || total == 0 || n > total)
    return FALSE;

  *progress = (double) n / (double) total;
  return TRUE;
}

static gboolean
read_bracketed (const char *line, double *progress)
{
  gboolean found = FALSE;

  for (const char *open = strpbrk (line, "[("); open != NULL; open = strpbrk (open + 1, "[("))
    found |= read_fraction (open, progress);

  return found;
}

/* FALSE: the line says nothing of progress. Otherwise between 0 and 1. */
gboolean
proc_progress_read (const char *line, double *progress)
{
  return read_percentage (line, progress) || read_bracketed (line, progress);
}

/* By a pattern of the user's. Its first group is how much there is; its second, if
 * there is one, of how much; otherwise of @total. */
gboolean
proc_progress_read_pattern (const char *line, GRegex *pattern, double total, double *progress)
{
  g_autoptr(GMatchInfo) match = NULL;
  g_autofree char *done = NULL;
  g_autofree char *all = NULL;
  double value;

  if (!g_regex_match (pattern, line, 0, &match))
    return FALSE;

  done = g_match_info_fetch (match, 1);
  all = g_match_info_fetch (match, 2);
  if (done == NULL || !g_ascii_isdigit (*done))
    return FALSE;

  if (all != NULL && g_ascii_isdigit (*all))
    total = g_ascii_strtod (all, NULL);
  value = g_ascii_strtod (done, NULL);
  if (total <= 0)
    return FALSE;

  *progress = CLAMP (value / total, 0, 1);
  return TRUE;
}
