/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a job says of how far its command has come. */

#include "config.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>

#include "test-following.h"

/* Each notification comes in the job's context, for a change, and before that of the end. */
typedef struct
{
  GMainContext *context;
  ProcStream stream;
  guint64 sizes[2];
  char *last_line;
  gboolean has_progress;
  double progress;
  double greatest;
  guint n_notified;
  gboolean finished;
} Watch;

static void
watch_clear (Watch *self)
{
  g_clear_pointer (&self->last_line, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Watch, watch_clear)

static void
note (Watch *self)
{
  g_assert_true (g_main_context_is_owner (self->context));
  g_assert_false (self->finished);
  self->n_notified++;
}

static void
on_size (ProcJob *job, GParamSpec *pspec, gpointer user_data)
{
  Watch *self = user_data;
  ProcStream stream = g_str_equal (pspec->name, "stderr-size");
  guint64 size;

  note (self);
  g_object_get (job, pspec->name, &size, NULL);
  g_assert_cmpuint (size, >, self->sizes[stream]);
  self->sizes[stream] = size;
}

static void
on_last_line (ProcJob *job, GParamSpec *pspec, gpointer user_data)
{
  Watch *self = user_data;
  g_autofree char *before = g_steal_pointer (&self->last_line);

  note (self);
  g_object_get (job, "last-line", &self->last_line, NULL);
  g_assert_cmpstr (self->last_line, !=, before);
}

static void
on_has_progress (ProcJob *job, GParamSpec *pspec, gpointer user_data)
{
  Watch *self = user_data;

  note (self);
  g_assert_false (self->has_progress);
  g_object_get (job, "has-progress", &self->has_progress, NULL);
  g_assert_true (self->has_progress);
}

static void
on_progress (ProcJob *job, GParamSpec *pspec, gpointer user_data)
{
  Watch *self = user_data;
  double before = self->progress;

  note (self);
  g_assert_true (proc_job_get_has_progress (job));
  g_object_get (job, "progress", &self->progress, NULL);
  g_assert_cmpfloat (self->progress, !=, before);
  g_assert_cmpfloat (self->progress, >=, 0);
  g_assert_cmpfloat (self->progress, <=, 1);
  self->greatest = MAX (self->greatest, self->progress);
}

static void
on_state (ProcJob *job, GParamSpec *pspec, gpointer user_data)
{
  Watch *self = user_data;

  g_assert_true (g_main_context_is_owner (self->context));
  self->finished = proc_job_get_state (job) == PROC_JOB_STATE_FINISHED;
}

static ProcJob *
start_watched (ProcRunner *runner, ProcCommand *command, Watch *watch)
{
  ProcJob *job = test_start (runner, command);

  *watch = (Watch) { .context = g_main_context_get_thread_default () };
  watch->last_line = g_strdup ("");
  g_signal_connect (job, "notify::stdout-size", G_CALLBACK (on_size), watch);
  g_signal_connect (job, "notify::stderr-size", G_CALLBACK (on_size), watch);
  g_signal_connect (job, "notify::last-line", G_CALLBACK (on_last_line), watch);
  g_signal_connect (job, "notify::has-progress", G_CALLBACK (on_has_progress), watch);
  g_signal_connect (job, "notify::progress", G_CALLBACK (on_progress), watch);
  g_signal_connect (job, "notify::state", G_CALLBACK (on_state), watch);
  return job;
}

/* What was notified last is what is so. */
static void
assert_told (Watch *watch, ProcJob *job)
{
  g_autofree char *last_line = proc_job_dup_last_line (job);

  g_assert_cmpstr (watch->last_line, ==, last_line);
  g_assert_cmpint (watch->has_progress, ==, proc_job_get_has_progress (job));
  g_assert_cmpfloat (watch->progress, ==, proc_job_get_progress (job));
  g_assert_cmpuint (watch->sizes[PROC_STREAM_STDOUT], ==, proc_job_get_stdout_size (job));
  g_assert_cmpuint (watch->sizes[PROC_STREAM_STDERR], ==, proc_job_get_stderr_size (job));
}

/* What a command writes at once, the line that is seen then, and the progress; less than 0: none. */
typedef struct
{
  const char *text;
  const char *last_line;
  double progress;
} Frame;

#define NONE (-1.0)

static void
assert_frame (const Frame *frame, Watch *watch, ProcJob *job)
{
  g_test_message ("%s", frame->last_line);
  while (!g_str_equal (watch->last_line, frame->last_line))
    test_iterate (NULL);

  assert_told (watch, job);
  g_assert_cmpint (watch->has_progress, ==, frame->progress >= 0);
  if (frame->progress >= 0)
    g_assert_cmpfloat_with_epsilon (watch->progress, frame->progress, 1e-9);
}

/* The command waits for us behind each. */
static void
assert_frames (const Frame *frames, gsize n_frames, const char *pattern, double total)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_auto(TestFifo) gate = test_fifo_gate ();
  g_autoptr(ProcCommand) command = test_child (NULL, NULL);
  g_autoptr(GRegex) regex = pattern != NULL ? g_regex_new (pattern, 0, 0, NULL) : NULL;
  g_autoptr(ProcJob) job = NULL;
  g_autoptr(ProcResult) result = NULL;
  g_auto(Watch) watch = { NULL };

  for (gsize i = 0; i < n_frames; i++)
    {
      proc_command_add_arg (command, "print");
      proc_command_add_arg (command, frames[i].text);
      proc_command_add_arg (command, "gate");
      proc_command_add_arg (command, gate.path);
    }

  proc_command_set_progress_pattern (command, regex, total);
  job = start_watched (runner, command, &watch);
  for (gsize i = 0; i < n_frames; i++)
    {
      assert_frame (&frames[i], &watch, job);
      test_fifo_open (&gate);
    }

  result = test_wait_for (job);
  g_assert_true (watch.finished);
  assert_told (&watch, job);
}

