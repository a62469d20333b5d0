# SPDX-License-Identifier: Apache-2.0
"""What is measured, and the table line of each case. Pure."""

from __future__ import annotations

from dataclasses import dataclass

LEGS = (1, 4, 16, 32, 64)
CHUNK_SECTORS = 128
# The words of the target's options. The numbers are such that nothing happens within a run.
OPTIONS = {
    "hold_on_error": "hold_on_error",
    "lease_ms": "lease_ms 600000",
    "write_through": "write_through",
    "write_ttl_ms": "write_ttl_ms 600000",
}
NONE: tuple[str, ...] = ()
ALL = tuple(OPTIONS)
# What a gate or a stripe of dnvme's own plans has at most on the way of a bio: it must cost no
# more than the limit.
USUAL = ("hold_on_error", "lease_ms")
LIMIT = 1.01
# A head, beside dm-multipath with as many paths.
HEAD_LIMIT = 0.96
HEAD = "nvme-mpath-ext"
PATHS = 2
ROUND_ROBIN = ("round-robin",)
# A head, and NVMe's own multipath, over two controllers of nvme-loop.
NVME = "nvme-loop"
OVER_NVME = (NVME,)


@dataclass(frozen=True)
class Case:
    """A device to write to. Its name in dnvme's report is target, legs and options."""

    target: str
    legs: int = 1
    options: tuple[str, ...] = NONE

    def command(self, devices: list[str], sectors: int) -> list[str]:
        """The guest's command that makes it over devices of so many sectors; none for a raw one."""
        if self.target in ("raw", NVME, "nvme-native"):
            return []
        if self.target == HEAD:
            policy = "round-robin" if self.options == ROUND_ROBIN else "active-standby"
            return ["make-head", policy, *devices]
        return ["make-dm", self.table(devices, sectors)]

    def table(self, devices: list[str], sectors: int) -> str:
        """The table line of a device-mapper device."""
        share = sectors // self.legs // CHUNK_SECTORS * CHUNK_SECTORS
        legs = " ".join(f"{devices[0]} {leg * share}" for leg in range(self.legs))
        length = sectors if self.target == "multipath-bio" else share * self.legs
        return f"0 {length} {self._parameters(devices, legs)}"

    def counterpart(self) -> Case | None:
        """The stock target that does the same without fencing."""
        if self.target == HEAD and self.options == OVER_NVME:
            return Case("nvme-native", PATHS)
        return {
            "dnvme-gate": Case("linear"),
            "dnvme": Case("striped", self.legs),
            HEAD: Case("multipath-bio", PATHS, self.options),
        }.get(self.target)

    def limit(self) -> float | None:
        """How many times its counterpart it may cost, if there is a limit."""
        if self.target == HEAD:
            return None if self.options == OVER_NVME else HEAD_LIMIT
        usual = self.counterpart() is not None and self.options in (NONE, USUAL)
        return LIMIT if usual else None

    def _parameters(self, devices: list[str], legs: str) -> str:
        if self.target == "multipath-bio":
            return self._multipath(devices[:self.legs])
        words = " ".join(OPTIONS[option] for option in self.options)
        return {
            "linear": f"linear {legs}",
            "striped": f"striped {self.legs} {CHUNK_SECTORS} {legs}",
            "dnvme-gate": f"dnvme 1 8 1 {legs} {len(words.split())} {words}",
            "dnvme": f"dnvme 1 {CHUNK_SECTORS} {self.legs} {legs} {len(words.split())} {words}",
        }[self.target]

    def _multipath(self, devices: list[str]) -> str:
        """One group of all paths for round-robin, else one of each: an active and a standby."""
        groups = [devices] if self.options == ROUND_ROBIN else [[device] for device in devices]
        paths = " ".join(f"round-robin 0 {len(group)} 1 " + " ".join(f"{d} 1" for d in group)
                         for group in groups)
        return f"multipath 2 queue_mode bio 0 {len(groups)} 1 {paths}"


def with_each_option(target: str, legs: int) -> list[Case]:
    """None, each alone, those usual together, all."""
    sets = [NONE, *((option,) for option in OPTIONS), USUAL, ALL]
    return [Case(target, legs, options) for options in sets]


def all_cases() -> list[Case]:
    """Everything that is measured, in order."""
    cases = [Case("raw"), Case("linear"), *with_each_option("dnvme-gate", 1),
             Case("multipath-bio")]
    for policy in (NONE, ROUND_ROBIN):
        cases += [Case("multipath-bio", PATHS, policy), Case(HEAD, PATHS, policy)]
    for legs in LEGS:
        cases.append(Case("striped", legs))
        cases += with_each_option("dnvme", legs) if legs == 16 else [
            Case("dnvme", legs), Case("dnvme", legs, USUAL)]
    return cases
