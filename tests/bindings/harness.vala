// SPDX-License-Identifier: LGPL-2.1-or-later

// What the tests in Vala are run by. None may leave a child.

public delegate bool Condition ();
public delegate void Body () throws Error;
public delegate void Begin (owned AsyncReadyCallback done);
public delegate void End (AsyncResult task) throws Error;

public void iterate_until (Condition holds) {
  while (!holds ())
    MainContext.default ().iteration (true);
}

/* The numbers of all children, zombies too. */
public string children () throws Error {
  var numbers = "";
  var tasks = Dir.open ("/proc/self/task");
  unowned string? task;
  while ((task = tasks.read_name ()) != null) {
    string list;
    try {
      FileUtils.get_contents (@"/proc/self/task/$task/children", out list);
      numbers += list;
    } catch (FileError e) {
      // The thread has ended.
    }
  }
  return numbers;
}

public void add (string name, owned Body body) {
  Test.add_data_func ("/vala/" + name, () => {
    try {
      body ();
      assert_cmpstr (children (), CompareOperator.EQ, "");
    } catch (Error e) {
      error ("%s", e.message);
    }
  });
}

public void add_async (string name, owned Begin begin, owned End end) {
  add (name, () => {
    AsyncResult? task = null;
    begin ((source, result) => task = result);
    iterate_until (() => task != null);
    end (task);
  });
}
