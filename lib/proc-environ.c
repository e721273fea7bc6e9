/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "proc-environ-private.h"

#include <string.h>

/* An environment as a runner or a command keeps it: a base, which may be "what
 * is inherited", and edits upon it, the last one of each variable. It is
 * applied at submission, so an inherited variable is the one of that moment.
 *
 * Nothing is judged here when it is set. A name that cannot be one is found by
 * proc_environ_find_bad_entry (), and left out by proc_environ_apply ().
 */
typedef struct
{
  char *name;
  char *value; /* NULL: unset */
} Edit;

struct _ProcEnviron
{
  char **base; /* NULL: inherit */
  GPtrArray *edits;
};

static void
edit_free (gpointer data)
{
  Edit *edit = data;

  g_free (edit->name);
  g_free (edit->value);
  g_free (edit);
}

/* The last edit of a variable is the one that counts. */
static void
forget_edit (ProcEnviron *self, const char *name)
{
  for (guint i = 0; i < self->edits->len; i++)
    {
      const Edit *edit = g_ptr_array_index (self->edits, i);

      if (strcmp (edit->name, name) == 0)
        {
          g_ptr_array_remove_index (self->edits, i);
          return;
        }
    }
}

static void
add_edit (ProcEnviron *self, const char *name, const char *value)
{
  Edit *edit = g_new (Edit, 1);

  forget_edit (self, name);
  edit->name = g_strdup (name);
  edit->value = g_strdup (value);
  g_ptr_array_add (self->edits, edit);
}

static gboolean
is_name (const char *name)
{
  return *name != '\0' && strchr (name, '=') == NULL;
}

/* "NAME=value": the name is all up to the first '=', and not empty. */
static gboolean
is_entry (const char *entry)
{
  return strchr (entry, '=') > entry;
}

ProcEnviron *
proc_environ_new (void)
{
  ProcEnviron *self = g_new0 (ProcEnviron, 1);

  self->edits = g_ptr_array_new_with_free_func (edit_free);
  return self;
}

ProcEnviron *
proc_environ_copy (const ProcEnviron *self)
{
  ProcEnviron *copy = proc_environ_new ();

  copy->base = g_strdupv (self->base);
  for (guint i = 0; i < self->edits->len; i++)
    {
      const Edit *edit = g_ptr_array_index (self->edits, i);

      add_edit (copy, edit->name, edit->value);
    }

  return copy;
}

void
proc_environ_free (ProcEnviron *self)
{
  g_strfreev (self->base);
  g_ptr_array_unref (self->edits);
  g_free (self);
}

/* A new base, NULL to inherit, and no edits. */
void
proc_environ_replace (ProcEnviron *self, const char *const *envp)
{
  char **base = g_strdupv ((char **) envp);

  g_strfreev (self->base);
  self->base = base;
  g_ptr_array_set_size (self->edits, 0);
}

void
proc_environ_set (ProcEnviron *self, const char *name, const char *value)
{
  add_edit (self, name, value);
}

void
proc_environ_unset (ProcEnviron *self, const char *name)
{
  add_edit (self, name, NULL);
}

const char *
proc_environ_find_bad_entry (const ProcEnviron *self)
{
  for (guint i = 0; self->base != NULL && self->base[i] != NULL; i++)
    if (!is_entry (self->base[i]))
      return self->base[i];

  for (guint i = 0; i < self->edits->len; i++)
    {
      const Edit *edit = g_ptr_array_index (self->edits, i);

      if (!is_name (edit->name))
        return edit->name;
    }

  return NULL;
}

/* The base with its duplicates removed: the last one wins, as with setenv (). */
static char **
copy_base (char **base)
{
  char **environ_ = g_new0 (char *, 1);

  for (guint i = 0; base[i] != NULL; i++)
    {
      const char *equals = strchr (base[i], '=');
      g_autofree char *name = NULL;

      if (!is_entry (base[i]))
        continue;

      name = g_strndup (base[i], equals - base[i]);
      environ_ = g_environ_setenv (environ_, name, equals + 1, TRUE);
    }

  return environ_;
}

static char **
apply_edit (char **environ_, const Edit *edit)
{
  if (!is_name (edit->name))
    return environ_;

  /* What was inherited may have it twice, and setting replaces the first only. */
  environ_ = g_environ_unsetenv (environ_, edit->name);
  if (edit->value == NULL)
    return environ_;

  return g_environ_setenv (environ_, edit->name, edit->value, TRUE);
}

/* Gives the environment: @inherited, or the base, then the edits. Where nothing is to be
 * changed it is not copied. */
ProcVariables *
proc_environ_apply (const ProcEnviron *self, ProcVariables *inherited)
{
  char **environ_;

  if (self->base == NULL && self->edits->len == 0)
    return proc_variables_ref (inherited);

  environ_ = self->base != NULL ? copy_base (self->base) : g_strdupv (inherited->entries);
  for (guint i = 0; i < self->edits->len; i++)
    environ_ = apply_edit (environ_, g_ptr_array_index (self->edits, i));

  return proc_variables_new (environ_);
}
