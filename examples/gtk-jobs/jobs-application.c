/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "jobs-application.h"
#include "jobs-window.h"

/* One window, the style sheet, and which key does what. */
struct _JobsApplication
{
  GtkApplication parent_instance;
};

G_DEFINE_FINAL_TYPE (JobsApplication, jobs_application, GTK_TYPE_APPLICATION)

typedef struct
{
  const char *action;
  const char *keys[3];
} Keys;

static const Keys all_keys[] = {
  { "app.quit", { "<Control>q" } },
  { "window.close", { "<Control>w" } },
  { "win.command", { "<Control>l" } },
  { "win.again", { "<Control>r" } },
  { "win.stop", { "<Control>period" } },
  { "win.kill", { "<Control><Shift>k" } },
  { "win.save", { "<Control>s" } },
  { "win.search", { "<Control>f" } },
  { "win.search-next", { "<Control>g", "F3" } },
  { "win.search-previous", { "<Control><Shift>g", "<Shift>F3" } },
  { "win.clear", { "<Control><Shift>Delete" } },
};

/* Not g_application_quit (): each window asks what is to become of its jobs. */
static void
quit (GSimpleAction *action, GVariant *parameter, gpointer application)
{
  g_autoptr(GList) windows = g_list_copy (gtk_application_get_windows (application));

  for (GList *i = windows; i != NULL; i = i->next)
    gtk_window_close (i->data);
}

static void
add_style (void)
{
  g_autoptr(GtkCssProvider) provider = gtk_css_provider_new ();

  gtk_css_provider_load_from_resource (provider, "/org/procrunner/Jobs/jobs.css");
  gtk_style_context_add_provider_for_display (gdk_display_get_default (),
                                              GTK_STYLE_PROVIDER (provider),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
}

static void
jobs_application_startup (GApplication *application)
{
  static const GActionEntry actions[] = { { "quit", quit } };
  g_autoptr(GPropertyAction) dark = NULL;

  G_APPLICATION_CLASS (jobs_application_parent_class)->startup (application);

  add_style ();
  g_action_map_add_action_entries (G_ACTION_MAP (application), actions, G_N_ELEMENTS (actions),
                                   application);
  dark = g_property_action_new ("dark", gtk_settings_get_default (),
                                "gtk-application-prefer-dark-theme");
  g_action_map_add_action (G_ACTION_MAP (application), G_ACTION (dark));
  for (guint i = 0; i < G_N_ELEMENTS (all_keys); i++)
    gtk_application_set_accels_for_action (GTK_APPLICATION (application), all_keys[i].action,
                                           all_keys[i].keys);
}

static void
jobs_application_activate (GApplication *application)
{
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (application));

  if (window == NULL)
    window = GTK_WINDOW (jobs_window_new (GTK_APPLICATION (application)));
  gtk_window_present (window);
}

static void
jobs_application_class_init (JobsApplicationClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  application_class->startup = jobs_application_startup;
  application_class->activate = jobs_application_activate;
}

static void
jobs_application_init (JobsApplication *self)
{
}

JobsApplication *
jobs_application_new (void)
{
  return g_object_new (JOBS_TYPE_APPLICATION, "application-id", JOBS_APPLICATION_ID, NULL);
}
