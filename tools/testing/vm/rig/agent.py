# SPDX-License-Identifier: Apache-2.0
"""The guest agent (qemu-ga): starts processes in the guest."""

from __future__ import annotations

import itertools
import threading
from pathlib import Path

from rig.channel import Channel, Message
from rig.errors import RigError

TIMEOUT = 300.0


class Agent:
    """A conversation with the agent of one guest, usable from several threads."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lock = threading.Lock()
        self.tokens = itertools.count(1)
        self.channel: Channel | None = None

    def start(self, argv: list[str]) -> None:
        """Start a process in the guest and do not wait for it."""
        self.call("guest-exec", {"path": argv[0], "arg": argv[1:]})

    def call(self, command: str, arguments: Message) -> Message:
        """One request and its answer."""
        with self.lock:
            channel = self._synchronized()
            try:
                channel.send({"execute": command, "arguments": arguments})
                answer = channel.receive(TIMEOUT)
            except BaseException:
                # a late answer must not be taken for that to the next request
                self._hang_up()
                raise
        if "error" in answer:
            raise RigError(f"the guest agent refused {command}: {answer['error'].get('desc')}")
        return answer

    def close(self) -> None:
        """Forget the conversation; the next request starts another."""
        with self.lock:
            self._hang_up()

    def _hang_up(self) -> None:
        if self.channel:
            self.channel.close()
        self.channel = None

    def _synchronized(self) -> Channel:
        if self.channel is None:
            channel = Channel(self.path, TIMEOUT)
            token = next(self.tokens)
            channel.send({"execute": "guest-sync-delimited", "arguments": {"id": token}}, b"\xff")
            while channel.receive(TIMEOUT).get("return") != token:
                pass
            self.channel = channel
        return self.channel
