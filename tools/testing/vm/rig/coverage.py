# SPDX-License-Identifier: Apache-2.0
"""Which lines of the modules ran: what the kernel counted, put together with what the compiler
left beside the objects."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

# How often each line ran, by file and line number.
Lines = dict[str, dict[int, int]]


def collect(objects: Path, counts: Path) -> Lines:
    """What one run counted: counts has the .gcda files, in a folder for each boot if there were
    several; objects has the .gcno files of the build."""
    lines: Lines = defaultdict(lambda: defaultdict(int))
    with tempfile.TemporaryDirectory() as directory:
        for gcda in sorted(counts.rglob("*.gcda")):
            add_object(lines, objects, gcda, Path(directory))
    return lines


def add_object(lines: Lines, objects: Path, gcda: Path, directory: Path) -> None:
    """Add what one object file counted. Inlined functions of headers are in several."""
    gcno = objects / own_place(gcda).with_suffix(".gcno")
    if not gcno.exists():
        return
    shutil.copy2(gcno, directory)
    shutil.copy2(gcda, directory)
    subprocess.run(["gcov", "--json-format", gcda.name], cwd=directory, check=True,
                   stdout=subprocess.DEVNULL)
    for report in directory.glob("*.gcov.json.gz"):
        with gzip.open(report, "rt", encoding="utf-8") as file:
            add_report(lines, json.load(file))
        report.unlink()


def own_place(gcda: Path) -> Path:
    """Where an object of ours is below the build's sources: two modules may have equal names."""
    names = gcda.parts
    return Path(*names[len(names) - 1 - names[::-1].index("kernel"):])


def add_report(lines: Lines, report: dict[str, Any]) -> None:
    """Add gcov's report, without the kernel's headers and the tests themselves."""
    for file in report["files"]:
        name = own_name(file["file"])
        if name is None:
            continue
        for line in file["lines"]:
            lines[name][line["line_number"]] += line["count"]


def own_name(path: str) -> str | None:
    """A source file of ours by its path under kernel/; None for any other."""
    _, found, name = os.path.normpath(path).rpartition("/src/kernel/")
    if not found or "/tests/" in name:
        return None
    return name


def save(lines: Lines, path: Path) -> None:
    """Keep what a run covered."""
    path.write_text(json.dumps(lines), encoding="utf-8")


def load(path: Path) -> Lines:
    """What a run covered that was kept; nothing if none was."""
    if not path.exists():
        return {}
    kept: dict[str, dict[str, int]] = json.loads(path.read_text(encoding="utf-8"))
    return {name: {int(number): count for number, count in counts.items()}
            for name, counts in kept.items()}


def merge(runs: list[Lines]) -> Lines:
    """What several runs covered together."""
    lines: Lines = defaultdict(lambda: defaultdict(int))
    for run in runs:
        for name, counts in run.items():
            for number, count in counts.items():
                lines[name][number] += count
    return lines


def table(lines: Lines) -> str:
    """A line for each file, its lines that did not run, and the total."""
    rows = [("file", "lines", "ran", "percent", "did not run")]
    for name in sorted(lines):
        missed = [number for number, count in sorted(lines[name].items()) if not count]
        rows.append(row(name, len(lines[name]), len(missed), ranges(missed)))
    total = sum(len(counts) for counts in lines.values())
    missed_total = sum(not count for counts in lines.values() for count in counts.values())
    rows.append(row("total", total, missed_total, ""))
    width = max(len(name) for name, *_ in rows)
    return "".join(f"{name:{width}} {total:>5} {ran:>5} {percent:>8}  {missed}".rstrip() + "\n"
                   for name, total, ran, percent, missed in rows)


def row(name: str, total: int, missed: int, where: str) -> tuple[str, str, str, str, str]:
    """One row of the table."""
    ran = total - missed
    return name, str(total), str(ran), f"{100 * ran / max(total, 1):.1f} %", where


def ranges(numbers: list[int]) -> str:
    """Line numbers in ascending order, neighbours as a range."""
    groups: list[list[int]] = []
    for number in numbers:
        if groups and number == groups[-1][-1] + 1:
            groups[-1].append(number)
        else:
            groups.append([number])
    return ", ".join(str(group[0]) if len(group) == 1 else f"{group[0]}-{group[-1]}"
                     for group in groups)
