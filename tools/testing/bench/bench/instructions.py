# SPDX-License-Identifier: Apache-2.0
"""Counts the instructions of a write, in a guest whose clock counts them."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any, Iterator

from bench import GUEST
from bench.cases import NONE, USUAL, Case, all_cases
from rig import Machine, Rig
from rig.errors import RigError

DEVICE = "/dev/nullb-bench"
TIMEOUT = 3600.0
# Processors whose cycle counter the kernel trusts, and does not.
EVEN, UNEVEN = "Nehalem", "qemu64"


@dataclass(frozen=True)
class Count:
    """What one case took."""

    kernel: str
    case: Case
    insns_per_io: float
    cpu: str = EVEN

    def json(self) -> dict[str, Any]:
        """As build/bench/kernel.json has it."""
        return {"kernel": self.kernel, **asdict(self.case), "options": " ".join(self.case.options),
                "cpu": self.cpu, "insns_per_io": round(self.insns_per_io, 1)}


class Counter:
    """A counting guest with a null_blk device."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.sectors = int(machine.run([str(GUEST / "make-nullb"), DEVICE]).stdout)
        self.insns_per_io(Case("raw"))  # the first run finds the allocators' caches empty

    def insns_per_io(self, case: Case) -> float:
        """One run of fio. A nanosecond of its time is an instruction."""
        table = case.table(DEVICE, self.sectors)
        result = self.machine.run([str(GUEST / "write"), DEVICE, table], timeout=TIMEOUT)
        write = json.loads(result.stdout)["jobs"][0]["write"]
        if not write["total_ios"]:
            raise RigError(f"fio has written nothing: {result.stderr}")
        return float(write["runtime"] * 1e6 / write["total_ios"])


def count(kernel: str, cases: list[Case], cpu: str = EVEN) -> Iterator[Count]:
    """Boots a guest and counts, one case after the other."""
    with Rig() as rig:
        machine = rig.machine("bench", kernel=kernel, counting=True,
                              kernel_arguments=["norandmaps"])
        machine.hardware.qemu_arguments += ["-cpu", cpu]
        machine.boot(TIMEOUT)
        counter = Counter(machine)
        for case in cases:
            yield Count(kernel, case, counter.insns_per_io(case), cpu)


def count_all(kernel: str) -> Iterator[Count]:
    """Every case; the raw device once more at the end; the lease without a cycle counter."""
    yield from count(kernel, [*all_cases(), Case("raw")])
    yield from count(kernel, [Case("linear"), Case("dnvme-gate", 1, NONE),
                              Case("dnvme-gate", 1, USUAL)], UNEVEN)
