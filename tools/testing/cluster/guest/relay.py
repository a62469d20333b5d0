#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""On a target machine: hands the commands Set Namespace Active to the gatekeeper.

relay.py SIDE GATEKEEPER PORT

Told to yield, it takes the target's link from its port, so that every connection breaks at once,
and makes it again: the target is a standby then, inaccessible (ANA) until it is activated. Prints
"ready".
"""
import os
import socket
import sys
import threading
import time
from pathlib import Path

SELFTESTS = Path(__file__).resolve().parents[2] / "selftests/nvme-mpath-ext"
sys.path.append(str(SELFTESTS))
from agent import ANSWER, COMMAND, DEVICE, VERSION, arm  # noqa: E402

NVMET = Path("/sys/kernel/config/nvmet")
PORT = NVMET / "ports/1"
ACTIVE = 3
RETRY_S = 0.5


class Target:
    """The export of this machine."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.active = False

    def set_ana(self, state: str) -> None:
        (PORT / "ana_groups/1/ana_state").write_text(state)

    def activate(self) -> None:
        with self.lock:
            self.active = True
            self.set_ana("optimized")

    def stand_by(self) -> None:
        """The cut, if it was open."""
        with self.lock:
            self.set_ana("inaccessible")
            if not self.active:
                return
            self.active = False
            for link in (PORT / "subsystems").iterdir():
                subsystem = link.resolve()
                link.unlink()
                link.symlink_to(subsystem)


class Relay:
    """Between /dev/nvmet-mpath-ext and the gatekeeper."""

    def __init__(self, side: str, address: tuple[str, int]) -> None:
        self.side, self.address = side, address
        self.fd = os.open(DEVICE, os.O_RDWR)
        arm(self.fd, {})
        self.target = Target()
        self.connection: socket.socket | None = None

    def hand_on(self) -> None:
        """Commands; one that the gatekeeper does not hear of is asked again."""
        while True:
            fields = COMMAND.unpack(os.read(self.fd, COMMAND.size))
            self.say("ask", fields[2], fields[7])

    def say(self, *words: object) -> None:
        try:
            if self.connection:
                self.connection.sendall((" ".join(map(str, words)) + "\n").encode())
        except OSError:
            pass

    def listen(self) -> None:
        while True:
            try:
                self.talk()
            except OSError:
                time.sleep(RETRY_S)

    def talk(self) -> None:
        """One connection to the gatekeeper, to its end."""
        self.connection = socket.create_connection(self.address, timeout=60)
        self.connection.settimeout(None)
        self.say(self.side)
        for line in self.connection.makefile("r"):
            word, *rest = line.split()
            if word == "yield":
                self.target.stand_by()
                self.say("yielded")
            else:
                self.answer(*map(int, rest))

    def answer(self, ident: int, state: int, epoch: int) -> None:
        if state == ACTIVE:
            self.target.activate()
        try:
            os.write(self.fd, ANSWER.pack(VERSION, ANSWER.size, ident, epoch, 0, state, 0))
        except FileNotFoundError:
            pass  # Too late: it is asked again.


def main() -> None:
    side, host, port = sys.argv[1:]
    relay = Relay(side, (host, int(port)))
    threading.Thread(target=relay.hand_on, daemon=True).start()
    print("ready", flush=True)
    relay.listen()


if __name__ == "__main__":
    main()
