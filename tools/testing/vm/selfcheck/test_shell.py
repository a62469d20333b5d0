# SPDX-License-Identifier: Apache-2.0
"""The interactive shell, on a terminal as a person has it."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import time
import unittest

from rig.paths import VM_DIR

WAIT = 600.0
COMMAND = [str(VM_DIR / "dnvme-vm"), "shell", "--no-modules", "--nodes", "2"]
ESCAPE = b"\x1d"


class Shell(unittest.TestCase):
    """Two guests behind one terminal."""

    def setUp(self) -> None:
        self.terminal, inside = pty.openpty()
        self.addCleanup(os.close, self.terminal)
        self.process = subprocess.Popen(COMMAND, stdin=inside, stdout=inside, stderr=inside,
                                        start_new_session=True)
        os.close(inside)
        self.addCleanup(self.end)
        self.seen = b""

    def end(self) -> None:
        """Let no guest of a failed test stay."""
        self.process.terminate()
        self.process.wait(WAIT)

    def expect(self, text: bytes) -> None:
        """Read until text appears, and forget what came before its end."""
        deadline = time.monotonic() + WAIT
        while text not in self.seen:
            self.assertLess(time.monotonic(), deadline, f"no {text!r} in {self.seen!r}")
            if select.select([self.terminal], [], [], 1.0)[0]:
                self.seen += os.read(self.terminal, 65536)
        self.seen = self.seen.partition(text)[2]

    def type(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self.terminal, keys)

    def test_type_switch_and_leave(self) -> None:
        self.expect(b"Try:")
        self.expect(b"node2 (10.77.0.2)")
        self.expect(b"root@node1")
        self.type(b"echo this-is-$(hostname)\r")
        self.expect(b"this-is-node1")
        self.type(ESCAPE + b"2")
        self.expect(b"root@node2")
        self.type(b"echo this-is-$(hostname)\r")
        self.expect(b"this-is-node2")
        self.type(b"sleep 100000\r\x03echo inter''rupted\r")
        self.expect(b"interrupted")
        self.type(b"exit\r")
        self.assertEqual(0, self.process.wait(WAIT))
