// SPDX-License-Identifier: LGPL-2.1-or-later

// Runs commands in a checkout; the dots are the main loop's. The argument is a file to write.
async void say (Proc.Runner runner, string word) throws Error {
  var said = yield runner.check_output_shell_async ("sleep 0.3; echo \"$1\"", { word });
  print ("\n%s", (string) said.get_data ());
}

async void tour (string path) throws Error {
  var runner = new Proc.Runner ();
  string[] log = { "git", "log", "--oneline", "-n5" };
  if (!FileUtils.test (".git", FileTest.EXISTS))
    log = { "du", "lib" };
  try {
    print ("\n%s\n", yield runner.check_output_text_async (log));
  } catch (Error e) {
    print ("\n%s\n", e.message);
  }

  var script = "wc -l \"$1\"/*.c | sort -rn | head -n4";
  var sizes = yield runner.check_output_shell_async (script, { "lib" });
  print ("\n%s", (string) sizes.get_data ());

  try {
    yield runner.check_output_async ({ "sh", "-c", "ls /no/such/file; exit 3" });
  } catch (Proc.RunnerError e) {
    var failed = Proc.RunnerError.get_result (e);
    print ("\n%s\n→ status %d, stderr: %s", e.message, failed.exit_status, failed.stderr_text);
  }

  var n_left = 3;
  Error? failure = null;
  foreach (var word in new string[] { "one", "two", "three" })
    say.begin (runner, word, (source, task) => {
      try {
        say.end (task);
      } catch (Error e) {
        failure = e;
      }
      if (--n_left == 0)
        tour.callback ();
    });
  yield;
  if (failure != null)
    throw failure;

  var result = yield runner.check_output_to_file_async ({ "du", "lib" }, File.new_for_path (path));
  print ("\n%s → %s\n", result.summary, path);
}

int main (string[] args) {
  Intl.setlocale ();
  var loop = new MainLoop ();
  var status = 0;
  Timeout.add (50, () => {
    print (".");
    return Source.CONTINUE;
  });
  tour.begin (args[1] ?? "tour.txt", (source, task) => {
    try {
      tour.end (task);
    } catch (Error e) {
      printerr ("\n%s\n", e.message);
      status = 1;
    }
    loop.quit ();
  });
  loop.run ();
  return status;
}
