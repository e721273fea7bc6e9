// SPDX-License-Identifier: LGPL-2.1-or-later

// Standard input from files and streams, from Vala.

void with_file (string? contents, Func<File> body) {
  string path;
  try {
    FileUtils.close (FileUtils.open_tmp ("test-vala-XXXXXX", out path));
    FileUtils.set_contents (path, contents ?? "");
  } catch (Error e) {
    error ("%s", e.message);
  }
  if (contents == null)
    FileUtils.remove (path);
  body (File.new_for_path (path));
  FileUtils.remove (path);
}

Proc.Result check (Proc.Command command) {
  try {
    return new Proc.Runner ().check (command);
  } catch (Error e) {
    error ("%s", e.message);
  }
}

void file () throws Error {
  with_file ("contents", (file) => {
    var command = new Proc.Command ({ "cat" });
    command.stdin_file = file;
    var result = check (command);
    assert_cmpstr (result.stdout_text, CompareOperator.EQ, "contents");
    assert_true (result.stdin_complete);
  });
}

void missing_file () throws Error {
  with_file (null, (file) => {
    var command = new Proc.Command ({ "cat" });
    command.set_stdin_file (file);
    try {
      new Proc.Runner ().check (command);
      assert_not_reached ();
    } catch (Proc.RunnerError.INPUT_FILE e) {
      assert_true (file.get_path () in e.message);
    } catch (Error e) {
      error ("%s", e.message);
    }
  });
}

void stream () throws Error {
  var stream = new MemoryInputStream.from_data ("pear\napple\n".data);
  var command = new Proc.Command ({ "sort" });
  command.stdin_stream = stream;
  assert_cmpstr (check (command).stdout_text, CompareOperator.EQ, "apple\npear\n");
  assert_false (stream.is_closed ());
  try {
    new Proc.Runner ().check (command);
    assert_not_reached ();
  } catch (Proc.RunnerError.INVALID_COMMAND e) {
  }
}

void last_word () throws Error {
  var command = new Proc.Command ({ "cat" });
  command.stdin_file = File.new_for_path ("/no/such");
  command.stdin_stream = new MemoryInputStream.from_data ("stream".data);
  assert_true (command.stdin_file == null);
  assert_cmpstr (check (command).stdout_text, CompareOperator.EQ, "stream");
  command.stdin_stream = null;
  assert_cmpstr (check (command).stdout_text, CompareOperator.EQ, "");
}

int main (string[] args) {
  Test.init (ref args);
  add ("file", file);
  add ("missing-file", missing_file);
  add ("stream", stream);
  add ("last-word", last_word);
  return Test.run ();
}
