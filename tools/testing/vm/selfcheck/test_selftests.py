# SPDX-License-Identifier: Apache-2.0
"""The runner of kernel selftests with scripts that pass, skip, fail and crash."""

from __future__ import annotations

import subprocess
import unittest

from rig.paths import VM_DIR

COMMAND = [str(VM_DIR / "dnvme-vm"), "selftests", "--no-modules", "--dir",
           str(VM_DIR / "selftest")]


class Selftests(unittest.TestCase):
    """One run of all scripts in selftest/"""

    def test_every_outcome_is_told(self) -> None:
        done = subprocess.run(COMMAND, stdout=subprocess.PIPE, text=True, check=False)
        lines = done.stdout.splitlines()
        outcomes = [line for line in lines if line.startswith(("ok", "not ok"))]
        self.assertEqual(["ok 1 00-passes", "ok 2 01-skips # SKIP this script always skips",
                          "not ok 3 02-fails", "not ok 4 03-crashes", "ok 5 04-passes-again"],
                         outcomes)
        self.assertIn("  # problem: left behind: device-mapper device forgotten", lines)
        self.assertIn("rig: this line belongs to 02-fails", done.stdout)
        self.assertIn("Kernel panic - not syncing: sysrq triggered crash", done.stdout)
        self.assertEqual((1, "5 passed, 4 failed, 1 skipped"), (done.returncode, lines[-1]))
