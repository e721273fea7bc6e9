/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What holds for each property of what is set up: it begins with the default that its description
 * tells, and setting it to what it is tells nobody. */

#include "config.h"

#include "test-fixture.h"

static void
count_notification (GObject *object, GParamSpec *property, guint *n_notified)
{
  (*n_notified)++;
}

static void
assert_default (GObject *object, GParamSpec *property)
{
  g_auto(GValue) value = G_VALUE_INIT;

  g_value_init (&value, property->value_type);
  g_object_get_property (object, property->name, &value);
  if (!g_type_is_a (property->value_type, G_TYPE_OBJECT)
      && !g_type_is_a (property->value_type, G_TYPE_BOXED)
      && !g_param_value_defaults (property, &value))
    g_error ("“%s” of %s is not its default", property->name, G_OBJECT_TYPE_NAME (object));
}

static void
assert_set_in_vain (GObject *object, GParamSpec *property)
{
  g_auto(GValue) value = G_VALUE_INIT;
  guint n_notified = 0;
  gulong handler;

  g_value_init (&value, property->value_type);
  g_object_get_property (object, property->name, &value);
  handler = g_signal_connect (object, "notify", G_CALLBACK (count_notification), &n_notified);
  g_object_set_property (object, property->name, &value);
  g_signal_handler_disconnect (object, handler);
  if (n_notified > 0)
    g_error ("“%s” of %s was set to what it was", property->name, G_OBJECT_TYPE_NAME (object));
}

/* @object is taken. */
static void
assert_properties (GObject *object)
{
  g_autoptr(GObject) owned = object;
  guint n_properties;
  g_autofree GParamSpec **properties =
    g_object_class_list_properties (G_OBJECT_GET_CLASS (object), &n_properties);

  g_assert_cmpuint (n_properties, >, 10);
  for (guint i = 0; i < n_properties; i++)
    {
      GParamFlags flags = properties[i]->flags;

      if ((flags & G_PARAM_READABLE) != 0)
        assert_default (object, properties[i]);
      if ((flags & G_PARAM_READWRITE) == G_PARAM_READWRITE
          && (flags & G_PARAM_CONSTRUCT_ONLY) == 0)
        assert_set_in_vain (object, properties[i]);
    }
}

static void
test_runner (void)
{
  assert_properties (G_OBJECT (proc_runner_new ()));
}

static void
test_command (void)
{
  assert_properties (G_OBJECT (proc_command_new (TEST_ARGV ("true"))));
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/properties/runner", test_runner);
  TEST_ADD ("/properties/command", test_command);

  return g_test_run ();
}
