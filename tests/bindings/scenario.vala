// SPDX-License-Identifier: LGPL-2.1-or-later

// Every ending of a command, told in a line each: the same in four languages.

MainLoop loop;
Proc.Runner runner;

Proc.Command shell (string script) {
  return new Proc.Command ({ "sh", "-c", script });
}

string describe_error (Error error) {
  try {
    throw error;
  } catch (IOError.CANCELLED e) {
    return "IO_ERROR CANCELLED";
  } catch (Proc.RunnerError.EXIT_STATUS e) {
    return "RUNNER_ERROR EXIT_STATUS";
  } catch (Proc.RunnerError.SIGNALED e) {
    return "RUNNER_ERROR SIGNALED";
  } catch (Proc.RunnerError.TIMED_OUT e) {
    return "RUNNER_ERROR TIMED_OUT";
  } catch (Proc.RunnerError.OUTPUT_LIMIT e) {
    return "RUNNER_ERROR OUTPUT_LIMIT";
  } catch (Proc.RunnerError.NOT_FOUND e) {
    return "RUNNER_ERROR NOT_FOUND";
  } catch (Proc.RunnerError.NOT_EXECUTABLE e) {
    return "RUNNER_ERROR NOT_EXECUTABLE";
  } catch (Proc.RunnerError.BAD_CWD e) {
    return "RUNNER_ERROR BAD_CWD";
  } catch (Proc.RunnerError.INVALID_COMMAND e) {
    return "RUNNER_ERROR INVALID_COMMAND";
  } catch (Proc.RunnerError.OUTPUT_FILE e) {
    return "RUNNER_ERROR OUTPUT_FILE";
  } catch (Proc.RunnerError.INPUT_FILE e) {
    return "RUNNER_ERROR INPUT_FILE";
  } catch (Error e) {
    return e.message;
  }
}

string describe_result (Proc.Result? result) {
  if (result == null)
    return "no result";
  return "%s, status %d, signal %d, “%s”, “%s”%s".printf (
    result.outcome.to_string ().substring ("PROC_OUTCOME_".length),
    result.exit_status,
    result.term_signal,
    result.stdout_text.chomp (),
    result.stderr_text.chomp (),
    result.truncated ? ", truncated" : "");
}

void tell (string ending, Error? error, Proc.Result? result) {
  var what = error == null ? "success" : describe_error (error);
  print ("%s: %s; %s\n", ending, what, describe_result (result));
}

/* Checks a command. */
void try_command (string ending, Proc.Command command, Cancellable? cancellable = null) {
  runner.check_async.begin (command, cancellable, (source, task) => {
    try {
      tell (ending, null, runner.check_async.end (task));
    } catch (Error e) {
      tell (ending, e, runner.get_task_result (task));
    }
    loop.quit ();
  });
  loop.run ();
}

delegate void Stop (Proc.Job job);

/* Follows a command, and stops it when it has said something. */
async void follow (string ending, Proc.Command command, Stop stop, Cancellable? cancellable) {
  Proc.Result? result = null;
  var job = runner.start (command, cancellable);
  job.lines.connect (() => stop (job));
  try {
    result = yield job.wait_async ();
    result.check ();
    tell (ending, null, result);
  } catch (Error e) {
    tell (ending, e, result);
  }
  loop.quit ();
}

void try_job (string ending, Proc.Command command, Stop stop, Cancellable? cancellable = null) {
  follow.begin (ending, command, stop, cancellable);
  loop.run ();
}

void try_ordinary_endings () {
  try_command ("success", shell ("echo out; echo err >&2"));
  var command = shell ("echo out; exit 1");
  command.add_success_code (1);
  try_command ("success code", command);
  try_command ("exit status", shell ("echo out; echo err >&2; exit 3"));
  try_command ("signal", shell ("echo out; kill -9 $$"));
  try_command ("missing program", new Proc.Command ({ "/no/such/program" }));
  try_command ("not executable", new Proc.Command ({ "/dev/null" }));
  command = shell ("echo out");
  command.cwd = "/no/such/directory";
  try_command ("missing directory", command);
  try_command ("no arguments", new Proc.Command ({}));
}

void try_limits () {
  var command = shell ("exec sleep 1000");
  command.timeout_msec = 50;
  try_command ("timeout", command);
  command = shell ("exec sleep 1000");
  command.idle_timeout_msec = 50;
  try_command ("idle", command);
  command = shell ("echo 12345; exec sleep 1000");
  command.set_max_output (3, Proc.Overflow.FAIL);
  try_command ("cap", command);
  command = shell ("echo 12345");
  command.set_max_output (3, Proc.Overflow.HEAD);
  try_command ("cap, first bytes", command);
  command.set_max_output (3, Proc.Overflow.TAIL);
  try_command ("cap, last bytes", command);
}

void try_files () {
  var command = shell ("echo out");
  command.set_stdout_file (File.new_for_path ("/no/such/directory/file"), Proc.FileFlags.NONE);
  try_command ("output file", command);
  command = shell ("echo err >&2; echo out; exec sleep 1000");
  command.set_stdout_file (File.new_for_path ("/dev/full"), Proc.FileFlags.NONE);
  try_command ("full file", command);
  command = shell ("cat");
  command.stdin_file = File.new_for_path ("/no/such/file");
  try_command ("input file", command);
}

void try_stopping () {
  var cancelled = new Cancellable ();
  cancelled.cancel ();
  try_command ("cancelled before the start", shell ("echo out"), cancelled);

  var cancellable = new Cancellable ();
  var talker = shell ("echo out; exec sleep 1000");
  try_job ("cancelled", talker, () => cancellable.cancel (), cancellable);
  try_job ("stopped", talker, (job) => job.stop ());
  try_job ("killed", talker, (job) => job.kill ());
}

void main () {
  Intl.setlocale ();
  loop = new MainLoop ();
  runner = new Proc.Runner ();
  try_ordinary_endings ();
  try_limits ();
  try_files ();
  try_stopping ();
}
