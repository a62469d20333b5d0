# SPDX-License-Identifier: Apache-2.0
"""After a power cut in the middle of writes the halves of a mirror must be made equal.

QEMU's disks lose nothing that they were given, so the test itself tears the mirror: it writes
garbage to the second half, in a region that the write-intent bitmap has as dirty. Stock dm-raid
drops the bits and leaves it so (the negative run); a volume of dnvme must come back whole.
"""

from __future__ import annotations

from stage import wait_until
from stage.case import NodeCase
from stage.raid import (REGION, SECTOR, Member, StockArray, dirty_regions, members_of,
                        raid_is_idle)


class MirrorTest(NodeCase):
    """One node without hosts."""

    def test_torn_mirror_is_made_whole(self) -> None:
        self.node.ctl("volume create v1 --size 64M --redundancy raid1")
        members = members_of(self.node, "v1")
        self.cut_power_under_writes(members)
        self.tear(members)
        StockArray(self.node, members, "raid1 3 0", data_members=1).remove()
        self.assertFalse(self.halves_agree(members), "the test would not see a torn mirror")
        self.mend(members)
        self.assertTrue(self.halves_agree(members))

        self.node.start_daemon()
        self.cut_power_under_writes(members)
        self.tear(members)
        self.node.start_daemon()
        wait_until("dm-raid is in sync", lambda: raid_is_idle(self.node))
        self.node.ctl("volume delete v1 --yes")
        self.assertTrue(self.halves_agree(members))

    def cut_power_under_writes(self, members: list[Member]) -> None:
        run = self.node.machine.run
        front = run("ls /dev/mapper/dnvme-front-*").stdout.strip()
        number = run(f"dmsetup info -c --noheadings -o major,minor {front}").stdout.strip()
        stat = ["cat", f"/sys/dev/block/{number}/stat"]
        job = self.node.machine.start(
            f"fio --name=w --filename={front} --rw=randwrite --bs=4k --direct=1 --iodepth=32 "
            "--ioengine=libaio --time_based --runtime=3600 --size=48M --output=/dev/null")
        wait_until("fio writes", lambda: int(run(stat).stdout.split()[4]) > 500)
        self.node.machine.power_cut()
        self.assertFalse(job.ended())
        self.node.machine.boot()
        for member in members:
            member.disk = self.nvme_disk(member.serial)

    def tear(self, members: list[Member]) -> None:
        """Garbage on the second half, in the last region that is dirty."""
        dirty = dirty_regions(self.node, members[1])
        self.assertTrue(dirty, "no region is dirty: the power was cut too late")
        offset = dirty[-1] * REGION + 64 * 1024
        where = members[1].data_start * SECTOR + offset
        self.node.machine.run(f"dd if=/dev/urandom of={members[1].disk} bs=4096 count=4 "
                              f"oflag=direct,seek_bytes seek={where} conv=nocreat status=none")

    def mend(self, members: list[Member]) -> None:
        """The second half made a copy of the first: the power cut tore it elsewhere too."""
        source, target = members
        self.node.machine.run(
            f"dd if={source.disk} of={target.disk} bs=1M conv=nocreat status=none "
            f"iflag=direct,skip_bytes,count_bytes skip={source.data_start * SECTOR} "
            f"count={source.data_sectors * SECTOR} "
            f"oflag=direct,seek_bytes seek={target.data_start * SECTOR}")

    def halves_agree(self, members: list[Member]) -> bool:
        first, second = members
        size = first.data_sectors * SECTOR
        result = self.node.machine.run(
            f"cmp -n {size} -i {first.data_start * SECTOR}:{second.data_start * SECTOR} "
            f"{first.disk} {second.disk}", check=False)
        return result.status == 0
