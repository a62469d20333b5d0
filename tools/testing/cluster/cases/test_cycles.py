# SPDX-License-Identifier: Apache-2.0
"""Volumes come and go, many times, and leave nothing behind."""

from __future__ import annotations

import os
import re

from stage.case import NodeCase
from stage.host import argument_of

CYCLES = int(os.environ.get("DNVME_TEST_CYCLES", "6"))  # 200 in make soak
CONNECT_EVERY = 5


class CyclesTest(NodeCase):
    """One node and one host."""

    hosts = 1

    def test_cycles_leave_nothing(self) -> None:
        self.cycle(connect=True)
        before = self.slab_of_module()
        for number in range(1, CYCLES):
            self.cycle(connect=number % CONNECT_EVERY == 0)
        self.assertEqual(self.node.leftovers(), "")
        self.assertEqual(self.host[0].connections(), "")
        self.assertEqual(self.references(), 0)
        self.assertLessEqual(self.slab_of_module(), before)
        self.node.machine.run("modprobe -r dm-dnvme && modprobe dm-dnvme")

    def cycle(self, connect: bool) -> None:
        self.node.ctl("volume create v1 --size 16M")
        line = self.attach("v1")
        if connect:
            device = self.host[0].connect(line)
            self.host[0].machine.run(f"dd if=/dev/zero of={device} bs=4k count=16 oflag=direct "
                                     "conv=nocreat status=none")
            self.host[0].disconnect(argument_of(line, "-n"))
        self.node.ctl("volume detach v1 host1")
        self.node.ctl("volume delete v1 --yes")

    def references(self) -> int:
        """How many tables hold the module."""
        text = self.node.machine.run("cat /sys/module/dm_dnvme/refcnt").stdout
        return int(text)

    def slab_of_module(self) -> int:
        """Objects in slab caches that carry the module's name."""
        text = self.node.machine.run("cat /proc/slabinfo").stdout
        return sum(int(match.group(2)) for match in
                   re.finditer(r"^(\S*dnvme\S*)\s+(\d+)", text, re.MULTILINE))
