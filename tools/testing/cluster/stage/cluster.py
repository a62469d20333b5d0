# SPDX-License-Identifier: Apache-2.0
"""Several storage nodes over one etcd, which runs in the first one's guest."""

from __future__ import annotations

import unittest

from rig import Disk, Rig

from stage.case import RESULTS, kernel
from stage.etcd import Etcd
from stage.host import Host
from stage.node import StorageNode

CONFIG = "/etc/dnvme/dnvmed.toml"
# Connections of the machine as a host: controller, to what, as whom, in which state.
CONNECTIONS = """
cd /sys/class/nvme && for c in *; do [ "$(cat $c/transport)" = tcp ] &&
    echo "$c $(cat $c/subsysnqn) $(cat $c/hostnqn) $(cat $c/cntlid) $(cat $c/state)"; done
true
"""


class ClusterCase(unittest.TestCase):
    """Nodes store1 and store2, each with a disk of its own name, and a host, host1."""

    kernel_arguments: list[str] = []
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
        guest = cls.rig.machine("host1", kernel=kernel(), memory="512M")
        cls.rig.boot()
        cls.nodes = [StorageNode(machine) for machine in machines]
        cls.host = Host(guest)
        cls.etcd = Etcd(machines[0], members=1)
        for number, node in enumerate(cls.nodes, 1):
            cls._start_node(number, node)
        cls.nodes[0].ctl(f"host create host1 --nqn {cls.host.nqn}")

    def tearDown(self) -> None:
        self.rig.check_logs()

    @classmethod
    def _start_node(cls, number: int, node: StorageNode) -> None:
        name, run = f"store{number}", node.machine.run
        run(f"mkdir -p {CONFIG.rpartition('/')[0]} && printf '%s\\n' '[node]' 'name = \"{name}\"' "
            f"'[store]' 'kind = \"etcd\"' 'endpoints = [\"{cls.etcd.endpoints[0]}\"]' > {CONFIG}")
        node.start_daemon()
        node.ctl(f"node create {name} --portal {node.machine.address}")
        disk = run(f"echo /dev/$(basename $(dirname $(grep -l disk{number} "
                   "/sys/block/*/serial)))").stdout.strip()
        node.ctl(f"disk create {disk} --name disk{number}")

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
