# SPDX-License-Identifier: Apache-2.0
"""Volumes that grow while a host writes to them."""

from __future__ import annotations

from typing import Any

from rig import Disk

from stage import wait_until
from stage.case import NodeCase, soak_only
from stage.cluster import ClusterCase
from stage.host import Host, argument_of
from stage.load import FIO, Load
from stage.node import StorageNode
from stage.raid import misfits, raid_is_idle

MIB = 1 << 20
SECTOR = 512
# With the last one the thin pool needs more metadata than it was made with.
VOLUMES = {"v1": "--size 32M --redundancy raid1 --legs 2", "v5": "--size 32M --redundancy raid5",
           "v6": "--size 32M --redundancy raid6", "v10": "--size 32M --redundancy raid10",
           "v0": "--size 1000M --place 0.0=d4"}
MORE = {"v0": 64, "v1": 16, "v5": 16, "v6": 16, "v10": 16}


class Volume:
    """A volume on a host."""

    def __init__(self, node: StorageNode, host: Host, name: str) -> None:
        self.node, self.host, self.name = node, host, name
        line = node.ctl(f"volume attach {name} host1").stdout.strip()
        self.nqn = argument_of(line, "-n")
        self.device = host.connect(line)
        self.load = Load(host, self.device, size=2 << 20, depth=4)

    def size(self) -> int:
        """What the host sees."""
        return int(self.host.machine.run(["blockdev", "--getsize64", self.device]).stdout)

    def grow(self, mib: int) -> None:
        """By so much, and the host sees it by itself."""
        wanted = self.size() + mib * MIB
        self.node.ctl(f"volume resize {self.name} --size +{mib}M")
        wait_until(f"the host sees that {self.name} has grown", lambda: self.size() == wanted)

    def fio_on_the_new_part(self, mib: int, **options: Any) -> None:
        """One job on the last so many MiB."""
        job = FIO | {"filename": self.device, "offset": self.size() - mib * MIB,
                     "size": mib * MIB, "bs": 64 << 10, "rw": "write"} | options
        result = self.host.start_fio(**job).wait(timeout=600)
        assert result.status == 0, result.stdout + result.stderr


@soak_only
class ResizeTest(NodeCase):
    """One node, one host, every redundancy."""

    hosts = 1
    disks = [Disk("disk4", "3G", kind="nvme")]

    def test_grow_under_load(self) -> None:
        self.node.ctl(f"disk create {self.nvme_disk('disk4')} --name d4")
        for name, options in VOLUMES.items():
            self.node.ctl(f"volume create {name} {options}")
        volumes = [Volume(self.node, self.host[0], name) for name in VOLUMES]
        for volume in volumes:
            volume.grow(MORE[volume.name])
        self.assert_array_is_whole("v10")
        self.assert_pool_has_more_metadata("v0")
        for volume in volumes:
            volume.fio_on_the_new_part(MORE[volume.name])

        self.node.machine.power_cut()
        self.node.machine.boot()
        self.node.start_daemon()
        for volume in volumes:
            volume.fio_on_the_new_part(MORE[volume.name], verify_only=1)
        self.host[0].stop_fio()
        for volume in volumes:
            volume.load.assert_verified()
        wait_until("parity is computed", lambda: raid_is_idle(self.node))
        for name in ("v5", "v6"):
            self.assertEqual(misfits(self.node, f"dnvme-raid-{self.leg(name)}"), 0)
        self.assert_array_is_whole("v10")
        for volume in volumes:
            self.host[0].disconnect(volume.nqn)
            self.node.ctl(f"volume detach {volume.name} host1")
            self.node.ctl(f"volume delete {volume.name} --yes")
        self.assertEqual(self.node.leftovers(), "")

    def leg(self, volume: str) -> str:
        """Uuid of the first one."""
        return str(self.node.ctl_json(f"volume show {volume}")["volume"]["legs"][0]["uuid"])

    def assert_array_is_whole(self, volume: str) -> None:
        """dm-raid counts all of the array, and so does its write-intent bitmap."""
        # <start> <length> raid <type> <#devices> <health> <done>/<all> ...
        status = self.node.machine.run(f"dmsetup status dnvme-raid-{self.leg(volume)}"
                                       ).stdout.split()
        self.assertEqual(status[status.index("raid") - 1],
                         status[status.index("raid") + 4].split("/")[1])

    def assert_pool_has_more_metadata(self, volume: str) -> None:
        """Its metadata is in two pieces, and dm-thin uses both."""
        leg = self.leg(volume)
        run = self.node.machine.run
        pieces = run(f"dmsetup table dnvme-tmeta-{leg}").stdout.splitlines()
        self.assertEqual(len(pieces), 2)
        sectors = sum(int(line.split()[1]) for line in pieces)
        # <start> <length> thin-pool <transaction> <used>/<all metadata blocks of 4 KiB> ...
        status = run(f"dmsetup status dnvme-pool-{leg}").stdout.split()
        self.assertEqual(int(status[4].split("/")[1]), sectors * SECTOR // 4096)


class ResizeNodesTest(ClusterCase):
    """store1 serves a volume with members on both nodes."""

    def test_grow_over_two_nodes(self) -> None:
        first, second = self.nodes
        first.ctl("volume create v1 --size 64M --legs 2 --redundancy raid1 --node store1")
        wait_until("the volume serves", lambda: self.nodes[0].health("v1") == "ok")
        volume = Volume(first, self.host, "v1")
        volume.grow(16)
        volume.fio_on_the_new_part(16)
        # Whichever node is asked.
        volume.node = second
        volume.grow(16)
        self.grow_while_the_other_daemon_is_dead(volume)
        self.host.stop_fio()
        volume.load.assert_verified()
        self.host.disconnect(volume.nqn)
        first.ctl("volume detach v1 host1")
        first.ctl("volume delete v1 --yes")
        self.assertEqual(self.leftovers(first), "")
        wait_until("nothing is left on the other node", lambda: self.leftovers(second) == "")

    def grow_while_the_other_daemon_is_dead(self, volume: Volume) -> None:
        """Refused before anything is written."""
        first, second = self.nodes
        second.stop_daemon()
        refused = first.ctl("volume resize v1 --size +16M", check=False)
        self.assertNotEqual(refused.status, 0)
        self.assertIn("node 'store2' is offline", refused.stderr)
        second.start_daemon()
        wait_until("store2 is back", lambda: first.ctl(
            "volume resize v1 --size +16M --dry-run", check=False).status == 0)
        volume.node = first
        volume.grow(16)
