# SPDX-License-Identifier: Apache-2.0
"""JSON lines over a unix socket: what QEMU's monitor and its guest agent both speak."""

from __future__ import annotations

import json
import socket
import time
from pathlib import Path
from typing import Any

from rig.errors import RigError

Message = dict[str, Any]


class Channel:
    """One connection. Not for several threads at once: its users hold a lock."""

    def __init__(self, path: Path, timeout: float) -> None:
        self.path = path
        self.buffer = b""
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(timeout)
        self.socket.connect(str(path))

    def send(self, message: Message, prefix: bytes = b"") -> None:
        """Send one message."""
        self.socket.sendall(prefix + json.dumps(message).encode() + b"\n")

    def receive(self, timeout: float) -> Message:
        """The next message; RigError if none comes in time or ever."""
        deadline = time.monotonic() + timeout
        while b"\n" not in self.buffer:
            self.buffer += self._read(max(deadline - time.monotonic(), 0.001))
        line, _, self.buffer = self.buffer.partition(b"\n")
        # the guest agent marks the start of a new conversation with 0xff
        message: Message = json.loads(line.rpartition(b"\xff")[2])
        return message

    def _read(self, timeout: float) -> bytes:
        self.socket.settimeout(timeout)
        try:
            data = self.socket.recv(65536)
        except TimeoutError:
            raise RigError(f"{self.path}: no answer in time; is the guest paused?") from None
        except OSError as error:
            raise RigError(f"{self.path}: {error}") from error
        if not data:
            raise RigError(f"{self.path}: QEMU closed the connection")
        return data

    def close(self) -> None:
        """Hang up."""
        self.socket.close()
