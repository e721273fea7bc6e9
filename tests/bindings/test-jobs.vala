// SPDX-License-Identifier: LGPL-2.1-or-later

// Jobs from Vala.

Proc.Command shell (string script) {
  return new Proc.Command ({ "sh", "-c", script });
}

void assert_cancelled (Proc.Result result) {
  assert_true (result.outcome == Proc.Outcome.CANCELLED);
  try {
    result.check ();
    assert_not_reached ();
  } catch (IOError.CANCELLED e) {
  } catch (Error e) {
    assert_not_reached ();
  }
}

async void order () throws Error {
  var told = new StringBuilder ();
  var received = new ByteArray ();
  var job = new Proc.Runner ().start (shell ("echo one; echo größe; printf three"));
  assert_true (job.state == Proc.JobState.QUEUED);
  assert_null (job.result);
  job.data.connect ((stream, bytes) => {
    assert_true (stream == Proc.Stream.STDOUT);
    received.append (bytes.get_data ());
  });
  job.lines.connect ((stream, lines) => {
    assert_true (stream == Proc.Stream.STDOUT);
    assert_cmpint (lines.length, CompareOperator.GT, 0);
    assert_true (received.len > 0);
    foreach (unowned var line in lines)
      told.append (line + " ");
  });
  job.notify["state"].connect (() => told.append (job.state.to_string ().substring (15) + " "));
  job.wait_async.begin (null, () => told.append ("waited"));
  var result = yield job.wait_async ();
  assert_cmpstr (told.str, CompareOperator.EQ, "RUNNING one größe three FINISHED waited");
  assert_cmpmem (received.data, "one\ngröße\nthree".data);
  assert_true (job.result == result);
}

async void streams () throws Error {
  string[] told = { "", "" };
  var job = new Proc.Runner ().start (shell ("echo out; echo err >&2; echo more"));
  job.lines.connect ((stream, lines) => told[stream] += string.joinv (",", lines) + ";");
  yield job.wait_async ();
  assert_cmpstr (told[0].replace (";", ","), CompareOperator.EQ, "out,more,");
  assert_cmpstr (told[1], CompareOperator.EQ, "err;");
}

async void properties () throws Error {
  var command = shell ("echo 12345; echo 12 >&2; echo $$");
  command.cwd = "/";
  var job = new Proc.Runner ().start (command);
  var result = yield job.wait_async ();
  var pid = result.stdout_text.split ("\n")[1];
  assert_cmpint (job.pid, CompareOperator.EQ, int.parse (pid));
  assert_cmpuint ((uint) job.stdout_size, CompareOperator.EQ, 7 + pid.length);
  assert_cmpuint ((uint) job.stderr_size, CompareOperator.EQ, 3);
  assert_true (job.elapsed_usec == result.elapsed_usec);
  assert_cmpstr (job.command.cwd, CompareOperator.EQ, "/");
  assert_cmpstr (job.command.argv[1], CompareOperator.EQ, "-c");
}

async void progress () throws Error {
  var command = shell ("printf 'copying 40%%\r'; read go; echo done");
  command.stdin = Proc.Stdio.PIPE;
  var job = new Proc.Runner ().start (command);
  assert_false (job.has_progress);
  assert_cmpstr (job.last_line, CompareOperator.EQ, "");
  var n_told = 0;
  job.notify["progress"].connect (() => {
    n_told++;
    assert_cmpfloat (job.progress, CompareOperator.EQ, 0.4);
    assert_cmpstr (job.dup_last_line (), CompareOperator.EQ, "copying 40%");
    job.write_async.begin (new Bytes ("go\n".data));
  });
  yield job.wait_async ();
  assert_cmpint (n_told, CompareOperator.EQ, 1);
  assert_true (job.has_progress);
  assert_cmpstr (job.last_line, CompareOperator.EQ, "done");
}

async void progress_pattern () throws Error {
  var runner = new Proc.Runner ();
  string[] argv = { "echo", "frame=24 99%" };
  var command = (Proc.Command) Object.new (typeof (Proc.Command),
    "argv", argv, "progress-pattern", new Regex ("^frame=(\\d+)"), "progress-total", 48.0);
  var job = runner.start (command);
  command.set_progress_pattern (null, 0);
  var plain = runner.start (command);
  yield job.wait_async ();
  yield plain.wait_async ();
  assert_cmpfloat (job.progress, CompareOperator.EQ, 0.5);
  assert_cmpfloat (plain.progress, CompareOperator.EQ, 0.99);
}

async void wait_often () throws Error {
  var job = new Proc.Runner ().start (shell ("exit 3"));
  var n_waited = 0;
  for (var i = 0; i < 2; i++) {
    job.wait_async.begin (null, (source, task) => {
      try {
        assert_true (job.wait_async.end (task) == job.result);
      } catch (Error e) {
        assert_not_reached ();
      }
      n_waited++;
    });
  }
  var result = yield job.wait_async ();
  assert_cmpint (n_waited, CompareOperator.EQ, 2);
  assert_cmpint (result.exit_status, CompareOperator.EQ, 3);
  assert_true ((yield job.wait_async ()) == result);
  assert_true (job.wait () == result);
}

