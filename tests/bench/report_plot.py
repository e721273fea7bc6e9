# SPDX-License-Identifier: LGPL-2.1-or-later
"""The plots of doc/performance.md, as SVG: text is text, nothing has a background, and
the colours follow those of the page. Each plot takes the series by benchmark, and gives
None if what it shows was not measured."""

import math
from html import escape

WIDTH = 760

# Name → the colour on a light page, and on a dark one.
COLOURS = {
    "ours": ("#1a5fb4", "#78aeed"),
    "gio": ("#c64600", "#ffa348"),
    "raw": ("#77767b", "#c0bfbc"),
    "asyncio": ("#26a269", "#57e389"),
    "python": ("#813d9c", "#dc8add"),
}
INK = ("#241f31", "#f6f5f4")
GRID = ("#deddda", "#4c4a52")


def style():
    def rules(at):
        yield f"text{{fill:{INK[at]}}}.grid{{stroke:{GRID[at]}}}.range{{stroke:{INK[at]}}}"
        for name, colours in COLOURS.items():
            yield f".{name}{{fill:{colours[at]};stroke:{colours[at]}}}"

    return "".join([
        "<style>text{font:12px sans-serif;stroke:none}.title{font-weight:bold}",
        ".end{text-anchor:end}.middle{text-anchor:middle}.grid{stroke-width:1}",
        ".bar{stroke:none}.line{fill:none;stroke-width:2}",
        *rules(0), "@media (prefers-color-scheme:dark){", *rules(1), "}.line{fill:none}</style>",
    ])


def document(height, title, parts):
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'width="{WIDTH}" height="{height}" role="img">',
        f"<title>{escape(title)}</title>",
        style(), *parts, "</svg>", "",
    ])


