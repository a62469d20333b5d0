# SPDX-License-Identifier: Apache-2.0
"""Commands in a guest. Output and status travel over files on the guest's share: the rig can
follow them while the command runs, and waiting costs the guest nothing."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Protocol

from rig.errors import CommandTimeout

GUEST_SHARE = "/run/rig"
POLL = 0.02
WATCH_EVERY = 1.0
DEFAULT_TIMEOUT = 900.0

Sink = Callable[[str, bytes], None]


@dataclass(frozen=True)
class Result:
    """What a command left: its status and what it wrote."""

    machine: str
    command: str
    status: int
    stdout: str
    stderr: str

    @property
    def ok(self) -> bool:
        """Whether the command says that it succeeded."""
        return self.status == 0


class Host(Protocol):
    """What a command needs from the machine it runs on."""

    name: str

    def start_process(self, argv: list[str]) -> None:
        """Start a process in the guest."""

    def watch(self) -> None:
        """Raise if the machine is gone or its kernel has reported a fault."""


class Command:
    """A command that was started in a guest."""

    def __init__(self, host: Host, command: str, directory: Path) -> None:
        self.host = host
        self.command = command
        self.directory = directory
        self.offsets = {"stdout": 0, "stderr": 0}

    def start(self, argv: list[str], stdin: bytes, wrapper: Path) -> None:
        """Lay out the files of the command and start it."""
        self.directory.mkdir(parents=True)
        (self.directory / "stdin").write_bytes(stdin)
        (self.directory / "stdout").touch()
        (self.directory / "stderr").touch()
        place = f"{GUEST_SHARE}/exec/{self.directory.name}"
        self.host.start_process(["/usr/bin/setsid", "/bin/bash", str(wrapper), place, *argv])

    def ended(self) -> bool:
        """Whether the command has ended."""
        return (self.directory / "status").exists()

    def wait(self, timeout: float = DEFAULT_TIMEOUT, sink: Sink | None = None) -> Result:
        """Wait for the end; sink gets what is written, as ("stdout"|"stderr", bytes), live."""
        deadline = time.monotonic() + timeout
        next_watch = 0.0
        while not self.ended():
            if time.monotonic() > next_watch:
                self.host.watch()
                next_watch = time.monotonic() + WATCH_EVERY
            if time.monotonic() > deadline:
                self.kill()
                raise CommandTimeout(f"{self.host.name}: {self.command!r} did not end within "
                                     f"{timeout:.0f} s\n{self._tail()}")
            self._pass_on(sink)
            time.sleep(POLL)
        self._pass_on(sink)
        return self.result()

    def result(self) -> Result:
        """The outcome of a command that has ended."""
        status = int((self.directory / "status").read_text(encoding="ascii"))
        return Result(self.host.name, self.command, status, self.output("stdout"),
                      self.output("stderr"))

    def output(self, stream: str) -> str:
        """What the command has written so far."""
        return (self.directory / stream).read_text(encoding="utf-8", errors="replace")

    def kill(self, signal: str = "KILL") -> None:
        """Send a signal to the command and all it started."""
        pid = (self.directory / "pid").read_text(encoding="ascii").strip()
        self.host.start_process(["/bin/busybox", "kill", f"-{signal}", f"-{pid}"])

    def _pass_on(self, sink: Sink | None) -> None:
        if sink is None:
            return
        for stream, offset in self.offsets.items():
            with open(self.directory / stream, "rb") as file:
                file.seek(offset)
                data = file.read()
            if data:
                self.offsets[stream] += len(data)
                sink(stream, data)

    def _tail(self) -> str:
        return (self.output("stdout") + self.output("stderr"))[-4000:]
