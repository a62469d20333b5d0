# SPDX-License-Identifier: Apache-2.0
"""Commands, with this machine in the place of a guest."""

from __future__ import annotations

import subprocess
import tempfile
import unittest
from pathlib import Path

from rig.errors import CommandTimeout, GuestGone
from rig.guest import GUEST_SHARE, Command
from rig.paths import GUEST_DIR


class LocalHost:
    """Runs here what would run in a guest whose share is a directory of ours."""

    name = "local"

    def __init__(self, share: Path) -> None:
        self.share = share
        self.gone = False
        self.processes: list[subprocess.Popen[bytes]] = []

    def start_process(self, argv: list[str]) -> None:
        """As the agent does."""
        here = [word.replace(GUEST_SHARE, str(self.share)) for word in argv]
        self.processes.append(subprocess.Popen(here))

    def watch(self) -> None:
        """As a machine does."""
        if self.gone:
            raise GuestGone("local is switched off")


class Commands(unittest.TestCase):
    """guest.Command and the wrapper that runs in a guest"""

    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.host = LocalHost(Path(directory.name))
        self.addCleanup(self.end_all)

    def end_all(self) -> None:
        """Wait for everything that was started."""
        for process in self.host.processes:
            process.wait()

    def start(self, script: str, stdin: bytes = b"") -> Command:
        """Start a script."""
        command = Command(self.host, script, self.host.share / "exec" / "1")
        command.start(["/bin/bash", "-c", script], stdin, GUEST_DIR / "exec")
        return command

    def test_status_streams_and_input(self) -> None:
        result = self.start("cat; echo bad >&2; exit 9", b"input").wait()
        self.assertEqual((9, "input", "bad\n"), (result.status, result.stdout, result.stderr))
        self.assertFalse(result.ok)

    def test_a_status_that_comes_from_a_signal(self) -> None:
        self.assertEqual(128 + 15, self.start("kill -TERM $$").wait().status)

    def test_everything_reaches_the_sink_once_and_in_order(self) -> None:
        seen: dict[str, bytes] = {"stdout": b"", "stderr": b""}

        def sink(stream: str, data: bytes) -> None:
            seen[stream] += data
        self.start("seq 5000; seq 3 >&2; sleep 0.3; echo end").wait(sink=sink)
        lines = [str(number) for number in range(1, 5001)] + ["end"]
        self.assertEqual(lines, seen["stdout"].decode().split())
        self.assertEqual(b"1\n2\n3\n", seen["stderr"])

    def test_a_background_process_does_not_delay_the_end(self) -> None:
        command = self.start("sleep 54321 & echo started")
        self.assertEqual("started\n", command.wait().stdout)
        command.kill()

    def test_time_out_shows_what_was_written_and_kills_all(self) -> None:
        command = self.start("echo so far; sleep 1000 & sleep 1000")
        with self.assertRaisesRegex(CommandTimeout, "(?s)within 1 s.*so far"):
            command.wait(timeout=1)
        self.end_all()
        self.assertEqual(128 + 9, command.result().status)

    def test_a_guest_that_is_gone_ends_the_wait(self) -> None:
        command = self.start("sleep 1000")
        while not (command.directory / "pid").exists():
            self.assertIsNone(self.host.processes[0].poll())
        self.host.gone = True
        with self.assertRaises(GuestGone):
            command.wait()
        command.kill()

    def test_pid_leads_the_session_of_all_that_was_started(self) -> None:
        command = self.start("ps -o sid= -p $$; ps -o sid= -p $PPID")
        own, above = command.wait().stdout.split()
        pid = (command.directory / "pid").read_text(encoding="ascii").strip()
        self.assertEqual(pid, own)
        self.assertNotEqual(pid, above)


if __name__ == "__main__":
    unittest.main()
