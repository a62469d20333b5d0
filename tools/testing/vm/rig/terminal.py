# SPDX-License-Identifier: Apache-2.0
"""An interactive shell in a guest: relays between our terminal and the guests' terminals."""

from __future__ import annotations

import contextlib
import os
import selectors
import shutil
import socket
import sys
import termios
import tty
from typing import Iterator

from rig.guest import Command
from rig.machine import Machine

ESCAPE = 0x1D  # Ctrl-]
QUIT = ord("q")
CHUNK = 65536


class Seat:
    """A guest's terminal with a shell on it."""

    def __init__(self, machine: Machine, banner: str) -> None:
        self.machine = machine
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(str(machine.files.terminal))
        self.shell = start_shell(machine, banner)

    def close(self) -> None:
        """Leave the terminal."""
        self.socket.close()


def start_shell(machine: Machine, banner: str) -> Command:
    """Start a login on the guest's terminal."""
    size = shutil.get_terminal_size()
    machine.run(["tee", "/etc/motd"], stdin=banner.encode())
    return machine.start(
        f"exec <>/dev/hvc0 >&0 2>&1; stty sane rows {size.lines} cols {size.columns};"
        "exec setsid --ctty --wait bash -c 'cat /etc/motd; exec bash -i'",
        env={"TERM": os.environ.get("TERM", "linux")})


@contextlib.contextmanager
def raw_terminal() -> Iterator[None]:
    """Pass keys on as they are typed; does nothing if there is no terminal."""
    if not sys.stdin.isatty():
        yield
        return
    saved = termios.tcgetattr(sys.stdin)
    tty.setraw(sys.stdin)
    try:
        yield
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, saved)


class Relay:
    """Copies keys to the chosen guest and what it writes to our terminal."""

    def __init__(self, seats: list[Seat]) -> None:
        self.seats = seats
        self.current = seats[0]
        self.escaped = False
        self.quit = False
        self.listening = False
        self.selector = selectors.DefaultSelector()
        for seat in seats:
            self.selector.register(seat.socket, selectors.EVENT_READ, seat)

    def run(self) -> None:
        """Relay until the shell in front ends, or Ctrl-] q."""
        while not self.quit and not self.current.shell.ended() and self.current.machine.running:
            for key, _ in self.selector.select(timeout=0.2):
                if key.data is None:
                    self._from_keyboard()
                else:
                    self._from_guest(key.data)

    def _from_keyboard(self) -> None:
        data = os.read(sys.stdin.fileno(), CHUNK)
        if not data:
            # end of a piped input: let the shell see it, and wait for its end
            self.selector.unregister(sys.stdin.fileno())
            data = b"\x04"
        self.current.socket.sendall(bytes(byte for byte in data if self._is_input(byte)))

    def _is_input(self, byte: int) -> bool:
        """Whether a byte is for the guest, not for us."""
        if self.escaped:
            self.escaped = False
            self._command(byte)
            return False
        self.escaped = byte == ESCAPE
        return not self.escaped

    def _command(self, byte: int) -> None:
        number = byte - ord("1")
        if byte == QUIT:
            self.quit = True
        elif 0 <= number < len(self.seats):
            self.current = self.seats[number]
            show(f"\r\n[{self.current.machine.name}]\r\n".encode())
            self.current.socket.sendall(b"\r")

    def _from_guest(self, seat: Seat) -> None:
        data = seat.socket.recv(CHUNK)
        if not data:
            self.selector.unregister(seat.socket)
        elif seat is self.current:
            show(data)
            self._listen()

    def _listen(self) -> None:
        """Take keys from now on: before a shell has the terminal open, input would be lost."""
        if not self.listening:
            self.selector.register(sys.stdin.fileno(), selectors.EVENT_READ)
            self.listening = True


def show(data: bytes) -> None:
    """Write to our terminal."""
    sys.stdout.buffer.write(data)
    sys.stdout.flush()


def interact(machines: list[Machine], banner: str) -> None:
    """Give the user a shell on each machine; the first one is in front."""
    seats = [Seat(machine, banner) for machine in machines]
    try:
        with raw_terminal():
            Relay(seats).run()
    finally:
        for seat in seats:
            seat.close()
