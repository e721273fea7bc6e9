/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "jobs-log.h"
#include "jobs-window.h"

/* The application in this process, in which a test does what a user would. When the test is over,
 * all windows, the runner and all jobs are gone, and no child is left. */

typedef struct
{
  GtkApplication *application;
  JobsWindow *window; /* not owned */
  ProcRunner *runner; /* not owned */
} Fixture;

void fixture_add (const char *path, void (*test) (Fixture *fixture));

/* Iterates the main loop until it is so; if it never is, the test's time runs out. */
typedef gboolean (*Condition) (gpointer data);

void wait_until (Condition condition, gpointer data);
void wait_until_finished (ProcJob *job);

/* Puts a line into the entry and presses Run; the job is there when its row is. */
ProcJob *run_line (Fixture *fixture, const char *line);
void activate (Fixture *fixture, const char *action);
gboolean is_enabled (Fixture *fixture, const char *action);

/* What is shown. */
gpointer part_of_window (Fixture *fixture, const char *name);
gpointer part_of_output (Fixture *fixture, const char *name);
gpointer part_of_row (Fixture *fixture, ProcJob *job, const char *name);
char *dup_shown_text (Fixture *fixture);
void wait_for_text (Fixture *fixture, const char *text);
void wait_for_end (Fixture *fixture, const char *text);
void wait_for_label (GtkLabel *label, const char *text);

typedef gboolean (*WidgetFunc) (GtkWidget *widget, gpointer data);

/* The first of which it is so, itself and children first. */
GtkWidget *find_widget (GtkWidget *widget, WidgetFunc is_it, gpointer data);

/* Another window than the application's. */
GtkWindow *wait_for_dialog (Fixture *fixture);
GtkWindow *open_file_dialog (Fixture *fixture);
gboolean has_text (GtkWindow *window, const char *text);

/* These wait until it is gone. */
void press (GtkWindow *dialog, const char *label);
void close_dialog (GtkWindow *dialog);
void destroy_window (Fixture *fixture);

/* GTK's file dialog reads folders in threads, and the program's end may come before theirs: not
 * where leaks are looked for. */
gboolean may_open_file_dialog (void);

/* A picture of it, in the build directory. */
void take_picture (GtkWindow *window, const char *name);

/* A FIFO that holds a command up until it is opened. */
char *make_gate (void);
void open_gate (const char *path);
