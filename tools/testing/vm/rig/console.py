# SPDX-License-Identifier: Apache-2.0
"""Kernel logs: find what no test may let pass."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from pathlib import Path

# First lines of what a kernel prints when something is wrong with it.
REPORTS = re.compile("|".join([
    r"------------\[ cut here \]------------",
    r"\bBUG: ",
    r"\bkernel BUG at ",
    r"\bOops: ",
    r"\bOops\b.*\[#\d+\]",
    r"\bKernel panic - not syncing",
    r"\bgeneral protection fault\b",
    r"\bunable to handle kernel\b",
    r"\bWARNING: .*(?:at |lock|deadlock|suspicious|inconsistent|irq)",
    r"\bINFO: task .* blocked for more than",
    r"\bINFO: (?:rcu_\w+ |rcu: )?.*(?:self-detected stall|detected stalls|stall on)",
    r"\brcu: INFO: ",
    r"\bINFO: possible recursive locking",
    r"\bINFO: trying to register non-static key",
    r"\bpossible circular locking dependency",
    r"\bsuspicious RCU usage",
    r"\bUBSAN: ",
    r"\bKASAN: ",
    r"\bKCSAN: ",
    r"\bkmemleak: \d+ new suspected memory leaks",
    r"\bsoft lockup - CPU#",
    r"\bhard LOCKUP",
    r"\bworkqueue lockup",
    r"\bdouble fault\b",
    r"\bBad page state\b",
    r"\bsleeping function called from invalid context",
    r"\bscheduling while atomic",
    r"\brefcount_t: ",
    r"\blist_(?:add|del) corruption",
    r"\bINFO: lockdep is turned off",
    r"\bOut of memory: Killed process",
]))
REPORT_END = re.compile(r"---\[ end (?:trace|Kernel panic)|\] =+$")
CONTEXT_LINES = 60
SETTLE_PAUSE = 0.3
SETTLE_ROUNDS = 30


@dataclass(frozen=True)
class Allowed:
    """A report that is expected, and why. The pattern is searched in the whole report."""

    pattern: str
    reason: str


def find_reports(text: str, allowed: list[Allowed] | None = None) -> list[str]:
    """The reports in a kernel log, each with the lines that belong to it."""
    lines = text.splitlines()
    reports = []
    position = 0
    while position < len(lines):
        if not REPORTS.search(lines[position]):
            position += 1
            continue
        end = report_end(lines, position)
        reports.append("\n".join(lines[position:end]))
        position = end
    return [report for report in reports if not is_allowed(report, allowed or [])]


def report_end(lines: list[str], start: int) -> int:
    """The line after a report: after its end mark, or so many lines on."""
    limit = min(start + CONTEXT_LINES, len(lines))
    for position in range(start + 1, limit):
        if REPORT_END.search(lines[position]):
            return position + 1
    return limit


def is_allowed(report: str, allowed: list[Allowed]) -> bool:
    """Whether the report is one that was announced."""
    return any(re.search(entry.pattern, report) for entry in allowed)


class ConsoleLog:
    """A guest's console, read as it grows."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.checked = 0
        self.allowed: list[Allowed] = []

    def text(self, start: int = 0) -> str:
        """The log from a byte offset on."""
        if not self.path.exists():
            return ""
        with open(self.path, "rb") as file:
            file.seek(start)
            return file.read().decode(errors="replace").replace("\r", "")

    def size(self) -> int:
        """The offset at which the next line will be written."""
        return self.path.stat().st_size if self.path.exists() else 0

    def new_reports(self) -> list[str]:
        """Reports since the last call."""
        if not find_reports(self.text(self.checked)):
            self.checked = self._last_line_end()
            return []
        self._settle()
        start, self.checked = self.checked, self.size()
        return find_reports(self.text(start), self.allowed)

    def _settle(self) -> None:
        """Wait until a report that is being printed is whole."""
        for _ in range(SETTLE_ROUNDS):
            before = self.size()
            time.sleep(SETTLE_PAUSE)
            if self.size() == before:
                return

    def _last_line_end(self) -> int:
        """The offset up to which there are only finished lines."""
        if not self.path.exists():
            return 0
        with open(self.path, "rb") as file:
            file.seek(self.checked)
            return self.checked + file.read().rfind(b"\n") + 1
