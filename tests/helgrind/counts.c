/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <valgrind/helgrind.h>

/* To be preloaded: tells Helgrind what counts of references put in order.
 *
 * It takes an atomic decrement for a read, so that what a thread did to an object before
 * it let go of it would race with the last one, who frees it. In truth who lets go comes
 * after those who did before. So it is told at the functions that do.
 */
#define COUNTED(counted) \
  ANNOTATE_HAPPENS_AFTER (counted); \
  ANNOTATE_HAPPENS_BEFORE (counted)

#define LETS_GO(function) \
  void function (void *counted); \
\
  void \
  function (void *counted) \
  { \
    OrigFn original; \
\
    VALGRIND_GET_ORIG_FN (original); \
    COUNTED (counted); \
    CALL_FN_v_W (original, counted); \
  }

#define LETS_GO_AND_CLEARS(function) \
  void function (void *counted, void *clear); \
\
  void \
  function (void *counted, void *clear) \
  { \
    OrigFn original; \
\
    VALGRIND_GET_ORIG_FN (original); \
    COUNTED (counted); \
    CALL_FN_v_WW (original, counted, clear); \
  }

LETS_GO (I_WRAP_SONAME_FNNAME_ZU (libgobjectZa, g_object_unref))
LETS_GO (I_WRAP_SONAME_FNNAME_ZU (libglibZa, g_bytes_unref))
LETS_GO (I_WRAP_SONAME_FNNAME_ZU (libglibZa, g_main_context_unref))
LETS_GO_AND_CLEARS (I_WRAP_SONAME_FNNAME_ZU (libglibZa, g_atomic_rc_box_release_full))
