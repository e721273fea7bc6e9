#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Looks for what is introspected in the types for TypeScript.

usage: complete.py GIR TYPES
"""

import re
import sys
import xml.etree.ElementTree as ElementTree

CORE = "{http://www.gtk.org/introspection/core/1.0}"
SIGNAL = "{http://www.gtk.org/introspection/glib/1.0}signal"
MEMBERS = ("method", "constructor", "property", "member", "function")


def introspected(path):
    """Yields a scope, which is empty at the top, and a name in it."""
    for thing in ElementTree.parse(path).getroot().find(CORE + "namespace"):
        kind = thing.tag.removeprefix(CORE)
        if kind == "constant":
            yield "", thing.get("name")
        elif kind in ("class", "enumeration", "bitfield") and thing.get("name") != "JobList":
            yield "", thing.get("name")
            for member in thing:
                if member.tag == SIGNAL or member.tag.removeprefix(CORE) in MEMBERS:
                    yield thing.get("name"), member.get("name").replace("-", "_")


def declared(path):
    """Gives the text of each class, interface and enumeration, by name, and of all."""
    text = path.read()
    scopes = {"": text}
    scope = re.compile(r"^        (?:class|enum|interface) (\w+).*?^        }", re.M | re.S)
    for match in scope.finditer(text):
        scopes[match[1]] = match[0]
    return scopes


def main():
    with open(sys.argv[2], encoding="utf-8") as types:
        scopes = declared(types)

    missing = []
    for scope, name in introspected(sys.argv[1]):
        texts = [scopes.get(scope + part, "") for part in ("", "Properties", "Signals")]
        # The members of enumerations are in lower case there.
        if not re.search(rf"\b{name}\b", "\n".join(texts), re.I):
            missing.append(f"{scope}.{name}".lstrip("."))

    for name in missing:
        print("Not declared:", name)
    return 1 if missing else 0


sys.exit(main())