#define CURL_HEAD \
  "  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current\n" \
  "                                 Dload  Upload   Total   Spent    Left  Speed\n"
#define CURL_0 "  0     0    0     0    0     0      0      0 --:--:-- --:--:-- --:--:--     0"
#define CURL_45 " 45 10.0M   45 4608k    0     0  2304k      0  0:00:04  0:00:02  0:00:02 2304k"
#define CURL_100 "100 10.0M  100 10.0M    0     0  2506k      0  0:00:04  0:00:04 --:--:-- 2511k"

/* Its usual table has no sign of a percentage: only a pattern helps. */
static void
test_curl (void)
{
  static const Frame table[] = {
    { CURL_HEAD "\r" CURL_0, CURL_0, 0 },
    { "\r" CURL_45, CURL_45, 0.45 },
    { "\r" CURL_100, CURL_100, 1 },
    { "\r" CURL_100 "\n", CURL_100, 1 },
  };
  static const Frame bar[] = {
    { "\r#=#=#                                                    ",
      "#=#=#                                                    ", NONE },
    { "\r##########                                 15.3%", "##########                                 15.3%",
      0.153 },
    { "\r##################################### 100.0%\n",
      "##################################### 100.0%", 1 },
  };

  assert_frames (table, G_N_ELEMENTS (table), "^ *(\\d+) ", 100);
  assert_frames (bar, G_N_ELEMENTS (bar), NULL, 0);
}

