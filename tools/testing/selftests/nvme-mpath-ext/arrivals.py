# SPDX-License-Identifier: Apache-2.0
"""What reached the targets: each write command, and the marks of the keeper, in one record.

The target's own trace events are the witnesses: nvmet_req_init for a write that is taken, and
nvmet_req_complete for what is refused by the ANA state, which nvmet_req_init does not see. a has
controllers 1 to 99, b 100 to 199. From "standby X" to "acknowledged X" neither may happen at X. The
keeper says "standby" at the first command from X that is not of the connection which was cut.
"""
import os
import re
from pathlib import Path

TRACING = Path("/sys/kernel/tracing/instances/arrivals")
BUFFER_KIB = 8192
FIRST_OF_B = 100
EVENT = re.compile(r"nvmet_req_init: nvmet(\d+):|tracing_mark_write: (\w+) ([ab])\d+|(LOST)")
REFUSED = re.compile(r"nvmet_req_complete: nvmet(\d+): .*status=(0x[0-9a-f]+)")
WRITE = 1
STATUS_MASK, ANA_INACCESSIBLE = 0x7FF, 0x302


class Arrivals:
    """The record, from its making to close()."""

    def __init__(self) -> None:
        TRACING.mkdir()
        self._write("trace_clock", "mono")
        self._write("buffer_size_kb", str(BUFFER_KIB))
        self._write("events/nvmet/nvmet_req_init/filter", f"opcode == {WRITE} && qid > 0")
        self._write("events/nvmet/nvmet_req_complete/filter", "qid > 0 && status != 0")
        self._enable("1")
        self.pipe = os.open(TRACING / "trace_pipe", os.O_RDONLY | os.O_NONBLOCK)
        self.closed: set[str] = set()
        self.writes = self.acknowledged = self.early = 0
        self.first = ""

    def take(self) -> None:
        """Judges what came since the last call."""
        rest = b""
        while True:
            try:
                chunk = os.read(self.pipe, 1 << 16)
            except BlockingIOError:
                break
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                self.judge(line.decode())

    def judge(self, line: str) -> None:
        refused = REFUSED.search(line)
        if refused and int(refused[2], 16) & STATUS_MASK == ANA_INACCESSIBLE:
            self.arrive(refused[1], line)
        found = EVENT.search(line)
        if not found:
            return
        controller, word, side, lost = found.groups()
        if lost:
            raise RuntimeError(f"the record is not whole: {line}")
        if word:
            self.mark(word, side)
        elif controller:
            self.writes += 1
            self.arrive(controller, line)

    def mark(self, word: str, side: str) -> None:
        if word == "acknowledged":
            self.closed.discard(side)
            self.acknowledged += 1
        else:
            self.closed.add(side)

    def arrive(self, controller: str, line: str) -> None:
        side = "b" if int(controller) >= FIRST_OF_B else "a"
        if side in self.closed:
            self.early += 1
            self.first = self.first or line.strip()

    def close(self) -> None:
        """Gives the buffer back."""
        os.close(self.pipe)
        self._enable("0")
        TRACING.rmdir()

    def _enable(self, on: str) -> None:
        for event in ("nvmet_req_init", "nvmet_req_complete"):
            self._write(f"events/nvmet/{event}/enable", on)

    @staticmethod
    def _write(name: str, text: str) -> None:
        (TRACING / name).write_text(text)
