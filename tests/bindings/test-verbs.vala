// SPDX-License-Identifier: LGPL-2.1-or-later

// The generated bindings from Vala.

const string FAIL_SCRIPT = "printf out; printf 'err\\n' >&2; exit 3";

string text (Bytes bytes) {
  return (string) bytes.get_data ();
}

string make_dir () {
  try {
    return DirUtils.make_tmp ("test-vala-XXXXXX");
  } catch (Error e) {
    error ("%s", e.message);
  }
}

void remove_dir (string dir) {
  try {
    unowned string? name;
    var names = Dir.open (dir);
    while ((name = names.read_name ()) != null)
      FileUtils.remove (Path.build_filename (dir, name));
  } catch (Error e) {
    error ("%s", e.message);
  }
  DirUtils.remove (dir);
}

string contents (string path) {
  string contents;
  try {
    FileUtils.get_contents (path, out contents);
  } catch (Error e) {
    error ("%s", e.message);
  }
  return contents;
}

bool exists (string path) {
  return FileUtils.test (path, FileTest.EXISTS);
}

void assert_failed_result (Error e) {
  assert_error (e, Proc.RunnerError.quark (), Proc.RunnerError.EXIT_STATUS);
  var result = Proc.RunnerError.get_result (e);
  assert_true (e.message.has_suffix ("status 3: err"));
  assert_cmpint (result.exit_status, CompareOperator.EQ, 3);
  assert_cmpstr (result.stdout_text, CompareOperator.EQ, "out");
  assert_cmpstr (result.stderr_text, CompareOperator.EQ, "err\n");
}

void check_output () throws Error {
  var runner = new Proc.Runner ();
  var output = runner.check_output ({ "printf", "%s|", "one", "two words" });
  assert_cmpstr (text (output), CompareOperator.EQ, "one|two words|");
  assert_cmpuint (runner.check_output ({ "true" }).length, CompareOperator.EQ, 0);
}

async void check_output_async () throws Error {
  var runner = new Proc.Runner ();
  var output = yield runner.check_output_async ({ "printf", "a\\000b" });
  assert_cmpuint (output.length, CompareOperator.EQ, 3);
  assert_cmpint (output.get (1), CompareOperator.EQ, 0);
}

async void check_output_text () throws Error {
  var runner = new Proc.Runner ();
  string[] argv = { "printf", "größe\\n\\n" };
  assert_cmpstr (runner.check_output_text (argv), CompareOperator.EQ, "größe\n");
  assert_cmpstr (yield runner.check_output_text_async (argv), CompareOperator.EQ, "größe\n");
  argv = { "printf", "a\\000\\377z" };
  assert_cmpstr (yield runner.check_output_text_async (argv), CompareOperator.EQ,
                 "a\xef\xbf\xbd\xef\xbf\xbdz");
}

async void check_output_shell () throws Error {
  var runner = new Proc.Runner ();
  var script = "printf '%s;' \"$#\" \"$1\" | tr a-z A-Z";
  var output = runner.check_output_shell (script, { "it's" });
  assert_cmpstr (text (output), CompareOperator.EQ, "1;IT'S;");
  output = yield runner.check_output_shell_async (script, { "it's" });
  assert_cmpstr (text (output), CompareOperator.EQ, "1;IT'S;");
  output = yield runner.check_output_shell_async ("echo $#", null);
  assert_cmpstr (text (output), CompareOperator.EQ, "0\n");
}

