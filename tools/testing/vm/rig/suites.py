# SPDX-License-Identifier: Apache-2.0
"""What KUnit printed: results inside results, counted at the innermost level."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

LINE = re.compile(r"(?P<indent> *)(?:(?P<plan>1\.\.(?P<count>\d+))|"
                  r"(?P<result>(?P<bad>not )?ok (?P<number>\d+)(?: -)? ?(?P<name>.*)))$")
SKIP = re.compile(r"# SKIP\b", re.IGNORECASE)


@dataclass
class Totals:
    """Results that have no results inside them, and what is wrong with the rest."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    problems: list[str] = field(default_factory=list)

    def add(self, other: Totals) -> None:
        """Count another's results too."""
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped
        self.problems += other.problems


@dataclass
class Level:
    """What was printed so far at one indentation, since the last result further out."""

    indent: int
    plan: int | None = None
    results: int = 0
    totals: Totals = field(default_factory=Totals)


def parse(log: str) -> Totals:
    """Count a kernel log's results; a log without any is a problem."""
    levels: list[Level] = []
    for line in log.splitlines():
        match = LINE.match(line)
        if match:
            take(levels, match)
    top = close(levels, 0)
    if levels or not top.passed + top.failed + top.skipped:
        top.problems.append("there are no results, or they are cut off")
    return top


def take(levels: list[Level], match: re.Match[str]) -> None:
    """Take one line."""
    indent = len(match["indent"])
    if match["plan"]:
        level = at(levels, indent)
        # Each module plans its own suites.
        level.plan = (level.plan or 0) + int(match["count"])
        return
    inner = close(levels, indent + 1)
    level = at(levels, indent)
    level.results += 1
    level.totals.add(judge(match, inner))


def judge(match: re.Match[str], inner: Totals) -> Totals:
    """One result, by the results inside it if there are any."""
    bad = match["bad"] is not None
    if not inner.passed + inner.failed + inner.skipped:
        skipped = SKIP.search(match["name"]) is not None
        inner.add(Totals(int(not bad and not skipped), int(bad), int(skipped)))
    elif bad and not inner.failed:
        inner.problems.append(f"{match['name']} failed, but nothing in it")
    return inner


def at(levels: list[Level], indent: int) -> Level:
    """The level of an indentation."""
    if not levels or levels[-1].indent < indent:
        levels.append(Level(indent))
    return levels[-1]


def close(levels: list[Level], indent: int) -> Totals:
    """End all levels from this indentation on; returns what they counted."""
    totals = Totals()
    while levels and levels[-1].indent >= indent:
        level = levels.pop()
        totals.add(level.totals)
        if level.plan is not None and level.plan != level.results:
            totals.problems.append(f"planned {level.plan} tests, but {level.results} ended")
    return totals
