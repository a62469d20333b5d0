#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Reads what dm-log-writes has recorded, and replays it.

logwrites.py list LOG                   one line for each entry: FLAGS SECTOR COUNT, or mark TEXT
logwrites.py replay LOG TARGET [MARK]   write to TARGET what is recorded up to the mark, or all

The format: a sector with the superblock, then for each entry a sector that describes it, and
its data. An entry is on record in the order in which it became stable: a write with FUA on its
return, any other with the next flush. What no flush followed comes last, when the target goes.
"""
import os
import struct
import sys
from collections.abc import Iterator
from dataclasses import dataclass

MAGIC, VERSION = 0x6A736677736872, 1
SUPER = struct.Struct("<QQQI")
ENTRY = struct.Struct("<QQQQ")
SECTOR = 512
FLUSH, FUA, DISCARD, MARK, METADATA = (1 << bit for bit in range(5))
LETTERS = ((FLUSH, "F"), (FUA, "U"), (DISCARD, "D"), (METADATA, "M"))
END_MARK = "dm-log-writes-end"


@dataclass
class Entry:
    """One write, flush or discard, or a mark."""

    flags: int
    offset: int
    length: int
    data: bytes
    text: str

    @property
    def is_barrier(self) -> bool:
        """Whoever waited for it may count on what is on record up to here."""
        return bool(self.flags & (FLUSH | FUA))

    def written(self) -> bytes:
        """What is at its place afterwards; a discard is taken to leave zeroes."""
        return bytes(self.length) if self.flags & DISCARD else self.data

    def line(self, sector: int) -> str:
        if self.flags & MARK:
            return f"mark {self.text}"
        letters = "".join(letter for flag, letter in LETTERS if self.flags & flag)
        return f"{letters or '-'} {self.offset // sector} {self.length // sector}"


class Log:
    """The log device, opened for reading."""

    def __init__(self, path: str) -> None:
        self.file = os.open(path, os.O_RDONLY)
        magic, version, self.entries, self.sector = SUPER.unpack(self._read(0, SUPER.size))
        if (magic, version) != (MAGIC, VERSION):
            sys.exit(f"{path} is no log of dm-log-writes, version {VERSION}")

    def __iter__(self) -> Iterator[Entry]:
        at = self.sector
        for _ in range(self.entries):
            sector, count, flags, length = ENTRY.unpack(self._read(at, ENTRY.size))
            text = self._read(at + ENTRY.size, length).decode() if flags & MARK else ""
            at += self.sector
            size = count * self.sector
            stored = 0 if flags & DISCARD else size
            yield Entry(flags, sector * self.sector, size, self._read(at, stored), text)
            at += stored

    def up_to(self, mark: str) -> Iterator[Entry]:
        """The entries before a mark, which must be there."""
        for entry in self:
            if entry.flags & MARK and entry.text == mark:
                return
            yield entry
        sys.exit(f"the log has no mark {mark}")

    def _read(self, offset: int, length: int) -> bytes:
        data = os.pread(self.file, length, offset)
        if len(data) != length:
            sys.exit(f"the log ends at {offset + len(data)}, in the middle of an entry")
        return data


def replay(log: Log, path: str, mark: str) -> None:
    """What a power cut at the mark would have left."""
    target = os.open(path, os.O_WRONLY)
    for entry in log.up_to(mark):
        os.pwrite(target, entry.written(), entry.offset)
    os.fsync(target)


def main() -> None:
    log = Log(sys.argv[2])
    if sys.argv[1] == "replay":
        replay(log, sys.argv[3], sys.argv[4] if len(sys.argv) > 4 else END_MARK)
        return
    for entry in log:
        print(entry.line(log.sector))


if __name__ == "__main__":
    main()
