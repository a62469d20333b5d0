# SPDX-License-Identifier: Apache-2.0
"""Disks that must not be taken, that go away, and that are very large."""

from __future__ import annotations

from rig import Disk

from stage.case import NodeCase, soak_only
from stage.host import argument_of

SECTOR = 512
TIB = 1 << 40


class DisksTest(NodeCase):
    """Besides d0 to d3: spare disks, an over-large pair and one that is too small."""

    hosts = 1
    disks = [Disk("spare", "64M"), Disk("tiny", "8M"), Disk("big0", "15T"), Disk("big1", "15T")]

    def test_mounted_disk_is_refused(self) -> None:
        self.node.machine.run("mkfs.ext4 -q /dev/vda && mkdir -p /run/m && mount /dev/vda /run/m")
        self.assert_refused("disk create /dev/vda --name spare", "/dev/vda", "/run/m")
        self.assert_refused("disk create /dev/vda --name spare --force", "/dev/vda", "/run/m")
        self.node.machine.run("umount /run/m; wipefs -q -a /dev/vda")

    @soak_only
    def test_disk_held_by_another_device_is_refused(self) -> None:
        self.node.machine.run("dmsetup create foreign --table '0 2048 linear /dev/vda 0'")
        self.assert_refused("disk create /dev/vda --name spare --force", "/dev/vda", "foreign")
        self.node.machine.run("dmsetup remove foreign")

    @soak_only
    def test_swap_is_refused(self) -> None:
        self.node.machine.run("mkswap /dev/vda >/dev/null && swapon /dev/vda")
        self.assert_refused("disk create /dev/vda --name spare --force", "/dev/vda", "swap")
        self.node.machine.run("swapoff /dev/vda; wipefs -q -a /dev/vda")

    @soak_only
    def test_file_system_needs_force(self) -> None:
        self.node.machine.run("mkfs.ext4 -q /dev/vda")
        self.assert_refused("disk create /dev/vda --name spare", "ext4", "--force")
        self.node.ctl("disk create /dev/vda --name spare --force")
        self.node.ctl("disk delete spare --yes")

    @soak_only
    def test_no_disk_and_small_disk_are_refused(self) -> None:
        self.assert_refused("disk create /dev/nothing", "/dev/nothing")
        self.assert_refused("disk create /dev/null", "/dev/null", "block device")
        self.assert_refused("disk create /dev/vdb --name tiny", "/dev/vdb")
        self.assert_refused(f"disk create {self.nvme_disk('disk0')} --name again", "d0")

    def test_volume_waits_for_a_missing_disk(self) -> None:
        self.node.ctl("volume create v1 --size 64M --legs 4")
        hardware = self.node.machine.hardware
        missing = hardware.disks[0]
        self.node.machine.power_cut()
        hardware.disks.remove(missing)
        self.node.machine.boot()
        self.node.start_daemon()
        view = self.node.ctl_json("volume show v1")
        self.assertIn("d0", str(view))
        self.assertIn("store1", str(view))
        self.assertEqual(self.node.leftovers(), "")
        self.node.machine.power_cut()
        hardware.disks.insert(0, missing)
        self.node.machine.boot()
        self.node.start_daemon()
        self.assertIn("dnvme-front-", self.node.leftovers())
        self.delete("v1")

    def test_sizes_beyond_16_tib(self) -> None:
        for i in range(2):
            self.node.ctl(f"disk create /dev/vd{'cd'[i]} --name big{i}")
        self.node.ctl("volume create huge --size 18T --legs 2 --chunk 1M")
        front = self.front_table()
        self.assertEqual(int(front[1]), 18 * TIB // SECTOR)
        self.assertEqual(self.size_of("thin"), [9 * TIB, 9 * TIB])
        line = self.attach("huge")
        device = self.host[0].connect(line)
        run = self.host[0].machine.run
        self.assertEqual(int(run(f"blockdev --getsize64 {device}").stdout), 18 * TIB)
        self.write_and_read_back(device, [0, 4 << 30, 5 * TIB, 16 * TIB, 18 * TIB - 4096])
        self.host[0].disconnect(argument_of(line, "-n"))
        self.delete("huge", 1)
        for i in range(2):
            self.node.ctl(f"disk delete big{i} --yes")

    @soak_only
    def test_sizes_that_do_not_fit(self) -> None:
        self.assert_refused("volume create v1 --size 5G", "5 GiB", "free", "1023 MiB")
        self.assert_refused("volume create v1 --size 0", "size")
        self.assert_refused("volume create v1 --size 9000P", "too large", "4 PiB")

    def front_table(self) -> list[str]:
        """Words of the only front's table line."""
        return self.node.machine.run(
            "dmsetup table $(dmsetup ls | grep -o '^dnvme-front-[^[:space:]]*')").stdout.split()

    def size_of(self, kind: str) -> list[int]:
        """Sizes of all devices of a kind, as the kernel has them."""
        return [int(size) for size in self.node.machine.run(
            f"for d in /dev/mapper/dnvme-{kind}-*; do blockdev --getsize64 $d; done"
        ).stdout.split()]

    def write_and_read_back(self, device: str, offsets: list[int]) -> None:
        """A stamp of its own at each offset: none may land on another."""
        run = self.host[0].machine.run
        for offset in offsets:
            run(f"printf 'stamp %020d' {offset} | dd of={device} bs=4096 conv=sync,nocreat "
                f"oflag=direct,seek_bytes seek={offset} status=none iflag=fullblock")
        for offset in offsets:
            stamp = run(f"dd if={device} bs=4096 count=1 iflag=direct,skip_bytes skip={offset} "
                        "status=none | head -c 26").stdout
            self.assertEqual(stamp, f"stamp {offset:020d}")
