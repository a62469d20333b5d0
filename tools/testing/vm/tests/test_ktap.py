# SPDX-License-Identifier: Apache-2.0
"""What a test program prints, and how it is judged."""

from __future__ import annotations

import unittest

from rig import ktap


class Good(unittest.TestCase):
    """Programs that did what they said."""

    def test_all_passed(self) -> None:
        report = ktap.judge("KTAP version 1\n1..2\nok 1 first\nok 2 - second\n", 0)
        self.assertEqual((2, 0, 0), (report.passed, report.failed, report.skipped))
        self.assertEqual(["first", "second"], [case.name for case in report.cases])

    def test_plan_at_the_end(self) -> None:
        report = ktap.judge("KTAP version 1\nok 1 a\n# note\nok 2 b\n1..2\n", 0)
        self.assertEqual((2, []), (report.passed, report.problems))

    def test_a_skipped_case_is_not_passed(self) -> None:
        report = ktap.judge("KTAP version 1\n1..2\nok 1 a # SKIP no device\nok 2 b\n", 0)
        self.assertEqual((1, 0, 1), (report.passed, report.failed, report.skipped))

    def test_all_skipped_with_a_reason(self) -> None:
        report = ktap.judge("KTAP version 1\n1..0 # SKIP needs fault injection\n", 4)
        self.assertEqual((0, 0, 1), (report.passed, report.failed, report.skipped))
        self.assertEqual("needs fault injection", report.skip_reason)

    def test_subtests_are_in_their_parents_result(self) -> None:
        text = ("KTAP version 1\n1..1\n    KTAP version 1\n    1..3\n    ok 1 x\n"
                "    not ok 2 y\nnot ok 1 suite\n")
        report = ktap.judge(text, 1)
        self.assertEqual((0, 1, 0), (report.passed, report.failed, report.skipped))


class Bad(unittest.TestCase):
    """Programs whose output cannot be trusted: each has to count as failed."""

    def assert_problem(self, text: str, status: int, problem: str) -> None:
        """The report has exactly this problem, counted as one more failure than the cases."""
        report = ktap.judge(text, status)
        self.assertEqual([problem], report.problems)
        self.assertEqual(1 + sum(not case.ok for case in report.cases), report.failed)

    def test_missing_plan(self) -> None:
        self.assert_problem("KTAP version 1\nok 1 a\n", 0,
                            "no plan: ended early after 1 results?")

    def test_no_output_at_all(self) -> None:
        report = ktap.judge("", 0)
        self.assertEqual(["no KTAP version line", "no plan: ended early after 0 results?"],
                         report.problems)

    def test_missing_version(self) -> None:
        self.assert_problem("1..1\nok 1 a\n", 0, "no KTAP version line")

    def test_fewer_results_than_planned(self) -> None:
        self.assert_problem("KTAP version 1\n1..3\nok 1 a\nok 2 b\n", 0,
                            "planned 3 tests but reported 2")

    def test_more_results_than_planned(self) -> None:
        self.assert_problem("KTAP version 1\n1..1\nok 1 a\nok 2 b\n", 0,
                            "planned 1 tests but reported 2")

    def test_two_plans(self) -> None:
        self.assert_problem("KTAP version 1\n1..1\nok 1 a\n1..1\n", 0, "more than one plan")

    def test_numbers_out_of_order(self) -> None:
        report = ktap.judge("KTAP version 1\n1..2\nok 2 b\nok 1 a\n", 0)
        self.assertEqual(["result 1 says that it is number 2",
                          "result 2 says that it is number 1"], report.problems)

    def test_bail_out(self) -> None:
        report = ktap.judge("KTAP version 1\n1..1\nBail out! no module\n", 1)
        self.assertEqual(["bailed out: no module", "planned 1 tests but reported 0"],
                         report.problems)

    def test_success_claimed_after_a_failure(self) -> None:
        self.assert_problem("KTAP version 1\n1..1\nnot ok 1 a\n", 0,
                            "exit status 0 although a test failed")

    def test_failure_claimed_without_one(self) -> None:
        self.assert_problem("KTAP version 1\n1..1\nok 1 a\n", 1,
                            "exit status 1 although no test failed")

    def test_skip_without_a_reason(self) -> None:
        self.assert_problem("KTAP version 1\n1..0 # SKIP\n", 4, "skipped without a reason")

    def test_skip_status_after_results(self) -> None:
        self.assert_problem("KTAP version 1\n1..1\nok 1 a\n", 4,
                            "exit status 4 (skip) without a plan that says why")

    def test_killed_by_a_signal(self) -> None:
        self.assert_problem("KTAP version 1\n1..1\nok 1 a\n", 139, "exit status 139: crashed?")

    def test_timed_out_case(self) -> None:
        report = ktap.judge("KTAP version 1\n1..1\nok 1 a # TIMEOUT 30 seconds\n", 1)
        self.assertEqual((0, 1), (report.passed, report.failed))

    def test_cut_short(self) -> None:
        report = ktap.cut_short("KTAP version 1\n1..2\nok 1 a\n", "the guest is gone")
        self.assertEqual(["the guest is gone", "planned 2 tests but reported 1"], report.problems)


if __name__ == "__main__":
    unittest.main()
