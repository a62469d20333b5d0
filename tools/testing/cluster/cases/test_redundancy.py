# SPDX-License-Identifier: Apache-2.0
"""Every redundancy, from creation to deletion, with a power cut under load between them.

QEMU's disks lose nothing that they were given, so the test itself tears a stripe of the raid5
volume: parity that does not fit, in a region that the write-intent bitmap has as dirty. Stock
dm-raid drops the bits after a crash and leaves it so; a volume of dnvme must come back whole.
"""

from __future__ import annotations

from typing import Any

from rig.guest import Command
from stage import wait_until
from stage.case import NodeCase
from stage.host import argument_of, fio_results
from stage.raid import REGION, SECTOR, Member, dirty_regions, members_of, raid_is_idle

VOLUMES = {"v1": "raid1:3", "v5": "raid5", "v6": "raid6", "v10": "raid10"}
CHUNK = 64 << 10
FIO: dict[str, Any] = {"name": "load", "bs": 4096, "rw": "randwrite", "direct": 1,
                       "ioengine": "libaio", "iodepth": 4, "verify": "crc32c",
                       "verify_fatal": 1, "do_verify": 1, "size": 2 << 20}
BLOCKS: int = FIO["size"] // FIO["bs"]


class RedundancyTest(NodeCase):
    """One node, one host."""

    hosts = 1

    def test_power_cut_under_load(self) -> None:
        lines = {name: self.make(name, redundancy) for name, redundancy in VOLUMES.items()}
        wait_until("parity is computed", lambda: raid_is_idle(self.node))
        members = members_of(self.node, "v5")
        devices = {name: self.host[0].connect(line) for name, line in lines.items()}
        jobs = {name: self.load(device) for name, device in devices.items()}
        self.wait_writes(devices["v5"])
        self.cut_power(members)
        self.tear_parity(members)
        self.node.start_daemon()
        self.host[0].stop_fio()
        for job in jobs.values():
            self.assert_verified(job)
        for name in ("v5", "v6"):
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

    def load(self, device: str) -> Command:
        """fio, under way, until stop_fio()."""
        job = self.host[0].start_fio_again_and_again(filename=device, **FIO)
        self.wait_writes(device)
        return job

    def wait_writes(self, device: str) -> None:
        """Wait until writes go on: the regions that they go to are dirty for seconds from then."""
        wanted = self.host[0].writes_done(device) + BLOCKS // 16
        wait_until("fio writes", lambda: self.host[0].writes_done(device) > wanted)

    def cut_power(self, members: list[Member]) -> None:
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

    def assert_verified(self, fio: Command) -> None:
        result = fio.wait(timeout=1800)
        self.assertEqual(result.status, 0, result.stdout + result.stderr)
        for job in fio_results(result.stdout):
            self.assertEqual(job["write"]["total_ios"], BLOCKS)
            self.assertGreaterEqual(job["read"]["total_ios"], BLOCKS)

    def assert_parity_fits(self, volume: str) -> None:
        """dm-raid reads all of it and finds no stripe that does not fit."""
        wait_until("dm-raid is in sync", lambda: raid_is_idle(self.node))
        leg = self.node.ctl_json(f"volume show {volume}")["volume"]["legs"][0]["uuid"]
        self.node.machine.run(f"dmsetup message dnvme-raid-{leg} 0 check")
        wait_until("dm-raid has checked", lambda: raid_is_idle(self.node))
        status = self.node.machine.run(f"dmsetup status dnvme-raid-{leg}").stdout.split()
        self.assertEqual(mismatches(status), 0, " ".join(status))


def left_symmetric_parity(stripe: int, members: int) -> int:
    """Number of the member that has the parity of a stripe of raid5_ls."""
    return members - 1 - stripe % members


def mismatches(status: list[str]) -> int:
    """From a status: ... raid <type> <#devices> <health> <done>/<all> <action> <mismatches> ..."""
    return int(status[status.index("raid") + 6])
