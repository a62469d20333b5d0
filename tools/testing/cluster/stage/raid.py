# SPDX-License-Identifier: Apache-2.0
"""What lies on the members of a leg with dm-raid, seen from the disks below."""

from __future__ import annotations

from dataclasses import dataclass

from stage.conditions import wait_until
from stage.node import StorageNode

MIB = 1 << 20
SECTOR = 512
RAID_METADATA = 4 * MIB
BITMAP_OFFSET = 4096
BITMAP_HEADER = 256
BITMAP_BYTES = 4096 - BITMAP_HEADER
REGION = 4 * MIB


@dataclass
class Member:
    """Where a member lies on its disk, in sectors."""

    serial: str
    start: int
    sectors: int
    disk: str = ""  # its device since the last boot

    @property
    def data_start(self) -> int:
        return self.start + RAID_METADATA // SECTOR

    @property
    def data_sectors(self) -> int:
        return self.sectors - RAID_METADATA // SECTOR


def members_of(node: StorageNode, volume: str) -> list[Member]:
    """The members of the only leg, in the order in which dm-raid has them."""
    run = node.machine.run
    found = []
    for record in node.ctl_json(f"volume show {volume}")["volume"]["legs"][0]["members"]:
        words = run(f"dmsetup table dnvme-ld-{record['uuid']}").stdout.split()
        disk = run(f"readlink -f /sys/dev/block/{words[3]}/device/serial").stdout.strip()
        serial = run(["cat", disk]).stdout.strip()
        found.append(Member(serial, int(words[4]), int(words[1])))
    return found


def dirty_regions(node: StorageNode, member: Member) -> list[int]:
    """Numbers of the regions that the write-intent bitmap on the disk has as dirty."""
    where = member.start * SECTOR + BITMAP_OFFSET + BITMAP_HEADER
    text = node.machine.run(
        f"dd if={member.disk} iflag=skip_bytes,count_bytes skip={where} "
        f"count={BITMAP_BYTES} bs=4096 status=none | od -An -v -tx1 | tr -d ' \\n'").stdout
    bits = int.from_bytes(bytes.fromhex(text), "little")
    return [i for i in range(member.data_sectors * SECTOR // REGION) if bits >> i & 1]


class StockArray:
    """s-raid over the members of a leg: assembled as by anybody who knows nothing of dnvme."""

    def __init__(self, node: StorageNode, members: list[Member], raid: str,
                 data_members: int) -> None:
        """raid: the type and its own parameters, as in the table of dm-raid."""
        self.node = node
        self.names = ["raid"]
        for i, member in enumerate(members):
            self._create(f"meta{i}", RAID_METADATA // SECTOR,
                         f"linear {member.disk} {member.start}")
            self._create(f"data{i}", member.data_sectors,
                         f"linear {member.disk} {member.data_start}")
        devices = " ".join(f"/dev/mapper/s-{name}" for name in self.names[1:])
        node.machine.run("modprobe dm-raid")
        self._dmsetup("raid", members[0].data_sectors * data_members,
                      f"raid {raid} region_size {REGION // SECTOR} {len(members)} {devices}")
        wait_until("stock dm-raid is idle", lambda: raid_is_idle(node))

    def _create(self, name: str, sectors: int, target: str) -> None:
        self._dmsetup(name, sectors, target)
        self.names.append(name)

    def _dmsetup(self, name: str, sectors: int, target: str) -> None:
        self.node.machine.run(f"dmsetup create s-{name} --table '0 {sectors} {target}'")

    def remove(self) -> None:
        """The array, then what it stood on."""
        for name in self.names:
            self.node.machine.run(f"dmsetup remove s-{name}")


def misfits(node: StorageNode, device: str, action: str = "check") -> int:
    """What dm-raid has counted when it has read all of an array, or made it fit by "repair"."""
    wait_until("dm-raid is in sync", lambda: raid_is_idle(node))
    node.machine.run(f"dmsetup message {device} 0 {action}")
    wait_until(f"dm-raid is through with {action}", lambda: raid_is_idle(node))
    # ... raid <type> <#devices> <health> <done>/<all> <action> <mismatches> ...
    status = node.machine.run(f"dmsetup status {device}").stdout.split()
    return int(status[status.index("raid") + 6])


def raid_is_idle(node: StorageNode) -> bool:
    """No array of the node resyncs, recovers or checks."""
    lines = node.machine.run("dmsetup status --target raid").stdout.splitlines()
    return bool(lines) and all(" idle " in line for line in lines)