async void cancel_the_wait () throws Error {
  var cancellable = new Cancellable ();
  var command = shell ("read go");
  command.stdin = Proc.Stdio.PIPE;
  var job = new Proc.Runner ().start (command);
  Idle.add (() => {
    cancellable.cancel ();
    return Source.REMOVE;
  });
  try {
    yield job.wait_async (cancellable);
    assert_not_reached ();
  } catch (IOError.CANCELLED e) {
  }
  assert_true (job.state < Proc.JobState.STOPPING);
  job.write (new Bytes ("go\n".data));
  assert_true ((yield job.wait_async ()).successful);
}

async void failed_start () throws Error {
  var runner = new Proc.Runner ();
  var job = runner.start (new Proc.Command ({ "/no/such/program" }));
  for (var i = 0; i < 2; i++) {
    try {
      yield job.wait_async ();
      assert_not_reached ();
    } catch (Proc.RunnerError.NOT_FOUND e) {
    }
  }
  assert_true (job.state == Proc.JobState.FINISHED);
  assert_null (job.result);
  assert_cmpint (job.pid, CompareOperator.EQ, 0);

  job = runner.start (new Proc.Command ({ "" }));
  try {
    job.wait ();
    assert_not_reached ();
  } catch (Proc.RunnerError.INVALID_COMMAND e) {
  }
}

async void stop () throws Error {
  var told = new StringBuilder ();
  var command = shell ("trap 'echo bye; exit' TERM; echo ready; while :; do sleep 0.01; done");
  command.stderr = Proc.Stdio.DISCARD;
  var job = new Proc.Runner ().start (command);
  job.lines.connect ((stream, lines) => {
    told.append (string.joinv (" ", lines) + " ");
    if ("ready" in told.str)
      job.stop ();
  });
  job.notify["state"].connect (() => told.append (job.state.to_string ().substring (15) + " "));
  assert_cancelled (yield job.wait_async ());
  assert_cmpstr (told.str, CompareOperator.EQ, "RUNNING ready STOPPING bye FINISHED ");
}

async void kill_job () throws Error {
  var runner = new Proc.Runner () { kill_grace_msec = int.MAX };
  var job = runner.start (shell ("trap '' TERM; echo ready; while :; do sleep 0.01; done"));
  job.notify["last-line"].connect (() => job.stop ());
  job.notify["state"].connect (() => {
    if (job.state == Proc.JobState.STOPPING)
      job.kill ();
  });
  var result = yield job.wait_async ();
  assert_cancelled (result);
  assert_cmpint (result.term_signal, CompareOperator.EQ, ProcessSignal.KILL);
}

async void send_signal () throws Error {
  var job = new Proc.Runner ().start (shell ("exec sleep 1000"));
  job.send_signal (ProcessSignal.USR2);
  var result = yield job.wait_async ();
  assert_true (result.outcome == Proc.Outcome.SIGNALED);
  assert_cmpint (result.term_signal, CompareOperator.EQ, ProcessSignal.USR2);
}

async void cancellable () throws Error {
  var runner = new Proc.Runner ();
  var cancellable = new Cancellable ();
  var job = runner.start (shell ("exec sleep 1000"), cancellable);
  job.notify["state"].connect (() => {
    if (job.state == Proc.JobState.RUNNING)
      cancellable.cancel ();
  });
  assert_cancelled (yield job.wait_async ());
  assert_cancelled (yield runner.start (shell ("exec sleep 1000"), cancellable).wait_async ());
}

void wait_for_three (Proc.Runner runner, SourceFunc ended) {
  for (var i = 0; i < 3; i++) {
    var job = runner.start (shell ("exec sleep 1000"));
    job.wait_async.begin (null, () => ended ());
  }
}

async void stop_all () throws Error {
  var runner = new Proc.Runner ();
  var n_ended = 0;
  wait_for_three (runner, () => ++n_ended == 3);
  assert_true (yield runner.stop_all_async ());
  assert_cmpint (n_ended, CompareOperator.EQ, 3);
  assert_cancelled (yield runner.start (shell ("exec sleep 1000")).wait_async ());
}

void stop_all_sync () throws Error {
  var runner = new Proc.Runner ();
  var n_ended = 0;
  wait_for_three (runner, () => ++n_ended == 3);
  assert_true (runner.stop_all ());
  assert_cmpint (n_ended, CompareOperator.EQ, 3);
}

