// SPDX-License-Identifier: LGPL-2.1-or-later

// Output files and streams from Vala.

const string SCRIPT = "printf out; printf err >&2";

string dir;
File file;

void assert_contents (string expected) throws Error {
  string contents;
  FileUtils.get_contents (file.get_path (), out contents);
  assert_cmpstr (contents, CompareOperator.EQ, expected);
}

void stderr_file () throws Error {
  var runner = new Proc.Runner ();
  var command = new Proc.Command.shell (SCRIPT, null);
  command.set_stderr_file (file, Proc.FileFlags.NONE);
  var result = runner.check (command);
  assert_cmpstr (result.stdout_text, CompareOperator.EQ, "out");
  assert_contents ("err");
  assert_true (command.get_stderr_file ().equal (file));
  assert_true (command.get_stderr_file_flags () == Proc.FileFlags.NONE);
}

void both () throws Error {
  var runner = new Proc.Runner ();
  var command = new Proc.Command.shell (SCRIPT, null);
  command.set_stdout_file (file, Proc.FileFlags.TRUNCATE);
  command.set_stderr_file (file, Proc.FileFlags.TRUNCATE);
  runner.check (command);
  assert_contents ("outerr");
}

void tee () throws Error {
  var runner = new Proc.Runner ();
  var command = new Proc.Command.shell (SCRIPT, null);
  command.set_stdout_file (file, Proc.FileFlags.TEE);
  assert_cmpstr (runner.check (command).stdout_text, CompareOperator.EQ, "out");
  assert_contents ("out");
}

void direct () throws Error {
  var runner = new Proc.Runner ();
  var command = new Proc.Command.shell (SCRIPT, null);
  command.set_stdout_file (file, Proc.FileFlags.DIRECT | Proc.FileFlags.APPEND);
  assert_cmpuint ((uint) runner.check (command).stdout_size, CompareOperator.EQ, 3);
  assert_contents ("outout");
}

void refused () throws Error {
  var runner = new Proc.Runner ();
  var command = new Proc.Command.shell (SCRIPT, null);
  command.set_stdout_file (file, Proc.FileFlags.DIRECT | Proc.FileFlags.TEE);
  try {
    runner.check (command);
    assert_not_reached ();
  } catch (Proc.RunnerError.INVALID_COMMAND e) {
    assert_true ("DIRECT" in e.message);
  }
}

void stream () throws Error {
  var runner = new Proc.Runner ();
  var output = new MemoryOutputStream.resizable ();
  var command = new Proc.Command.shell (SCRIPT, null);
  command.stdout_stream = output;
  assert_true (command.stdout_stream == output);
  runner.check (command);
  assert_false (output.is_closed ());
  output.close ();
  assert_true (output.steal_as_bytes ().compare (new Bytes ("out".data)) == 0);
}

int main (string[] args) {
  Test.init (ref args);
  try {
    dir = DirUtils.make_tmp ("test-files-XXXXXX");
  } catch (Error e) {
    error ("%s", e.message);
  }
  file = File.new_for_path (Path.build_filename (dir, "file"));

  add ("stderr-file", stderr_file);
  add ("both", both);
  add ("tee", tee);
  add ("direct", direct);
  add ("refused", refused);
  add ("stream", stream);
  var status = Test.run ();
  FileUtils.remove (file.get_path ());
  DirUtils.remove (dir);
  return status;
}
