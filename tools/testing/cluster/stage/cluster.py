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
"""
# Connections of the machine as a host: controller, to what, as whom, in which state.
CONNECTIONS = """
cd /sys/class/nvme && for c in *; do [ "$(cat $c/transport)" = tcp ] &&
    echo "$c $(cat $c/subsysnqn) $(cat $c/hostnqn) $(cat $c/cntlid) $(cat $c/state)"; done
true
"""


def join(node: StorageNode, endpoints: list[str], disk: str) -> None:
    """Start its daemon and bring node and disk in; the disk's name is its serial number."""
    name, run = node.machine.name, node.machine.run
    config = CONFIG.format(name=name, endpoints=json.dumps(endpoints))
    run("mkdir -p /etc/dnvme && cat > /etc/dnvme/dnvmed.toml", stdin=config.encode())
    node.start_daemon()
    node.ctl(f"node create {name} --portal {node.machine.address}")
    device = run(f"echo /dev/$(basename $(dirname $(grep -l {disk} /sys/block/*/serial)))")
    node.ctl(f"disk create {device.stdout.strip()} --name {disk}")


class ClusterCase(unittest.TestCase):
    """Nodes store1 and store2, each with a disk of its own name, and a host, host1."""

    kernel_arguments: list[str] = []
    etcd_members = 1
    # Whose guest it runs in: a test that kills the first node has it elsewhere.
    etcd_with_host = False
    rig: Rig
    nodes: list[StorageNode]
    host: Host
    etcd: Etcd

    @classmethod
    def setUpClass(cls) -> None:
        cls.rig = Rig(results=RESULTS / kernel() / cls.__name__)
        cls.addClassCleanup(cls.rig.close)
        machines = [cls.rig.machine(f"store{i}", kernel=kernel(), disks=[Disk(f"disk{i}", "1G")],
                                    kernel_arguments=cls.kernel_arguments) for i in (1, 2)]
        guest = cls.rig.machine("host1", kernel=kernel())
        cls.rig.boot()
        cls.nodes = [StorageNode(machine) for machine in machines]
        cls.host = Host(guest)
        cls.etcd = Etcd([guest if cls.etcd_with_host else machines[0]] * cls.etcd_members)
        for number, node in enumerate(cls.nodes, 1):
            join(node, cls.etcd.endpoints, f"disk{number}")
        cls.nodes[0].ctl(f"host create host1 --nqn {cls.host.nqn}")

    def tearDown(self) -> None:
        self.rig.check_logs()

    # --- words for tests ---

    @staticmethod
    def connections(node: StorageNode) -> str:
        """Those of the node to other nodes."""
        return node.machine.run(CONNECTIONS).stdout

    def objects(self, node: StorageNode) -> str:
        """Everything of dnvme in its kernel."""
        return node.kernel_objects() + self.connections(node)

    def leftovers(self, node: StorageNode) -> str:
        return node.leftovers() + self.connections(node)
