# SPDX-License-Identifier: Apache-2.0
"""Line coverage, from what gcov reports."""

from __future__ import annotations

import tempfile
import unittest
from collections import defaultdict
from pathlib import Path
from typing import Any

from rig import coverage


def report(name: str, counts: dict[int, int]) -> dict[str, Any]:
    """What gcov says of one object whose lines are in one file."""
    lines = [{"line_number": number, "count": count} for number, count in counts.items()]
    return {"files": [{"file": name, "lines": lines}]}


class Coverage(unittest.TestCase):
    """coverage"""

    def setUp(self) -> None:
        self.lines: coverage.Lines = defaultdict(lambda: defaultdict(int))

    def test_inlined_lines_ran_if_they_ran_anywhere(self) -> None:
        for count in (0, 3, 0):
            coverage.add_report(self.lines, report("/x/src/kernel/dm-dnvme/gate.h", {7: count}))
        self.assertEqual({"dm-dnvme/gate.h": {7: 3}}, self.lines)

    def test_only_our_files_count(self) -> None:
        for name in ("/linux/include/linux/bio.h", "/x/src/kernel/dm-dnvme/tests/stage.c",
                     "/x/src/kernel/dm-dnvme/../dm-dnvme/tests/stage.c"):
            coverage.add_report(self.lines, report(name, {1: 1}))
        self.assertEqual({}, self.lines)

    def test_objects_of_equal_names_are_told_apart(self) -> None:
        place = coverage.own_place(
            Path("/tmp/kernel/gcov/1/kernel/nvme-mpath-ext/host/command.gcda"))
        self.assertEqual(Path("kernel/nvme-mpath-ext/host/command.gcda"), place)

    def test_runs_add_up(self) -> None:
        both = coverage.merge([{"a.c": {1: 0, 2: 1}}, {"a.c": {1: 2}, "b.c": {5: 0}}])
        self.assertEqual({"a.c": {1: 2, 2: 1}, "b.c": {5: 0}}, both)

    def test_what_is_kept_comes_back(self) -> None:
        with tempfile.TemporaryDirectory() as directory:
            path = Path(directory) / "lines"
            self.assertEqual({}, coverage.load(path))
            coverage.save({"a.c": {7: 0, 8: 3}}, path)
            self.assertEqual({"a.c": {7: 0, 8: 3}}, coverage.load(path))

    def test_the_table_names_what_did_not_run(self) -> None:
        table = coverage.table({"a.c": {1: 1, 2: 0, 3: 0, 4: 1, 9: 0}, "b.c": {1: 1}})
        self.assertRegex(table, r"(?m)^a\.c +5 +2 +40\.0 %  2-3, 9$")
        self.assertRegex(table, r"(?m)^b\.c +1 +1 +100\.0 %$")
        self.assertRegex(table, r"(?m)^total +6 +3 +50\.0 %$")


if __name__ == "__main__":
    unittest.main()
