#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Makes and removes files on a mounted file system, and marks what is synced.

ext4_work.py DIRECTORY STEPS SEED LOG-WRITES-DEVICE...

After step N, which is synced when it ends, each device gets the mark N. What a file holds
follows from its step and the seed, so that whoever replays the log needs nothing else.
"""
import os
import random
import sys

from dmctl import Device

KEEP = 4
SIZES = (1, 700, 4096, 9000, 40000)


def content(step: int, seed: int) -> bytes:
    """What the file of a step holds."""
    rng = random.Random(seed * 1000 + step)
    return rng.randbytes(rng.choice(SIZES))


def required(step: int) -> set[int]:
    """The files that must be there from step's mark on, until the next step has ended."""
    return set(range(max(1, step + 3 - KEEP), step + 1))


def synced(path: str, flags: int, data: bytes = b"") -> None:
    file = os.open(path, flags, 0o600)
    if data:
        os.write(file, data)
    os.fsync(file)
    os.close(file)


def take_step(directory: str, step: int, seed: int) -> None:
    """One file more, and at most KEEP in all."""
    synced(f"{directory}/{step}", os.O_WRONLY | os.O_CREAT, content(step, seed))
    if step >= KEEP:
        os.unlink(f"{directory}/{step - KEEP + 1}")
        synced(directory, os.O_RDONLY)


def main() -> None:
    directory, steps, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    logs = [Device(name) for name in sys.argv[4:]]
    for step in range(1, steps + 1):
        take_step(directory, step, seed)
        for log in logs:
            log.message(f"mark {step}")


if __name__ == "__main__":
    main()
