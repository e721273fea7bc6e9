// SPDX-License-Identifier: LGPL-2.1-or-later

// A command's charset from Vala.

const string BAD = "\xef\xbf\xbd";

Proc.Command latin1 (string? charset) {
  return new Proc.Command ({ "printf", "gr\\366\\337e\\n" }) { charset = charset };
}

void text () {
  try {
    var command = latin1 ("ISO-8859-1");
    var result = new Proc.Runner ().check (command);
    assert_cmpstr (command.charset, CompareOperator.EQ, "ISO-8859-1");
    assert_cmpstr (result.stdout_text, CompareOperator.EQ, "größe\n");
    assert_cmpuint (result.stdout.length, CompareOperator.EQ, 6);
  } catch (Error e) {
    error ("%s", e.message);
  }
}

void null_is_utf8 () {
  try {
    var command = latin1 ("UTF-16");
    command.charset = null;
    var result = new Proc.Runner ().check (command);
    assert_cmpstr (result.stdout_text, CompareOperator.EQ, @"gr$(BAD)$(BAD)e\n");
  } catch (Error e) {
    error ("%s", e.message);
  }
}

void unknown () {
  try {
    new Proc.Runner ().run (latin1 ("no-such"));
    assert_not_reached ();
  } catch (Proc.RunnerError.INVALID_COMMAND e) {
    assert_true ("“no-such”" in e.message);
  } catch (Error e) {
    error ("%s", e.message);
  }
}

int main (string[] args) {
  Test.init (ref args);
  Test.add_func ("/vala-charset/text", text);
  Test.add_func ("/vala-charset/null-is-utf8", null_is_utf8);
  Test.add_func ("/vala-charset/unknown", unknown);
  return Test.run ();
}
