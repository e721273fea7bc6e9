#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Compares an installation with the recipe of doc/packaging/debian.

    debian.py tags BUILD               every installed file has a tag
    debian.py files SOURCE ROOT        every file below ROOT/usr is in exactly one package
    debian.py patterns SOURCE ROOT     every line of a package's list finds something there
    debian.py recipe SOURCE            packages, options and version are those of the tree

What is wrong is printed, and then the exit status is 1.
"""

import json
import re
import sys
from pathlib import Path

RECIPE = "doc/packaging/debian"


def tags(build):
    plan = json.loads((Path(build) / "meson-info/intro-install_plan.json").read_text())
    entries = [entry for kind in plan.values() for entry in kind.values()]
    # Meson gives none to what goes with a vapi.
    faults = [f"{entry['destination']}: no tag" for entry in entries
              if not entry["tag"] and not entry["destination"].endswith(".deps")]
    return faults if entries else ["nothing is installed"]


def lists(source):
    """Package → patterns, as dh_install has them."""
    found = {}
    for path in sorted((Path(source) / RECIPE).glob("*.install")):
        lines = path.read_text().splitlines()
        found[path.stem] = [line for line in lines if line and not line.startswith("#")]
    return found


def matches(root, pattern):
    """Files; a folder stands for all that is in it."""
    for path in Path(root).glob(pattern):
        if path.is_dir() and not path.is_symlink():
            yield from (inner for inner in path.rglob("*") if not inner.is_dir())
        else:
            yield path


def files(source, root):
    owners = {path: [] for path in (Path(root) / "usr").rglob("*")
              if path.is_symlink() or not path.is_dir()}
    for package, patterns in lists(source).items():
        for path in {path for pattern in patterns for path in matches(root, pattern)}:
            owners[path].append(package)
    faults = [f"{path.relative_to(root)}: {' and '.join(packages) or 'in no package'}"
              for path, packages in owners.items() if len(packages) != 1]
    return faults if owners else ["nothing is installed"]


def patterns(source, root):
    return [f"{package}: nothing is {pattern}" for package, all_patterns in lists(source).items()
            for pattern in all_patterns if not any(matches(root, pattern))]


def one(pattern, path):
    return re.search(pattern, path.read_text(), re.MULTILINE)[1]


def recipe(source):
    recipe = Path(source) / RECIPE
    control = (recipe / "control").read_text()
    packages = set(re.findall(r"^Package: (.*)$", control, re.MULTILINE))
    options = set(re.findall(r"^option\('(\w+)'", (Path(source) / "meson_options.txt").read_text(),
                             re.MULTILINE))
    used = set(re.findall(r"-D(\w+)=", (recipe / "rules").read_text()))
    version = one(r"^  version: '(.*)'", Path(source) / "meson.build")
    packaged = one(r"^\w+ \((.*)-\d+\)", recipe / "changelog")

    faults = [f"{name}: a package without a list, or the other way round"
              for name in packages ^ set(lists(source))]
    faults += [f"rules: no option {name}" for name in used - options]
    if not used:
        faults += ["rules: no options at all"]
    if re.sub(r"\.(alpha|beta|rc)", r"~\1", version) != packaged:
        faults += [f"changelog: {packaged} is not {version}"]
    return faults


def main(what, *arguments):
    looks = {"tags": tags, "files": files, "patterns": patterns, "recipe": recipe}
    faults = looks[what](*arguments)
    print(*faults, sep="\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
