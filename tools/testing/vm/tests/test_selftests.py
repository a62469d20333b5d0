# SPDX-License-Identifier: Apache-2.0
"""The runner of kernel selftests, with a guest that does what the test says."""

from __future__ import annotations

import tempfile
import unittest
import unittest.mock
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rig.errors import CommandTimeout, GuestGone, KernelReport, RigError
from rig.guest import Result, Sink
from rig.selftests import Runner, find_scripts

GOOD = "KTAP version 1\n1..1\nok 1 works\n"


@dataclass
class Script:
    """What a script prints, and how it ends."""

    text: str = GOOD
    status: int = 0
    error: Exception | None = None
    left: str = ""


class FakeCommand:
    """A script that has run already."""

    def __init__(self, script: Script) -> None:
        self.script = script

    def wait(self, _timeout: float, sink: Sink) -> Result:
        """Say what the script says."""
        sink("stdout", self.script.text.encode())
        if self.script.error:
            raise self.script.error
        return Result("guest", "script", self.script.status, self.script.text, "")

    def output(self, _stream: str) -> str:
        """What came out before the end."""
        return self.script.text


class FakeConsole:
    """A console with one line."""

    def size(self) -> int:
        """Nothing before the script."""
        return 0

    def text(self, _start: int) -> str:
        """What the kernel said."""
        return "[ 1.0] said by the kernel\n"


@dataclass
class FakeMachine:
    """A guest, and the rig that boots it."""

    scripts: dict[str, Script]
    running: bool = False
    boots: int = 0
    left: str = ""
    console: FakeConsole = field(default_factory=FakeConsole)

    def boot(self) -> None:
        """As Rig.boot."""
        self.running = True
        self.boots += 1

    def power_cut(self) -> None:
        """As Machine.power_cut."""
        self.running = False

    def check_log(self) -> None:
        """Nothing to report."""

    def start(self, argv: list[str]) -> FakeCommand:
        """Start a script."""
        script = self.scripts[Path(argv[0]).stem]
        self.left = script.left
        return FakeCommand(script)

    def run(self, argv: list[str]) -> Result:
        """The checks between scripts."""
        return Result("guest", argv[0], 0, self.left if "leftovers" in argv[0] else "", "")


class Running(unittest.TestCase):
    """Runner"""

    def run_scripts(self, **scripts: Script) -> tuple[str, FakeMachine, list[str]]:
        """Run scripts; the counts, the machine, what was printed."""
        machine: Any = FakeMachine(scripts)
        lines: list[str] = []
        runner = Runner(machine, machine, 10, lines.append)
        runner_module = "rig.selftests.LEFTOVERS_TIMEOUT"
        with unittest.mock.patch(runner_module, 0):
            totals = runner.run_all([Path(f"{name}.sh") for name in scripts])
        return totals.line(), machine, lines

    def test_counts_and_result_lines(self) -> None:
        line, machine, printed = self.run_scripts(
            a=Script(), b=Script("KTAP version 1\n1..0 # SKIP no disk\n", 4))
        self.assertEqual("1 passed, 0 failed, 1 skipped", line)
        self.assertEqual(["KTAP version 1", "1..2"], printed[:2])
        self.assertIn("ok 1 a", printed)
        self.assertEqual("ok 2 b # SKIP no disk", printed[-1])
        self.assertEqual(1, machine.boots)

    def test_a_failure_shows_the_kernel_log(self) -> None:
        line, _, printed = self.run_scripts(a=Script("KTAP version 1\n1..1\nnot ok 1 x\n", 1))
        self.assertEqual("0 passed, 1 failed, 0 skipped", line)
        self.assertIn("  # [ 1.0] said by the kernel", printed)
        self.assertEqual("not ok 1 a", printed[-1])

    def test_what_is_left_behind_is_named_and_the_guest_booted_anew(self) -> None:
        line, machine, printed = self.run_scripts(a=Script(left="device-mapper device x\n"),
                                                  b=Script())
        self.assertEqual("2 passed, 1 failed, 0 skipped", line)
        self.assertIn("  # problem: left behind: device-mapper device x", printed)
        self.assertEqual(2, machine.boots)

    def test_every_bad_end_counts_as_failed_and_the_next_script_runs(self) -> None:
        for error in (CommandTimeout("late"), GuestGone("off"), KernelReport("BUG: x")):
            with self.subTest(type(error).__name__):
                line, machine, printed = self.run_scripts(a=Script(error=error), b=Script())
                self.assertEqual("2 passed, 1 failed, 0 skipped", line)
                self.assertIn(f"  # problem: {error}", printed)
                self.assertEqual(2, machine.boots)


class Finding(unittest.TestCase):
    """find_scripts"""

    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)
        for name in ("01-b.sh", "00-a.sh", "10-c.sh", "lib.sh"):
            (self.directory / name).touch()

    def names(self, *only: str) -> list[str]:
        """Names of the scripts found."""
        return [path.name for path in find_scripts([self.directory], list(only))]

    def test_all_in_order(self) -> None:
        self.assertEqual(["00-a.sh", "01-b.sh", "10-c.sh"], self.names())

    def test_only_some(self) -> None:
        self.assertEqual(["00-a.sh", "10-c.sh"], self.names("10", "00"))

    def test_none_is_an_error(self) -> None:
        with self.assertRaisesRegex(RigError, "that match 77"):
            self.names("77")


if __name__ == "__main__":
    unittest.main()