def text(x, y, words, classes=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{classes}">{escape(words)}</text>'


def line(x1, y1, x2, y2, classes):
    return f'<path d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}" class="{classes}"/>'


def time(usec):
    for unit, scale in (("s", 1e6), ("ms", 1e3)):
        if usec >= scale:
            return f"{usec / scale:g} {unit}"
    return f"{usec:g} µs"


# What a start costs: lines over the memory of the program, in a panel for each figure.

SIZES = {0: "small", 256: "256 MiB", 1024: "1 GiB", 4096: "4 GiB"}

SPAWN_LINES = [
    # benchmark, series, class, name
    ("spawn", "ours-async", "ours", "ours"),
    ("spawn", "gsubprocess-async", "gio", "GSubprocess"),
    ("spawn", "posix", "raw", "posix_spawn ()"),
    ("python", "ours", "python", "ours, in Python"),
    ("python", "asyncio", "asyncio", "asyncio"),
]

PANELS = [
    ("call-usec", "the call holds the caller's thread", 60),
    ("whole-usec", "from the call to the result", 440),
]
PANEL_WIDTH, TOP, BOTTOM = 300, 78, 308


def find_points(by_name, benchmark, prefix, figure):
    """Size's place → median, of what was measured."""
    series = by_name.get(benchmark, {})
    points = {}
    for place, mib in enumerate(SIZES):
        median = series.get(f"{prefix}-{mib}", {}).get(figure, {}).get("median", 0)
        if median > 0:
            points[place] = median
    return points


def draw_line(points, classes, x_of, y_of):
    path = "L".join(f"{x_of(place):.1f} {y_of(value):.1f}" for place, value in points.items())
    yield f'<path d="M{path}" class="{classes} line"/>'
    for place, value in points.items():
        yield (f'<circle cx="{x_of(place):.1f}" cy="{y_of(value):.1f}" r="3.5" class="{classes}">'
               f"<title>{time(round(value, 1))}</title></circle>")


def draw_panel(by_name, figure, title, left, decades):
    low, high = decades

    def x_of(place):
        return left + 25 + place * (PANEL_WIDTH - 50) / (len(SIZES) - 1)

    def y_of(value):
        return BOTTOM - (math.log10(value) - low) / (high - low) * (BOTTOM - TOP)

    yield text(left, TOP - 18, title, "title")
    for power in range(low, high + 1):
        y = y_of(10**power)
        yield line(left, y, left + PANEL_WIDTH, y, "grid")
        yield text(left - 6, y + 4, time(10**power), "end")
    for place, name in enumerate(SIZES.values()):
        yield text(x_of(place), BOTTOM + 18, name, "middle")
    yield text(left + PANEL_WIDTH / 2, BOTTOM + 38, "memory of the program that starts “true”",
               "middle")
    for benchmark, prefix, classes, _ in SPAWN_LINES:
        points = find_points(by_name, benchmark, prefix, figure)
        if points:
            yield from draw_line(points, classes, x_of, y_of)


def plot_spawn(by_name):
    found = [points.values() for benchmark, prefix, _, _ in SPAWN_LINES for figure, _, _ in PANELS
             if (points := find_points(by_name, benchmark, prefix, figure))]
    if not found or "spawn" not in by_name:
        return None

    values = [value for values in found for value in values]
    decades = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    parts = []
    x = 60
    for benchmark, prefix, classes, name in SPAWN_LINES:
        if find_points(by_name, benchmark, prefix, "whole-usec"):
            parts += [line(x, 20, x + 22, 20, f"{classes} line"), text(x + 28, 24, name)]
            x += 50 + 7 * len(name)
    for figure, title, left in PANELS:
        parts += draw_panel(by_name, figure, title, left, decades)
    return document(BOTTOM + 50, "What a start costs, over the memory of the program", parts)


# Throughput: bars, with the least and the greatest.

BARS = [
    # title, benchmark, [series, class, name]
    ("captured into memory", "capture", [
        ("ours", "ours", "ours"),
        ("ours-limit", "ours", "ours, default memory limit"),
        ("gsubprocess", "gio", "GSubprocess"),
        ("keep-large", "raw", "read () loop"),
    ]),
    ("into a file, on tmpfs", "file", [
        ("memory-ours", "ours", "ours"),
        ("memory-direct", "ours", "ours, DIRECT"),
        ("memory-splice", "gio", "splice_async ()"),
        ("memory-shell", "raw", "sh -c 'command > file'"),
    ]),
    ("into a file, on the disk", "file", [
        ("disk-ours", "ours", "ours"),
        ("disk-direct", "ours", "ours, DIRECT"),
        ("disk-splice", "gio", "splice_async ()"),
        ("disk-shell", "raw", "sh -c 'command > file'"),
    ]),
    ("into a file that is not native", "file", [
        ("stream-ours", "ours", "ours"),
        ("stream-splice", "gio", "splice_async ()"),
    ]),
    ("through cat, both ways at once", "input", [
        ("ours", "ours", "ours"),
        ("loop", "raw", "poll () loop"),
    ]),
    ("captured in Python", "python", [
        ("ours-capture", "python", "ours, in Python"),
        ("asyncio-capture", "asyncio", "asyncio"),
    ]),
]
NAME_WIDTH, BAR_WIDTH, BAR_STEP = 190, 460, 20


def find_bars(by_name):
    for title, benchmark, bars in BARS:
        series = by_name.get(benchmark, {})
        found = [(name, classes, series[key]["mib-per-sec"])
                 for key, classes, name in bars if key in series]
        if found:
            yield title, found


def draw_bar(y, name, classes, speed, greatest):
    def x_of(value):
        return NAME_WIDTH + value / greatest * BAR_WIDTH

    yield text(NAME_WIDTH - 8, y + 11, name, "end")
    yield (f'<rect x="{NAME_WIDTH}" y="{y}" width="{x_of(speed["median"]) - NAME_WIDTH:.1f}" '
           f'height="14" class="{classes} bar"/>')
    yield line(x_of(speed["min"]), y + 7, x_of(speed["max"]), y + 7, "range")
    yield text(x_of(speed["max"]) + 8, y + 11, f"{speed['median'] / 1024:.2f} GiB/s")


def plot_throughput(by_name):
    groups = list(find_bars(by_name))
    if not groups:
        return None

    greatest = max(speed["max"] for _, bars in groups for _, _, speed in bars)
    parts = []
    y = 20
    for title, bars in groups:
        parts.append(text(NAME_WIDTH, y, title, "title"))
        y += 8
        for name, classes, speed in bars:
            parts += draw_bar(y, name, classes, speed, greatest)
            y += BAR_STEP
        y += 24
    return document(y - 10, "How fast output is moved", parts)


PLOTS = [
    ("performance-spawn.svg",
     "What a start costs, in lines over the memory of the program: GSubprocess's rise with it",
     plot_spawn),
    ("performance-throughput.svg",
     "How fast output is moved, as bars: into memory, into files, through a command",
     plot_throughput),
]
