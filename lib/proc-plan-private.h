/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

#include "proc-cap-private.h"
#include "proc-enums.h"
#include "proc-redirect-private.h"
#include "proc-fd-private.h"
#include "proc-variables-private.h"

G_BEGIN_DECLS

#define PROC_DEFAULT_KILL_GRACE_MSEC 5000
#define PROC_DEFAULT_DRAIN_GRACE_MSEC 1000
#define PROC_DEFAULT_MEMORY_LIMIT ((guint64) 64 * 1024 * 1024)

typedef struct _ProcPlan ProcPlan;

typedef struct
{
  int resource;
  guint64 soft;
  guint64 hard;
} ProcLimit;

/* What one run is to do. Filled by the command and the runner, then sealed; a
 * sealed plan never changes, so threads share it without a lock. */
struct _ProcPlan
{
  char **argv;
  ProcVariables *variables;
  char *cwd;
  char **candidates; /* the paths to try, in order; made by sealing */

  char *argv0;       /* NULL: argv[0] */
  GArray *limits;    /* of ProcLimit */
  int nice_value;    /* added to the program's */
  int umask_value;   /* -1: the program's */
  GPtrArray *fds;    /* of ProcSharedFd: further descriptors of the child */

  ProcSession session;
  gboolean supervise;
  guint timeout_msec;
  guint idle_timeout_msec;
  guint kill_grace_msec;
  guint drain_grace_msec;

  guint64 memory_limit; /* bytes of each captured stream; 0: none */
  ProcCap cap;          /* of each stream */

  gboolean may_pipe;    /* somebody can read and write while it runs */
  ProcRedirect in;
  ProcRedirect out;
  ProcRedirect err;

  GArray *success_codes; /* of int; 0 need not be among them */
  char *charset;         /* of the output as text; NULL: UTF-8 */
};

ProcPlan *proc_plan_new (void);
ProcPlan *proc_plan_ref (ProcPlan *self);
void proc_plan_unref (ProcPlan *self);
gboolean proc_plan_refuse_variable (const char *entry, GError **error);
gboolean proc_plan_refuse_ways (GFile *file, GError **error);
gboolean proc_plan_seal (ProcPlan *self, GError **error);
gboolean proc_plan_is_success (const ProcPlan *self, int exit_status);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ProcPlan, proc_plan_unref)

G_END_DECLS