/* Everything that has a default is left out. */
async void short_forms () throws Error {
  var runner = new Proc.Runner ();
  var dir = make_dir ();
  var file = File.new_for_path (Path.build_filename (dir, "file"));

  var result = yield runner.run_async (new Proc.Command.shell ("echo $#; exit 3"));
  assert_cmpstr (result.stdout_text, CompareOperator.EQ, "0\n");
  assert_cmpint (result.exit_status, CompareOperator.EQ, 3);
  assert_true ((yield runner.check_async (new Proc.Command ({ "true" }))).successful);
  assert_cmpstr (text (yield runner.check_output_async ({ "echo", "a" })), CompareOperator.EQ, "a\n");
  assert_cmpstr (yield runner.check_output_text_async ({ "echo", "b" }), CompareOperator.EQ, "b");
  var output = yield runner.check_output_shell_async ("echo $#");
  assert_cmpstr (text (output), CompareOperator.EQ, "0\n");
  result = yield runner.check_output_to_file_async ({ "echo", "c" }, file);
  assert_cmpuint ((uint) result.stdout_size, CompareOperator.EQ, 2);

  var command = new Proc.Command ({ "cat" }) { stdin = Proc.Stdio.PIPE };
  command.set_stdout_file (file);
  var job = runner.start (command);
  assert_true (yield job.write_async (new Bytes ("d\n".data)));
  job.close_stdin ();
  yield job.wait_async ();
  assert_cmpstr (contents (file.get_path ()), CompareOperator.EQ, "d\n");

  job = runner.start (new Proc.Command ({ "yes" }) { stdout = Proc.Stdio.PIPE });
  assert_cmpstr ((yield job.read_lines_async ())[0], CompareOperator.EQ, "y");
  job.stop_reading ();
  assert_cmpint ((yield job.wait_async ()).term_signal, CompareOperator.EQ, ProcessSignal.PIPE);
  assert_true (yield runner.stop_all_async ());
  remove_dir (dir);
}

async void loop_ticks () throws Error {
  var runner = new Proc.Runner ();
  var dir = make_dir ();
  var go = Path.build_filename (dir, "go");
  var n_ticks = 0;

  // The command ends only after the main loop has ticked ten times.
  Timeout.add (1, () => {
    if (++n_ticks < 10)
      return Source.CONTINUE;
    FileStream.open (go, "w");
    return Source.REMOVE;
  });
  var output = yield runner.check_output_shell_async (
    "until [ -e \"$1\" ]; do sleep 0.01; done; echo seen", { go });
  assert_cmpstr (text (output), CompareOperator.EQ, "seen\n");
  assert_cmpint (n_ticks, CompareOperator.EQ, 10);
  remove_dir (dir);
}

async void run_tells () throws Error {
  var runner = new Proc.Runner ();
  var command = new Proc.Command.shell (FAIL_SCRIPT, null);
  Proc.Result[] results = { runner.run (command), yield runner.run_async (command) };
  foreach (var result in results) {
    assert_true (result.outcome == Proc.Outcome.EXITED);
    assert_false (result.successful);
    assert_cmpint (result.exit_status, CompareOperator.EQ, 3);
    assert_cmpstr (text (result.stdout), CompareOperator.EQ, "out");
    try {
      result.check ();
      assert_not_reached ();
    } catch (Error e) {
      assert_failed_result (e);
    }
  }
}

async void check_throws () {
  var runner = new Proc.Runner ();
  string[] argv = { "sh", "-c", FAIL_SCRIPT };
  try {
    runner.check_output (argv);
    assert_not_reached ();
  } catch (Error e) {
    assert_failed_result (e);
  }
  try {
    yield runner.check_output_async (argv);
    assert_not_reached ();
  } catch (Proc.RunnerError.EXIT_STATUS e) {
    assert_failed_result (e);
  } catch (Error e) {
    assert_not_reached ();
  }
  try {
    yield runner.check_async (new Proc.Command (argv));
    assert_not_reached ();
  } catch (Proc.RunnerError e) {
    assert_failed_result (e);
  } catch (Error e) {
    assert_not_reached ();
  }
}

async void signal_and_success_code () throws Error {
  var runner = new Proc.Runner ();
  var result = yield runner.run_async (new Proc.Command.shell ("kill -9 $$", null));
  assert_true (result.outcome == Proc.Outcome.SIGNALED);
  assert_cmpint (result.term_signal, CompareOperator.EQ, 9);

  var command = new Proc.Command ({ "sh", "-c", "exit 1" });
  command.add_success_code (1);
  result = yield runner.check_async (command);
  assert_true (result.successful);
}

async Error failure (Proc.Runner runner, string[] argv) {
  try {
    yield runner.check_output_async (argv);
    assert_not_reached ();
  } catch (Error e) {
    return e;
  }
}

