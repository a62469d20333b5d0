# SPDX-License-Identifier: Apache-2.0
"""A volume with a member on each of two storage nodes."""

from __future__ import annotations

from stage import StorageNode, wait_until
from stage.case import soak_only
from stage.cluster import ClusterCase
from stage.host import argument_of
from stage.load import Load

CREATE = "volume create v1 --size 64M --redundancy raid1 --node store1"
EXT4 = """
set -e
mkfs.ext4 -q {device}
mkdir -p /mnt/v1
mount {device} /mnt/v1
cp -r /usr/include/linux /mnt/v1/
umount /mnt/v1
e2fsck -fn {device}
mount {device} /mnt/v1
diff -r /usr/include/linux /mnt/v1/linux
umount /mnt/v1
"""


class NodesTest(ClusterCase):
    """store1 serves the volume. The kernel's own multipath is as the distribution has it."""

    def test_mirror_over_two_nodes(self) -> None:
        device, nqn = self.connected_volume()
        self.host.machine.run(EXT4.format(device=device), timeout=900)
        load = Load(self.host, device)
        before = [self.objects(node) for node in self.nodes]
        for node, signal in zip(self.nodes, ("KILL", "TERM")):
            node.stop_daemon(signal)
            load.wait_writes()
            node.start_daemon()
        self.host.stop_fio()
        load.assert_verified()
        self.assertEqual([self.objects(node) for node in self.nodes], before)
        for node in self.nodes:
            self.assertNotIn("dm device", node.log())
        self.host.disconnect(nqn)
        self.delete_leaves_nothing()

    def connected_volume(self) -> tuple[str, str]:
        """Volume v1 on the host: its device there and the subsystem's NQN."""
        first, second = self.nodes
        first.ctl(CREATE)
        wait_until("the volume serves", lambda: self.nodes[0].health("v1") == "ok")
        self.assert_members_are_apart()
        line = first.ctl("volume attach v1 host1").stdout.strip()
        return self.host.connect(line), argument_of(line, "-n")

    def assert_members_are_apart(self) -> None:
        """A gate on each node; one connection, which lets nobody else in."""
        first, second = self.nodes
        members = self.members()
        self.assertEqual({disk for _, disk in members}, {"disk1", "disk2"})
        for uuid, disk in members:
            here, there = (first, second) if disk == "disk1" else (second, first)
            self.assertIn(f"dnvme-gate-{uuid}", here.kernel_objects())
            self.assertNotIn(f"dnvme-gate-{uuid}", there.kernel_objects())
        (far,) = [uuid for uuid, disk in members if disk == "disk2"]
        self.assertRegex(self.connections(first), rf"^nvme\d+ \S+:{far} \S+ \d+ live\n$")
        self.assertEqual(self.connections(second), "")
        self.assert_fails_soon_and_reconnects_for_ever(first)
        self.assert_stranger_is_refused(far)

    def assert_fails_soon_and_reconnects_for_ever(self, node: StorageNode) -> None:
        told = node.machine.run("cd /sys/class/nvme/$(basename $(dirname $(grep -l tcp "
                                "/sys/class/nvme/*/transport))) && cat fast_io_fail_tmo "
                                "reconnect_delay ctrl_loss_tmo").stdout.split()
        self.assertEqual(told, ["4", "2", "off"])

    def assert_stranger_is_refused(self, uuid: str) -> None:
        """The host is not the node for which the export is."""
        port = self.nodes[1].machine.run("cat /sys/kernel/config/nvmet/ports/*/addr_trsvcid"
                                         ).stdout.strip()
        refused = self.host.machine.run(
            f"nvme connect -t tcp -a {self.nodes[1].machine.address} -s {port} "
            f"-n nqn.2014-08.org.nvmexpress:uuid:{uuid}", check=False)
        self.assertNotEqual(refused.status, 0)

    def delete_leaves_nothing(self) -> None:
        """store2 keeps its export until store1 has let go, and not longer."""
        first, second = self.nodes
        exported = second.leftovers()
        first.ctl("volume detach v1 host1")
        self.assertEqual(second.leftovers(), exported)
        first.ctl("volume delete v1 --yes")
        self.assertEqual(self.leftovers(first), "")
        wait_until("nothing is left on the other node", lambda: self.leftovers(second) == "")


@soak_only
class NodesWithoutMultipathTest(NodesTest):
    """The same where a namespace is a disk of its connection, as heads need it."""

    kernel_arguments = ["nvme_core.multipath=N"]
