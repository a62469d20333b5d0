# SPDX-License-Identifier: Apache-2.0
"""Threads that read and write single blocks and tell the model how it went."""
import errno
import mmap
import os
import random
import sys
import threading
import time

from block_model import BLOCK, Model, Turn, stamped

THREADS = 8
WRITES, SYNCED = 0.6, 0.1


def read_device(path: str, size: int) -> bytes:
    """What is on the device, not in a cache."""
    buffer = mmap.mmap(-1, size)
    file = os.open(path, os.O_RDONLY | os.O_DIRECT)
    try:
        if os.preadv(file, [buffer], 0) != size:
            raise OSError(errno.EIO, f"{path} is shorter than {size}")
        return bytes(buffer)
    finally:
        os.close(file)


class Workers:
    """All threads. They run until the program ends."""

    def __init__(self, path: str, model: Model, seed: int) -> None:
        self.model = model
        self.file = os.open(path, os.O_RDWR | os.O_DIRECT)
        self.may_run = threading.Event()
        self.busy = threading.Semaphore(THREADS)
        for number in range(THREADS):
            rng = random.Random(seed * THREADS + number)
            threading.Thread(target=self._work, args=(rng,), daemon=True).start()

    def go(self) -> None:
        self.may_run.set()

    def pause(self, patience: float) -> None:
        """Returns when no I/O is on its way any more."""
        self.may_run.clear()
        deadline = time.monotonic() + patience
        for _ in range(THREADS):
            if not self.busy.acquire(timeout=max(0.0, deadline - time.monotonic())):
                sys.exit("an I/O does not come back")
        for _ in range(THREADS):
            self.busy.release()

    def _work(self, rng: random.Random) -> None:
        buffer = mmap.mmap(-1, BLOCK)
        while True:
            self.may_run.wait()
            with self.busy:
                if self.may_run.is_set():
                    self._one(rng, buffer)
            time.sleep(rng.random() / 500)

    def _one(self, rng: random.Random, buffer: mmap.mmap) -> None:
        turn = self.model.take_turn(rng)
        writes = rng.random() < WRITES
        try:
            if writes:
                self._write(turn, rng, buffer)
            else:
                os.preadv(self.file, [buffer], turn.block * BLOCK)
        except OSError as error:
            if error.errno != errno.EIO:
                self.model.wrong.append(f"block {turn.block}: {error}")
            end = self.model.failed_to_write if writes else self.model.failed_to_read
            end(turn)
        else:
            if writes:
                self.model.wrote(turn)
            else:
                self.model.read(turn, bytes(buffer))

    def _write(self, turn: Turn, rng: random.Random, buffer: mmap.mmap) -> None:
        buffer[:] = stamped(turn.block, turn.stamp)
        flags = os.RWF_DSYNC if rng.random() < SYNCED else 0
        os.pwritev(self.file, [buffer], turn.block * BLOCK, flags)
