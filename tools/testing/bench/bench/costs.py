# SPDX-License-Identifier: Apache-2.0
"""What the counts of one kernel say: totals, ratios, what each feature costs. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from bench.cases import ALL, HEAD, NONE, NVME, OPTIONS, OVER_NVME, PATHS, USUAL, Case
from bench.instructions import EVEN, UNEVEN, Count

HEADING = ["target", "legs", "options", "insns/IO", "above raw", "ratio", "limit"]


@dataclass(frozen=True)
class Costs:
    """Counts of one kernel by case."""

    kernel: str
    counts: list[Count]

    def of(self, case: Case, cpu: str = EVEN) -> float:
        """Instructions of a write."""
        return next(c.insns_per_io for c in self.counts if (c.case, c.cpu) == (case, cpu))

    def ratio(self, case: Case, cpu: str = EVEN) -> float | None:
        """How many times what the stock counterpart needs."""
        stock = case.counterpart()
        return self.of(case, cpu) / self.of(stock, cpu) if stock else None

    def over_limit(self) -> list[Case]:
        """Those that must not cost more than the limit, and do."""
        cases = (count.case for count in self.counts if count.cpu == EVEN)
        return [case for case in cases
                if (limit := case.limit()) and (self.ratio(case) or 0) > limit]

    def spread(self) -> float:
        """By how much the two counts of the raw device differ, in percent."""
        first, last = [c.insns_per_io for c in self.counts if c.case == Case("raw")]
        return abs(first - last) / first * 100

    def rows(self) -> list[list[str]]:
        """The table, one row a case."""
        seen = {count.case: count for count in self.counts if count.cpu == EVEN}
        return [self._row(case) for case in seen]

    def features(self) -> list[list[str]]:
        """What each option adds to a gate and to a stripe of 16 legs."""
        wanted = [*((option,) for option in OPTIONS), USUAL, ALL]
        return [[" ".join(options) if options != ALL else "all", *(
            f"{self.of(Case(target, legs, options)) - self.of(Case(target, legs)):+.0f}"
            for target, legs in (("dnvme-gate", 1), ("dnvme", 16)))] for options in wanted]

    def without_counter(self) -> str:
        """What the usual gate costs where each bio must read the clock."""
        gate = Case("dnvme-gate", 1, USUAL)
        above = self.of(gate, UNEVEN) - self.of(Case("dnvme-gate", 1, NONE), UNEVEN)
        return f"{above:+.0f}, {self.ratio(gate, UNEVEN):.4f} times linear"

    def beside_native(self) -> str:
        """What a head costs over nvme-loop, and what NVMe's own multipath does."""
        raw, native, head = (self.of(case) for case in (
            Case(NVME), Case("nvme-native", PATHS), Case(HEAD, PATHS, OVER_NVME)))
        return (f"a write to nvme-loop takes {raw:.0f}; with NVMe's own multipath "
                f"{native - raw:+.0f}, through a head {head - raw:+.0f}")

    def _row(self, case: Case) -> list[str]:
        total = self.of(case)
        ratio = self.ratio(case)
        verdict = f"{case.limit() or ''}"
        if case in self.over_limit():
            verdict += " exceeded"
        return [case.target, str(case.legs), " ".join(case.options) or "-", f"{total:.0f}",
                f"{total - self.of(Case('raw')):.0f}", f"{ratio:.4f}" if ratio else "", verdict]
