# SPDX-License-Identifier: Apache-2.0
"""Every redundancy, from creation to deletion, with a power cut under load between them.

QEMU's disks lose nothing that they were given, so the test itself tears a stripe of the raid5
volume: parity that does not fit, in a region that the write-intent bitmap has as dirty. Stock
dm-raid drops the bits after a crash and leaves it so (the negative run); a volume of dnvme must
come back whole.
"""

from __future__ import annotations

import os

from stage import wait_until
from stage.case import NodeCase
from stage.host import argument_of
from stage.load import Load
from stage.raid import (REGION, SECTOR, Member, StockArray, dirty_regions, members_of, misfits,
                        raid_is_idle)

VOLUMES = {"v5": "raid5", "v10": "raid10"}
if os.environ.get("DNVME_TEST_SOAK"):
    VOLUMES |= {"v1": "raid1:3", "v6": "raid6"}
CHUNK = 64 << 10


class RedundancyTest(NodeCase):
    """One node, one host."""

    hosts = 1

    def test_power_cut_under_load(self) -> None:
        lines = {name: self.make(name, redundancy) for name, redundancy in VOLUMES.items()}
        wait_until("parity is computed", lambda: raid_is_idle(self.node))
        members = members_of(self.node, "v5")
        devices = {name: self.host[0].connect(line) for name, line in lines.items()}
        loads = [Load(self.host[0], device, size=2 << 20, depth=4) for device in devices.values()]
        self.cut_power(loads, members)
        self.tear_parity(members)
        self.assert_stock_assembly_leaves_it_torn(members)

        self.node.start_daemon()
        self.cut_power(loads, members)
        self.tear_parity(members)
        self.node.start_daemon()
        self.host[0].stop_fio()
        for load in loads:
            load.assert_verified()
        for name in {"v5", "v6"} & set(VOLUMES):
            self.assert_parity_fits(name)
        for name, line in lines.items():
            self.host[0].disconnect(argument_of(line, "-n"))
            self.node.ctl(f"volume detach {name} host1")
            self.node.ctl(f"volume delete {name} --yes")
        self.assertEqual(self.node.leftovers(), "")

    def make(self, name: str, redundancy: str) -> str:
        """A volume; returns the line with which the host connects."""
        self.node.ctl(f"volume create {name} --size 32M --redundancy {redundancy}")
        return self.attach(name, 1)

    def cut_power(self, loads: list[Load], members: list[Member]) -> None:
        """While all of them write: the regions that they go to are dirty for seconds from then."""
        for load in loads:
            load.wait_writes(share=16)
        self.node.machine.power_cut()
        self.node.machine.boot()
        for member in members:
            member.disk = self.nvme_disk(member.serial)

    def tear_parity(self, members: list[Member]) -> None:
        """Garbage for parity, in the first stripe of the last region that is dirty."""
        dirty = dirty_regions(self.node, members[0])
        self.assertTrue(dirty, "no region is dirty: the power was cut too late")
        stripe = dirty[-1] * (REGION // CHUNK)
        torn = members[left_symmetric_parity(stripe, len(members))]
        where = torn.data_start * SECTOR + stripe * CHUNK
        self.node.machine.run(f"dd if=/dev/urandom of={torn.disk} bs=4096 count=4 "
                              f"oflag=direct,seek_bytes seek={where} conv=nocreat status=none")

    def assert_stock_assembly_leaves_it_torn(self, members: list[Member]) -> None:
        """Afterwards it is mended, by hand."""
        array = StockArray(self.node, members, f"raid5_ls 3 {CHUNK // SECTOR}",
                           data_members=len(members) - 1)
        self.assertGreater(misfits(self.node, "s-raid"), 0,
                           "the test would not see parity that does not fit")
        misfits(self.node, "s-raid", "repair")
        self.assertEqual(misfits(self.node, "s-raid"), 0)
        array.remove()

    def assert_parity_fits(self, volume: str) -> None:
        """dm-raid reads all of it and finds no stripe that does not fit."""
        leg = self.node.ctl_json(f"volume show {volume}")["volume"]["legs"][0]["uuid"]
        self.assertEqual(misfits(self.node, f"dnvme-raid-{leg}"), 0)


def left_symmetric_parity(stripe: int, members: int) -> int:
    """Number of the member that has the parity of a stripe of raid5_ls."""
    return members - 1 - stripe % members
