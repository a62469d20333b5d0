#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Decides which of two target machines may write, as the store and the storage of a cluster would.

gatekeeper.py PORT [FIELD=VALUE]...    linger (seconds between the fence and the answer)

It has two gates of dm-dnvme over one disk, a and b: each target reaches the disk through its own.
Each target's relay.py keeps a connection to it and hands on the commands Set Namespace Active. An
activation fences the other gate, tells the other target to yield, which need not hear it, opens the
gate, and only then is answered. Prints "ready", then "owner SIDE EPOCH" for each change.
"""
import socket
import sys
import threading
import time
from pathlib import Path

SELFTESTS = Path(__file__).resolve().parents[2] / "selftests"
sys.path.append(str(SELFTESTS / "dnvme"))
from dmctl import Device  # noqa: E402

ACTIVATE = 1
LIVE = "L"
STANDBY, ACTIVE = 1, 3
# A live target yields in no time; another one is fenced all the same.
YIELD_S = 1.0
SWEEP_S = 0.2
OTHER = {"a": "b", "b": "a"}


class Relay:
    """A target's end of a connection."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.lines = connection.makefile("r")
        self.side = self.lines.readline().strip()
        self.yielded = threading.Event()

    def say(self, *words: object) -> None:
        try:
            self.connection.sendall((" ".join(map(str, words)) + "\n").encode())
        except OSError:
            pass  # A target that is gone hears nothing.


class Gatekeeper:
    """The gates, and who has which."""

    def __init__(self, linger: float) -> None:
        self.linger = linger
        self.lock = threading.Lock()
        self.gates = {side: Device(side) for side in OTHER}
        self.relays: dict[str, Relay] = {}

    def owner(self) -> str:
        return next((side for side, gate in self.gates.items() if gate.status()[1] == LIVE), "")

    def epoch(self) -> int:
        return max(int(gate.status()[0]) for gate in self.gates.values())

    def answer(self, side: str, action: int) -> tuple[int, int]:
        """State and epoch."""
        with self.lock:
            if action == ACTIVATE and self.owner() != side:
                self.change_to(side)
            return ACTIVE if self.owner() == side else STANDBY, self.epoch()

    def change_to(self, side: str) -> None:
        epoch, other = self.epoch() + 1, OTHER[side]
        receipt = self.gates[other].message(f"fence {epoch}")
        if receipt.split()[1] != "drained":
            sys.exit(f"gate {other} did not drain: {receipt}")
        self.let_yield(other)
        self.gates[other].message("fail_held")
        time.sleep(self.linger)
        self.gates[side].open(epoch)
        print("owner", side, epoch, flush=True)

    def let_yield(self, side: str) -> None:
        """The answers to what the gate holds must go nowhere; then it may fail."""
        relay = self.relays.get(side)
        if relay:
            relay.yielded.clear()
            relay.say("yield")
            relay.yielded.wait(YIELD_S)

    def sweep(self) -> None:
        """What a target sends that has been fenced comes to nothing, sooner or later."""
        while True:
            time.sleep(SWEEP_S)
            with self.lock:
                for gate in self.gates.values():
                    if gate.status()[1] != LIVE:
                        gate.message("fail_held")

    def serve(self, connection: socket.socket) -> None:
        """One target, until its connection ends. It is no owner before it asks."""
        relay = Relay(connection)
        with self.lock:
            self.relays[relay.side] = relay
            if self.owner() != relay.side:
                relay.say("yield")
        try:
            for line in relay.lines:
                self.take(relay, line.split())
        except OSError:
            pass

    def take(self, relay: Relay, words: list[str]) -> None:
        if words == ["yielded"]:
            relay.yielded.set()
        else:
            threading.Thread(target=self.respond, args=(relay, *map(int, words[1:]))).start()

    def respond(self, relay: Relay, ident: int, action: int) -> None:
        relay.say("answer", ident, *self.answer(relay.side, action))


def main() -> None:
    port, *words = sys.argv[1:]
    fields = dict(word.split("=") for word in words)
    keeper = Gatekeeper(float(fields.get("linger", "0")))
    threading.Thread(target=keeper.sweep, daemon=True).start()
    with socket.create_server(("", int(port))) as server:
        print("ready", flush=True)
        while True:
            connection, _ = server.accept()
            threading.Thread(target=keeper.serve, args=(connection,), daemon=True).start()


if __name__ == "__main__":
    main()