async void not_started () {
  var runner = new Proc.Runner ();
  var e = yield failure (runner, { "no-such-program" });
  assert_error (e, Proc.RunnerError.quark (), Proc.RunnerError.NOT_FOUND);
  assert_true ("no-such-program" in e.message);
  assert_null (Proc.RunnerError.get_result (e));

  e = yield failure (runner, {});
  assert_error (e, Proc.RunnerError.quark (), Proc.RunnerError.INVALID_COMMAND);
  e = yield failure (runner, { "" });
  assert_error (e, Proc.RunnerError.quark (), Proc.RunnerError.INVALID_COMMAND);

  runner.cwd = "/no/such/directory";
  e = yield failure (runner, { "true" });
  assert_error (e, Proc.RunnerError.quark (), Proc.RunnerError.BAD_CWD);
  assert_true (runner.cwd in e.message);
}

async void timeout () {
  var runner = new Proc.Runner () { timeout_msec = 50 };
  var e = yield failure (runner, { "sleep", "1000" });
  assert_error (e, Proc.RunnerError.quark (), Proc.RunnerError.TIMED_OUT);
  assert_true (Proc.RunnerError.get_result (e).outcome == Proc.Outcome.TIMED_OUT);
}

async void cancel () {
  var runner = new Proc.Runner ();
  var dir = make_dir ();
  var marker = Path.build_filename (dir, "marker");
  var cancellable = new Cancellable ();

  Timeout.add (1, () => {
    if (!exists (marker))
      return Source.CONTINUE;
    cancellable.cancel ();
    return Source.REMOVE;
  });
  try {
    yield runner.check_output_shell_async (": > \"$1\"; exec sleep 1000", { marker }, cancellable);
    assert_not_reached ();
  } catch (IOError.CANCELLED e) {
  } catch (Error e) {
    assert_not_reached ();
  }
  remove_dir (dir);
}

void cancelled_result () throws Error {
  var runner = new Proc.Runner ();
  var loop = new MainLoop ();
  var dir = make_dir ();
  var marker = Path.build_filename (dir, "marker");
  var cancellable = new Cancellable ();

  Timeout.add (1, () => {
    if (!exists (marker))
      return Source.CONTINUE;
    cancellable.cancel ();
    return Source.REMOVE;
  });
  runner.check_output_shell_async.begin (
    "echo partial; : > \"$1\"; exec sleep 1000", { marker }, cancellable, (source, task) => {
      try {
        runner.check_output_shell_async.end (task);
        assert_not_reached ();
      } catch (Error e) {
        assert_error (e, IOError.quark (), IOError.CANCELLED);
      }
      var result = runner.get_task_result (task);
      assert_true (result.outcome == Proc.Outcome.CANCELLED);
      assert_cmpstr (result.stdout_text, CompareOperator.EQ, "partial\n");
      loop.quit ();
    });
  loop.run ();
  remove_dir (dir);
}

async void construct_properties () throws Error {
  var runner = new Proc.Runner () { cwd = "/" };
  var command = new Proc.Command ({ "sh", "-c", "pwd; cat" }) {
    cwd = "/dev",
    stdin_text = "text"
  };
  var result = yield runner.check_async (command);
  assert_cmpstr (result.stdout_text, CompareOperator.EQ, "/dev\ntext");
  assert_cmpstr (runner.check_output_text ({ "pwd" }), CompareOperator.EQ, "/");
}

async void settings () throws Error {
  var runner = new Proc.Runner () { idle_timeout_msec = 50, kill_grace_msec = 0 };
  var result = yield runner.run_async (new Proc.Command ({ "sleep", "1000" }));
  assert_true (result.outcome == Proc.Outcome.IDLE);
  assert_true (result.forced);
  assert_cmpuint (result.survivors, CompareOperator.EQ, 0);

  runner.drain_grace_msec = 50;
  var script = "echo $0; umask; ulimit -n; sleep 1000 & echo $! >&2";
  var command = new Proc.Command ({ "sh", "-c", script }) { idle_timeout_msec = 0 };
  command.set_argv0 ("other");
  command.set_umask (027);
  command.set_rlimit (7, 33, 44);
  result = yield runner.check_async (command);
  assert_cmpstr (result.stdout_text, CompareOperator.EQ, "other\n0027\n33\n");
  assert_false (result.complete);
  runner.check_output ({ "kill", "-9", result.stderr_text.strip () });
}