void list () throws Error {
  var runner = new Proc.Runner ();
  var jobs = runner.jobs;
  var n_added = 0u;
  var n_removed = 0u;
  assert_true (jobs.get_item_type () == typeof (Proc.Job));
  jobs.items_changed.connect ((position, removed, added) => {
    n_added += added;
    n_removed += removed;
  });
  for (var i = 1; i <= 2; i++) {
    var command = shell (@"read go; exit $i");
    command.stdin = Proc.Stdio.PIPE;
    runner.start (command);
  }
  iterate_until (() => jobs.get_n_items () == 2);
  assert_null (jobs.get_item (2));

  var second = (Proc.Job) jobs.get_item (1);
  assert_cmpstr (second.command.argv[2], CompareOperator.EQ, "read go; exit 2");
  for (var i = jobs.get_n_items (); i > 0; i--)
    ((Proc.Job) jobs.get_item (i - 1)).write (new Bytes ("go\n".data));
  iterate_until (() => jobs.get_n_items () == 0);
  assert_cmpuint (n_added, CompareOperator.EQ, 2);
  assert_cmpuint (n_removed, CompareOperator.EQ, 2);
  assert_cmpint (second.result.exit_status, CompareOperator.EQ, 2);
}

void keep_finished () throws Error {
  var runner = new Proc.Runner () { keep_finished = 2 };
  var jobs = runner.get_jobs ();
  for (var i = 1; i <= 3; i++) {
    var job = runner.start (shell (@"exit $i"));
    iterate_until (() => job.state == Proc.JobState.FINISHED);
  }
  iterate_until (() => jobs.get_n_items () == 2);
  for (var i = 0; i < 2; i++) {
    var job = (Proc.Job) jobs.get_item (i);
    assert_cmpint (job.result.exit_status, CompareOperator.EQ, i + 2);
  }
  runner.keep_finished = 0;
  iterate_until (() => jobs.get_n_items () == 0);
}

bool runs (Proc.Job job) {
  return job.state == Proc.JobState.RUNNING;
}

void max_running () throws Error {
  var runner = new Proc.Runner () { max_running = 2 };
  var counts = new StringBuilder ();
  Proc.Job[] jobs = {};
  runner.notify["n-running"].connect (() => counts.append (@"running $(runner.n_running) "));
  runner.notify["n-queued"].connect (() => counts.append (@"queued $(runner.n_queued) "));
  for (var i = 0; i < 4; i++) {
    var command = shell ("read go");
    command.stdin = Proc.Stdio.PIPE;
    jobs += runner.start (command);
  }
  assert_cmpuint (runner.n_queued + runner.n_running, CompareOperator.EQ, 4);
  iterate_until (() => runs (jobs[0]) && runs (jobs[1]));
  assert_false (runs (jobs[2]) || runs (jobs[3]));
  assert_cmpuint (runner.n_running, CompareOperator.EQ, 2);
  assert_cmpuint (runner.n_queued, CompareOperator.EQ, 2);
  runner.max_running = 3;
  iterate_until (() => runs (jobs[2]));
  assert_cmpuint (runner.n_queued, CompareOperator.EQ, 1);
  foreach (var job in jobs)
    job.write_async.begin (new Bytes ("go\n".data));
  foreach (var job in jobs)
    iterate_until (() => job.state == Proc.JobState.FINISHED);
  iterate_until (() => "running 0 " in counts.str && "queued 0 " in counts.str);
}

int main (string[] args) {
  Test.init (ref args);

  add_async ("order",
             (done) => order.begin ((owned) done),
             (task) => order.end (task));
  add_async ("streams",
             (done) => streams.begin ((owned) done),
             (task) => streams.end (task));
  add_async ("properties",
             (done) => properties.begin ((owned) done),
             (task) => properties.end (task));
  add_async ("progress",
             (done) => progress.begin ((owned) done),
             (task) => progress.end (task));
  add_async ("progress-pattern",
             (done) => progress_pattern.begin ((owned) done),
             (task) => progress_pattern.end (task));
  add_async ("wait-often",
             (done) => wait_often.begin ((owned) done),
             (task) => wait_often.end (task));
  add_async ("cancel-the-wait",
             (done) => cancel_the_wait.begin ((owned) done),
             (task) => cancel_the_wait.end (task));
  add_async ("failed-start",
             (done) => failed_start.begin ((owned) done),
             (task) => failed_start.end (task));
  add_async ("stop",
             (done) => stop.begin ((owned) done),
             (task) => stop.end (task));
  add_async ("kill-job",
             (done) => kill_job.begin ((owned) done),
             (task) => kill_job.end (task));
  add_async ("send-signal",
             (done) => send_signal.begin ((owned) done),
             (task) => send_signal.end (task));
  add_async ("cancellable",
             (done) => cancellable.begin ((owned) done),
             (task) => cancellable.end (task));
  add_async ("stop-all",
             (done) => stop_all.begin ((owned) done),
             (task) => stop_all.end (task));
  add ("stop-all-sync", stop_all_sync);
  add ("list", list);
  add ("keep-finished", keep_finished);
  add ("max-running", max_running);

  return Test.run ();
}
