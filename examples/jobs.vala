// SPDX-License-Identifier: LGPL-2.1-or-later

// Three commands, two at a time: what they say, how far one has come, how each ended.
// The one that takes too long is stopped. To be run in a checkout.

const string PACK = """
set -- lib/*.c
for file; do
  gzip -9 <$file
  printf '[%d/%d]\r' $((n += 1)) $# >&2
done | wc -c
""";

async void tell (Proc.Job job, string name) {
  job.lines.connect ((stream, lines) => {
    foreach (unowned var line in lines)
      print ("%s: %s\n", name, line);
  });
  job.notify["progress"].connect (() => print ("%s: %.0f %%\n", name, 100 * job.progress));
  try {
    var result = yield job.wait_async ();
    print ("%s: %s\n", name, result.summary);
  } catch (Error e) {
    print ("%s: %s\n", name, e.message);
  }
}

void main () {
  Intl.setlocale ();
  var loop = new MainLoop ();
  var runner = new Proc.Runner () { max_running = 2 };
  string[,] scripts = {
    { "follow", "tail -n 2 -f NEWS.md" },
    { "pack", PACK },
    { "count", "wc -l lib/*.c | tail -n 3" }
  };
  var n_left = scripts.length[0];

  for (var i = 0; i < scripts.length[0]; i++) {
    var job = runner.start (new Proc.Command.shell (scripts[i, 1], null));
    tell.begin (job, scripts[i, 0], () => {
      if (--n_left == 0)
        loop.quit ();
    });
    if (i == 0)
      Timeout.add (500, () => {
        job.stop ();
        return Source.REMOVE;
      });
  }
  loop.run ();
}
