// SPDX-License-Identifier: LGPL-2.1-or-later

// A command's charset from Vala.

const string BAD = "\xef\xbf\xbd";

Proc.Command latin1 (string? charset) {
  return new Proc.Command ({ "printf", "gr\\366\\337e\\n" }) { charset = charset };
}

void text () throws Error {
  var command = latin1 ("ISO-8859-1");
  var result = new Proc.Runner ().check (command);
  assert_cmpstr (command.charset, CompareOperator.EQ, "ISO-8859-1");
  assert_cmpstr (result.stdout_text, CompareOperator.EQ, "größe\n");
  assert_cmpuint (result.stdout.length, CompareOperator.EQ, 6);
}

void null_is_utf8 () throws Error {
  var command = latin1 ("UTF-16");
  command.charset = null;
  var result = new Proc.Runner ().check (command);
  assert_cmpstr (result.stdout_text, CompareOperator.EQ, @"gr$(BAD)$(BAD)e\n");
}

void unknown () throws Error {
  try {
    new Proc.Runner ().run (latin1 ("no-such"));
    assert_not_reached ();
  } catch (Proc.RunnerError.INVALID_COMMAND e) {
    assert_true ("“no-such”" in e.message);
  }
}

int main (string[] args) {
  Test.init (ref args);
  add ("text", text);
  add ("null-is-utf8", null_is_utf8);
  add ("unknown", unknown);
  return Test.run ();
}
