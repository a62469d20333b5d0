# SPDX-License-Identifier: Apache-2.0
"""Counts the instructions of a write, in a guest whose clock counts them."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any, Iterator

from bench import GUEST
from bench.cases import (HEAD, NONE, NVME, OVER_NVME, PATHS, USUAL, Case, all_cases)
from rig import Machine, Rig
from rig.errors import RigError

DISKS = [f"/dev/bench{number}" for number in range(PATHS)]
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
    """A counting guest with null_blk devices, or with what was made of one."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.devices = DISKS
        for disk in DISKS:
            self.sectors = int(self._guest("make-nullb", disk))
        self.insns_per_io(Case("raw"))  # the first run finds the allocators' caches empty

    def connect(self, multipath: str) -> None:
        """From now on the devices are a namespace behind two controllers, or NVMe's one of both."""
        self.devices = self._guest("make-nvme", multipath, DISKS[0]).split()
        self.insns_per_io(Case(NVME))

    def insns_per_io(self, case: Case) -> float:
        """One run of fio. A nanosecond of its time is an instruction."""
        command = case.command(self.devices, self.sectors)
        device = self._guest(*command).strip() if command else self.devices[0]
        write = json.loads(self._guest("write", device))["jobs"][0]["write"]
        if not write["total_ios"]:
            raise RigError(f"fio has written nothing to {device}")
        self._guest("remove")
        return float(write["runtime"] * 1e6 / write["total_ios"])

    def _guest(self, name: str, *words: str) -> str:
        return self.machine.run([str(GUEST / name), *words], timeout=TIMEOUT).stdout


def count(kernel: str, cases: list[Case], cpu: str = EVEN, multipath: str = "") -> Iterator[Count]:
    """Boots a guest and counts, one case after the other."""
    with Rig() as rig:
        machine = rig.machine("bench", kernel=kernel, counting=True,
                              kernel_arguments=["norandmaps"])
        machine.hardware.qemu_arguments += ["-cpu", cpu]
        machine.boot(TIMEOUT)
        counter = Counter(machine)
        if multipath:
            counter.connect(multipath)
        for case in cases:
            yield Count(kernel, case, counter.insns_per_io(case), cpu)


def count_all(kernel: str) -> Iterator[Count]:
    """Every case; the raw device once more at the end; the lease without a cycle counter."""
    yield from count(kernel, [*all_cases(), Case("raw")])
    yield from count(kernel, [Case("linear"), Case("dnvme-gate", 1, NONE),
                              Case("dnvme-gate", 1, USUAL)], UNEVEN)
    yield from count(kernel, [Case(NVME), Case(HEAD, PATHS, OVER_NVME)], multipath="N")
    yield from count(kernel, [Case("nvme-native", PATHS)], multipath="Y")
