# SPDX-License-Identifier: Apache-2.0
"""Several storage nodes over one etcd."""

from __future__ import annotations

import json
import unittest

from rig import Disk, Rig

from stage.case import RESULTS, kernel
from stage.etcd import Etcd
from stage.host import Host
from stage.node import StorageNode

CONFIG = """[node]
name = "{name}"
[store]
kind = "etcd"
endpoints = {endpoints}
[failover]
automatic = {automatic}
"""
# Connections of the machine as a host: controller, to what, as whom, in which state.
CONNECTIONS = """
cd /sys/class/nvme && for c in *; do [ "$(cat $c/transport)" = tcp ] &&
    echo "$c $(cat $c/subsysnqn) $(cat $c/hostnqn) $(cat $c/cntlid) $(cat $c/state)"; done
true
"""


def start(node: StorageNode, endpoints: list[str], automatic: bool = True) -> None:
    """Start its daemon over etcd; the node has the machine's name."""
    config = CONFIG.format(name=node.machine.name, endpoints=json.dumps(endpoints),
                           automatic=json.dumps(automatic))
    node.machine.run("mkdir -p /etc/dnvme && cat > /etc/dnvme/dnvmed.toml", stdin=config.encode())
    node.start_daemon()


def join(node: StorageNode, endpoints: list[str], *disks: str, automatic: bool = True) -> None:
    """Start its daemon and bring node and disks in; a disk's name is its serial number."""
    start(node, endpoints, automatic)
    name, run = node.machine.name, node.machine.run
    node.ctl(f"node create {name} --portal {node.machine.address}")
    for disk in disks:
        device = run(f"echo /dev/$(basename $(dirname $(grep -lx {disk} /sys/block/*/serial)))")
        node.ctl(f"disk create {device.stdout.strip()} --name {disk}")


class ClusterCase(unittest.TestCase):
    """Nodes store1 and store2, with disk1 and disk2, and a host, host1."""

    kernel_arguments: list[str] = []
    # What the names of further disks of a node end with: disk1b is on store1.
    further_disks: list[str] = []
    etcd_members = 1
    # Whose guest it runs in: a test that kills the first node has it elsewhere.
    etcd_with_host = False
    # Whether volumes leave a node that is lost without being told to.
    automatic = True
    # Whether the nodes outlive a power cut.
    keep_state = False
    rig: Rig
    nodes: list[StorageNode]
    host: Host
    etcd: Etcd

    @classmethod
    def setUpClass(cls) -> None:
        cls.rig = Rig(results=RESULTS / kernel() / cls.__name__)
        cls.addClassCleanup(cls.rig.close)
        disks = [[f"disk{i}{end}" for end in ("", *cls.further_disks)] for i in (1, 2)]
        machines = [cls.rig.machine(f"store{i}", kernel=kernel(), keep_state=cls.keep_state,
                                    disks=[Disk(name, "1G") for name in names],
                                    kernel_arguments=cls.kernel_arguments)
                    for i, names in enumerate(disks, 1)]
        guest = cls.rig.machine("host1", kernel=kernel())
        cls.rig.boot()
        cls.nodes = [StorageNode(machine) for machine in machines]
        cls.host = Host(guest)
        cls.etcd = Etcd([guest if cls.etcd_with_host else machines[0]] * cls.etcd_members)
        for node, names in zip(cls.nodes, disks):
            join(node, cls.etcd.endpoints, *names, automatic=cls.automatic)
        cls.nodes[0].ctl(f"host create host1 --nqn {cls.host.nqn}")

    def tearDown(self) -> None:
        self.rig.check_logs()

    # --- words for tests ---

    @staticmethod
    def connections(node: StorageNode) -> str:
        """Those of the node to other nodes."""
        return node.machine.run(CONNECTIONS).stdout

    def members(self) -> list[tuple[str, str]]:
        """Of volume v1: uuid of each, and the name of its disk."""
        disks = {view["disk"]["uuid"]: view["disk"]["name"]
                 for view in self.nodes[0].ctl_json("disk list")["disks"]}
        (leg,) = self.nodes[0].ctl_json("volume show v1")["volume"]["legs"]
        return [(member["uuid"], disks[member["disk_uuid"]]) for member in leg["members"]]

    def objects(self, node: StorageNode) -> str:
        """Everything of dnvme in its kernel."""
        return node.kernel_objects() + self.connections(node)

    def leftovers(self, node: StorageNode) -> str:
        return node.leftovers() + self.connections(node)