static void
test_apt_get (void)
{
  static const Frame frames[] = {
    { "\rReading package lists... 0%\r\rReading package lists... 53%",
      "Reading package lists... 53%", 0.53 },
    { "\r\rReading package lists... Done\r\n", "Reading package lists... Done", 0.53 },
    { "0 upgraded, 1 newly installed, 0 to remove and 7 not upgraded.\n",
      "0 upgraded, 1 newly installed, 0 to remove and 7 not upgraded.", 0.53 },
    { "Get:1 http://deb.debian.org/debian bookworm/main amd64 hello amd64 2.10-3 [53.1 kB]\n",
      "Get:1 http://deb.debian.org/debian bookworm/main amd64 hello amd64 2.10-3 [53.1 kB]", 0.53 },
    { "\r0% [Waiting for headers]", "0% [Waiting for headers]", 0 },
    { "\r                         \r34% [1 hello 18.4 kB/53.1 kB 35%]",
      "34% [1 hello 18.4 kB/53.1 kB 35%]", 0.35 },
    { "\r                                 \rFetched 53.1 kB in 0s (362 kB/s)\n",
      "Fetched 53.1 kB in 0s (362 kB/s)", 0.35 },
    { "(Reading database ... \r(Reading database ... 5%\r(Reading database ... 55%",
      "(Reading database ... 55%", 0.55 },
    { "\0337\033[23;0f\033[42m\033[30mProgress: [ 60%]\033[49m\033[39m [#####.....] \0338",
      "(Reading database ... 55%Progress: [ 60%] [#####.....] ", 0.6 },
  };

  assert_frames (frames, G_N_ELEMENTS (frames), NULL, 0);
}

#define FFMPEG_1 \
  "frame=  240 fps=24000/1001 q=28.0 size=     256kB time=00:00:10.00 bitrate= 209.7kbits/s speed=2x"
#define FFMPEG_2 \
  "frame=  480 fps=24000/1001 q=28.0 size=     512kB time=00:00:20.00 bitrate= 209.7kbits/s speed=2x"

/* A rate is no progress. */
static void
test_ffmpeg (void)
{
  static const Frame usual[] = {
    { "  Duration: 00:00:40.00, start: 0.000000, bitrate: 1205 kb/s\n",
      "  Duration: 00:00:40.00, start: 0.000000, bitrate: 1205 kb/s", NONE },
    { FFMPEG_1 "\r", FFMPEG_1, NONE },
    { FFMPEG_2 "\r", FFMPEG_2, NONE },
  };
  static const Frame counted[] = {
    { FFMPEG_1 "\r", FFMPEG_1, 0.25 },
    { FFMPEG_2 "\r", FFMPEG_2, 0.5 },
    { "video:512kB audio:0kB global headers:0kB muxing overhead: 0.5%\n",
      "video:512kB audio:0kB global headers:0kB muxing overhead: 0.5%", 0.5 },
  };

  assert_frames (usual, G_N_ELEMENTS (usual), NULL, 0);
  assert_frames (counted, G_N_ELEMENTS (counted), "frame= *(\\d+)", 960);
}

static void
test_ninja (void)
{
  static const Frame frames[] = {
    { "ninja: Entering directory `build'\n", "ninja: Entering directory `build'", NONE },
    { "[1/12] Compiling C object lib/a.o\n", "[1/12] Compiling C object lib/a.o", 1.0 / 12 },
    { "\r[2/12] Compiling C object lib/b.o\033[K", "[2/12] Compiling C object lib/b.o", 2.0 / 12 },
    { "\r[3/12] Compiling C object lib/c.o\033[K\n../lib/c.c:3:7: warning: unused variable ‘x’\n",
      "../lib/c.c:3:7: warning: unused variable ‘x’", 0.25 },
    { "[12/12] Linking target lib/liba.so\n", "[12/12] Linking target lib/liba.so", 1 },
  };

  assert_frames (frames, G_N_ELEMENTS (frames), NULL, 0);
}

