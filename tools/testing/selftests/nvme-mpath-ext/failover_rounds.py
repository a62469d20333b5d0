#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Fails a head over again and again, with a record of each write that reaches the targets.

failover_rounds.py HEAD ROUNDS SEED    starts a keeper; prints "<n> rounds ...", or what was wrong

The two paths are a and b of targets.sh. The ways to lose the active one: the user wants the other,
the target cuts the connection. (A target that refuses I/O for a moment only may be asked again.)
"""
import errno
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Callable

from arrivals import TRACING, Arrivals
from keeper import NVMET, PORT, PORTS

HERE = Path(__file__).resolve().parent
HEADS = Path("/sys/kernel/config/nvme_mpath_ext")
WRITES_BETWEEN = 20
PATIENCE = float(os.environ["DNVME_PATIENCE"])
LINGER_MS = 40


def other(side: str) -> str:
    return "b" if side == "a" else "a"


class Rounds:
    """A head under load, and what made it fail over."""

    def __init__(self, head: str, seed: int, arrivals: Arrivals) -> None:
        self.head = HEADS / head
        self.disk = self.read("disk")
        self.rng = random.Random(seed)
        self.arrivals = arrivals
        self.ways: Counter[str] = Counter()
        self.times: list[tuple[int, ...]] = []

    def read(self, name: str) -> str:
        return (self.head / name).read_text().strip()

    def writes_done(self) -> int:
        return int(Path(f"/sys/block/{self.disk}/stat").read_text().split()[4])

    def one(self) -> None:
        """From one path, when the other is well, to the other, until writes are done there."""
        active = self.read("active_path")
        wanted = other(active)
        self.await_("the other path is well",
                    lambda: self.read(f"paths/{wanted}/state") == "ready")
        way = self.rng.choice(["user", "cut"])
        self.ways[way] += 1
        getattr(self, way)(active, wanted)
        self.await_(f"{way}: {wanted} is active", lambda: self.read("active_path") == wanted)
        before = self.writes_done()
        self.await_("writes go on", lambda: self.writes_done() >= before + WRITES_BETWEEN)
        self.note_times()
        self.arrivals.take()

    def note_times(self) -> None:
        words = Path(f"/sys/block/{self.disk}/head/last_failover").read_text().split()
        self.times.append(tuple(map(int, words[4:])))

    def user(self, _active: str, wanted: str) -> None:
        self.await_(f"the user's choice {wanted} is active", lambda: self.choose(wanted))

    def choose(self, wanted: str) -> bool:
        """Whether it was done. A path whose connection has just broken counts as well until it is
        asked; the head stays where it was then, and the user chooses again."""
        if self.read("active_path") == wanted:
            return True
        try:
            (self.head / "active_path").write_text(wanted)
        except OSError as error:
            if error.errno != errno.EHOSTDOWN:
                raise
        return False

    def cut(self, active: str, _wanted: str) -> None:
        for link in (PORT / str(PORTS[active]) / "subsystems").iterdir():
            link.unlink()

    def await_(self, what: str, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not condition():
            self.arrivals.take()
            if time.monotonic() > deadline:
                raise TimeoutError(f"waited in vain: {what}; active {self.read('active_path')}, "
                                   f"a {self.read('paths/a/state')}, "
                                   f"b {self.read('paths/b/state')}")
            time.sleep(0.1)

    def slowest_ms(self) -> str:
        """From the loss to the command, the acknowledgement and the first I/O."""
        spans = [[(later - row[0]) / 1e6 for later in row[1:]] for row in self.times if row[3]]
        if not spans:
            return "none"
        return ", ".join(f"{max(column):.0f}" for column in zip(*spans))


def report(rounds: Rounds, arrivals: Arrivals, count: int) -> None:
    ways = ", ".join(f"{number} {way}" for way, number in sorted(rounds.ways.items()))
    print(f"{count} rounds ({ways}), {arrivals.early} early: {arrivals.writes} writes on record, "
          f"{arrivals.acknowledged} activations; slowest in ms from the loss to command, "
          f"acknowledgement, first I/O: {rounds.slowest_ms()}")
    if arrivals.early:
        sys.exit(f"early: a write came before the acknowledgement: {arrivals.first}")
    if arrivals.acknowledged < count:
        sys.exit(f"{count} rounds, but {arrivals.acknowledged} activations are on record")


def run(head: str, count: int, seed: int) -> None:
    arrivals = Arrivals()
    keeper = subprocess.Popen([HERE / "keeper.py", f"linger={LINGER_MS}", f"trace={TRACING.name}"],
                              stdout=subprocess.DEVNULL)
    try:
        rounds = Rounds(head, seed, arrivals)
        for _ in range(count):
            rounds.one()
    except (TimeoutError, RuntimeError) as error:
        if not arrivals.early:
            sys.exit(str(error))
        print(error)
    finally:
        keeper.send_signal(signal.SIGTERM)
        keeper.wait()
        arrivals.take()
        arrivals.close()
    report(rounds, arrivals, count)


if __name__ == "__main__":
    assert NVMET.exists()
    run(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
