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


@dataclass(frozen=True)
class Case:
    """A device to write to. Its name in dnvme's report is target, legs and options."""

    target: str
    legs: int = 1
    options: tuple[str, ...] = NONE

    def table(self, device: str, sectors: int) -> str:
        """The table line over a device of so many sectors; none for the raw device."""
        if self.target == "raw":
            return ""
        share = sectors // self.legs // CHUNK_SECTORS * CHUNK_SECTORS
        legs = " ".join(f"{device} {leg * share}" for leg in range(self.legs))
        return f"0 {share * self.legs} {self._parameters(device, legs)}"

    def counterpart(self) -> Case | None:
        """The stock target that does the same without fencing."""
        if self.target == "dnvme-gate":
            return Case("linear")
        if self.target == "dnvme":
            return Case("striped", self.legs)
        return None

    def is_limited(self) -> bool:
        """Whether the limit holds for this case."""
        return self.counterpart() is not None and self.options in (NONE, USUAL)

    def _parameters(self, device: str, legs: str) -> str:
        words = " ".join(OPTIONS[option] for option in self.options)
        return {
            "linear": f"linear {legs}",
            "striped": f"striped {self.legs} {CHUNK_SECTORS} {legs}",
            "multipath-bio": f"multipath 2 queue_mode bio 0 1 1 round-robin 0 1 1 {device} 1000",
            "dnvme-gate": f"dnvme 1 8 1 {legs} {len(words.split())} {words}",
            "dnvme": f"dnvme 1 {CHUNK_SECTORS} {self.legs} {legs} {len(words.split())} {words}",
        }[self.target]


def with_each_option(target: str, legs: int) -> list[Case]:
    """None, each alone, those usual together, all."""
    sets = [NONE, *((option,) for option in OPTIONS), USUAL, ALL]
    return [Case(target, legs, options) for options in sets]


def all_cases() -> list[Case]:
    """Everything that is measured, in order."""
    cases = [Case("raw"), Case("linear"), Case("multipath-bio"), *with_each_option("dnvme-gate", 1)]
    for legs in LEGS:
        cases.append(Case("striped", legs))
        cases += with_each_option("dnvme", legs) if legs == 16 else [
            Case("dnvme", legs), Case("dnvme", legs, USUAL)]
    return cases
