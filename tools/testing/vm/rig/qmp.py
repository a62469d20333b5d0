# SPDX-License-Identifier: Apache-2.0
"""QEMU's monitor: pause, resume, links, status."""

from __future__ import annotations

import threading
from pathlib import Path

from rig.channel import Channel, Message
from rig.errors import RigError

TIMEOUT = 120.0


class Monitor:
    """A connection to one QEMU's monitor."""

    def __init__(self, path: Path) -> None:
        self.lock = threading.Lock()
        self.channel = Channel(path, TIMEOUT)
        self.channel.receive(TIMEOUT)  # the greeting
        self.call("qmp_capabilities")

    def call(self, command: str, **arguments: object) -> Message:
        """Run a monitor command and return its answer; events in between are of no interest."""
        request: Message = {"execute": command, "arguments": arguments}
        with self.lock:
            self.channel.send(request)
            while True:
                answer = self.channel.receive(TIMEOUT)
                if "error" in answer:
                    raise RigError(f"QEMU refused {command}: {answer['error'].get('desc')}")
                if "return" in answer:
                    return answer

    def close(self) -> None:
        """Hang up."""
        self.channel.close()