async void stdin_bytes () throws Error {
  var data = new uint8[1 << 20];
  for (var i = 0; i < data.length; i++)
    data[i] = (uint8) (i % 251);
  var command = new Proc.Command ({ "cat" }) { stdin_bytes = new Bytes (data) };
  var result = yield new Proc.Runner ().check_async (command);
  assert_cmpint (result.stdout.compare (command.stdin_bytes), CompareOperator.EQ, 0);
}

async void merge () throws Error {
  var command = new Proc.Command.shell ("echo 1; echo 2 >&2; echo 3; echo 4 >&2", null) {
    stderr = Proc.Stdio.MERGE
  };
  var result = yield new Proc.Runner ().check_async (command);
  assert_cmpstr (result.stdout_text, CompareOperator.EQ, "1\n2\n3\n4\n");
  assert_cmpstr (result.stderr_text, CompareOperator.EQ, "");
}

async void to_file () throws Error {
  var runner = new Proc.Runner ();
  var dir = make_dir ();
  var path = Path.build_filename (dir, "out");
  var file = File.new_for_path (path);

  var result = yield runner.check_output_to_file_async ({ "echo", "to file" }, file);
  assert_true (result.successful);
  assert_cmpstr (contents (path), CompareOperator.EQ, "to file\n");
  try {
    yield runner.check_output_to_file_async ({ "sh", "-c", FAIL_SCRIPT }, file);
    assert_not_reached ();
  } catch (Proc.RunnerError.EXIT_STATUS e) {
    assert_failed_result (e);
  }
  assert_cmpstr (contents (path), CompareOperator.EQ, "to file\n");
  remove_dir (dir);
}

int main (string[] args) {
  Test.init (ref args);

  add ("check-output", check_output);
  add ("cancelled-result", cancelled_result);
  add_async ("check-output-async",
             (done) => check_output_async.begin ((owned) done),
             (task) => check_output_async.end (task));
  add_async ("check-output-text",
             (done) => check_output_text.begin ((owned) done),
             (task) => check_output_text.end (task));
  add_async ("short-forms",
             (done) => short_forms.begin ((owned) done),
             (task) => short_forms.end (task));
  add_async ("check-output-shell",
             (done) => check_output_shell.begin ((owned) done),
             (task) => check_output_shell.end (task));
  add_async ("loop-ticks",
             (done) => loop_ticks.begin ((owned) done),
             (task) => loop_ticks.end (task));
  add_async ("run-tells",
             (done) => run_tells.begin ((owned) done),
             (task) => run_tells.end (task));
  add_async ("check-throws",
             (done) => check_throws.begin ((owned) done),
             (task) => check_throws.end (task));
  add_async ("signal-and-success-code",
             (done) => signal_and_success_code.begin ((owned) done),
             (task) => signal_and_success_code.end (task));
  add_async ("not-started",
             (done) => not_started.begin ((owned) done),
             (task) => not_started.end (task));
  add_async ("timeout",
             (done) => timeout.begin ((owned) done),
             (task) => timeout.end (task));
  add_async ("cancel",
             (done) => cancel.begin ((owned) done),
             (task) => cancel.end (task));
  add_async ("construct-properties",
             (done) => construct_properties.begin ((owned) done),
             (task) => construct_properties.end (task));
  add_async ("settings",
             (done) => settings.begin ((owned) done),
             (task) => settings.end (task));
  add_async ("stdin-bytes",
             (done) => stdin_bytes.begin ((owned) done),
             (task) => stdin_bytes.end (task));
  add_async ("merge",
             (done) => merge.begin ((owned) done),
             (task) => merge.end (task));
  add_async ("to-file",
             (done) => to_file.begin ((owned) done),
             (task) => to_file.end (task));

  return Test.run ();
}
