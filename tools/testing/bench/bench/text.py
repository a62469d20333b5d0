# SPDX-License-Identifier: Apache-2.0
"""Tables on the terminal and in Markdown, and what all reports begin with. Pure but for facts()."""

from __future__ import annotations

import datetime
import subprocess

from bench import SOURCE

Rows = list[list[str]]


def columns(heading: list[str], rows: Rows) -> str:
    """A table for the terminal."""
    widths = [max(len(cell) for cell in column) for column in zip(heading, *rows, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
             for row in (heading, *rows))
    return "\n".join(lines)


def markdown(heading: list[str], rows: Rows) -> str:
    """The same table in Markdown."""
    lines = [heading, ["---"] * len(heading), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def ask(*command: str) -> str:
    """What a command of the tree says."""
    return subprocess.run(command, cwd=SOURCE, stdout=subprocess.PIPE, text=True,
                          check=True).stdout.strip()


def facts(kernels: list[str]) -> str:
    """Date, commit and kernels, as the first table of a report."""
    today = datetime.datetime.now(datetime.timezone.utc).date()
    releases = [ask("tools/setup/stock-kernel", "release", kernel) for kernel in kernels]
    return markdown(["what", "value"], [
        ["date", today.isoformat()], ["commit", ask("git", "rev-parse", "--short", "HEAD")],
        ["kernels", ", ".join(releases)], ["machine", "guest of the rig under TCG"]])


def report(title: str, kernels: list[str], *parts: str) -> str:
    """A whole file for Documentation/evidence."""
    head = "<!-- SPDX-License-Identifier: Apache-2.0 -->"
    return "\n\n".join([f"{head}\n# {title}", facts(kernels), *parts]) + "\n"
