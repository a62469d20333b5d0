# SPDX-License-Identifier: Apache-2.0
"""How long heads take to fail over: one, and many at once."""

from __future__ import annotations

import statistics
from dataclasses import asdict, dataclass
from typing import Any, Iterator

from bench import GUEST
from rig import Machine, Rig

TIMEOUT = 7200.0
ONE, MANY = 1, 64
# How the target is lost, what it takes for an activation in ms, and how often this is done.
LOSSES = ["cut:0:6", "cut:500:6", "silent:0:5"]
PARTS = ("detected", "sent", "acknowledged", "completed")
WAYS = {"cut": "connections end", "silent": "answers no more"}


@dataclass(frozen=True)
class Loss:
    """One way to lose the target of so many heads."""

    heads: int
    way: str
    activation_ms: int


@dataclass(frozen=True)
class Times:
    """Milliseconds from the loss, of the slowest head, round by round."""

    kernel: str
    loss: Loss
    detected: list[float]
    sent: list[float]
    acknowledged: list[float]
    completed: list[float]

    def row(self, one: Times) -> list[str]:
        """Medians, and the whole beside that of one head."""
        medians = (statistics.median(getattr(self, part)) for part in PARTS)
        return [str(self.loss.heads), WAYS[self.loss.way], str(self.loss.activation_ms),
                str(len(self.completed)), *(f"{median:.1f}" for median in medians),
                f"{max(self.completed):.1f}", f"{self.beside(one):.2f}"]

    def beside(self, one: Times) -> float:
        """How many times as long as it takes one head."""
        return statistics.median(self.completed) / statistics.median(one.completed)

    def json(self) -> dict[str, Any]:
        """As build/bench/failover.json has it."""
        parts = {f"{part}_ms": getattr(self, part) for part in PARTS}
        return {"kernel": self.kernel, **asdict(self.loss), **parts}


HEADING = ["heads", "the target", "activation, ms", "rounds", "detected", "asked", "acknowledged",
           "first I/O", "slowest round", "as one"]


def parse(kernel: str, text: str) -> Iterator[Times]:
    """Lines of guest/failover_times.py."""
    found: dict[Loss, list[list[float]]] = {}
    for words in (line.split() for line in text.splitlines() if line.startswith("failover ")):
        loss = Loss(int(words[1]), words[2], int(words[3]))
        found.setdefault(loss, []).append([int(word) / 1e6 for word in words[4:]])
    for loss, rounds in found.items():
        parts: list[list[float]] = [list(part) for part in zip(*rounds)]
        yield Times(kernel, loss, *parts)


def run(machine: Machine, kernel: str, heads: int) -> Iterator[Times]:
    """All losses of so many heads."""
    result = machine.run([str(GUEST / "failovers"), str(heads), *LOSSES], timeout=TIMEOUT,
                         check=False)
    if result.status:
        raise RuntimeError(f"the guest says: {result.stdout}{result.stderr}")
    yield from parse(kernel, result.stdout)


def measure(kernel: str, wall: bool) -> Iterator[Times]:
    """One head, and many."""
    with Rig() as rig:
        machine = rig.machine("bench", kernel=kernel, counting=not wall)
        machine.boot(TIMEOUT)
        for heads in (ONE, MANY):
            yield from run(machine, kernel, heads)
