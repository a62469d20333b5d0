# SPDX-License-Identifier: Apache-2.0
"""Run kernel selftests in a guest: KTAP out, every script judged, nothing may be left behind."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable

from rig import ktap
from rig.errors import CommandTimeout, GuestGone, KernelReport, RigError
from rig.guest import GUEST_SHARE
from rig.machine import Machine
from rig.paths import GUEST_DIR, SOURCE
from rig.session import Rig

SELFTESTS = SOURCE / "tools" / "testing" / "selftests"
LEFTOVERS_TIMEOUT = 30.0
INDENT = "  "

Print = Callable[[str], None]


@dataclass
class Totals:
    """The sums over all scripts."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def add(self, report: ktap.Report) -> None:
        """Count one script's results."""
        self.passed += report.passed
        self.failed += report.failed
        self.skipped += report.skipped

    def line(self) -> str:
        """The last line of a test runner."""
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def all_directories() -> list[Path]:
    """One for each group of modules."""
    return sorted(path for path in SELFTESTS.iterdir() if path.is_dir())


def find_scripts(directories: list[Path], only: list[str]) -> list[Path]:
    """The scripts of directories in order, or those with the given numbers or names."""
    scripts = [script for directory in directories
               for script in sorted(directory.glob("[0-9][0-9]-*.sh"))]
    if only:
        scripts = [s for s in scripts if any(s.name.startswith(wanted) for wanted in only)]
    if not scripts:
        wanted = f" that match {', '.join(only)}" if only else ""
        places = ", ".join(map(str, directories))
        raise RigError(f"there are no selftests NN-name.sh{wanted} in {places}")
    return scripts


@dataclass
class LinePrinter:
    """Prints whole lines, indented, as they come in."""

    out: Print
    rest: bytes = field(default=b"")

    def __call__(self, _stream: str, data: bytes) -> None:
        *lines, self.rest = (self.rest + data).split(b"\n")
        for line in lines:
            self.out(INDENT + line.decode(errors="replace"))

    def finish(self) -> None:
        """Print a last line that has no end."""
        if self.rest:
            self("stdout", b"\n")


class Runner:
    """Runs scripts one after the other in one guest, which is booted anew after a bad end."""

    # Whether the modules count which lines run: what each boot counted is kept in results/gcov.
    counts_lines = False

    def __init__(self, rig: Rig, machine: Machine, timeout: float, out: Print) -> None:
        self.rig = rig
        self.machine = machine
        self.timeout = timeout
        self.out = out
        self.totals = Totals()
        self.boots = 0

    def run_all(self, scripts: list[Path]) -> Totals:
        """Run all scripts and print KTAP."""
        self.out("KTAP version 1")
        self.out(f"1..{len(scripts)}")
        for number, script in enumerate(scripts, 1):
            report = self.run_script(script)
            self.totals.add(report)
            self.out(summary_line(number, script.stem, report))
        return self.totals

    def run_script(self, script: Path) -> ktap.Report:
        """Run one script; never raises for what the script or the kernel does."""
        self._make_ready()
        log_start = self.machine.console.size()
        began = time.monotonic()
        report = self._execute(script)
        self._comment(f"{time.monotonic() - began:.0f} s")
        if report.failed:
            self._show_failure(report, log_start)
        return report

    def _make_ready(self) -> None:
        if not self.machine.running:
            self.rig.boot()
            self.boots += 1
            self.machine.run([str(GUEST_DIR / "kmemleak"), "clear"])

    def _execute(self, script: Path) -> ktap.Report:
        command = self.machine.start([str(script)])
        printer = LinePrinter(self.out)
        try:
            result = command.wait(self.timeout, printer)
            report = ktap.judge(result.stdout, result.status)
            report.problems += self._traces_left()
        except (CommandTimeout, GuestGone, KernelReport) as error:
            report = ktap.cut_short(command.output("stdout"), first_lines(str(error)))
            self.machine.power_cut()
        printer.finish()
        return report

    def _traces_left(self) -> list[str]:
        """What the script left behind; the guest is of no use for others then."""
        self.machine.check_log()
        left = self._wait_until_clean().splitlines()
        leaks = self.machine.run([str(GUEST_DIR / "kmemleak"), "scan"]).stdout
        self.machine.check_log()
        if self.counts_lines:
            self.machine.run([str(GUEST_DIR / "gcov"), f"{GUEST_SHARE}/results/gcov/{self.boots}"])
        problems = [f"left behind: {thing}" for thing in left]
        if leaks:
            problems.append(f"leaked memory:\n{leaks}")
        if problems:
            self.machine.power_cut()
        return problems

    def _wait_until_clean(self) -> str:
        """What is still there after the kernel had time to let go."""
        deadline = time.monotonic() + LEFTOVERS_TIMEOUT
        while True:
            left = self.machine.run([str(GUEST_DIR / "leftovers")]).stdout
            if not left or time.monotonic() > deadline:
                return left

    def _show_failure(self, report: ktap.Report, log_start: int) -> None:
        for problem in report.problems:
            self._comment("problem: " + problem)
        self._comment("kernel log of this script:\n" + self.machine.console.text(log_start))

    def _comment(self, text: str) -> None:
        for line in text.rstrip().splitlines():
            self.out(f"{INDENT}# {line}")


def first_lines(text: str) -> str:
    """What was wrong, without what the kernel log shows anyway."""
    return "\n".join(text.splitlines()[:2])


def summary_line(number: int, name: str, report: ktap.Report) -> str:
    """The result line of a whole script."""
    if report.failed:
        return f"not ok {number} {name}"
    if report.skip_reason is not None:
        return f"ok {number} {name} # SKIP {report.skip_reason}"
    return f"ok {number} {name}"
