#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later

"""What the library exports is what its introspection data tells of, and all of it proc_*.

gi-docgen's check, another test, tells what of that lacks documentation.
"""

import subprocess
import sys
import xml.etree.ElementTree as ElementTree

C = '{http://www.gtk.org/introspection/c/1.0}'
GLIB = '{http://www.gtk.org/introspection/glib/1.0}'


def exported(library):
    listing = subprocess.run(['nm', '--dynamic', '--defined-only', '--format=posix', library],
                             check=True, capture_output=True, text=True).stdout
    return {line.split()[0] for line in listing.splitlines()}


def introspected(gir):
    symbols = set()
    for element in ElementTree.parse(gir).iter():
        if element.tag.endswith(('}function', '}method', '}constructor')):
            symbols.add(element.get(C + 'identifier'))
        if element.get(GLIB + 'get-type'):
            symbols.add(element.get(GLIB + 'get-type'))
    return symbols - {None}


def report(title, symbols):
    for symbol in sorted(symbols):
        print('# %s: %s' % (title, symbol))
    return not symbols


def main(library, gir):
    there, told = exported(library), introspected(gir)
    results = [
        ('names', report('not proc_*', {name for name in there if not name.startswith('proc_')})),
        ('exported', report('not exported', told - there)),
        ('introspected', report('not introspected', there - told)),
        ('some', len(there) > 100),
    ]
    print('1..%d' % len(results))
    for number, (name, good) in enumerate(results, 1):
        print('%s %d %s' % ('ok' if good else 'not ok', number, name))


main(*sys.argv[1:])