static void
test_rsync (void)
{
  static const Frame frames[] = {
    { "sending incremental file list\n", "sending incremental file list", NONE },
    { "\r         32,768   3%    0.00kB/s    0:00:00  ",
      "         32,768   3%    0.00kB/s    0:00:00  ", 0.03 },
    { "\r        884,736  84%  812.43kB/s    0:00:00  ",
      "        884,736  84%  812.43kB/s    0:00:00  ", 0.84 },
    { "\r      1,048,576 100%  937.18kB/s    0:00:01 (xfr#1, to-chk=3/5)\n",
      "      1,048,576 100%  937.18kB/s    0:00:01 (xfr#1, to-chk=3/5)", 1 },
    { "total size is 1,048,576  speedup is 1.00\n", "total size is 1,048,576  speedup is 1.00", 1 },
  };

  assert_frames (frames, G_N_ELEMENTS (frames), NULL, 0);
}

static void
run_shell (const char *script)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = proc_command_new_shell (script, NULL);
  g_autoptr(ProcResult) result = NULL;

  proc_command_set_cwd (command, test_dir ());
  proc_command_setenv (command, "HOME", test_dir ());
  result = test_check (runner, command);
}

/* It writes its lines over again and again, and those that stay are few. */
static void
test_git (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autofree char *git = g_find_program_in_path ("git");
  g_autofree char *url = g_strdup_printf ("file://%s/source", test_dir ());
  g_autoptr(ProcCommand) command = NULL;
  g_autoptr(ProcJob) job = NULL;
  g_auto(TestFollower) follower = TEST_FOLLOWER_INIT;
  g_auto(Watch) watch = { NULL };
  g_autoptr(ProcResult) result = NULL;

  if (git == NULL)
    {
      g_test_skip ("no git");
      return;
    }

  run_shell ("git init -q source && cd source && for i in $(seq 40); do seq $i 2000 > f$i; done"
             " && git add . && git -c maintenance.auto=false"
             " -c user.name=A -c user.email=a@b.example commit -q -m one");
  /* Newer ones leave a daemon behind, which tidies up. */
  command = proc_command_new (TEST_ARGV (git, "-c", "maintenance.auto=false", "-c", "gc.auto=0",
                                         "clone", "--progress", url, "copy"));
  proc_command_set_cwd (command, test_dir ());
  proc_command_setenv (command, "HOME", test_dir ());
  proc_command_setenv (command, "LC_ALL", "C");
  job = start_watched (runner, command, &watch);
  test_follow_lines (&follower, job);
  result = test_wait_for (job);

  g_assert_true (proc_result_get_successful (result));
  assert_told (&watch, job);
  g_assert_cmpfloat (watch.greatest, ==, 1);
  g_assert_nonnull (strstr (follower.lines[1]->str, "\nReceiving objects: 100% (42/42), "));
  g_assert_null (strstr (follower.lines[1]->str, "\nReceiving objects:  50%"));
  g_assert_nonnull (strstr (proc_result_get_stderr_text (result), "\rReceiving objects:  50%"));
}

/* Asked, it says how far it has come. */
static void
test_dd (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = NULL;
  g_autoptr(GRegex) pattern = g_regex_new ("^(\\d+) bytes", 0, 0, NULL);
  g_autoptr(GBytes) half = g_bytes_new_take (g_malloc0 (1 << 20), 1 << 20);
  g_autoptr(ProcJob) job = NULL;
  g_auto(Watch) watch = { NULL };
  g_autoptr(ProcResult) result = NULL;

  command = proc_command_new (TEST_ARGV ("dd", "bs=64k", "status=progress", "of=/dev/null"));
  proc_command_set_progress_pattern (command, pattern, 2 << 20);
  proc_command_set_stdin (command, PROC_STDIO_PIPE);
  job = start_watched (runner, command, &watch);
  g_assert_true (proc_job_write (job, half, NULL, NULL));
  while (watch.progress < 0.5)
    {
      proc_job_send_signal (job, SIGUSR1);
      test_iterate (NULL);
    }
  g_assert_cmpfloat (watch.progress, ==, 0.5);

  g_assert_true (proc_job_write (job, half, NULL, NULL));
  proc_job_close_stdin (job);
  result = test_wait_for (job);
  g_assert_true (proc_result_get_successful (result));
  assert_told (&watch, job);
  g_assert_cmpfloat (watch.progress, ==, 1);
}

