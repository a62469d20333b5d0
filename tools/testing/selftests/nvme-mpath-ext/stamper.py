#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A load that notices what was lost, and what came late.

stamper.py DEV WRITERS SEED     until SIGTERM; then all is read once more

Each writer has some blocks of its own. It writes one at a time, each time with the next number, and
reads some back: a block must hold the number that was acknowledged last. Any error of an I/O counts
too. Prints "ready"; at the end "<n> writes, <n> reads, 0 wrong", or what was wrong, with status 1.
"""
import mmap
import os
import random
import signal
import struct
import sys
import threading
import time

BLOCK = 4096
BLOCKS_EACH = 16
# Emulated guests have other things to do, too.
PAUSE_S = 0.05
STAMP = struct.Struct("<QQ")


class Writer(threading.Thread):
    """The only one that writes to its blocks."""

    def __init__(self, path: str, number: int, seed: int, stop: threading.Event) -> None:
        super().__init__()
        self.fd = os.open(path, os.O_RDWR | os.O_DIRECT)
        self.number = number
        self.rng = random.Random(seed * 1000 + number)
        self.stop = stop
        self.buffer = mmap.mmap(-1, BLOCK)
        self.acknowledged = [0] * BLOCKS_EACH
        self.writes = self.reads = 0
        self.wrong: list[str] = []

    def run(self) -> None:
        try:
            for index in range(BLOCKS_EACH):
                self.write(index)
            while not self.stop.is_set() and not self.wrong:
                self.write(self.rng.randrange(BLOCKS_EACH))
                if self.rng.random() < 0.2:
                    self.read(self.rng.randrange(BLOCKS_EACH))
                time.sleep(self.rng.random() * PAUSE_S)
        except OSError as error:
            self.wrong.append(f"writer {self.number}: {error} after {self.writes} writes")

    def write(self, index: int) -> None:
        number = self.acknowledged[index] + 1
        self.buffer[:] = STAMP.pack(self.offset(index), number) * (BLOCK // STAMP.size)
        if os.pwritev(self.fd, [self.buffer], self.offset(index)) != BLOCK:
            raise OSError(f"a short write at {self.offset(index)}")
        self.acknowledged[index] = number
        self.writes += 1

    def read(self, index: int) -> None:
        if os.preadv(self.fd, [self.buffer], self.offset(index)) != BLOCK:
            raise OSError(f"a short read at {self.offset(index)}")
        expected = STAMP.pack(self.offset(index), self.acknowledged[index])
        self.reads += 1
        if self.buffer[:] != expected * (BLOCK // STAMP.size):
            found = STAMP.unpack_from(self.buffer)
            self.wrong.append(f"at {self.offset(index)}: acknowledged was "
                              f"{self.acknowledged[index]}, found {found}")

    def read_all(self) -> None:
        try:
            for index in range(BLOCKS_EACH):
                self.read(index)
        except OSError as error:
            self.wrong.append(f"writer {self.number}: {error} at the end")

    def offset(self, index: int) -> int:
        return (self.number * BLOCKS_EACH + index) * BLOCK


def main() -> None:
    path, count, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    stop = threading.Event()
    # Waited for, not handled: a handler that sets an event which its thread waits for may lock up.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    writers = [Writer(path, number, seed, stop) for number in range(count)]
    for writer in writers:
        writer.start()
    print("ready", flush=True)
    while not signal.sigtimedwait({signal.SIGTERM}, 0.2) and not any(w.wrong for w in writers):
        pass
    stop.set()
    for writer in writers:
        writer.join()
        writer.read_all()
    wrong = [text for writer in writers for text in writer.wrong]
    print(f"{sum(w.writes for w in writers)} writes, {sum(w.reads for w in writers)} reads, "
          f"{len(wrong)} wrong", *wrong, sep="\n", flush=True)
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
