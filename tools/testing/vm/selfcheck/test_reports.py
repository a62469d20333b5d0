# SPDX-License-Identifier: Apache-2.0
"""Real faults of a real kernel: the rig has to notice each."""

from __future__ import annotations

import shutil
import subprocess
import unittest

from rig import KernelReport, Machine, Rig
from rig.guest import GUEST_SHARE
from rig.paths import VM_DIR

WAIT = 300.0


class Reports(unittest.TestCase):
    """A guest per fault: a kernel that had one is not what it was."""

    kernel = "6.1"
    rig: Rig
    guest: Machine

    def setUp(self) -> None:
        self.rig = Rig()
        self.addCleanup(self.rig.close)
        self.guest = self.rig.machine("patient", kernel=self.kernel)
        self.build_module()
        self.rig.boot()

    def build_module(self) -> None:
        """Compile the faulty module into the guest's share."""
        target = self.guest.files.share / "faulty"
        shutil.copytree(VM_DIR / "faulty", target)
        done = subprocess.run(["make", "-s", "-C", str(self.guest.kernel.build_dir),
                               f"M={target}", "modules"], capture_output=True, text=True,
                              check=False)
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)

    def commit(self, fault: str) -> None:
        """Load the module; how that ends depends on the fault."""
        self.guest.run(f"insmod {GUEST_SHARE}/faulty/faulty.ko what={fault}", check=False,
                       timeout=WAIT)
        self.rig.check_logs()

    def assert_reported(self, fault: str, quoted: str) -> None:
        """The fault ends the test with its lines quoted."""
        with self.assertRaisesRegex(KernelReport, quoted):
            self.commit(fault)

    def test_nothing_is_reported_without_a_fault(self) -> None:
        self.commit("none")

    def test_warning(self) -> None:
        self.assert_reported("warn", r"(?s)cut here.*faulty: as asked for.*faulty_init")

    def test_an_announced_warning_passes_and_no_other(self) -> None:
        self.guest.allow("faulty: as asked for", "provoked by this test")
        self.commit("warn")
        self.guest.run("rmmod faulty")
        self.assert_reported("list", "(?s)list_del corruption.*faulty")

    def test_oops(self) -> None:
        self.assert_reported("oops", r"(?s)NULL pointer dereference.*faulty")

    def test_bug(self) -> None:
        self.assert_reported("bug", r"(?s)kernel BUG at .*faulty\.c")

    def test_hung_task_ends_the_wait(self) -> None:
        self.guest.run("echo 5 >/proc/sys/kernel/hung_task_timeout_secs")
        self.assert_reported("hang", r"(?s)INFO: task insmod:\d+ blocked.*faulty")

    def test_panic(self) -> None:
        with self.assertRaisesRegex(KernelReport, "sysrq triggered crash"):
            self.guest.run("echo c >/proc/sysrq-trigger", timeout=WAIT)

    def test_the_end_of_the_block_checks_too(self) -> None:
        with self.assertRaisesRegex(KernelReport, "faulty: as asked for"):
            with self.rig:
                job = self.guest.start(f"insmod {GUEST_SHARE}/faulty/faulty.ko what=warn")
                while not job.ended():
                    self.assertTrue(self.guest.running)
        self.assertFalse(self.guest.running)
