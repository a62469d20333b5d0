# SPDX-License-Identifier: Apache-2.0
"""Which lines of a kernel log are reports, and which are not."""

from __future__ import annotations

import tempfile
import unittest
from pathlib import Path

from rig.console import Allowed, ConsoleLog, find_reports

HARMLESS = """\
[    0.000000] Linux version 6.1.0-56-amd64 (debian-kernel@lists.debian.org)
[    0.100000] debug: trace events enabled
[    0.200000] TSC deadline timer unavailable
[    2.382450] clocksource: timekeeping watchdog on CPU0: Marking clocksource 'tsc' as unstable
[   39.822945] hrtimer: interrupt took 25802791 ns
[   40.000000] dm_dnvme: loading out-of-tree module taints kernel.
[   40.100000] Buffer I/O error on dev dm-0, logical block 0, async page read
[   40.200000] EXT4-fs (dm-0): warning: mounting fs with errors, running e2fsck is recommended
[   40.300000] debugfs: no oops here
"""

WARN = """\
[   10.000000] nvmet: adding nsid 1 to subsystem s
[   11.000000] ------------[ cut here ]------------
[   11.000001] WARNING: CPU: 0 PID: 77 at drivers/md/dm.c:711 dm_end_io+0x10/0x20 [dm_mod]
[   11.000002] Call Trace:
[   11.000003] ---[ end trace 0000000000000000 ]---
[   12.000000] nvmet: removing
"""

FIRST_LINES = {
    "null pointer": "[ 1.0] BUG: kernel NULL pointer dereference, address: 0000000000000000",
    "oops": "[ 1.0] Oops: 0002 [#1] PREEMPT SMP PTI",
    "BUG_ON": "[ 1.0] kernel BUG at drivers/md/dm-dnvme/gate.c:10!",
    "protection fault": "[ 1.0] general protection fault, probably for non-canonical address",
    "panic": "[ 1.0] Kernel panic - not syncing: Fatal exception",
    "hung task": "[ 1.0] INFO: task dd:100 blocked for more than 120 seconds.",
    "lockdep deadlock": "[ 1.0] WARNING: possible circular locking dependency detected",
    "lockdep recursion": "[ 1.0] WARNING: possible recursive locking detected",
    "lockdep irq": "[ 1.0] WARNING: inconsistent lock state",
    "lockdep context": "[ 1.0] WARNING: suspicious RCU usage",
    "lock held at exit": "[ 1.0] WARNING: lock held when returning to user space!",
    "KASAN": "[ 1.0] BUG: KASAN: slab-use-after-free in gate_map+0x10/0x20 [dm_dnvme]",
    "UBSAN": "[ 1.0] UBSAN: array-index-out-of-bounds in map.c:3:4",
    "kmemleak": "[ 1.0] kmemleak: 1 new suspected memory leaks (see /sys/kernel/debug/kmemleak)",
    "RCU stall": "[ 1.0] rcu: INFO: rcu_preempt self-detected stall on CPU",
    "RCU tasks stall": "[ 1.0] INFO: rcu_tasks detected stalls on tasks:",
    "soft lockup": "[ 1.0] watchdog: BUG: soft lockup - CPU#0 stuck for 121s! [fio:88]",
    "sleeping": "[ 1.0] BUG: sleeping function called from invalid context at mm/slab.h:1",
    "scheduling": "[ 1.0] BUG: scheduling while atomic: swapper/0/0/0x00000002",
    "workqueue": "[ 1.0] BUG: workqueue lockup - pool cpus=0 node=0 flags=0x0 stuck for 300s!",
    "refcount": "[ 1.0] refcount_t: underflow; use-after-free.",
    "list": "[ 1.0] list_del corruption. next->prev should be ffff, but was dead",
    "out of memory": "[ 1.0] Out of memory: Killed process 12 (fio) total-vm:1kB",
}


class Finding(unittest.TestCase):
    """find_reports"""

    def test_every_kind_is_found(self) -> None:
        for kind, line in FIRST_LINES.items():
            with self.subTest(kind):
                self.assertEqual([line], find_reports(line + "\n"))

    def test_harmless_lines_are_not(self) -> None:
        self.assertEqual([], find_reports(HARMLESS))

    def test_a_report_is_quoted_whole_and_alone(self) -> None:
        report, = find_reports(HARMLESS + WARN + HARMLESS)
        self.assertEqual(WARN.splitlines()[1:5], report.splitlines())

    def test_each_report_is_found(self) -> None:
        self.assertEqual(2, len(find_reports(WARN + WARN)))

    def test_only_the_announced_report_is_allowed(self) -> None:
        allowed = [Allowed(r"dm_end_io\+", "provoked by this test")]
        self.assertEqual([], find_reports(WARN, allowed))
        other = WARN.replace("dm_end_io", "gate_end_io")
        self.assertEqual(1, len(find_reports(WARN + other, allowed)))


class Following(unittest.TestCase):
    """ConsoleLog"""

    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.path = Path(directory.name) / "console.log"
        self.log = ConsoleLog(self.path)

    def append(self, text: str) -> None:
        """The guest prints."""
        with open(self.path, "a", encoding="utf-8") as file:
            file.write(text)

    def test_no_console_yet(self) -> None:
        self.assertEqual([], self.log.new_reports())

    def test_a_report_is_told_once(self) -> None:
        self.append(HARMLESS + WARN)
        self.assertEqual(1, len(self.log.new_reports()))
        self.append(HARMLESS)
        self.assertEqual([], self.log.new_reports())

    def test_a_line_that_comes_in_two_parts(self) -> None:
        self.append("[   11.000000] ------------[ cut ")
        self.assertEqual([], self.log.new_reports())
        self.append("here ]------------\n")
        self.assertEqual(1, len(self.log.new_reports()))


if __name__ == "__main__":
    unittest.main()
