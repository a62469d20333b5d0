#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes through a stripe and reads the legs; and the other way round.

stripe_model.py STRIPE CHUNK ROWS DEV OFFSET [DEV OFFSET]...

The model deals out chunks like cards and knows no arithmetic of the target.
"""
import mmap
import os
import random
import sys
from collections.abc import Iterator

SECTOR = 512
ALIGN = 4096


def direct_io(path: str, offset: int, data: bytes | None, length: int) -> bytes:
    """One direct read, or write if there is data; its memory is aligned."""
    buffer = mmap.mmap(-1, (length + ALIGN - 1) // ALIGN * ALIGN)
    view = memoryview(buffer)[:length]
    fd = os.open(path, os.O_RDWR | os.O_DIRECT)
    try:
        if data is None:
            done = os.preadv(fd, [view], offset)
        else:
            view[:] = data
            done = os.pwritev(fd, [view], offset)
        if done != length:
            raise OSError(f"{path}: {done} of {length} bytes at {offset}")
        return bytes(view)
    finally:
        os.close(fd)


def deal(rows: int, legs: int) -> Iterator[tuple[int, int]]:
    """The (leg, row) of each chunk of the stripe, from the first to the last."""
    for row in range(rows):
        for leg in range(legs):
            yield leg, row


def main() -> None:
    stripe, chunk, rows = sys.argv[1], int(sys.argv[2]) * SECTOR, int(sys.argv[3])
    devices, offsets = sys.argv[4::2], [int(word) * SECTOR for word in sys.argv[5::2]]
    order = list(deal(rows, len(devices)))
    size = chunk * len(order)
    rng = random.Random(7)

    # Unaligned to chunks on purpose: bios that span chunks and legs.
    written = rng.randbytes(size)
    at = 0
    while at < size:
        length = min(size - at, rng.choice((512, 4096, 4608, 65536, 1048576, chunk, 3 * chunk)))
        direct_io(stripe, at, written[at:at + length], length)
        at += length
    for number, (leg, row) in enumerate(order):
        got = direct_io(devices[leg], offsets[leg] + row * chunk, None, chunk)
        if got != written[number * chunk:(number + 1) * chunk]:
            sys.exit(f"chunk {number} is not in row {row} of leg {leg}")

    # Now from below: mark the first and last sector of each chunk.
    for number, (leg, row) in enumerate(order):
        mark = number.to_bytes(4, "big") * (SECTOR // 4)
        for inside in (0, chunk - SECTOR):
            direct_io(devices[leg], offsets[leg] + row * chunk + inside, mark, SECTOR)
            if direct_io(stripe, number * chunk + inside, None, SECTOR) != mark:
                sys.exit(f"row {row} of leg {leg} is not read as chunk {number}")


if __name__ == "__main__":
    main()
