// SPDX-License-Identifier: LGPL-2.1-or-later

// Standard streams of jobs from Vala.

Proc.Command shell (string script) {
  return new Proc.Command ({ "sh", "-c", script });
}

Proc.Job start_piped (Proc.Runner runner, string script) {
  var command = new Proc.Command ({ "sh", "-c", script }) {
    stdin = Proc.Stdio.PIPE,
    stdout = Proc.Stdio.PIPE
  };
  return runner.start (command);
}

Bytes bytes (string text) {
  return new Bytes (text.data);
}

async string read_all (Proc.Job job, Proc.Stream stream = Proc.Stream.STDOUT) throws Error {
  var all = new StringBuilder ();
  string[]? lines;
  while ((lines = yield job.read_lines_async (stream)) != null) {
    foreach (unowned var line in lines)
      all.append (line + "\n");
  }
  return all.str;
}

async void dialogue () throws Error {
  var runner = new Proc.Runner ();
  var job = start_piped (runner, "while read n; do echo $((n * n)); done; printf over");
  int[] numbers = { 3, 12 };
  foreach (var n in numbers) {
    assert_true (yield job.write_async (bytes (@"$n\n")));
    var answer = yield job.read_lines_async (Proc.Stream.STDOUT);
    assert_cmpint (answer.length, CompareOperator.EQ, 1);
    assert_cmpint (int.parse (answer[0]), CompareOperator.EQ, n * n);
  }
  job.close_stdin ();
  assert_cmpstr (yield read_all (job), CompareOperator.EQ, "over\n");
  assert_null (job.read_lines (Proc.Stream.STDOUT));
  var result = yield job.wait_async ();
  assert_cmpuint (result.stdout.length, CompareOperator.EQ, 0);
  assert_cmpuint ((uint) job.stdout_size, CompareOperator.EQ, 10);
}

async void all_at_once () throws Error {
  var text = new StringBuilder ();
  for (var i = 0; i < 20000; i++)
    text.append (@"line $i\n");
  var job = start_piped (new Proc.Runner (), "exec cat");
  var written = false;
  job.write_async.begin (bytes (text.str), null, (source, task) => {
    try {
      written = job.write_async.end (task);
    } catch (Error e) {
      assert_not_reached ();
    }
  });
  job.close_stdin ();
  assert_cmpstr (yield read_all (job), CompareOperator.EQ, text.str);
  assert_true ((yield job.wait_async ()).stdin_complete);
  assert_true (written);
}

void without_loop () throws Error {
  var job = start_piped (new Proc.Runner (), "exec cat");
  assert_true (job.write (bytes ("a\nb\n")));
  job.close_stdin ();
  var all = "";
  string[]? lines;
  while ((lines = job.read_lines (Proc.Stream.STDOUT)) != null)
    all += string.joinv (";", lines) + ";";
  assert_cmpstr (all, CompareOperator.EQ, "a;b;");
  assert_true (job.wait ().successful);
}

async void captured () throws Error {
  var job = new Proc.Runner ().start (shell ("echo out; echo err >&2"));
  assert_cmpstr (yield read_all (job, Proc.Stream.STDERR), CompareOperator.EQ, "err\n");
  assert_cmpstr ((yield job.wait_async ()).stderr_text, CompareOperator.EQ, "err\n");
}

async void gio_streams () throws Error {
  var job = start_piped (new Proc.Runner (), "exec tr a-z A-Z");
  size_t n_written;
  assert_true (job.get_stdin ().write_all ("text\n".data, out n_written));
  assert_true (job.get_stdin ().close ());
  assert_cmpuint ((uint) n_written, CompareOperator.EQ, 5);
  var first = yield job.get_stdout ().read_bytes_async (2);
  assert_cmpmem (first.get_data (), "TE".data);
  var rest = new DataInputStream (job.get_stdout ());
  assert_cmpstr (yield rest.read_line_utf8_async (), CompareOperator.EQ, "XT");
  assert_null (yield rest.read_line_utf8_async ());
  assert_null (job.get_stderr ());
  yield job.wait_async ();
}

async void stop_reading () throws Error {
  var job = start_piped (new Proc.Runner (), "exec yes");
  var lines = yield job.read_lines_async (Proc.Stream.STDOUT);
  assert_cmpstr (lines[0], CompareOperator.EQ, "y");
  job.stop_reading (Proc.Stream.STDOUT);
  assert_null (yield job.read_lines_async (Proc.Stream.STDOUT));
  assert_cmpint ((yield job.wait_async ()).term_signal, CompareOperator.EQ, ProcessSignal.PIPE);
}

async void errors () throws Error {
  var runner = new Proc.Runner ();
  var closed = start_piped (runner, "exec cat");
  closed.close_stdin ();
  try {
    yield closed.write_async (bytes ("x"));
    assert_not_reached ();
  } catch (IOError.CLOSED e) {
  }
  yield closed.wait_async ();
  try {
    yield closed.write_async (bytes ("x"));
    assert_not_reached ();
  } catch (IOError e) {
  }

  var unpiped = runner.start (shell ("true"));
  assert_null (unpiped.get_stdin ());
  try {
    unpiped.write (bytes ("x"));
    assert_not_reached ();
  } catch (IOError.NOT_SUPPORTED e) {
  }
  yield unpiped.wait_async ();
}

async void verbs_refuse () throws Error {
  var command = shell ("true");
  command.stdout = Proc.Stdio.PIPE;
  try {
    yield new Proc.Runner ().check_async (command);
    assert_not_reached ();
  } catch (Proc.RunnerError.INVALID_COMMAND e) {
  }
}

int main (string[] args) {
  Test.init (ref args);

  add_async ("dialogue",
             (done) => dialogue.begin ((owned) done),
             (task) => dialogue.end (task));
  add_async ("all-at-once",
             (done) => all_at_once.begin ((owned) done),
             (task) => all_at_once.end (task));
  add ("without-loop", without_loop);
  add_async ("captured",
             (done) => captured.begin ((owned) done),
             (task) => captured.end (task));
  add_async ("gio-streams",
             (done) => gio_streams.begin ((owned) done),
             (task) => gio_streams.end (task));
  add_async ("stop-reading",
             (done) => stop_reading.begin ((owned) done),
             (task) => stop_reading.end (task));
  add_async ("errors",
             (done) => errors.begin ((owned) done),
             (task) => errors.end (task));
  add_async ("verbs-refuse",
             (done) => verbs_refuse.begin ((owned) done),
             (task) => verbs_refuse.end (task));

  return Test.run ();
}
