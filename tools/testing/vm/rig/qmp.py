# SPDX-License-Identifier: Apache-2.0
"""QEMU's monitor: pause, resume, links, status."""

from __future__ import annotations

import itertools
import threading
from pathlib import Path

from rig.channel import Channel, Message
from rig.errors import RigError

TIMEOUT = 120.0


class Monitor:
    """A connection to one QEMU's monitor."""

    def __init__(self, path: Path) -> None:
        self.lock = threading.Lock()
        self.numbers = itertools.count(1)
        self.channel = Channel(path, TIMEOUT)
        self.channel.receive(TIMEOUT)  # the greeting
        self.call("qmp_capabilities")

    def call(self, command: str, **arguments: object) -> Message:
        """Run a monitor command and return its answer; what else comes, such as events and late
        answers to requests that were given up, is of no interest."""
        with self.lock:
            number = next(self.numbers)
            self.channel.send({"execute": command, "arguments": arguments, "id": number})
            answer = self.channel.receive(TIMEOUT)
            while answer.get("id") != number:
                answer = self.channel.receive(TIMEOUT)
        if "error" in answer:
            raise RigError(f"QEMU refused {command}: {answer['error'].get('desc')}")
        return answer

    def close(self) -> None:
        """Hang up."""
        self.channel.close()
