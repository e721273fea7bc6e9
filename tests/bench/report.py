#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Writes the figures of doc/performance.md, and its plots, from the benchmarks' logs.

Usage: tests/bench/report.py [--page PAGE] [--images FOLDER] LOG…

A LOG is one of Meson's (meson-logs/benchmarklog*.json or .txt), or whatever else has
the lines of JSON that the benchmarks print; of those of one benchmark the last one
counts. What stands in PAGE between the two markers is replaced; the plots of what
was measured are written into FOLDER. Run it on the machine that was measured, with
the logs where Meson left them: it looks up what the machine is.
"""

import argparse
import json
import os
import pathlib
import re
import sys

import report_plot

DOC = pathlib.Path(__file__).resolve().parents[2] / "doc"
BEGIN = "<!-- figures: made by tests/bench/report.py -->"
END = "<!-- end of figures -->"

# The earlier issues' figures come of at least so many rounds.
LEAST_ROUNDS = 9

TITLES = {
    "spawn": "Starting",
    "capture": "1 GiB into memory",
    "file": "1 GiB into a file",
    "input": "1 GiB through `cat`",
    "lines": "A million lines",
    "ticker": "A window beside much output",
    "jobs": "A window beside many lines, and many commands",
    "gtk": "The GTK application beside many lines",
    "python": "In Python",
}

OURS, GIO, RAW, ASYNCIO = COLUMNS = ("ours", "GSubprocess, GIO", "raw system calls", "asyncio")
CONTENDERS = {
    GIO: re.compile("gsubprocess|splice|data-input-stream"),
    RAW: re.compile("posix|keep|discard|loop|shell|nothing|bare|pipeline"),
    ASYNCIO: re.compile("asyncio"),
}


def read_lines(text):
    """The benchmarks' lines of JSON, also those inside Meson's own."""
    for line in text.splitlines():
        if not line.startswith("{"):
            continue
        try:
            found = json.loads(line)
        except json.JSONDecodeError:
            continue
        if "benchmark" in found:
            yield found
        elif "stdout" in found:
            yield from read_lines(found["stdout"])


def read_logs(paths):
    found = {}
    for path in paths:
        for run in read_lines(path.read_text(errors="replace")):
            found[run["benchmark"]] = run
    order = list(TITLES)
    return sorted(found.values(), key=lambda run: order.index(run["benchmark"]))


# The machine.


def file_system_of(path):
    path = os.path.realpath(path)
    best = ("", "unknown")
    for line in pathlib.Path("/proc/mounts").read_text().splitlines():
        folder, kind = line.split(" ")[1:3]
        inside = path == folder or path.startswith(folder.rstrip("/") + "/")
        if inside and len(folder) >= len(best[0]):
            best = (folder, kind)
    return best[1]


def get_field(path, name):
    found = re.search(rf"^{name}\s*:\s*(.*)$", pathlib.Path(path).read_text(), re.M)
    return found[1] if found else "unknown"


def describe_machine(folder):
    disk = file_system_of(folder)
    memory_kib = int(get_field("/proc/meminfo", "MemTotal").split()[0])
    return {
        "processors": f"{os.cpu_count()} × {get_field('/proc/cpuinfo', 'model name')}",
        "memory": f"{memory_kib / 1024**2:.1f} GiB",
        "kernel": f"{os.uname().sysname} {os.uname().release}, {os.uname().machine}",
        "file systems": f"{file_system_of('/dev/shm')} (“tmpfs”), {disk} (“disk”)",
    }


def spread(values):
    """The different values, in their order."""
    return ", ".join(dict.fromkeys(str(value) for value in values))


def describe_runs(runs):
    optimized = all(run.get("optimized", True) for run in runs)
    facts = {
        "GLib": spread(run["glib"] for run in runs if "glib" in run),
        "compiler": spread(run["compiler"] for run in runs if "compiler" in run)
        + ("" if optimized else " (**not optimized**)"),
        "Python": spread(run["python"] for run in runs if "python" in run),
        "date": spread(sorted(run["date"][:10] for run in runs)),
        "rounds": spread(run["rounds"] for run in runs),
    }
    if any(run["rounds"] < LEAST_ROUNDS for run in runs):
        facts["rounds"] += " (**a quick look**: they do not count)"
    return {name: value for name, value in facts.items() if value}


# Tables.


def number(value):
    if 0 < abs(value) < 0.1:
        return f"{value:.1g}"
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:,.{digits}f}"


def target_of(row):
    if "met" not in row:
        return ""
    bar = f"≥ {row['at-least']:g}" if "at-least" in row else f"≤ {row['at-most']:g}"
    return f"{bar} {'met' if row['met'] else '**missed**'}"


def escape(text):
    return text.replace("|", "\\|").replace("<", "&lt;").replace(">", "&gt;")


def table(head, rows):
    yield "| " + " | ".join(head) + " |"
    yield "|---" * len(head) + "|"
    for row in rows:
        yield "| " + " | ".join(row) + " |"


def contender_of(series):
    for name, expression in CONTENDERS.items():
        if expression.search(series):
            return name
    return OURS


def cell(row):
    value = number(row["median"])
    if "ratio-to" in row:
        value += " ×"
    elif "more-than" in row and row["median"] >= 0:
        value = "+" + value
    parts = [f"{value} ({number(row['min'])} – {number(row['max'])})", target_of(row)]
    return "<br>".join(part for part in parts if part)


def groups_of(rows):
    """Each row with those that are indented below it."""
    groups = []
    for row in rows:
        if row["label"].startswith(" ") and groups:
            groups[-1][1].append(row)
        else:
            groups.append((row, []))
    return groups


def column_of(row):
    """Where a row stands: what it is compared with, if that is not ours as well."""
    return contender_of(row.get("ratio-to") or row.get("more-than") or row["series"])


def label_of(parent, row):
    return parent["label"] if row is parent else f"{parent['label']}: {row['label'].strip()}"


def lines_of(parent, children):
    """What is ours of a group: its figure, with the comparisons that find a place beside
    it; the others on lines of their own. Those that have a target come first."""
    lines = [(parent["label"], {column_of(parent): parent})]
    for row in sorted(children, key=lambda row: "met" not in row):
        column = column_of(row)
        if column != OURS and column not in lines[0][1]:
            lines[0][1][column] = row
        else:
            lines.append((label_of(parent, row), {column: row}))
    return lines


def compare(runs):
    """The one table, of all that is ours."""
    rows = []
    for run in runs:
        for parent, children in groups_of(run["rows"]):
            if contender_of(parent["series"]) != OURS:
                continue
            for label, cells in lines_of(parent, children):
                found = [cell(cells[name]) if name in cells else "" for name in COLUMNS]
                rows.append([f"`{run['benchmark']}`", escape(label), *found])
    return table(["benchmark", "what", *COLUMNS], rows)


def details(run):
    rows = []
    for row in run["rows"]:
        label = ("… " if row["label"].startswith(" ") else "") + row["label"].strip()
        figures = [number(row[name]) for name in ("median", "min", "max")]
        rows.append([escape(label), *figures, target_of(row)])
    yield f"### {TITLES[run['benchmark']]} (`{run['benchmark']}`)"
    yield ""
    yield from table(["", "median", "least", "greatest", "target"], rows)


def find_targets(runs):
    """Each row that has one, with its full name."""
    for run in runs:
        for parent, children in groups_of(run["rows"]):
            for row in [parent, *children]:
                if "met" in row:
                    yield f"`{run['benchmark']}`, {escape(label_of(parent, row))}", row


def summarize(runs):
    targets = list(find_targets(runs))
    missed = [(name, row) for name, row in targets if not row["met"]]
    yield f"{len(targets) - len(missed)} of {len(targets)} targets are met."
    if missed:
        yield "Missed are"
        yield ""
        for name, row in missed:
            yield f"- {name}: {number(row['median'])}, {target_of(row)}"


def write_figures(runs, machine, images):
    yield "## The machine"
    yield ""
    yield from table(["", ""], (machine | describe_runs(runs)).items())
    yield ""
    for name, text in images.items():
        yield f"![{text}](images/{name})"
        yield ""
    yield "## Beside others"
    yield ""
    yield from summarize(runs)
    yield ""
    yield from compare(runs)
    yield ""
    yield "## All figures"
    for run in runs:
        yield ""
        yield from details(run)


def plot(runs, folder):
    """Gives name → what is seen, of the plots that could be made."""
    by_name = {run["benchmark"]: run["series"] for run in runs}
    images = {}
    for name, text, make in report_plot.PLOTS:
        svg = make(by_name)
        if svg is not None:
            (folder / name).write_text(svg)
            images[name] = text
    return images


def replace_figures(page, lines):
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        sys.exit(f"the page has no “{BEGIN}” or no “{END}”")
    return "".join([before, begin, "\n\n", "\n".join(lines), "\n\n", end, after])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--page", type=pathlib.Path, default=DOC / "performance.md")
    parser.add_argument("--images", type=pathlib.Path, default=DOC / "images")
    parser.add_argument("logs", metavar="LOG", type=pathlib.Path, nargs="+")
    args = parser.parse_args()

    runs = read_logs(args.logs)
    if not runs:
        sys.exit("no log has a benchmark's line of JSON")
    machine = describe_machine(args.logs[0].resolve().parent)
    images = plot(runs, args.images)
    lines = write_figures(runs, machine, images)
    args.page.write_text(replace_figures(args.page.read_text(), lines))


if __name__ == "__main__":
    main()
