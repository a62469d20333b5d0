# SPDX-License-Identifier: Apache-2.0
"""Whatever ends a run: no QEMU, no file stays."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from rig.paths import VM_DIR

WAIT = 300.0
COMMAND = [str(VM_DIR / "dnvme-vm"), "run", "--no-modules", "--",
           "echo running; exec sleep 100000"]


class Cleanup(unittest.TestCase):
    """A run of its own for each way to end."""

    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory(prefix="rig-check.")
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)
        self.environment = {**os.environ, "TMPDIR": directory.name}
        self.run_process = self.start()

    def start(self) -> subprocess.Popen[str]:
        """Start a run and wait until its command runs in the guest."""
        process = subprocess.Popen(COMMAND, env=self.environment, text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(self.end, process)
        assert process.stdout is not None
        self.assertEqual("running\n", process.stdout.readline())
        self.assertEqual(1, len(self.guests()))
        return process

    def end(self, process: subprocess.Popen[str]) -> None:
        """Let no process of a failed test stay."""
        process.kill()
        process.communicate()

    def guests(self) -> list[int]:
        """Processes with the temporary directory of this test in their command line."""
        found = []
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                words = path.read_bytes()
            except OSError:
                continue
            if f"{self.directory}/".encode() in words:
                found.append(int(path.parent.name))
        return found

    def files(self) -> list[str]:
        """What is in the temporary directory."""
        return [path.name for path in self.directory.iterdir()]

    def test_terminated(self) -> None:
        self.run_process.send_signal(signal.SIGTERM)
        self.assertEqual(128 + signal.SIGTERM, self.run_process.wait(WAIT))
        self.assertEqual(([], []), (self.guests(), self.files()))

    def test_interrupted(self) -> None:
        self.run_process.send_signal(signal.SIGINT)
        self.assertEqual(128 + signal.SIGINT, self.run_process.wait(WAIT))
        self.assertEqual(([], []), (self.guests(), self.files()))

    def test_killed(self) -> None:
        self.run_process.kill()
        self.run_process.wait(WAIT)
        deadline = time.monotonic() + WAIT
        while self.guests():
            self.assertLess(time.monotonic(), deadline, "QEMU outlives its rig")
            time.sleep(0.1)
        self.assertEqual(1, len(self.files()))
        subprocess.run([str(VM_DIR / "dnvme-vm"), "clean"], env=self.environment, check=True,
                       stdout=subprocess.DEVNULL)
        self.assertEqual([], self.files())
