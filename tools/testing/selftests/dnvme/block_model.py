# SPDX-License-Identifier: Apache-2.0
"""What each block of a gated device may hold.

A write has a stamp of its own. Acknowledged, it is what the block holds. Failed, it may have
landed or not, unless it was sent after a fence had said drained and came back before the next
open: then it must not have landed. A read settles the question: what was seen stays.

A failed write cannot land once it came back, so a later one needs no room for it.
"""
import random
import struct
import threading
from typing import NamedTuple

BLOCK = 4096
STAMP = struct.Struct("<QQ")
NEVER_WRITTEN = 0


class Turn(NamedTuple):
    """The right to use one block, until it is over."""

    block: int
    window: int | None
    stamp: int


def stamped(block: int, stamp: int) -> bytes:
    """What a block with this stamp looks like."""
    if stamp == NEVER_WRITTEN:
        return bytes(BLOCK)
    return STAMP.pack(block, stamp) * (BLOCK // STAMP.size)


class Model:
    """All blocks, and the windows in which nothing may be written. Any thread may call."""

    def __init__(self, blocks: int) -> None:
        self.lock = threading.Lock()
        self.allowed: list[set[int]] = [{NEVER_WRITTEN} for _ in range(blocks)]
        self.free = set(range(blocks))
        self.stamps = 0
        self.windows = 0
        self.window: int | None = None
        self.wrong: list[str] = []
        self.seen = {"written": 0, "failed": 0, "refused": 0, "read": 0}

    def open_window(self) -> None:
        """A fence has said drained."""
        with self.lock:
            self.windows += 1
            self.window = self.windows

    def close_window(self) -> None:
        """Before the open is sent."""
        with self.lock:
            self.window = None

    def take_turn(self, rng: random.Random) -> Turn:
        with self.lock:
            block = rng.choice(sorted(self.free))
            self.free.remove(block)
            self.stamps += 1
            return Turn(block, self.window, self.stamps)

    def wrote(self, turn: Turn) -> None:
        with self.lock:
            if self._all_within_window(turn):
                self.wrong.append(f"block {turn.block}: a write was acknowledged behind a fence")
            self.allowed[turn.block] = {turn.stamp}
            self._end(turn, "written")

    def failed_to_write(self, turn: Turn) -> None:
        with self.lock:
            if self._all_within_window(turn):
                self._end(turn, "refused")
                return
            self.allowed[turn.block].add(turn.stamp)
            self._end(turn, "failed")

    def read(self, turn: Turn, data: bytes) -> None:
        with self.lock:
            self._settle(turn.block, data)
            self._end(turn, "read")

    def failed_to_read(self, turn: Turn) -> None:
        with self.lock:
            self._end(turn, "failed")

    def check_all(self, device: bytes) -> None:
        """The whole device, while nobody writes."""
        for block in range(len(self.allowed)):
            self._settle(block, device[block * BLOCK:(block + 1) * BLOCK])

    def _all_within_window(self, turn: Turn) -> bool:
        return turn.window is not None and turn.window == self.window

    def _settle(self, block: int, data: bytes) -> None:
        for stamp in self.allowed[block]:
            if data == stamped(block, stamp):
                self.allowed[block] = {stamp}
                return
        holder, stamp = STAMP.unpack_from(data)
        self.wrong.append(f"block {block} holds stamp {stamp} of block {holder}, allowed are "
                          f"{sorted(self.allowed[block])}")

    def _end(self, turn: Turn, outcome: str) -> None:
        self.free.add(turn.block)
        self.seen[outcome] += 1
