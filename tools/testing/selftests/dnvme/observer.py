# SPDX-License-Identifier: Apache-2.0
"""Records every bio that reaches a block device: when it arrived and when it came back.

The block layer's own trace events are the record: block_bio_queue on arrival, before the device
sees the bio, and block_rq_complete on its return. Marks of the test lie in the same buffer, on
the same clock, so that the order of the record is the order of events, on whatever CPU they were.
Merging is switched off, so that each bio returns as a request of its own.
"""
import os
from pathlib import Path

TRACING = Path("/sys/kernel/tracing/instances")
BUFFER_KIB = 8192
ARRIVED, RETURNED = "block_bio_queue", "block_rq_complete"
NO_MERGES = "2"
READS, WRITES = 0, 4


def dev_number(disk: str) -> int:
    """The number of a disk, as trace filters want it."""
    major, minor = Path(f"/sys/block/{disk}/dev").read_text().split(":")
    return int(major) << 20 | int(minor)


def bios_of(disk: str) -> int:
    """How many bios the block layer itself counts as done."""
    words = Path(f"/sys/block/{disk}/stat").read_text().split()
    return int(words[READS]) + int(words[WRITES])


class Observer:
    """Watches one disk from its making to close()."""

    def __init__(self, disk: str) -> None:
        self.disk = disk
        self.arrived = 0
        Path(f"/sys/block/{disk}/queue/nomerges").write_text(NO_MERGES)
        self.counted_before = bios_of(disk)
        self.directory = TRACING / f"observe-{disk}"
        self.directory.mkdir()
        self._write("trace_clock", "mono")
        self._write("buffer_size_kb", str(BUFFER_KIB))
        for event in (ARRIVED, RETURNED):
            self._write(f"events/block/{event}/filter", f"dev == {dev_number(disk)}")
            self._write(f"events/block/{event}/enable", "1")
        self.pipe = os.open(self.directory / "trace_pipe", os.O_RDONLY | os.O_NONBLOCK)
        self.marker = os.open(self.directory / "trace_marker", os.O_WRONLY)

    def mark(self, text: str) -> None:
        """Puts a line of our own into the record."""
        os.write(self.marker, text.encode())

    def take(self) -> str:
        """The record since the last call; what is taken is gone from the buffer."""
        chunks = []
        while True:
            try:
                chunk = os.read(self.pipe, 1 << 16)
            except BlockingIOError:
                break
            chunks.append(chunk)
        record = b"".join(chunks).decode()
        self.arrived += record.count(ARRIVED)
        return record

    def missed(self) -> str:
        """Why the record cannot be trusted, or empty. While nothing is on its way."""
        for stats in self.directory.glob("per_cpu/cpu*/stats"):
            for line in stats.read_text().splitlines():
                name, _, count = line.partition(":")
                if name in ("overrun", "dropped events") and int(count):
                    return f"{stats.parent.name} lost events: {line}"
        counted = bios_of(self.disk) - self.counted_before
        if counted != self.arrived:
            return f"{self.arrived} bios on record, but the block layer counted {counted}"
        return ""

    def close(self) -> None:
        """Gives the buffer back."""
        os.close(self.pipe)
        os.close(self.marker)
        self.directory.rmdir()

    def _write(self, name: str, text: str) -> None:
        (self.directory / name).write_text(text)
