#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Takes the active target away from all heads, again and again, and says what they took.

failover_times.py HEADS cut|silent BUSY_MS ROUNDS

Prints for each round "failover HEADS WAY BUSY_MS DETECTED SENT ACKNOWLEDGED COMPLETED": nanoseconds
from the loss until the slowest head knew, asked, was answered, and had its first I/O done. A round
before the first is not counted: it loads modules and programs, during which the guest's clock,
which counts instructions, jumps from timer to timer.
"""
import subprocess
import sys
import time
from pathlib import Path
from typing import Callable

SELFTESTS = Path(__file__).resolve().parents[2] / "selftests/nvme-mpath-ext"
sys.path.append(str(SELFTESTS))
from keeper import PORT, PORTS  # noqa: E402

SILENCE = SELFTESTS / "silence"
CONFIG = Path("/sys/kernel/config/nvme_mpath_ext")
PATIENCE_S = 600
# The kernel has noted the times: a look at all heads is not to be a load of its own.
POLL_S = 1.0


class Head:
    """One of them."""

    def __init__(self, name: str) -> None:
        self.config = CONFIG / name
        self.disk = Path("/sys/block") / (self.config / "disk").read_text().strip()
        self.sysfs = self.disk / "head"

    def active(self) -> str:
        return (self.config / "active_path").read_text().strip()

    def is_well(self) -> bool:
        """Both paths."""
        states = {(self.config / "paths" / side / "state").read_text().strip() for side in PORTS}
        return states == {"active", "ready"}

    def is_written_to(self) -> bool:
        """A head without I/O loses nothing, and has no first I/O."""
        return int((self.disk / "stat").read_text().split()[4]) > 0

    def last(self) -> list[str]:
        return (self.sysfs / "last_failover").read_text().split()


def await_all(heads: list[Head], condition: Callable[[Head], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not all(condition(head) for head in heads):
        if time.monotonic() > deadline:
            sys.exit("a head is not what it should be")
        time.sleep(POLL_S)


def cut(side: str) -> Callable[[], None]:
    link = next((PORT / str(PORTS[side]) / "subsystems").iterdir())
    target = link.resolve()
    link.unlink()
    return lambda: link.symlink_to(target)


def silent(side: str) -> Callable[[], None]:
    subprocess.run([SILENCE, str(PORTS[side])], check=True)
    return speak


def speak() -> None:
    subprocess.run([SILENCE, "end"], check=True)


def one(heads: list[Head], lose: Callable[[str], Callable[[], None]]) -> list[int]:
    """The times of the slowest head, for each part of the way."""
    side = heads[0].active()
    before = [int(head.last()[0]) for head in heads]
    begun = time.monotonic_ns()
    regain = lose(side)
    for head, number in zip(heads, before):
        await_all([head], lambda head: int(head.last()[0]) > number and head.last()[7] != "0")
    times = [[int(word) - begun for word in head.last()[4:8]] for head in heads]
    regain()
    return [max(column) for column in zip(*times)]


def main() -> None:
    count, way, busy, rounds = int(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
    heads = [Head(f"h{number}") for number in range(1, count + 1)]
    await_all(heads, Head.is_written_to)
    for number in range(rounds + 1):
        await_all(heads, Head.is_well)
        times = one(heads, {"cut": cut, "silent": silent}[way])
        if number > 0:
            print("failover", count, way, busy, *times, flush=True)
    await_all(heads, Head.is_well)


if __name__ == "__main__":
    main()
