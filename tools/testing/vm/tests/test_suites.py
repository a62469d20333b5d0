# SPDX-License-Identifier: Apache-2.0
"""Results inside results, as KUnit prints them."""

from __future__ import annotations

import unittest

from rig import suites

GOOD = """\
dm_dnvme: loading out-of-tree module taints kernel.
KTAP version 1
1..2
    KTAP version 1
    # Subtest: dnvme-map
    # module: dm_dnvme
    1..2
    ok 1 a_gate_maps_one_to_one
        KTAP version 1
        # Subtest: refused
        ok 1 hold
        ok 2 mode # SKIP not here
    # refused: pass:1 fail:0 skip:1 total:2
    ok 2 refused
# dnvme-map: pass:2 fail:0 skip:0 total:2
# Totals: pass:2 fail:0 skip:1 total:3
ok 1 dnvme-map
    KTAP version 1
    # Subtest: dnvme-state
    1..1
    ok 1 letters
ok 2 dnvme-state
"""


class Suites(unittest.TestCase):
    """suites.parse"""

    def totals(self, log: str) -> tuple[int, int, int, int]:
        totals = suites.parse(log)
        return totals.passed, totals.failed, totals.skipped, len(totals.problems)

    def test_innermost_results_count(self) -> None:
        self.assertEqual((3, 0, 1, 0), self.totals(GOOD))

    def test_each_module_plans_its_own(self) -> None:
        self.assertEqual((6, 0, 2, 0), self.totals(GOOD + GOOD))

    def test_a_failed_parameter_counts_once(self) -> None:
        log = GOOD
        for name in ("ok 1 hold", "ok 2 refused", "ok 1 dnvme-map"):
            log = log.replace(name, f"not {name}")
        self.assertEqual((2, 1, 1, 0), self.totals(log))

    def test_a_suite_that_fails_by_itself_is_a_problem(self) -> None:
        self.assertEqual((3, 0, 1, 1), self.totals(GOOD.replace("\nok 1 dn", "\nnot ok 1 dn")))

    def test_a_missing_result_is_a_problem(self) -> None:
        self.assertEqual((2, 0, 1, 1), self.totals(GOOD.replace("    ok 1 a_gate", "    a_gate")))
        self.assertEqual((2, 0, 1, 1), self.totals(GOOD.partition("    KTAP version 1\n    # "
                                                                  "Subtest: dnvme-state")[0]))

    def test_a_log_that_breaks_off_is_a_problem(self) -> None:
        self.assertEqual((2, 0, 0, 2), self.totals(GOOD.partition("        ok 2 mode")[0]))

    def test_no_results_are_a_problem(self) -> None:
        self.assertEqual((0, 0, 0, 1), self.totals("dm_dnvme: loading\n"))


if __name__ == "__main__":
    unittest.main()
