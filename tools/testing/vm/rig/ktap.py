# SPDX-License-Identifier: Apache-2.0
"""Read KTAP and judge a test program by it: what is missing counts as failed, not as passed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

VERSION = re.compile(r"KTAP version 1$|TAP version 1[34]$")
PLAN = re.compile(r"1\.\.(\d+)(?:\s+#\s*SKIP\b\s*(.*))?$", re.IGNORECASE)
RESULT = re.compile(r"(not )?ok\b(?:\s+(\d+))?(?:\s+-)?\s*(.*)$")
DIRECTIVE = re.compile(r"#\s*(SKIP|XFAIL|TODO|TIMEOUT|ERROR)\b:?\s*(.*)$", re.IGNORECASE)
BAIL_OUT = re.compile(r"Bail out!\s*(.*)$")

EXIT_PASS, EXIT_FAIL, EXIT_SKIP = 0, 1, 4


@dataclass(frozen=True)
class Case:
    """One result line."""

    number: int | None
    name: str
    ok: bool
    skipped: bool = False


@dataclass
class Report:
    """What a test program printed, on its own level of nesting."""

    version_seen: bool = False
    plan: int | None = None
    skip_reason: str | None = None
    cases: list[Case] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def passed(self) -> int:
        """Cases that ran and succeeded."""
        return sum(case.ok and not case.skipped for case in self.cases)

    @property
    def failed(self) -> int:
        """Cases that failed, and whatever else is wrong."""
        return sum(not case.ok for case in self.cases) + len(self.problems)

    @property
    def skipped(self) -> int:
        """Cases that did not run; a program that skips all counts as one."""
        return sum(case.ok and case.skipped for case in self.cases) + (self.skip_reason is not None)


def parse(text: str) -> Report:
    """Read the output of a test program. Indented lines belong to subtests, whose outcome is in
    a result line of ours; other lines are diagnostics."""
    report = Report()
    for line in text.splitlines():
        read_line(report, line.rstrip())
    check_plan(report)
    return report


def read_line(report: Report, line: str) -> None:
    """Take one line into the report."""
    if VERSION.match(line):
        report.version_seen = True
    elif match := PLAN.match(line):
        read_plan(report, int(match.group(1)), match.group(2))
    elif match := BAIL_OUT.match(line):
        report.problems.append(f"bailed out: {match.group(1)}")
    elif match := RESULT.match(line):
        report.cases.append(read_case(match))


def read_plan(report: Report, count: int, reason: str | None) -> None:
    """Take the plan into the report."""
    if report.plan is not None:
        report.problems.append("more than one plan")
    report.plan = count
    if count == 0:
        report.skip_reason = reason or ""


def read_case(match: re.Match[str]) -> Case:
    """A case from its result line."""
    name, ok = match.group(3), match.group(1) is None
    number = int(match.group(2)) if match.group(2) else None
    directive = DIRECTIVE.search(name)
    if directive is None:
        return Case(number, name, ok)
    kind = directive.group(1).upper()
    name = name[:directive.start()].strip()
    if kind in ("TIMEOUT", "ERROR"):
        return Case(number, name, False)
    return Case(number, name, ok or kind in ("XFAIL", "TODO"), kind != "ERROR")


def check_plan(report: Report) -> None:
    """Note what does not fit together."""
    if not report.version_seen and report.skip_reason is None:
        report.problems.append("no KTAP version line")
    if report.plan is None:
        report.problems.append(f"no plan: ended early after {len(report.cases)} results?")
    elif report.plan != len(report.cases):
        report.problems.append(f"planned {report.plan} tests but reported {len(report.cases)}")
    if report.skip_reason == "":
        report.problems.append("skipped without a reason")
    for position, case in enumerate(report.cases, 1):
        if case.number not in (None, position):
            report.problems.append(f"result {position} says that it is number {case.number}")


def judge(text: str, status: int) -> Report:
    """The report of a program that ended with this status: both must say the same."""
    report = parse(text)
    failed_cases = any(not case.ok for case in report.cases)
    if status == EXIT_PASS and failed_cases:
        report.problems.append("exit status 0 although a test failed")
    elif status == EXIT_SKIP and report.skip_reason is None:
        report.problems.append("exit status 4 (skip) without a plan that says why")
    elif status == EXIT_FAIL and not failed_cases and not report.problems:
        report.problems.append("exit status 1 although no test failed")
    elif status not in (EXIT_PASS, EXIT_FAIL, EXIT_SKIP):
        report.problems.append(f"exit status {status}: crashed?")
    return report


def cut_short(text: str, why: str) -> Report:
    """The report of a program that did not get to its end."""
    report = parse(text)
    report.problems.insert(0, why)
    return report
