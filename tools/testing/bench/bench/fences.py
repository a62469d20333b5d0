# SPDX-License-Identifier: Apache-2.0
"""How long it takes until nothing reaches a disk any more: fences beside stock device-mapper."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
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


FENCE = "fence"
STOCK = "suspend, error table, resume"
# Words of the program's lines, and what they stand for.
WAYS = {"fence": FENCE, "replace": STOCK, "share": f"{STOCK}, {PROCESSES} processes"}


@dataclass(frozen=True)
class Run:
    """One run of the program."""

    way: str
    devices: int
    rounds: int
    processes: int = 1


RUNS = [Run("fence", 1, 300), Run("replace", 1, 50),
        Run("fence", MANY, 10), Run("replace", MANY, 1, PROCESSES)]


@dataclass(frozen=True)
class Way:
    """One way to the same effect, for so many devices."""

    name: str
    devices: int


@dataclass(frozen=True)
class Times:
    """What the rounds of one way took, sorted, in microseconds."""

    kernel: str
    way: Way
    us: list[float]
    in_flight: list[int]

    def percentile(self, percent: float) -> float:
        """The value that so many percent do not exceed."""
        return self.us[min(int(len(self.us) * percent / 100), len(self.us) - 1)]

    def mean_in_flight(self) -> float | None:
        """When the gates closed; stock device-mapper does not tell."""
        if not self.in_flight:
            return None
        return round(sum(self.in_flight) / len(self.in_flight), 1)

    def json(self) -> dict[str, Any]:
        """As build/bench/fence.json has it."""
        return {"kernel": self.kernel, **asdict(self.way), "p50_us": round(self.percentile(50)),
                "p99_us": round(self.percentile(99)), "max_us": round(self.us[-1]),
                "rounds": len(self.us), "mean_in_flight": self.mean_in_flight()}


@dataclass(frozen=True)
class WriteTimes:
    """What one write takes while nobody fences, in microseconds."""

    p50: float
    p99: float
    slowest: float


def parse(kernel: str, run: Run, text: str) -> Iterator[Times]:
    """Lines "<way> <nanoseconds> [<in flight>]"."""
    lines = [line.split() for line in text.splitlines()]
    for word, name in WAYS.items():
        rounds = [words[1:] for words in lines if words[0] == word]
        if rounds:
            yield Times(kernel, Way(name, run.devices), sorted(int(r[0]) / 1000 for r in rounds),
                        [int(r[1]) for r in rounds if len(r) > 1])


def write_times(machine: Machine, sectors: int) -> WriteTimes:
    """Of a gate under the load of the rounds."""
    table = f"0 {sectors} dnvme 1 8 1 {DEVICE} 0 0"
    device = machine.run([str(GUEST / "make-dm"), table]).stdout.strip()
    result = machine.run([str(GUEST / "latency"), device], timeout=TIMEOUT)
    machine.run([str(GUEST / "remove")])
    clat = json.loads(result.stdout)["jobs"][0]["write"]["clat_ns"]
    percentiles = {name: value / 1000 for name, value in clat["percentile"].items()}
    return WriteTimes(percentiles["50.000000"], percentiles["99.000000"], clat["max"] / 1000)


def measure(kernel: str, wall: bool) -> Iterator[Times | WriteTimes]:
    """All ways on one kernel, in one guest; first what a write takes."""
    with Rig() as rig:
        machine = rig.machine("bench", kernel=kernel, counting=not wall)
        machine.boot(TIMEOUT)
        sectors = int(machine.run([str(GUEST / "make-nullb"), DEVICE, *DISK]).stdout)
        yield write_times(machine, sectors)
        for run in RUNS:
            command = [str(PROGRAM), run.way, str(run.devices), str(run.rounds),
                       str(run.processes), DEVICE]
            yield from parse(kernel, run, machine.run(command, timeout=TIMEOUT).stdout)
