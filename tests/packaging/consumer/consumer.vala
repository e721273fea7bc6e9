// SPDX-License-Identifier: LGPL-2.1-or-later

// The same as consumer.c.

void main () {
  var runner = new Proc.Runner ();
  runner.supervise = true;
  try {
    print ("%s\n", runner.check_output_text ({ "/bin/sh", "-c", "readlink /proc/$PPID/exe" }));
  } catch (Error error) {
    printerr ("%s\n", error.message);
  }
}
