// SPDX-License-Identifier: LGPL-2.1-or-later

// Limits on memory and output, from Vala.

const int64 MIB = 1024 * 1024;

async void fail () throws Error {
  var runner = new Proc.Runner () { max_output = 5 };
  try {
    yield runner.check_output_async ({ "echo", "too long" });
    assert_not_reached ();
  } catch (Proc.RunnerError.OUTPUT_LIMIT e) {
    var result = Proc.RunnerError.get_result (e);
    assert_true (result.outcome == Proc.Outcome.OUTPUT_LIMIT);
    assert_true (result.truncated);
    assert_cmpstr (result.stdout_text, CompareOperator.EQ, "too l");
  }
}

async void head_and_tail () throws Error {
  var runner = new Proc.Runner () { max_output = 2, overflow = Proc.Overflow.HEAD };
  var command = new Proc.Command ({ "printf", "abcdef" });
  var head = yield runner.check_async (command);
  assert_cmpstr (head.stdout_text, CompareOperator.EQ, "ab");
  assert_true (head.stdout_size == 6);

  command.set_max_output (4, Proc.Overflow.TAIL);
  var tail = yield runner.check_async (command);
  assert_cmpstr (tail.stdout_text, CompareOperator.EQ, "cdef");
  assert_true (tail.truncated);

  command.max_output = 0;
  var all = yield runner.check_async (command);
  assert_cmpstr (all.stdout_text, CompareOperator.EQ, "abcdef");
  assert_false (all.truncated);
}

async void memory_limit () throws Error {
  var runner = new Proc.Runner () { memory_limit = MIB };
  var bytes = yield runner.check_output_async ({ "head", "-c", "5M", "/dev/zero" });
  assert_true (bytes.length == 5 * MIB);
  foreach (var b in bytes.get_data ())
    assert_true (b == 0);
}

int main (string[] args) {
  Test.init (ref args);
  add_async ("fail", (done) => fail.begin ((owned) done), (task) => fail.end (task));
  add_async ("head-and-tail",
             (done) => head_and_tail.begin ((owned) done),
             (task) => head_and_tail.end (task));
  add_async ("memory-limit",
             (done) => memory_limit.begin ((owned) done),
             (task) => memory_limit.end (task));
  return Test.run ();
}