/* Of what was said last, on either output, and of the last that was told of progress. */
static void
test_both_outputs (void)
{
  static const Frame frames[] = {
    { "echo", "out 10%", 0.1 }, { "err", "err 20%", 0.2 }, { "echo", "out", 0.2 },
    { "err", "err", 0.2 },      { "echo", "out 30%", 0.3 }, { "err", "again", 0.3 },
  };
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_auto(TestFifo) gate = test_fifo_gate ();
  g_autoptr(ProcCommand) command = test_child (NULL, NULL);
  g_autoptr(ProcJob) job = NULL;
  g_auto(Watch) watch = { NULL };
  g_autoptr(ProcResult) result = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (frames); i++)
    {
      proc_command_add_arg (command, frames[i].text);
      proc_command_add_arg (command, frames[i].last_line);
      proc_command_add_arg (command, "gate");
      proc_command_add_arg (command, gate.path);
    }

  job = start_watched (runner, command, &watch);
  for (gsize i = 0; i < G_N_ELEMENTS (frames); i++)
    {
      assert_frame (&frames[i], &watch, job);
      test_fifo_open (&gate);
    }
  result = test_wait_for (job);
  assert_told (&watch, job);
}

/* Nothing said is nothing new. */
static void
test_empty_lines (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("echo", "words", "err", "", "err", "", NULL);
  g_auto(Watch) watch = { NULL };
  g_autoptr(ProcJob) job = start_watched (runner, command, &watch);
  g_autoptr(ProcResult) result = test_wait_for (job);

  assert_told (&watch, job);
  g_assert_cmpstr (watch.last_line, ==, "words");
  g_assert_cmpuint (watch.sizes[PROC_STREAM_STDERR], ==, 2);
}

/* Nothing is notified that has not changed, and not more often than a frame. */
static void
test_silent (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("exit", "3", NULL);
  g_auto(Watch) watch = { NULL };
  g_autoptr(ProcJob) job = start_watched (runner, command, &watch);
  g_autoptr(ProcResult) result = test_wait_for (job);

  g_assert_cmpuint (watch.n_notified, ==, 0);
}

static void
test_much (void)
{
  g_autoptr(ProcRunner) runner = proc_runner_new ();
  g_autoptr(ProcCommand) command = test_child ("interleave", "200000", NULL);
  g_auto(Watch) watch = { NULL };
  g_autoptr(ProcJob) job = start_watched (runner, command, &watch);
  gint64 begun = g_get_monotonic_time ();
  g_autoptr(ProcResult) result = test_wait_for (job);
  gint64 n_frames = (g_get_monotonic_time () - begun) / 16000 + 2;

  assert_told (&watch, job);
  g_assert_true (g_str_equal (watch.last_line, "199999")
                 || g_str_equal (watch.last_line, "199998"));
  g_assert_cmpuint (watch.n_notified, <=, 3 * n_frames);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);

  TEST_ADD ("/job-progress/curl", test_curl);
  TEST_ADD ("/job-progress/apt-get", test_apt_get);
  TEST_ADD ("/job-progress/ffmpeg", test_ffmpeg);
  TEST_ADD ("/job-progress/ninja", test_ninja);
  TEST_ADD ("/job-progress/rsync", test_rsync);
  TEST_ADD ("/job-progress/git", test_git);
  TEST_ADD ("/job-progress/dd", test_dd);
  TEST_ADD ("/job-progress/both-outputs", test_both_outputs);
  TEST_ADD ("/job-progress/empty-lines", test_empty_lines);
  TEST_ADD ("/job-progress/silent", test_silent);
  TEST_ADD ("/job-progress/much", test_much);

  return g_test_run ();
}
