#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Replays what dm-log-writes recorded below a stripe with ext4 on it, and checks each state.

ext4_replay.py CHUNK-SECTORS LEG-SECTORS LEGS STEPS SEED FORGET DIRECTORY LOG...

Mark 0 stands behind the making of the file system.

The states are those that a power cut may leave: with one log, after each flush and each write
with FUA; with one log for each leg, whose entries have no common order, at the marks. In each
of them the file system must be whole once its journal is replayed, and hold what was synced
(ext4_work.py). FORGET is 0, or the step whose first flush is taken to be lost on the first
device: what it should have made stable stays in the cache until the next one.
"""
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ext4_work import content, required
from logwrites import FLUSH, FUA, MARK, SECTOR, Entry, Log


@dataclass
class Shape:
    """How the file system lies on the devices."""

    chunk: int
    leg_len: int
    legs: int

    def assemble(self, devices: list[bytearray]) -> bytes:
        """The stripe as it is seen from above; legs on one device lie one behind the other."""
        joined = [memoryview(device) for device in devices]
        per_device = self.legs // len(devices)
        slices = []
        for row in range(0, self.leg_len, self.chunk):
            for leg in range(self.legs):
                at = leg % per_device * self.leg_len + row
                slices.append(joined[leg // per_device][at:at + self.chunk])
        return b"".join(slices)


class Disk:
    """One device as its log rebuilds it."""

    def __init__(self, log: Log, size: int) -> None:
        self.entries = iter(log)
        self.data = bytearray(size)
        self.pending: list[Entry] = []

    def to_mark(self, forget: int) -> Iterator[None]:
        """Goes on to the next mark; stops at each barrier that more follows, and loses flushes."""
        fresh = False
        for entry in self.entries:
            if entry.flags & MARK:
                return
            if fresh:
                yield
            self.pending.append(entry)
            fresh = entry.is_barrier
            if entry.flags & FLUSH and forget:
                forget -= 1
            elif entry.flags & FLUSH:
                self._settle(self.pending)
                self.pending = []
            elif entry.flags & FUA:
                self._settle([self.pending.pop()])
        sys.exit("the log ends before the last mark")

    def _settle(self, entries: list[Entry]) -> None:
        for entry in entries:
            data = entry.written()
            self.data[entry.offset:entry.offset + len(data)] = data


def states(disks: list[Disk], step: int, forget: int) -> Iterator[int]:
    """Goes to the mark of the step; each time, says which mark has passed."""
    for disk in disks:
        for _ in disk.to_mark(forget):
            if len(disks) == 1:
                yield step - 1
        forget = 0
    yield step


@dataclass
class Checker:
    """Looks at one state of the file system after the other."""

    shape: Shape
    seed: int
    directory: Path
    checked: int = 0
    last: tuple[int, int] = field(default=(0, 0))

    def check(self, devices: list[bytearray], step: int) -> None:
        """The step is the last whose mark has passed."""
        image = self.shape.assemble(devices)
        seen = (hash(image), step)
        if seen == self.last:
            return
        self.last = seen
        self.checked += 1
        path = self.directory / "image"
        path.write_bytes(image)
        self._run("e2fsck", "-y", "-E", "journal_only", path, good=(0, 1))
        self._run("e2fsck", "-f", "-n", path, good=(0,))
        self._check_files(path, step)

    def _check_files(self, path: Path, step: int) -> None:
        found = self.directory / "found"
        shutil.rmtree(found, ignore_errors=True)
        found.mkdir()
        self._run("debugfs", "-R", f"rdump / {found}", path, good=(0,))
        for number in required(step):
            file = found / str(number)
            if not file.exists() or file.read_bytes() != content(number, self.seed):
                self._fail(f"file {number}, synced before mark {step}, is not there as written")

    def _run(self, *command: str | Path, good: tuple[int, ...]) -> None:
        result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                check=False)
        if result.returncode not in good:
            self._fail(f"{command[0]} said {result.returncode}:\n{result.stdout.decode()}")

    def _fail(self, reason: str) -> None:
        sys.exit(f"state {self.checked}: {reason}")


def main() -> None:
    chunk, leg_len, legs, steps, seed, forget = map(int, sys.argv[1:7])
    shape = Shape(chunk * SECTOR, leg_len * SECTOR, legs)
    logs = [Log(path) for path in sys.argv[8:]]
    disks = [Disk(log, legs // len(logs) * shape.leg_len) for log in logs]
    checker = Checker(shape, seed, Path(sys.argv[7]))
    for step in range(steps + 1):
        # Each leg gets a flush, and legs on one device lose the same data with it.
        lost = legs // len(disks) if step == forget > 0 else 0
        for passed in states(disks, step, lost):
            if passed >= 0:
                checker.check([disk.data for disk in disks], passed)
    print(f"{checker.checked} states checked")
    if checker.checked <= steps:
        sys.exit("fewer states than steps")


if __name__ == "__main__":
    main()
