#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Keeps the gates of two targets, as the agent of a cluster would; answers Set Namespace Active.

keeper.py [FIELD=VALUE]...             linger (ms between fence and answer, 0), trace (a trace
                                       instance that gets marks), delay (s before an activation),
                                       busy (ms that a change of owner takes, in progress
                                       meanwhile), links (0: leave them alone); or what each
                                       activation is answered instead: status, state, retry, epoch

Of the gates of a namespace, a<nsid> and b<nsid>, one at most is open, and its port alone takes I/O.
An activation of the other side fences it, cuts its target's link to the port, so that nobody hears
what became of what it held, lets that fail, opens the other one, and only then answers. The cut
link is made again afterwards. Prints "ready", then each command as agent.py does, "owner NSID SIDE
EPOCH" for each change, and "two at a time" if a controller did not wait for its answer.
"""
import os
import re
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from agent import ANSWER, COMMAND, DEVICE, VERSION, text_of

sys.path.append(str(Path(__file__).resolve().parent.parent / "dnvme"))
from dmctl import Device  # noqa: E402

NVMET = Path("/sys/kernel/config/nvmet")
PORT = NVMET / "ports"
TRACING = Path("/sys/kernel/tracing/instances")
PORTS = {"a": 4421, "b": 4422}
SIDE = re.compile(r"([ab])\1$")
ACTIVATE = 1
LIVE = "L"
# The host connects again a second after a cut; what is older was sent before.
STALE_S = 0.5
STANDBY, ACTIVATING, ACTIVE = 1, 2, 3
IN_PROGRESS, ASK_AGAIN_100MS = 0x780, 1


def set_ana(side: str, nsid: int, state: str) -> None:
    (PORT / str(PORTS[side]) / "ana_groups" / str(nsid) / "ana_state").write_text(state)


class Gates:
    """What the two gates of a namespace know, read once. They outlive the keeper."""

    def __init__(self, nsid: int) -> None:
        status = {side: Device(f"{side}{nsid}").status() for side in PORTS}
        self.epoch = max(int(words[0]) for words in status.values())
        # The side whose gate is open, or an empty word.
        self.owner = next((side for side in PORTS if status[side][1] == LIVE), "")


class Keeper:
    """Changes owners, with the marks that an observer wants."""

    def __init__(self, linger: float, trace: str, links: bool) -> None:
        self.linger = linger
        self.links = links
        self.marker = os.open(TRACING / trace / "trace_marker", os.O_WRONLY) if trace else -1
        self.linked_at: dict[str, float] = {}

    def mark(self, text: str) -> None:
        """Into the record of the observer, if there is one."""
        if self.marker >= 0:
            os.write(self.marker, f"{text}\n".encode())

    def is_new(self, side: str) -> bool:
        """Whether a command from there is of another connection than the one that was cut."""
        return time.monotonic() > self.linked_at.get(side, 0) + STALE_S

    def answer(self, nsid: int, action: int, nqn: str) -> tuple[int, int]:
        """State and epoch."""
        found = SIDE.search(nqn)
        assert found
        side = found[1]
        gates = Gates(nsid)
        if gates.owner != side and self.is_new(side):
            self.mark(f"standby {side}{nsid}")
        if action == ACTIVATE:
            self.activate(nsid, side, nqn, gates)
        return ACTIVE if gates.owner == side else STANDBY, gates.epoch

    def activate(self, nsid: int, side: str, nqn: str, gates: Gates) -> None:
        if gates.owner == side:
            set_ana(side, nsid, "optimized")
            return
        self.change(nsid, side, nqn, gates)
        self.mark(f"acknowledged {side}{nsid}")

    def change(self, nsid: int, side: str, nqn: str, gates: Gates) -> None:
        epoch = gates.epoch + 1
        other = "b" if side == "a" else "a"
        link = PORT / str(PORTS[other]) / "subsystems" / SIDE.sub(other * 2, nqn)
        self.take_away(nsid, other, epoch, link if gates.owner == other else None)
        time.sleep(self.linger)
        Device(f"{side}{nsid}").open(epoch)
        set_ana(side, nsid, "optimized")
        if self.links and not link.is_symlink():
            link.symlink_to(NVMET / "subsystems" / link.name)
            self.linked_at[other] = time.monotonic()
        gates.owner, gates.epoch = side, epoch
        print("owner", nsid, side, epoch, flush=True)

    def take_away(self, nsid: int, side: str, epoch: int, link: Path | None) -> None:
        """Whatever the other side was given before has landed afterwards, or never will."""
        set_ana(side, nsid, "inaccessible")
        gate = Device(f"{side}{nsid}")
        receipt = gate.message(f"fence {epoch}")
        if receipt.split()[1] != "drained":
            sys.exit(f"{side}{nsid} did not drain: {receipt}")
        if self.links and link and link.is_symlink():
            link.unlink()
        gate.message("fail_held")


@dataclass
class Command:
    """What must be known of a command to answer it."""

    ident: int
    nsid: int
    action: int
    cntlid: int
    nqn: str

    def controller(self) -> tuple[str, int]:
        return self.nqn, self.cntlid


class Agent:
    """/dev/nvmet-mpath-ext, and who waits for an answer from it."""

    def __init__(self) -> None:
        self.fd = os.open(DEVICE, os.O_RDWR)
        self.waiting: set[tuple[str, int]] = set()

    def take(self) -> Command:
        fields = COMMAND.unpack(os.read(self.fd, COMMAND.size))
        ident, epoch, nsid, flags, cntlid, action = fields[2:8]
        command = Command(ident, nsid, action, cntlid, text_of(fields[8]))
        print(nsid, action, flags, epoch, cntlid, command.nqn, text_of(fields[9]), flush=True)
        if command.controller() in self.waiting:
            print("two at a time from", cntlid, command.nqn, flush=True)
        self.waiting.add(command.controller())
        return command

    def answer(self, command: Command, epoch: int, status: int, state: int, retry: int) -> None:
        self.waiting.discard(command.controller())
        try:
            os.write(self.fd, ANSWER.pack(VERSION, ANSWER.size, command.ident, epoch, status,
                                          state, retry))
        except FileNotFoundError:
            print("late", flush=True)


class Office:
    """Answers as it was told to: queries at once, activations after a while."""

    def __init__(self, words: dict[str, str]) -> None:
        self.delay = float(words.pop("delay", "0"))
        self.busy = int(words.pop("busy", "0")) / 1000
        self.keeper = Keeper(int(words.pop("linger", "0")) / 1000, words.pop("trace", ""),
                             words.pop("links", "1") != "0")
        self.changing: set[int] = set()
        self.instead = {key: int(value, 0) for key, value in words.items()}
        self.agent = Agent()
        self.lock = threading.Lock()

    def serve_one(self) -> None:
        command = self.agent.take()
        if command.action == ACTIVATE and self.delay:
            later = threading.Timer(self.delay, self.respond, [command])
            later.daemon = True
            later.start()
        else:
            self.respond(command)

    def respond(self, command: Command) -> None:
        with self.lock:
            if self.instead and command.action == ACTIVATE:
                words = ("epoch", "status", "state", "retry")
                self.agent.answer(command, *(self.instead.get(word, 0) for word in words))
            elif self.is_changing(command):
                self.agent.answer(command, Gates(command.nsid).epoch, IN_PROGRESS, ACTIVATING,
                                  ASK_AGAIN_100MS)
            else:
                state, epoch = self.keeper.answer(command.nsid, command.action, command.nqn)
                self.agent.answer(command, epoch, 0, state, 0)

    def is_changing(self, command: Command) -> bool:
        """Whether an owner is to change in a while, on this command if on no other."""
        side = SIDE.search(command.nqn)
        assert side
        if not self.busy or command.action != ACTIVATE or Gates(command.nsid).owner == side[1]:
            return False
        if command.nsid not in self.changing:
            self.changing.add(command.nsid)
            threading.Timer(self.busy, self.change, [command]).start()
        return True

    def change(self, command: Command) -> None:
        with self.lock:
            self.keeper.answer(command.nsid, command.action, command.nqn)
            self.changing.discard(command.nsid)


def main() -> None:
    office = Office(dict(word.split("=") for word in sys.argv[1:]))
    print("ready", flush=True)
    while True:
        office.serve_one()


if __name__ == "__main__":
    main()
