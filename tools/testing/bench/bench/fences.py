# SPDX-License-Identifier: Apache-2.0
"""How long it takes until nothing reaches a disk any more: fences beside stock device-mapper."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any, Iterator

from bench import GUEST, SOURCE
from rig import Machine, Rig

DEVICE = "/dev/nullb-bench"
# A disk that takes 100 us for each write, so that there always are some in flight.
DISK = ["irqmode=2", "completion_nsec=100000", "hw_queue_depth=256"]
PROGRAM = SOURCE / "build/user/bin/dnvme_fence_bench"
MANY = 512
PROCESSES = 8
TIMEOUT = 3600.0


@dataclass(frozen=True)
class Way:
    """One way to the same effect."""

    name: str
    kind: str
    devices: int
    rounds: int
    processes: int = 1


FENCE = "fence"
STOCK = "suspend, error table, resume"
WAYS = [
    Way(FENCE, "gates", 1, 300), Way(STOCK, "stock", 1, 100),
    Way(FENCE, "gates", MANY, 10), Way(STOCK, "stock", MANY, 2),
    Way(f"{STOCK}, {PROCESSES} processes", "stock", MANY, 2, PROCESSES),
]


@dataclass(frozen=True)
class Times:
    """What the rounds of one way took, sorted, in microseconds."""

    kernel: str
    way: Way
    us: list[float]
    in_flight: list[int] = field(default_factory=list)

    def percentile(self, percent: float) -> float:
        """The value that so many percent do not exceed."""
        return self.us[min(int(len(self.us) * percent / 100), len(self.us) - 1)]

    def json(self) -> dict[str, Any]:
        """As build/bench/fence.json has it."""
        return {"kernel": self.kernel, **asdict(self.way), "p50_us": round(self.percentile(50)),
                "p99_us": round(self.percentile(99)), "max_us": round(self.us[-1]),
                "in_flight": sum(self.in_flight) / len(self.in_flight)}


@dataclass(frozen=True)
class WriteTimes:
    """What one write takes while nobody fences, in microseconds."""

    p50: float
    p99: float
    slowest: float


def parse(kernel: str, way: Way, text: str) -> Times:
    """Lines "<nanoseconds> <in flight>"."""
    rounds = [(int(ns), int(below)) for ns, below in (line.split() for line in text.splitlines())]
    return Times(kernel, way, sorted(ns / 1000 for ns, _ in rounds), [below for _, below in rounds])


def write_times(machine: Machine, sectors: int) -> WriteTimes:
    """Of a gate under the load of the rounds."""
    table = f"0 {sectors} dnvme 1 8 1 {DEVICE} 0 0"
    result = machine.run([str(GUEST / "latency"), DEVICE, table], timeout=TIMEOUT)
    clat = json.loads(result.stdout)["jobs"][0]["write"]["clat_ns"]
    percentiles = {name: value / 1000 for name, value in clat["percentile"].items()}
    return WriteTimes(percentiles["50.000000"], percentiles["99.000000"], clat["max"] / 1000)


def measure(kernel: str) -> Iterator[Times | WriteTimes]:
    """All ways on one kernel, in one guest; first what a write takes."""
    with Rig() as rig:
        machine = rig.machine("bench", kernel=kernel)
        machine.boot(TIMEOUT)
        sectors = int(machine.run([str(GUEST / "make-nullb"), DEVICE, *DISK]).stdout)
        yield write_times(machine, sectors)
        for way in WAYS:
            command = [str(PROGRAM), way.kind, str(way.devices), str(way.rounds),
                       str(way.processes), DEVICE]
            yield parse(kernel, way, machine.run(command, timeout=TIMEOUT).stdout)
